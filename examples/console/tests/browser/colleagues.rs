//! Among colleagues: to whom a chat is handed on, why it is not in one's list, and who has read advice.

use serde_json::json;

use super::driver::Driver;
use super::{ENGLISH, JAPANESE, Words, password, sign_in};
use crate::support::Server;

#[test]
fn a_chat_is_handed_on_to_whoever_is_found_in_english() {
    colleagues(&ENGLISH);
}

#[test]
fn a_chat_is_handed_on_to_whoever_is_found_in_japanese() {
    colleagues(&JAPANESE);
}

fn colleagues(words: &Words) {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let browser = || driver.browser(words.language, &format!("http://{}", server.address));
    let (ken, hana) = (browser(), browser());
    sign_in(&ken, "ken", password(&server, "ken"));
    sign_in(&hana, "hana", password(&server, "hana"));
    let aoi = server.sign_in("aoi");
    let rule = json!({ "when": [{ "kind": "operator", "value": "ken" }], "confirmed": true });
    aoi.does("/settings/monitoring/rules", &rule);
    let visit = server.visit("Mika", "");
    ken.click("#waiting .main");
    ken.click("#own .chat-line");

    // Whoever has joined reads advice on the page that is open before them, and whoever gave it learns of it.
    hana.go(&format!("/monitored/{}", visit.chat));
    hana.click("#join");
    hana.click("#join-button");
    hana.find("#leave:not([hidden])");
    let mut giver = aoi.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    giver.wait_for("snapshot");
    aoi.says(&format!("/monitored/{}/advise", visit.chat), "Sapporo");
    hana.wait_for_text("#internal", "Sapporo");
    let readers = [giver.wait_for("read"), giver.wait_for("read")].map(|read| read["reading"]["name"].to_string());
    assert!(readers.iter().any(|name| name.contains("森 花")), "{readers:?}");
    hana.click("#leave");
    hana.find("#join:not([hidden])");

    // Found by id, and marked as being there, whichever page that is.
    assert!(!ken.has("#why"));
    ken.click("#transfer");
    ken.find("#transfer-to [value=hana] ~ small .here");
    assert!(!ken.has("#transfer-to [value=rin] ~ small .here"));
    ken.type_into("#transfer-search", "HANA\n");
    assert_eq!(ken.count("#transfer-to label:not([hidden])"), 1);
    assert!(ken.has("#transfer-dialog[open]"));
    if let Some(folder) = std::env::var_os("CONSOLE_PICTURES").map(std::path::PathBuf::from) {
        ken.picture(&folder.join(format!("transfer-{}.png", words.language)));
    }
    ken.click("#transfer-to [value=hana]");
    ken.click("#transfer-department [value=orders]");
    ken.click("#transfer-dialog .main");
    ken.find("#nothing:not([hidden])");

    // It is hers now, and no rule is why it is not in her list.
    hana.go("/desk");
    hana.click("#own .chat-line");
    hana.click("#why");
    hana.find("#why-answer:not([hidden]) .reasons");

    // On a telephone every page can be reached from the head, which leaves room for the rest.
    let staff = browser();
    sign_in(&staff, "aoi", password(&server, "aoi"));
    staff.narrow();
    staff.go("/monitored");
    for page in ["desk", "monitored", "settings/monitoring", "ended", "audit"] {
        assert!(staff.is_on_screen(&format!(".bar nav a[href='/{page}']")), "{page}");
    }
    assert!(staff.height(".bar") < 100.0, "{} px", staff.height(".bar"));
}
