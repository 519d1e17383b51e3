//! What administrators do with live chats, who else may not, and visitors who have gone.

use std::time::Duration;

use console::Play;
use serde_json::{Value, json};

use crate::support::http::{Socket, request};
use crate::support::{Database, Person, Server, Visit};

/// Mika chats with Ken.
fn attended(server: &Server) -> (Person, Visit) {
    let (ken, visit) = (server.sign_in("ken"), server.visit("Mika", "mika@example.com"));
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    (ken, visit)
}

fn place(visit: &Visit, act: &str) -> String {
    format!("/settings/chats/{}/{act}", visit.chat)
}

/// Reads until a news of this type is as it should be.
fn wait_until(socket: &mut Socket, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
    loop {
        let news = socket.wait_for(kind);
        if is(&news) {
            return news;
        }
    }
}

#[test]
fn forbidding_ends_watches_at_once_and_nobody_in_the_chat_is_told() {
    let server = Server::start();
    let (aoi, hana) = (server.sign_in("aoi"), server.sign_in("hana"));
    let (ken, visit) = attended(&server);
    let (mut page, mut desk) = (visit.socket(), ken.socket("/desk/socket").unwrap());
    page.wait_for("snapshot");
    desk.wait_for("snapshot");
    let mut list = hana.socket("/monitored/socket").unwrap();
    list.wait_for("snapshot");
    let mut opened = hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    opened.wait_for("snapshot");
    let mut all = aoi.socket("/settings/chats/socket").unwrap();
    assert_eq!(all.wait_for("snapshot")["chats"][0]["monitoring_allowed"], true);
    aoi.does(&place(&visit, "monitoring"), &json!({ "allowed": false }));
    assert_eq!(list.wait_for("ended")["reason"], "ended_forbidden");
    assert_eq!(opened.wait_for("ended")["reason"], "ended_forbidden");
    assert_eq!(all.wait_for("head")["head"]["monitoring_allowed"], false);
    assert_eq!(hana.get(&format!("/monitored/{}", visit.chat)).status, 404);
    aoi.does(&place(&visit, "monitoring"), &json!({ "allowed": true }));
    assert_eq!(list.wait_for("line")["line"]["chat"], visit.chat.as_str());
    assert_eq!((page.rest(), desk.rest()), (Vec::new(), Vec::new()));
    let audit = aoi.get("/audit").body;
    assert!(audit.contains("Forbade monitoring") && audit.contains("Allowed monitoring"), "{audit}");
}

#[test]
fn an_administrator_sees_every_chat_but_neither_what_is_said_nor_who_watches() {
    let server = Server::start();
    let (aoi, hana) = (server.sign_in("aoi"), server.sign_in("hana"));
    let (_, visit) = attended(&server);
    visit.says("a secret of mine");
    let all = |aoi: &Person| aoi.socket("/settings/chats/socket").unwrap().wait_for("snapshot").to_string();
    let watched = all(&aoi);
    assert!(watched.contains("Mika") && watched.contains("田中 健"), "{watched}");
    assert!(!watched.contains("secret") && !watched.contains("hana"), "{watched}");
    hana.does("/settings/monitoring/rules/hana-1/delete", &json!({}));
    assert_eq!(all(&aoi), watched);
    // Whoever is an administrator no more hears nothing more, whatever their page does.
    let mut page = aoi.socket("/settings/chats/socket").unwrap();
    page.wait_for("snapshot");
    let sora = json!({ "name": "石井 空", "role": "administrator" });
    aoi.does("/settings/people/sora", &sora);
    let demoted = json!({ "name": "木村 葵", "role": "supervisor" });
    server.sign_in("sora").does("/settings/people/aoi", &demoted);
    server.visit("Taro", "");
    assert!(!page.rest().join("").contains("Taro"));
    assert_eq!(aoi.socket("/settings/chats/socket").unwrap_err(), 403);
}

#[test]
fn an_administrator_gives_chats_to_others_and_ends_them() {
    let server = Server::start();
    let (aoi, aya) = (server.sign_in("aoi"), server.sign_in("aya"));
    aoi.does("/settings/departments", &json!({ "id": "sales", "name": "営業" }));
    let (ken, visit) = attended(&server);
    let (mut page, mut theirs) = (visit.socket(), aya.socket("/desk/socket").unwrap());
    let mut desk = ken.socket("/desk/socket").unwrap();
    let mut all = aoi.socket("/settings/chats/socket").unwrap();
    for socket in [&mut page, &mut theirs, &mut desk, &mut all] {
        socket.wait_for("snapshot");
    }
    let refused = |body: Value| {
        let answer = aoi.post(&place(&visit, "reassign"), &body);
        (answer.status, answer.json()["error"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(refused(json!({ "to": "nobody" })), (422, "no_such_operator".into()));
    assert_eq!(refused(json!({ "to": "ken" })), (409, "already_given".into()));
    assert_eq!(refused(json!({ "to": "aya", "from": "rin" })), (409, "not_given".into()));
    assert_eq!(refused(json!({ "to": "aya", "departments": ["nowhere"] })), (404, "no_such_department".into()));
    assert_eq!(refused(json!({})), (422, "bad_value".into()));
    aoi.does(&place(&visit, "reassign"), &json!({ "to": "aya", "departments": ["sales"] }));
    assert_eq!(theirs.wait_for("opened")["chat"]["chat"], visit.chat.as_str());
    assert_eq!(desk.wait_for("closed")["chat"], visit.chat.as_str());
    assert_eq!(page.wait_for("operators")["operators"], json!(["鈴木 彩"]));
    let head = all.wait_for("head");
    assert_eq!(
        (&head["head"]["departments"], &head["head"]["people"]["operators"][0]["id"]),
        (&json!(["sales"]), &json!("aya"))
    );
    aoi.does(&place(&visit, "departments"), &json!({ "departments": [] }));
    assert_eq!(all.wait_for("head")["head"]["departments"], json!([]));
    // An operator's own transfer may say the departments too.
    let handed = json!({ "to": "ken", "departments": ["sales"] });
    aya.does(&format!("/desk/{}/transfer", visit.chat), &handed);
    wait_until(&mut all, "head", |news| news["head"]["departments"] == json!(["sales"]));
    // One that waits is given to somebody.
    let waiting = server.visit("Taro", "");
    aoi.does(&place(&waiting, "reassign"), &json!({ "to": "aya" }));
    wait_until(&mut theirs, "opened", |news| news["chat"]["chat"] == waiting.chat.as_str());
    aoi.does(&place(&visit, "end"), &json!({}));
    wait_until(&mut page, "entry", |news| news["entry"]["kind"] == "ended" && news["entry"]["name"] == "木村 葵");
    assert_eq!(all.wait_for("over")["chat"], visit.chat.as_str());
    assert_eq!(aoi.post(&place(&visit, "end"), &json!({})).status, 404);
    let audit = aoi.get("/audit").body;
    for expected in ["Reassigned the chat", "田中 健 → 鈴木 彩 [営業]", "Ended the chat"] {
        assert!(audit.contains(expected), "{expected} is missing: {audit}");
    }
}

#[test]
fn operators_and_watchers_see_that_a_visitor_has_gone_and_is_back() {
    let server = Server::start_with(Database::new(), |options| options.limits.away = Duration::from_millis(300));
    let (aoi, hana) = (server.sign_in("aoi"), server.sign_in("hana"));
    let (ken, visit) = attended(&server);
    let page = visit.socket();
    let mut desk = ken.socket("/desk/socket").unwrap();
    let mut list = hana.socket("/monitored/socket").unwrap();
    let mut opened = hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    let mut all = aoi.socket("/settings/chats/socket").unwrap();
    for socket in [&mut desk, &mut list, &mut opened, &mut all] {
        socket.wait_for("snapshot");
    }
    drop(page);
    let gone = |visitor: &Value| visitor["gone"].is_i64();
    wait_until(&mut desk, "visitor", |news| gone(&news["visitor"]));
    wait_until(&mut opened, "visitor", |news| gone(&news["visitor"]));
    wait_until(&mut list, "line", |news| gone(&news["line"]["visitor"]));
    wait_until(&mut all, "head", |news| gone(&news["head"]["visitor"]));
    // With two pages, closing one is no going.
    let (back, mut second) = (visit.socket(), visit.socket());
    wait_until(&mut desk, "visitor", |news| !gone(&news["visitor"]));
    wait_until(&mut list, "line", |news| !gone(&news["line"]["visitor"]));
    drop(back);
    second.wait_for("snapshot");
    visit.says("still here");
    wait_until(&mut desk, "entry", |news| news["entry"]["text"] == "still here");
    assert!(desk.rest().iter().all(|news| !news.contains("\"gone\":1")));
}

#[test]
fn a_chat_ends_when_its_visitor_stays_away_and_one_without_a_page_does_not() {
    let server = Server::start_with(Database::new(), |options| {
        options.limits.away = Duration::from_millis(100);
        options.limits.gone = Duration::from_millis(1500);
        options.play = Play::Demonstration;
        options.speed = 0.01;
    });
    let (aoi, hana) = (server.sign_in("aoi"), server.sign_in("hana"));
    let mut all = aoi.socket("/settings/chats/socket").unwrap();
    all.wait_for("snapshot");
    let (_, visit) = attended(&server);
    let page = visit.socket();
    let mut list = hana.socket("/monitored/socket").unwrap();
    // Nobody ever opens a page of this one: it counts from its beginning.
    let never = server.visit("Taro", "");
    let over = wait_until(&mut all, "over", |_| true);
    assert_eq!(over["chat"], never.chat.as_str());
    drop(page);
    assert_eq!(wait_until(&mut all, "over", |_| true)["chat"], visit.chat.as_str());
    assert_eq!(
        wait_until(&mut list, "ended", |news| news["chat"] == visit.chat.as_str())["reason"],
        "ended_chat_ended"
    );
    let snapshot = visit.socket().wait_for("snapshot");
    let entries = snapshot["entries"].as_array().unwrap();
    assert_eq!((&snapshot["live"], &entries.last().unwrap()["kind"]), (&json!(false), &json!("gone")));
    // Those that go on by themselves are older, and are there.
    let left = aoi.socket("/settings/chats/socket").unwrap().wait_for("snapshot");
    let chats = left["chats"].as_array().unwrap();
    assert!(!chats.is_empty());
    for chat in chats {
        assert_eq!((&chat["visitor"]["demonstration"], &chat["visitor"]["gone"]), (&json!(true), &Value::Null));
    }
}

#[test]
fn nobody_but_administrators_gets_anything_of_the_settings() {
    let server = Server::start();
    let (_, visit) = attended(&server);
    let people = [
        ("nobody", Person { address: server.address, cookie: String::new() }),
        ("visitor", visit.person.clone()),
        ("ken", server.sign_in("ken")),
        ("hana", server.sign_in("hana")),
        ("aoi", server.sign_in("aoi")),
    ];
    let pages = ["people", "roles", "departments", "chats", "retention"].map(|page| format!("/settings/{page}"));
    let person = json!({ "name": "x", "role": "associate" });
    let acts = [
        ("people".to_owned(), person.clone()),
        ("people/ken".into(), json!({ "name": "田中 健", "role": "associate" })),
        ("people/nobody".into(), person),
        ("people/nobody/disable".into(), json!({})),
        ("people/nobody/enable".into(), json!({})),
        ("people/nobody/password".into(), json!({})),
        ("people/nobody/sign-out".into(), json!({})),
        ("people/ken/nothing".into(), json!({})),
        ("roles".into(), json!({})),
        ("roles/preview".into(), json!({})),
        ("departments".into(), json!({ "id": "X", "name": "x" })),
        ("departments/nowhere".into(), json!({ "name": "x" })),
        ("departments/nowhere/delete".into(), json!({})),
        (format!("chats/{}/monitoring", visit.chat), json!({ "allowed": true })),
        ("chats/c-0000000000000000/monitoring".into(), json!({ "allowed": false })),
        ("chats/c-0000000000000000/reassign".into(), json!({ "to": "ken" })),
        ("chats/c-0000000000000000/departments".into(), json!({ "departments": [] })),
        ("chats/c-0000000000000000/end".into(), json!({})),
        ("retention".into(), json!({ "retention_days": 0, "gone_minutes": 0 })),
    ];
    let mut answers = Vec::new();
    for (who, person) in &people {
        let administrator = *who == "aoi";
        let expected = match *who {
            "nobody" | "visitor" => (303, 401),
            "aoi" => (200, 0),
            _ => (403, 403),
        };
        for page in &pages {
            assert_eq!(person.get(page).status, expected.0, "{who}: {page}");
        }
        for (path, body) in &acts {
            let answer = person.post(&format!("/settings/{path}"), body);
            if administrator {
                assert!(![401, 403].contains(&answer.status), "{path}: {answer:?}");
            } else {
                assert_eq!(answer.status, expected.1, "{who}: {path}");
                answers.push((answer.status, answer.body));
            }
            // What cannot be read makes no difference either.
            let origin = format!("http://{}", server.address);
            let headers = [("Cookie", &*person.cookie), ("Origin", &*origin), ("Content-Type", "application/json")];
            let unreadable = request(server.address, "POST", &format!("/settings/{path}"), &headers, b"{").unwrap();
            if !administrator {
                assert_eq!(unreadable.status, expected.1, "{who}: {path}");
            }
        }
        let socket = person.socket("/settings/chats/socket");
        if administrator {
            assert!(socket.is_ok());
        } else {
            assert_eq!(socket.unwrap_err(), expected.1, "{who}");
        }
        if !["nobody", "visitor"].contains(who) {
            let settings = person.get("/settings/monitoring").body;
            assert_eq!(settings.contains("settings&#x2f;people"), administrator, "{who}");
        }
    }
    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), 2, "{answers:?}");
    let refused = people[4].1.get("/audit?refused=true").body;
    for expected in ["Opened the people", "Opened the roles", "Opened the live chats", "Opened the retention"] {
        assert!(refused.contains(expected), "{expected} is missing: {refused}");
    }
}
