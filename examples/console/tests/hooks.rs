//! Vendors' webhooks: what comes of them, who may send them, and what they are told.

use std::path::Path;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use console::Options;

use crate::erasure::{held, wait_until};
use crate::support::http::{Answer, request};
use crate::support::{Database, Person, Server};

/// Makes a hook, and returns the path of its address.
fn make(server: &Server, vendor: &str, key: &str) -> String {
    let aoi = server.sign_in("aoi");
    let form = format!("vendor={vendor}&name=Shop&key={key}");
    let made = server.post_form("/settings/hooks", &form, &[("Cookie", &*aoi.cookie)]);
    assert_eq!(made.status, 200, "{made:?}");
    let (_, address) = made.body.split_once("<code class=\"value\" id=\"address\">").unwrap();
    let address = address.split_once('<').unwrap().0.replace("&#x2f;", "/");
    let path = address.strip_prefix(&format!("http://{}", server.address)).unwrap();
    assert!(!aoi.get("/settings/hooks").body.contains(path.rsplit('/').next().unwrap()), "it is shown once");
    path.to_owned()
}

/// Posts as a vendor's server does: without a cookie or an origin.
fn send(server: &Server, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
    request(server.address, "POST", path, headers, body.as_bytes()).unwrap()
}

fn tell(server: &Server, path: &str, body: &Value) {
    let answer = send(server, path, &body.to_string(), &[]);
    assert_eq!((answer.status, &*answer.body), (200, ""), "{answer:?}");
}

/// An hour ago, in seconds since 1970.
fn began() -> u64 {
    static BEGAN: LazyLock<u64> =
        LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() - 3600);
    *BEGAN
}

/// A conversation of Chatwoot, `second` seconds after it began.
fn conversation(event: &str, second: u64, status: &str, assignee: Option<&str>) -> Value {
    let assignee = assignee.map(|id| json!({"id": id, "type": "user"}));
    json!({"event": event, "id": 7, "account": {"id": 3}, "inbox_id": 5, "status": status, "channel": "Channel::WebWidget",
        "updated_at": began() + second, "meta": {"assignee": assignee, "sender": {"id": 901, "name": "Mika",
        "email": "mika@example.com", "additional_attributes": {"created_at_ip": "192.0.2.9"}}}})
}

fn message(id: u64, second: u64, by: &str, text: &str) -> Value {
    let kind = if by == "visitor" { "incoming" } else { "outgoing" };
    let sender =
        if by == "visitor" { json!({"type": "contact", "name": "Mika"}) } else { json!({"id": by, "type": "user"}) };
    json!({"event": "message_created", "id": id, "content": text, "message_type": kind, "private": false,
        "created_at": began() + second, "account": {"id": 3}, "inbox": {"id": 5}, "sender": sender,
        "conversation": conversation("", second, "open", Some(if by == "visitor" { "ken" } else { by }))})
}

/// The chats in somebody's list.
fn list(person: &Person) -> Vec<Value> {
    let mut socket = person.socket("/monitored/socket").unwrap();
    socket.wait_for("snapshot")["chats"].as_array().unwrap().clone()
}

fn opened(person: &Person, chat: &str) -> Value {
    person.socket(&format!("/monitored/{chat}/socket")).unwrap().wait_for("snapshot")["chat"].clone()
}

fn texts(chat: &Value) -> Vec<String> {
    let entries = chat["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "said");
    entries.map(|entry| format!("{}: {}", entry["name"].as_str().unwrap(), entry["text"].as_str().unwrap())).collect()
}

#[test]
fn an_agent_with_an_id_of_the_vendors_is_the_account_that_the_table_names() {
    let server = Server::start();
    let (path, aoi, hana) = (make(&server, "chatwoot", ""), server.sign_in("aoi"), server.sign_in("hana"));
    let set =
        |form: &str, cookie: &str| server.post_form("/settings/hooks/1/agents", form, &[("Cookie", cookie)]).status;
    assert_eq!(set("agent=41&operator=ken", &hana.cookie), 403);
    tell(&server, &path, &conversation("conversation_created", 0, "open", Some("41")));
    let watched = || {
        let mut socket = hana.socket("/monitored/socket").unwrap();
        socket.wait_for("snapshot")["chats"].as_array().unwrap().len()
    };
    assert_eq!(watched(), 0, "nobody knows the agent");
    assert_eq!(set("agent=41&operator=nobody", &aoi.cookie), 422);
    assert_eq!(set("agent=&operator=ken", &aoi.cookie), 422);
    assert_eq!(set("agent=+41+&operator=ken", &aoi.cookie), 303);
    assert!(aoi.get("/settings/hooks").body.contains(">41</code>"));
    tell(&server, &path, &conversation("conversation_updated", 1, "open", Some("41")));
    assert_eq!(watched(), 1, "by the rule on ken");
    let server = server.restart();
    let (aoi, hana) = (server.sign_in("aoi"), server.sign_in("hana"));
    tell(&server, &path, &message(1, 2, "41", "Hi"));
    let mut socket = hana.socket("/monitored/socket").unwrap();
    assert_eq!(socket.wait_for("snapshot")["chats"][0]["people"]["operators"][0]["id"], "ken");
    assert_eq!(server.post_form("/settings/hooks/1/agents", "agent=41", &[("Cookie", &aoi.cookie)]).status, 303);
    tell(&server, &path, &conversation("conversation_updated", 3, "open", Some("41")));
    socket.wait_for("ended");
}

#[test]
fn a_chat_of_another_system_is_watched_with_its_rule_and_what_was_said() {
    let server = Server::start();
    let path = make(&server, "chatwoot", "");
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let mut desk = ken.socket("/desk/socket").unwrap();
    desk.wait_for("snapshot");
    tell(&server, &path, &conversation("conversation_created", 0, "open", None));
    tell(&server, &path, &conversation("conversation_updated", 1, "open", Some("ken")));
    tell(&server, &path, &message(1, 2, "visitor", "Hello"));
    tell(&server, &path, &message(2, 3, "ken", "Hi"));
    let lines = list(&hana);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let (line, chat) = (&lines[0], lines[0]["chat"].as_str().unwrap());
    assert_eq!((&line["visitor"]["vendor"], &line["visitor"]["name"]), (&json!("chatwoot"), &json!("Mika")));
    assert_eq!(line["rules"][0]["when"][0]["kind"], "operator");
    assert!(chat.starts_with("h1-") && chat.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{chat}");
    let seen = opened(&hana, chat);
    assert_eq!(texts(&seen), ["Mika: Hello", "田中 健: Hi"]);
    assert_eq!(seen["entries"][1]["at"], json!((began() + 2) * 1000));

    // It is on nobody's desk to be picked up; it is on Ken's, whose it is, to be advised in.
    assert_eq!(desk.wait_for("opened")["chat"]["visitor"]["vendor"], "chatwoot");
    assert_eq!(server.sign_in("aya").socket("/desk/socket").unwrap().wait_for("snapshot")["waiting"], json!([]));
    hana.says(&format!("/monitored/{chat}/advise"), "offer a refund");
    assert_eq!(desk.wait_for("internal")["entry"]["text"], "offer a refund");
    ken.says(&format!("/desk/{chat}/note"), "thanks");
    for (person, act) in [(&ken, "say"), (&ken, "end"), (&ken, "transfer")] {
        let answer = person.post(&format!("/desk/{chat}/{act}"), &json!({"text": "x", "to": "aya"}));
        assert_eq!((answer.status, &answer.json()["error"]), (409, &json!("elsewhere")), "{act}");
    }
    assert_eq!(hana.post(&format!("/monitored/{chat}/join"), &json!({})).json()["error"], "elsewhere");
    assert_eq!(
        server.sign_in("aya").post(&format!("/desk/{chat}/pick-up"), &json!({})).json()["error"],
        "was_picked_up"
    );
    assert_eq!(server.sign_in("rin").get(&format!("/monitored/{chat}")).status, 403);

    tell(&server, &path, &conversation("conversation_resolved", 9, "resolved", Some("ken")));
    assert!(list(&hana).is_empty());
    let audit = server.sign_in("aoi").get("/audit").body;
    assert!(audit.contains("Made a webhook") && audit.contains(chat), "{audit}");
}

#[test]
fn what_comes_again_late_or_after_a_restart_changes_nothing() {
    let mut server = Server::start();
    let path = make(&server, "chatwoot", "");
    tell(&server, &path, &conversation("conversation_created", 0, "open", Some("ken")));
    tell(&server, &path, &message(1, 2, "visitor", "Hello"));
    let chat = list(&server.sign_in("hana"))[0]["chat"].as_str().unwrap().to_owned();
    // Twice: after what was logged, and after what was saved.
    for n in 2..4 {
        server = server.restart();
        let hana = server.sign_in("hana");
        tell(&server, &path, &message(1, 2, "visitor", "Hello"));
        tell(&server, &path, &message(n, n + 1, "ken", "More"));
        assert_eq!(list(&hana)[0]["chat"], *chat);
        assert_eq!(texts(&opened(&hana, &chat)).len(), usize::try_from(n).unwrap());
    }
    let hana = server.sign_in("hana");
    tell(&server, &path, &conversation("conversation_updated", 20, "open", Some("rin")));
    assert!(list(&hana).is_empty());
    tell(&server, &path, &conversation("conversation_updated", 1, "open", Some("ken")));
    assert!(list(&hana).is_empty(), "Rin has had it since");
    tell(&server, &path, &conversation("conversation_resolved", 30, "resolved", Some("ken")));
    server = server.restart();
    tell(&server, &path, &message(9, 25, "visitor", "late"));
    let hana = server.sign_in("hana");
    assert!(list(&hana).is_empty());
    tell(&server, &path, &conversation("conversation_opened", 40, "open", Some("ken")));
    let again = list(&hana);
    assert_eq!(again.len(), 1);
    assert_ne!(again[0]["chat"], *chat, "what begins anew is another chat");
    assert_eq!(texts(&opened(&hana, again[0]["chat"].as_str().unwrap())), [""; 0]);
}

#[test]
fn what_is_erased_is_forgotten_by_the_hook_too_and_late_bodies_begin_nothing() {
    let server = Server::start();
    let path = make(&server, "chatwoot", "");
    let aoi = server.sign_in("aoi");
    tell(&server, &path, &conversation("conversation_created", 0, "open", Some("ken")));
    tell(&server, &path, &message(1, 2, "visitor", "Hello"));
    tell(&server, &path, &conversation("conversation_resolved", 9, "resolved", Some("ken")));
    assert!(held(&server.database, "mika@example.com"));
    let find = || aoi.does("/settings/erasure/find", &json!({ "by": "email", "value": "mika@example.com" }));
    let found = find();
    let chats: Vec<_> = found["chats"].as_array().unwrap().iter().map(|chat| chat["chat"].clone()).collect();
    assert_eq!(chats.len(), 1, "{found}");
    aoi.does("/settings/erasure/erase", &json!({ "chats": chats, "email": "mika@example.com" }));
    wait_until("a file without the address", || !held(&server.database, "mika@example.com"));
    tell(&server, &path, &message(2, 5, "visitor", "late"));
    assert!(list(&server.sign_in("hana")).is_empty());
    assert_eq!(find()["chats"], json!([]));
}

#[test]
fn what_was_logged_and_not_yet_saved_is_known_after_a_crash() {
    let server = Server::start();
    let path = make(&server, "chatwoot", "");
    tell(&server, &path, &conversation("conversation_created", 0, "open", Some("ken")));
    tell(&server, &path, &message(1, 2, "visitor", "Hello"));
    // The file as it is while the console works, and as it would be found if that ended now.
    let copy = Database::new();
    let options = Options { database: server.database.0.clone(), ..Options::default() };
    console::backup(&options, &copy.0).unwrap();
    let passwords = server.passwords.clone();
    let mut again = Server::start_with(copy, |_| {});
    again.passwords = passwords;
    let hana = again.sign_in("hana");
    let chat = list(&hana)[0]["chat"].as_str().unwrap().to_owned();
    tell(&again, &path, &message(1, 2, "visitor", "Hello"));
    tell(&again, &path, &message(2, 3, "ken", "Hi"));
    assert_eq!(texts(&opened(&hana, &chat)), ["Mika: Hello", "田中 健: Hi"]);
    assert_eq!(list(&hana)[0]["people"]["operators"], json!([{"id": "ken", "name": "田中 健"}]));
    tell(&again, &path, &conversation("conversation_resolved", 9, "resolved", Some("ken")));
    tell(&again, &path, &message(3, 5, "visitor", "late"));
    assert!(list(&hana).is_empty());
}

#[test]
fn agents_without_an_account_grant_nothing() {
    let server = Server::start();
    let path = make(&server, "chatwoot", "");
    let hana = server.sign_in("hana");
    hana.adds_rule("visitor_ip", "192.0.2.0/24");
    for (second, assignee) in [(0, Some("41")), (1, None), (2, Some("sora")), (3, Some("chatwoot:ken"))] {
        tell(&server, &path, &conversation("conversation_updated", second, "open", assignee));
        assert!(list(&hana).is_empty(), "{assignee:?}");
    }
    tell(&server, &path, &conversation("conversation_updated", 5, "open", Some("ken")));
    assert_eq!(list(&hana).len(), 1);
}

#[test]
fn only_administrators_make_and_revoke_hooks() {
    let server = Server::start();
    let path = make(&server, "chatwoot", "");
    for operator in ["hana", "sora", "ken"] {
        let person = server.sign_in(operator);
        assert_eq!(person.get("/settings/hooks").status, 403);
        let cookie = [("Cookie", &*person.cookie)];
        assert_eq!(server.post_form("/settings/hooks", "vendor=chatwoot&name=x", &cookie).status, 403);
        assert_eq!(server.post_form("/settings/hooks/1/revoke", "", &cookie).status, 403);
    }
    let aoi = server.sign_in("aoi");
    let cookie = [("Cookie", &*aoi.cookie)];
    for wrong in ["vendor=icq&name=x", "vendor=zoho&name=", "vendor=zoho&name=x&key=k", "vendor=chatwoot", "name=x"] {
        assert_eq!(server.post_form("/settings/hooks", wrong, &cookie).status, 422, "{wrong}");
    }
    // A page of another site cannot have it done.
    let headers =
        [cookie[0], ("Origin", "https://evil.example"), ("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(send(&server, "/settings/hooks", "vendor=zoho&name=x", &headers).status, 403);
    assert_eq!(send(&server, "/settings/hooks/1/revoke", "", &cookie).status, 403);
    tell(&server, &path, &conversation("conversation_created", 0, "open", Some("ken")));
    assert_eq!(list(&server.sign_in("hana")).len(), 1);
    assert_eq!(server.post_form("/settings/hooks/1/revoke", "", &cookie).status, 303);
    assert!(list(&server.sign_in("hana")).is_empty());
    assert_eq!(server.post_form("/settings/hooks/1/revoke", "", &cookie).status, 404);
    let body = conversation("conversation_created", 50, "open", Some("ken")).to_string();
    assert_eq!(send(&server, &path, &body, &[]).status, 404);
}

#[test]
fn an_unknown_secret_is_an_unknown_path() {
    let server = Server::start();
    let path = make(&server, "chatwoot", "");
    let secret = path.rsplit('/').next().unwrap();
    let nowhere = send(&server, "/hooks/nowhere", "{}", &[]);
    assert_eq!(nowhere.status, 404);
    assert_eq!(nowhere.header("content-type"), Some("application/problem+json"));
    let body = conversation("conversation_created", 0, "open", Some("ken")).to_string();
    let others = [
        format!("/hooks/zoho/{secret}"),
        format!("/hooks/icq/{secret}"),
        format!("/hooks/chatwoot/{}", secret.to_uppercase()),
        format!("/hooks/chatwoot/{}", "0".repeat(64)),
        "/hooks/chatwoot/".to_owned() + &"x".repeat(5000),
        "/hooks/chatwoot/%00".to_owned(),
    ];
    for other in others {
        let answer = send(&server, &other, &body, &[]);
        assert_eq!((answer.status, answer.body), (404, nowhere.body.clone()), "{other}");
    }
    assert_eq!(request(server.address, "GET", &path, &[], b"").unwrap().status, 405);
    assert!(list(&server.sign_in("hana")).is_empty());
    let (database, _) = server.into_rest();
    let file = std::fs::read(&database.0).unwrap();
    assert!(!file.windows(secret.len()).any(|part| part == secret.as_bytes()), "the secret is in the file");
}

#[test]
fn what_cannot_be_used_changes_nothing_and_is_told_without_the_body() {
    let server = Server::start();
    let path = make(&server, "chatwoot", "");
    let tawk = json!({"event": "chat:start", "chatId": "c1", "time": "2026-01-31T09:00:00Z", "visitor": {"email": "mika@example.com"}});
    let huge = format!("{{\"a\": \"{}\"}}", "x".repeat(600_000));
    let bad = [
        ("", 400, "bad_body"),
        ("mika@example.com", 400, "bad_body"),
        ("{\"email\": \"mika@example.com\"", 400, "bad_body"),
        ("{\"a\": 1, \"a\": 2}", 400, "bad_body"),
        ("{}", 422, "other_body"),
        ("[]", 422, "other_body"),
        (&tawk.to_string(), 422, "other_body"),
        (&huge, 413, "too_large"),
    ];
    for (body, status, code) in bad {
        let answer = send(&server, &path, body, &[]);
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)));
        assert!(problem["type"].is_string() && problem["title"].is_string() && problem["detail"].is_string());
        assert!(!answer.body.contains("mika"), "{answer:?}");
    }
    let page = server.sign_in("aoi").get("/settings/hooks").body;
    assert!(page.contains(">Nothing yet<"), "{page}");
}

#[test]
fn a_hook_with_a_key_takes_signed_bodies_only() {
    let server = Server::start();
    // Kept out of the program's own code: this is how RFC 2104 has it.
    let path = make(&server, "rocket.chat", "tok");
    let room = json!({"type": "LivechatSessionTaken", "_id": "r", "label": "Yuki", "visitor": {"username": "g", "ip": "192.0.2.8"},
        "agent": {"_id": "ken"}}).to_string();
    assert_eq!(send(&server, &path, &room, &[]).status, 401);
    assert_eq!(send(&server, &path, &room, &[("X-RocketChat-Livechat-Token", "toc")]).json()["code"], "bad_signature");
    assert!(list(&server.sign_in("hana")).is_empty());
    assert_eq!(send(&server, &path, &room, &[("X-RocketChat-Livechat-Token", "tok")]).status, 200);
    assert_eq!(list(&server.sign_in("hana")).len(), 1);
}

#[test]
fn who_sends_is_told_the_same_whoever_watches() {
    let answers = [false, true].map(|watched| {
        let server = Server::start();
        let path = make(&server, "chatwoot", "");
        if watched {
            server.sign_in("hana").adds_rule("visitor_email", "*@example.com");
        }
        let mut answers = Vec::new();
        for second in 0..5 {
            let body = conversation("conversation_updated", second, "open", Some("rin")).to_string();
            answers.push(send(&server, &path, &body, &[]));
            let said = message(second, second, "rin", "hi").to_string();
            answers.push(send(&server, &path, &said, &[]));
        }
        assert_eq!(list(&server.sign_in("hana")).len(), usize::from(watched));
        let head =
            |answer: &Answer| answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect::<Vec<_>>();
        answers.iter().map(|answer| (answer.status, head(answer), answer.body.clone())).collect::<Vec<_>>()
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn too_many_bodies_are_refused_for_that_hook_alone() {
    let server = Server::start();
    let (busy, other) = (make(&server, "chatwoot", ""), make(&server, "tawk.to", ""));
    let refused = (0..2000).find(|_| send(&server, &busy, "{}", &[]).status == 429);
    assert!(refused.is_some_and(|sent| sent >= 600), "{refused:?}");
    assert_eq!(send(&server, &other, "{}", &[]).status, 422);
}

#[test]
fn the_samples_of_every_vendor_are_taken() {
    let server = Server::start_with(Database::new(), |_| {});
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/webhooks");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut sent = 0;
    for vendor in vendors::vendor_names() {
        let path = make(&server, vendor, "");
        let begins: String = vendor.chars().filter(char::is_ascii_alphanumeric).collect();
        let theirs = |file: &&std::path::PathBuf| {
            let name = file.file_name().unwrap().to_str().unwrap();
            name.starts_with(&begins) && (name.ends_with(".json") || name.ends_with(".form"))
        };
        for file in files.iter().filter(theirs) {
            let answer = request(server.address, "POST", &path, &[], &std::fs::read(file).unwrap()).unwrap();
            assert_eq!(answer.status, 200, "{file:?}: {answer:?}");
            sent += 1;
        }
    }
    assert!(sent > 40, "{sent}");
    let page = server.sign_in("aoi").get("/settings/hooks").body;
    assert!(!page.contains(">Nothing yet<"));
}
