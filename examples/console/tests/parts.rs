//! Long chats come in parts.

use serde_json::{Value, json};

use crate::support::Server;

fn numbers(part: &Value) -> Vec<i64> {
    part["entries"].as_array().unwrap().iter().map(|entry| entry["n"].as_i64().unwrap()).collect()
}

#[test]
fn a_long_chat_comes_in_parts_to_everyone_who_may_read_it_and_to_nobody_else() {
    let server = Server::start();
    let (hana, ken, aya) = (server.sign_in("hana"), server.sign_in("ken"), server.sign_in("aya"));
    let visit = server.visit("Mika", "");
    let chat = &visit.chat;
    ken.does(&format!("/desk/{chat}/pick-up"), &json!({}));
    // 60 kB of text at most come at once.
    for _ in 0..18 {
        visit.says(&"時".repeat(2000));
        hana.says(&format!("/monitored/{chat}/advise"), &"助".repeat(2000));
    }
    let last = visit.socket().wait_for("snapshot");
    assert_eq!((numbers(&last), &last["more"]), ((10..=19).collect(), &json!(true)));
    let opened = hana.socket(&format!("/monitored/{chat}/socket")).unwrap().wait_for("snapshot");
    assert_eq!(numbers(&opened["chat"]), numbers(&last));
    assert_eq!(opened["chat"]["internal"].as_array().unwrap().len(), 10);
    assert_eq!(opened["chat"]["internal_more"], true);
    let desk = ken.socket("/desk/socket").unwrap().wait_for("snapshot");
    assert_eq!((numbers(&desk["chats"][0]), &desk["chats"][0]["more"]), (vec![18, 19], &json!(true)));
    for (reader, place) in [(&visit.person, "chat"), (&hana, "monitored"), (&ken, "desk")] {
        let earlier = reader.get(&format!("/{place}/{chat}/entries?before=10")).json();
        assert_eq!((numbers(&earlier), &earlier["more"]), ((1..10).collect(), &json!(false)), "{place}");
    }
    let advice = hana.get(&format!("/monitored/{chat}/entries?before=9&internal=true")).json();
    assert_eq!(numbers(&advice), (1..9).collect::<Vec<_>>());
    for (stranger, place) in [(&aya, "desk"), (&aya, "chat"), (&ken, "chat"), (&hana, "desk"), (&visit.person, "desk")]
    {
        let answer = stranger.get(&format!("/{place}/{chat}/entries?before=10"));
        assert!([303, 404].contains(&answer.status), "{place}: {answer:?}");
    }
    assert_eq!(aya.get(&format!("/monitored/{chat}/entries?before=10")).status, 403);
}
