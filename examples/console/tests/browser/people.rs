//! Settings: people, roles and departments, while somebody who is changed looks on.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::driver::{Browser, Driver};
use super::{ENGLISH, JAPANESE, Words, password, sign_in};
use crate::support::{Database, Server};

#[test]
fn an_administrator_changes_people_and_roles_in_english() {
    settings(&ENGLISH);
}

#[test]
fn an_administrator_changes_people_and_roles_in_japanese() {
    settings(&JAPANESE);
}

fn settings(words: &Words) {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let folder = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from);
    let picture = |who: &Browser, name: &str| {
        if let Some(folder) = &folder {
            who.picture(&folder.join(format!("{name}-{}.png", words.language)));
        }
    };
    let (aoi, hana) = {
        let browser = || driver.browser(words.language, &format!("http://{}", server.address));
        (browser(), browser())
    };
    let (ken, visit) = (server.sign_in("ken"), server.visit("Mika", "mika@example.com"));
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    visit.says("Has my clock arrived?");
    sign_in(&aoi, "aoi", password(&server, "aoi"));
    sign_in(&hana, "hana", password(&server, "hana"));
    hana.go("/monitored");
    hana.wait_for_text("#watches", "Mika");

    // A department, and somebody new who belongs to it.
    aoi.go("/settings/departments");
    aoi.click("#add");
    aoi.type_into("#id", "sales");
    aoi.type_into("#name", "営業\n");
    aoi.wait_for_text("tbody", "営業");
    picture(&aoi, "departments");
    aoi.go("/settings/people");
    aoi.click("#add");
    aoi.type_into("#id", "mai");
    aoi.type_into("#person #name", "加藤 舞");
    aoi.click("#person [name=department][value=sales]");
    aoi.click("[name=oversees][value=chosen]");
    aoi.click("#overseen [value=watch]");
    aoi.show("#person-title");
    picture(&aoi, "add-person");
    aoi.click("#person .main");
    aoi.wait_until("a password", || aoi.text("#once").len() > 20);
    picture(&aoi, "password-once");
    aoi.click("#once-dialog .main");
    aoi.wait_for_text("[data-person=mai]", "営業");
    aoi.type_into("#search", "舞");
    aoi.wait_until("one person", || aoi.count("#people tbody tr") == 1);
    aoi.clear("#search");

    // Demoted while she looks on: her page says so, without being asked.
    aoi.go("/settings/people");
    aoi.click("[data-person=hana] .edit");
    aoi.click("#role [value=associate]");
    aoi.click("#person .main");
    hana.wait_for_text("h1", words.not_allowed);
    assert!(!hana.has(".bar a[href='/monitored']"));
    picture(&hana, "demoted");
    hana.go("/desk");
    aoi.find("[data-person=hana]");
    aoi.click("[data-person=hana] .edit");
    aoi.click("#role [value=supervisor]");
    aoi.click("#person .main");
    // Promoted again: her desk offers the list.
    hana.find(".bar a[href='/monitored']");
    picture(&aoi, "people");

    // A role of the company's own; what a change would do is said first.
    aoi.go("/settings/roles");
    aoi.click("#add");
    aoi.type_into("#role-name", "品質管理\n");
    aoi.wait_for_text("#rows", "品質管理");
    aoi.show("[data-role=supervisor] td:nth-child(2) label:nth-of-type(3)");
    aoi.click("[data-role=supervisor] td:nth-child(2) label:nth-of-type(3) input");
    aoi.wait_until("what it would do", || aoi.text("#effect").contains('1'));
    picture(&aoi, "roles");
    aoi.click("#undo");
    assert!(!aoi.is_enabled("#save"));

    // The page of the rules goes with the role, too.
    hana.go("/settings/monitoring");
    hana.find("tbody tr");
    for role in ["associate", "supervisor"] {
        aoi.go("/settings/people");
        aoi.click("[data-person=hana] .edit");
        aoi.click(&format!("#role [value={role}]"));
        aoi.click("#person .main");
        if role == "associate" {
            hana.wait_for_text("h1", words.not_allowed);
            hana.go("/desk");
        }
    }
    hana.find(".bar a[href='/monitored']");

    // Signed out wherever she is, and what is set on how long things are kept stays.
    aoi.go("/settings/people");
    aoi.click("[data-person=hana] .edit");
    aoi.click("#sign-out");
    aoi.click("#sure");
    hana.find(".sign-in");
    sign_in(&hana, "hana", password(&server, "hana"));
    aoi.go("/settings/retention");
    aoi.clear("#retention_days");
    aoi.type_into("#retention_days", "30\n");
    picture(&aoi, "retention");
    aoi.wait_until("it is kept", || server.sign_in("aoi").get("/settings/retention").body.contains("value=\"30\""));

    // Disabled: signed out at once.
    aoi.go("/settings/people");
    aoi.click("[data-person=hana] .edit");
    aoi.click("#disable");
    picture(&aoi, "disable");
    aoi.click("#sure");
    hana.find(".sign-in");
    aoi.find("[data-person=hana].disabled");
    aoi.narrow();
    for (path, name) in [
        ("/settings/people", "narrow-people"),
        ("/settings/roles", "narrow-roles"),
        ("/settings/departments", "narrow-departments"),
        ("/settings/retention", "narrow-retention"),
    ] {
        aoi.go(path);
        aoi.find("h1");
        assert!(aoi.fits(), "{path} is wider than the screen");
        picture(&aoi, name);
    }

    // When a key was made is said in the reader's own time.
    aoi.go("/settings/keys");
    aoi.type_into("#name", "reports");
    aoi.click("main .main");
    aoi.wait_until("a time", || aoi.text(".keys time").contains(':'));
}

#[test]
fn an_administrator_acts_on_live_chats_in_english() {
    live_chats(&ENGLISH);
}

#[test]
fn an_administrator_acts_on_live_chats_in_japanese() {
    live_chats(&JAPANESE);
}

fn live_chats(words: &Words) {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start_with(Database::new(), |options| options.limits.away = Duration::from_millis(300));
    let folder = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from);
    let picture = |who: &Browser, name: &str| {
        if let Some(folder) = &folder {
            who.picture(&folder.join(format!("{name}-{}.png", words.language)));
        }
    };
    let (aoi, hana, ken) = {
        let browser = || driver.browser(words.language, &format!("http://{}", server.address));
        (browser(), browser(), browser())
    };
    sign_in(&aoi, "aoi", password(&server, "aoi"));
    server.sign_in("aoi").does("/settings/departments", &json!({ "id": "sales", "name": "営業" }));
    sign_in(&hana, "hana", password(&server, "hana"));
    sign_in(&ken, "ken", password(&server, "ken"));
    let visit = server.visit("Mika", "mika@example.com");
    let page = visit.socket();
    server.visit("Taro", "");
    ken.click(&format!("#waiting [data-chat='{}']", visit.chat));
    ken.find("#open:not([hidden])");
    hana.go(&format!("/monitored/{}", visit.chat));
    hana.wait_for_text("#state", words.unseen);

    // Consent is withdrawn: the watch is over, and the operator's page is as it was.
    aoi.go("/settings/chats");
    let row = format!("[data-chat='{}']", visit.chat);
    aoi.wait_for_text("#chats", "Taro");
    picture(&aoi, "live-chats");
    let before = ken.text("#open");
    aoi.click(&format!("{row} .switch[aria-checked=true]"));
    aoi.find(&format!("{row} .switch[aria-checked=false]"));
    hana.find(".state.over");
    assert_eq!(ken.text("#open"), before);
    aoi.click(&format!("{row} .switch"));

    // The visitor goes: the operator sees it.
    drop(page);
    ken.wait_for_text("#open-facts", words.gone);
    aoi.wait_for_text(&row, words.gone);
    picture(&ken, "visitor-gone");
    // In the list, what says who it is stands before that.
    hana.go("/monitored");
    hana.wait_for_text(".watch .from small", words.gone);
    assert!(hana.text(".watch .from small").starts_with("mika@example.com · "));
    picture(&hana, "list-gone");

    // Given to somebody else, and ended.
    aoi.click(&format!("{row} [data-act=reassign]"));
    aoi.click("#to [value=aya]");
    aoi.click("#reassign [name=department][value=sales]");
    picture(&aoi, "reassign");
    aoi.click("#reassign .main");
    aoi.wait_for_text(&row, "鈴木 彩");
    aoi.wait_for_text(&row, "営業");
    ken.find("#nothing:not([hidden])");
    aoi.click(&format!("{row} [data-act=end]"));
    picture(&aoi, "end-chat");
    aoi.click("#end");
    aoi.wait_until("one chat less", || !aoi.has(&row));
    aoi.narrow();
    aoi.go("/settings/chats");
    aoi.wait_for_text("#chats", "Taro");
    assert!(aoi.fits(), "the page of live chats is wider than the screen");
    picture(&aoi, "narrow-live-chats");
}
