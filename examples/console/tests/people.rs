//! People, roles and departments, as administrators change them: at once, in whatever is open.

use serde_json::{Value, json};

use crate::support::http::Answer;
use crate::support::{Person, Server, Visit};

/// What an answer is refused for.
fn fault(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, key: &str) -> (u16, String) {
    (status, key.to_owned())
}

/// Somebody signs in with a password that is not the demonstration's.
fn sign_in(server: &Server, operator: &str, password: &str) -> Result<Person, u16> {
    let answer = server.post_form("/sign-in", &format!("operator={operator}&password={password}"), &[]);
    if answer.status != 303 {
        return Err(answer.status);
    }
    Ok(Person { address: server.address, cookie: answer.cookie() })
}

/// Mika chats with Ken, and Hana watches.
fn watched(server: &Server) -> (Person, Visit) {
    let (ken, visit) = (server.sign_in("ken"), server.visit("Mika", ""));
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    (ken, visit)
}

fn hana(role: &str) -> Value {
    json!({ "name": "森 花", "role": role })
}

#[test]
fn a_person_is_added_changed_and_given_a_new_password() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    aoi.does("/settings/departments", &json!({ "id": "sales", "name": "営業" }));
    let mai = json!({
        "id": "mai", "name": "加藤 舞", "role": "supervisor", "departments": ["sales"],
        "oversees": { "sales": ["watch", "advise"] },
    });
    let made = aoi.does("/settings/people", &mai)["password"].as_str().unwrap().to_owned();
    assert!(made.len() >= 20, "{made}");
    let first = sign_in(&server, "mai", &made).unwrap();
    assert!(
        first.get("/settings/monitoring").body.contains("スーパーバイザー")
            || first.get("/desk").body.contains("Supervisor")
    );
    assert_eq!(fault(&aoi.post("/settings/people", &mai)), refused(409, "id_taken"));
    // Typed passwords, and what may not be.
    let typed = |id: &str, name: &str, password: &str, departments: &[&str]| {
        let body =
            json!({ "id": id, "name": name, "role": "associate", "password": password, "departments": departments });
        aoi.post("/settings/people", &body)
    };
    assert_eq!(typed("nao", "Nao", "long enough", &[]).json()["password"], Value::Null);
    sign_in(&server, "nao", "long+enough").unwrap();
    assert_eq!(fault(&typed("rui", "Rui", "short", &[])), refused(422, "bad_password"));
    assert_eq!(fault(&typed("Rui Sato", "Rui", "long enough", &[])), refused(422, "bad_id"));
    assert_eq!(fault(&typed("rui", " \u{202e}", "long enough", &[])), refused(422, "bad_name"));
    assert_eq!(fault(&typed("rui", "Rui", "long enough", &["nowhere"])), refused(404, "no_such_department"));
    let unknown = json!({ "id": "rui", "name": "Rui", "role": "bot" });
    assert_eq!(fault(&aoi.post("/settings/people", &unknown)), refused(422, "unknown_role"));
    // A new password ends what was signed in with the old one.
    let mut page = first.socket("/session/socket").unwrap();
    let renewed = aoi.does("/settings/people/mai/password", &json!({}))["password"].as_str().unwrap().to_owned();
    page.wait_for("signed_out");
    assert_eq!(first.get("/desk").status, 303);
    assert_eq!(sign_in(&server, "mai", &made).unwrap_err(), 403);
    let second = sign_in(&server, "mai", &renewed).unwrap();
    aoi.does("/settings/people/mai/sign-out", &json!({}));
    assert_eq!(second.get("/desk").status, 303);
    sign_in(&server, "mai", &renewed).unwrap();
    let page = aoi.get("/settings/people").body;
    assert!(page.contains("加藤 舞") && page.contains("&quot;sessions&quot;:1"), "{page}");
    let audit = aoi.get("/audit").body;
    for expected in
        ["mai: Supervisor [営業] {営業: Watch+Advise}", "Set a new password", "Signed somebody out everywhere"]
    {
        assert!(audit.contains(expected), "{expected} is missing: {audit}");
    }
}

#[test]
fn whoever_changes_their_own_password_stays_to_see_it() {
    let server = Server::start();
    let (aoi, elsewhere) = (server.sign_in("aoi"), server.sign_in("aoi"));
    aoi.does("/settings/people/aoi/password", &json!({ "password": "another one" }));
    assert_eq!((aoi.get("/desk").status, elsewhere.get("/desk").status), (200, 303));
}

#[test]
fn a_demotion_moves_open_pages_at_once() {
    let server = Server::start();
    let (aoi, hana_page) = (server.sign_in("aoi"), server.sign_in("hana"));
    let (_, visit) = watched(&server);
    let opened_path = format!("/monitored/{}/socket", visit.chat);
    let mut list = hana_page.socket("/monitored/socket").unwrap();
    assert_eq!(list.wait_for("snapshot")["chats"].as_array().unwrap().len(), 1);
    let mut opened = hana_page.socket(&opened_path).unwrap();
    opened.wait_for("snapshot");
    let mut desk = hana_page.socket("/desk/socket").unwrap();
    desk.wait_for("snapshot");
    aoi.does("/settings/people/hana", &hana("associate"));
    assert_eq!(list.wait_for("ended")["reason"], "ended_no_rights");
    assert_eq!(opened.wait_for("ended")["reason"], "ended_no_rights");
    desk.wait_for("renewed");
    // The list hears nothing more, and is refused when it comes back.
    assert!(!list.rest().join("").contains("line"));
    assert_eq!(hana_page.socket("/monitored/socket").unwrap_err(), 403);
    assert_eq!(hana_page.get("/monitored").status, 403);
    assert_eq!(
        hana_page
            .post("/settings/monitoring/rules", &json!({ "when": [{ "kind": "operator", "value": "ken" }] }))
            .status,
        403
    );
    // Promoted again, her rules count again.
    aoi.does("/settings/people/hana", &hana("supervisor"));
    desk.wait_for("renewed");
    let snapshot = hana_page.socket("/monitored/socket").unwrap().wait_for("snapshot");
    assert_eq!(snapshot["chats"][0]["chat"], visit.chat.as_str());
    // The audit says it in the reader's words.
    for (language, words) in [
        ("en", "hana: Supervisor [サポート窓口] → Associate"),
        ("ja", "hana: スーパーバイザー [サポート窓口] → 担当者"),
    ] {
        assert!(aoi.page_in(language, "/audit").contains(words), "{words}");
    }
}

#[test]
fn who_joined_and_is_demoted_leaves_in_the_sight_of_all() {
    let server = Server::start();
    let (aoi, hana_page) = (server.sign_in("aoi"), server.sign_in("hana"));
    let (ken, visit) = watched(&server);
    hana_page.does(&format!("/monitored/{}/join", visit.chat), &json!({}));
    let (mut page, mut desk) = (visit.socket(), ken.socket("/desk/socket").unwrap());
    assert_eq!(page.wait_for("snapshot")["operators"], json!(["田中 健", "森 花"]));
    desk.wait_for("snapshot");
    aoi.does("/settings/people/hana", &hana("associate"));
    let left = page.wait_for("entry");
    assert_eq!((&left["entry"]["kind"], &left["entry"]["name"]), (&json!("left"), &json!("森 花")));
    assert_eq!(page.wait_for("operators")["operators"], json!(["田中 健"]));
    assert_eq!(desk.wait_for("people")["people"]["joined"], json!([]));
}

#[test]
fn a_disabled_account_is_nobodys_until_it_is_enabled() {
    let server = Server::start();
    let (aoi, hana_page) = (server.sign_in("aoi"), server.sign_in("hana"));
    let (_, visit) = watched(&server);
    let mut list = hana_page.socket("/monitored/socket").unwrap();
    list.wait_for("snapshot");
    aoi.does("/settings/people/hana/disable", &json!({}));
    list.wait_for("signed_out");
    assert_eq!(hana_page.get("/desk").status, 303);
    let password = server.passwords.iter().find(|(known, _)| known == "hana").unwrap().1.clone();
    assert_eq!(sign_in(&server, "hana", &password).unwrap_err(), 403);
    assert_eq!(fault(&aoi.post("/settings/people/hana/disable", &json!({}))), refused(409, "is_disabled"));
    let to_nobody = json!({ "to": "hana" });
    assert_eq!(
        fault(&server.sign_in("ken").post(&format!("/desk/{}/transfer", visit.chat), &to_nobody)).1,
        "no_such_operator"
    );
    // It lasts, and so do her rules and what she was.
    let server = server.restart();
    let aoi = Person { address: server.address, ..aoi };
    assert_eq!(sign_in(&server, "hana", &password).unwrap_err(), 403);
    assert!(json!(aoi.rules()).to_string().contains("*@example.net"));
    aoi.does("/settings/people/hana", &json!({ "name": "森 はな", "role": "supervisor" }));
    aoi.does("/settings/people/hana/enable", &json!({}));
    assert_eq!(fault(&aoi.post("/settings/people/hana/enable", &json!({}))), refused(409, "is_enabled"));
    let again = sign_in(&server, "hana", &password).unwrap();
    let snapshot = again.socket("/monitored/socket").unwrap().wait_for("snapshot");
    assert_eq!(snapshot["chats"][0]["chat"], visit.chat.as_str());
    assert!(again.get("/desk").body.contains("森 はな"));
}

#[test]
fn chats_of_a_disabled_operator_wait_again() {
    let server = Server::start();
    let (aoi, aya) = (server.sign_in("aoi"), server.sign_in("aya"));
    let (ken, visit) = watched(&server);
    let (mut page, mut desk) = (visit.socket(), aya.socket("/desk/socket").unwrap());
    page.wait_for("snapshot");
    desk.wait_for("snapshot");
    aoi.does("/settings/people/ken/disable", &json!({}));
    assert_eq!(desk.wait_for("waiting")["chat"]["chat"], visit.chat.as_str());
    assert_eq!(page.wait_for("operators")["operators"], json!([]));
    assert_eq!(ken.post(&format!("/desk/{}/say", visit.chat), &json!({ "text": "x" })).status, 401);
    aya.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
}

#[test]
fn the_last_administrator_stays_one() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    let demoted = json!({ "name": "木村 葵", "role": "supervisor" });
    for (path, body) in [("/settings/people/aoi", &demoted), ("/settings/people/aoi/disable", &json!({}))] {
        assert_eq!(fault(&aoi.post(path, body)), refused(409, "last_administrator"), "{path}");
    }
    // One who is disabled is none.
    aoi.does("/settings/people/sora", &json!({ "name": "石井 空", "role": "administrator" }));
    aoi.does("/settings/people/sora/disable", &json!({}));
    assert_eq!(fault(&aoi.post("/settings/people/aoi", &demoted)), refused(409, "last_administrator"));
    aoi.does("/settings/people/sora/enable", &json!({}));
    aoi.does("/settings/people/aoi", &demoted);
    assert_eq!(aoi.get("/settings/people").status, 403);
}

#[test]
fn the_table_of_roles_holds_at_once() {
    let server = Server::start();
    let (aoi, hana_page) = (server.sign_in("aoi"), server.sign_in("hana"));
    let (_, visit) = watched(&server);
    let mut list = hana_page.socket("/monitored/socket").unwrap();
    list.wait_for("snapshot");
    let policy = |supervisor: Value, more: &[(&str, Value)]| {
        let mut rows = json!({
            "administrator": { "monitors": ["supervisor", "associate"] }, "supervisor": supervisor,
            "associate": { "monitors": [] }, "qa": { "monitors": [] },
        });
        for (role, row) in more {
            rows[*role] = row.clone();
        }
        json!({ "watch_unattended": false, "joined_count": true, "permissions": rows })
    };
    let associates = json!({ "monitors": ["associate"] });
    let without_advice = json!({ "monitors": ["associate"], "rights": ["watch"] });
    let qa = json!({ "monitors": ["associate"], "rights": ["watch"] });
    // What it would do is told, and nothing is done.
    let told = aoi.does("/settings/roles/preview", &policy(json!({ "monitors": [] }), &[]));
    assert_eq!(told, json!({ "ended": 1, "begun": 0, "left": 0 }));
    let advise = format!("/monitored/{}/advise", visit.chat);
    hana_page.says(&advise, "allowed");
    // A right goes.
    aoi.does("/settings/roles", &policy(without_advice, &[("監査", qa.clone())]));
    assert_eq!(fault(&hana_page.post(&advise, &json!({ "text": "x" }))), refused(403, "may_not_advise"));
    // A role that somebody has, or had before they were disabled, stays.
    aoi.does("/settings/people/sora", &json!({ "name": "石井 空", "role": "監査" }));
    assert!(server.sign_in("sora").get("/desk").body.contains("監査"));
    assert_eq!(fault(&aoi.post("/settings/roles", &policy(associates.clone(), &[]))), refused(409, "role_in_use"));
    aoi.does("/settings/people/sora/disable", &json!({}));
    assert_eq!(fault(&aoi.post("/settings/roles", &policy(associates.clone(), &[]))), refused(409, "role_in_use"));
    aoi.does("/settings/people/sora", &json!({ "name": "石井 空", "role": "supervisor" }));
    // The watch ends when the row goes, and the page is one no more.
    aoi.does("/settings/roles", &policy(json!({ "monitors": [] }), &[]));
    assert_eq!(list.wait_for("ended")["reason"], "ended_no_rights");
    assert_eq!(hana_page.get("/monitored").status, 403);
    for wrong in [
        json!({}),
        policy(json!({ "monitors": ["nobody"] }), &[]),
        policy(json!({ "monitors": [], "rights": ["join"] }), &[]),
    ] {
        assert_eq!(fault(&aoi.post("/settings/roles", &wrong)), refused(422, "bad_policy"));
    }
    assert!(aoi.get("/audit").body.contains("Supervisor, qa, +監査"));
}

#[test]
fn a_department_can_be_deleted_when_nothing_names_it() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    aoi.does("/settings/departments", &json!({ "id": "sales", "name": "営業" }));
    let again = aoi.post("/settings/departments", &json!({ "id": "sales", "name": "x" }));
    assert_eq!(fault(&again), refused(409, "id_taken"));
    aoi.does("/settings/departments/sales", &json!({ "name": "営業部" }));
    aoi.does("/settings/people/ken", &json!({ "name": "田中 健", "role": "associate", "departments": ["sales"] }));
    let delete = || aoi.post("/settings/departments/sales/delete", &json!({}));
    assert_eq!(fault(&delete()), refused(409, "department_in_use"));
    aoi.does("/settings/people/ken/disable", &json!({}));
    assert_eq!(fault(&delete()), refused(409, "department_in_use"));
    aoi.does("/settings/people/ken", &json!({ "name": "田中 健", "role": "associate" }));
    assert_eq!(delete().status, 200);
    assert_eq!(fault(&delete()), refused(404, "no_such_department"));
    let page = aoi.get("/settings/departments").body;
    assert!(!page.contains("営業"), "{page}");
}
