//! How long things are kept, as administrators set it.

use serde_json::json;

use crate::support::Server;

#[test]
fn an_administrator_sets_how_long_things_are_kept_and_it_outlasts_a_restart() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let page = aoi.get("/settings/retention").body;
    assert!(page.contains("value=\"90\"") && page.contains("value=\"30\""), "{page}");
    aoi.does("/settings/retention", &json!({ "retention_days": 7, "gone_minutes": 45 }));
    for (days, minutes) in [(0, 45), (3651, 45), (7, 0), (7, 1441)] {
        let refused = aoi.post("/settings/retention", &json!({ "retention_days": days, "gone_minutes": minutes }));
        assert_eq!((refused.status, refused.json()["error"].as_str()), (422, Some("out_of_bounds")));
    }
    assert_eq!(aoi.post("/settings/retention", &json!({ "retention_days": -1, "gone_minutes": 1 })).status, 422);
    assert!(aoi.get("/audit").body.contains("Chats are kept for days: 7; visitors may be gone for minutes: 45"));
    let server = server.restart();
    let page = server.sign_in("aoi").get("/settings/retention").body;
    assert!(page.contains("value=\"7\"") && page.contains("value=\"45\""), "{page}");
}
