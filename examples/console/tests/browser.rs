//! The whole thing in a real browser, in both languages. It makes the README's pictures where `CONSOLE_PICTURES` names a
//! folder for them.

mod axe;
mod colleagues;
mod desk;
mod driver;
mod list;
mod people;
mod records;
mod rules;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use crate::support::{Person, Server};
use driver::{Browser, Driver};

/// The texts that the walk looks for, in one language.
struct Words {
    language: &'static str,
    start: &'static str,
    unseen: &'static str,
    joined: &'static str,
    left: &'static str,
    saved_as: &'static str,
    /// What is said of a mask, and of one IPv6 address.
    mask: &'static str,
    narrow: &'static str,
    /// What is said of a rule by which a chat is being watched.
    now: &'static str,
    /// The title of a page that one may not see.
    not_allowed: &'static str,
    /// What is said of a visitor who has gone.
    gone: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    start: "Start the chat",
    unseen: "unseen",
    joined: "森 花 joined the chat",
    left: "森 花 left the chat",
    saved_as: "Will be saved as 127.0.0.0/8",
    mask: "instead of a mask",
    narrow: "every day",
    now: "Monitoring now",
    not_allowed: "Not allowed",
    gone: "left the page",
};

const JAPANESE: Words = Words {
    language: "ja",
    start: "チャットを始める",
    unseen: "知られずに",
    joined: "森 花 が参加しました",
    left: "森 花 が退出しました",
    saved_as: "「127.0.0.0/8」として保存",
    mask: "マスクの代わりに",
    narrow: "毎日変わります",
    now: "モニタリング中",
    not_allowed: "アクセス権限がありません",
    gone: "ページを離れました",
};

#[test]
fn the_whole_walk_in_a_browser_in_english() {
    walk(&ENGLISH);
}

#[test]
fn the_whole_walk_in_a_browser_in_japanese() {
    walk(&JAPANESE);
}

fn walk(words: &Words) {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let pictures = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from);
    let browser = || driver.browser(words.language, &format!("http://{}", server.address));
    let (hana, ken, mika) = (browser(), browser(), browser());
    let picture = |who: &Browser, name: &str| {
        if let Some(folder) = &pictures {
            who.picture(&folder.join(format!("{name}-{}.png", words.language)));
        }
    };

    // Sign in; the page says so when the password is wrong.
    sign_in(&hana, "hana", "wrong");
    hana.find(".problem");
    sign_in(&hana, "hana", password(&server, "hana"));
    sign_in(&ken, "ken", password(&server, "ken"));
    assert!(!ken.has("a[href='/settings/monitoring']"));

    // Rules: by full-width address, by email, and by name, narrowed down by typing.
    let add = |kind: &str| {
        hana.click("#add");
        hana.click(&format!("#when .kind-choice option[value={kind}]"));
    };
    hana.go("/settings/monitoring");
    add("visitor_ip");
    hana.type_into("#when .value-field", "１２７．０．０．０／８");
    hana.wait_for_text("#when .check", words.saved_as);
    picture(&hana, "add-rule");
    hana.click("#add-button");
    hana.wait_for_text("#rules", "127.0.0.0/8");
    // What is meant plainly is offered; a click takes it.
    add("visitor_ip");
    hana.type_into("#when .value-field", "192.0.2.0/255.255.255.0");
    hana.wait_for_text("#when .check", words.mask);
    assert!(!hana.is_enabled("#add-button"));
    picture(&hana, "offer");
    hana.click("#when .offer");
    hana.wait_for_text("#when .check", "192.0.2.0/24");
    hana.find("#when .offers[hidden]");
    hana.clear("#when .value-field");
    hana.type_into("#when .value-field", "2001:db8:1:2:b1a5:f96e:a51f:c2f6");
    hana.wait_for_text("#when .criterion", words.narrow);
    assert!(hana.is_enabled("#add-button"));
    picture(&hana, "hint");
    hana.click("#when .offer");
    hana.wait_for_text("#when .check", "2001:db8:1:2::/64");
    hana.click("#add-dialog .cancel");
    hana.wait_for_text("#rules", "127.0.0.0/8");
    add("visitor_email");
    hana.type_into("#when .value-field", "mika");
    hana.find("#when .check.bad");
    assert!(!hana.is_enabled("#add-button"));
    hana.type_into("#when .value-field", "@example.com");
    hana.find("#when .check.good");
    hana.click("#add-button");
    hana.wait_for_text("#rules", "mika@example.com");
    hana.click("#add");
    hana.type_into("#when .narrow", "鈴");
    assert_eq!(hana.count("#when .choices label"), 1);
    assert_eq!(hana.count("#when [value=sora], #when [value=aoi], #when [value=hana]"), 0);
    hana.click("#when .choices [value=aya]");
    hana.click("#add-button");
    hana.wait_for_text("#rules", "鈴木 彩");
    assert_eq!(hana.count("tbody tr"), 5);
    picture(&hana, "rules");

    // A visitor chats; the chat appears in the list without a reload, when an operator attends it.
    hana.go("/monitored");
    mika.go("/visit");
    mika.wait_for_text(".window .main", words.start);
    mika.type_into("#name", "Mika");
    mika.click(".window .main");
    mika.type_into("#text", "My clock has not arrived. 時計がまだ届きません。\n");
    mika.wait_for_text("#talk", "My clock");
    mika.click("#email-part summary");
    mika.type_into("#email", "ｍｉｋａ＠ｅｘａｍｐｌｅ．ｃｏｍ\n");
    mika.wait_for_text("#email-state", "mika@example.com");
    ken.click("#waiting .main");
    ken.wait_for_text("#talk", "My clock");
    ken.type_into("#text", "Good morning, Mika. I am looking for it. お調べします。\n");
    hana.wait_for_text(".watch", "I am looking for it");
    assert_eq!(hana.count(".watch .rule-tags li"), 3);
    picture(&hana, "monitored");

    // Opened, unseen; advice reaches the operator and not the visitor.
    hana.click(".watch a");
    hana.wait_for_text("#state", words.unseen);
    hana.wait_for_text("#talk", "My clock");
    hana.type_into("#advice", "The parcel is in Sapporo: offer express. 速達をご案内ください。\n");
    ken.wait_for_text("#internal .advice", "offer express");
    ken.type_into("#note-text", "Thank you, I will. 承知しました。\n");
    hana.wait_for_text("#internal", "Thank you, I will");
    ken.type_into("#text", "It arrives tomorrow by express. 明日お届けします。\n");
    mika.wait_for_text("#talk", "tomorrow by express");
    hana.wait_for_text("#talk", "tomorrow by express");
    assert!(!mika.text("body").contains("Sapporo"));
    picture(&hana, "watched");
    picture(&ken, "desk");
    picture(&mika, "visitor");

    // Joining is seen by all; so is leaving.
    hana.click("#join");
    hana.click("#join-button");
    for (who, log) in [(&hana, "#talk"), (&ken, "#talk"), (&mika, "#talk")] {
        who.wait_for_text(log, words.joined);
    }
    hana.type_into("#text", "This is Hana.\n");
    mika.wait_for_text("#talk", "This is Hana.");
    hana.click("#leave");
    for (who, log) in [(&hana, "#talk"), (&ken, "#talk"), (&mika, "#talk")] {
        who.wait_for_text(log, words.left);
    }
    hana.wait_for_text("#state", words.unseen);
    hana.go("/settings/monitoring");
    hana.wait_for_text("tr:has(.monitored) .use", words.now);
    assert_eq!(hana.count("tr:has(.monitored)"), 3);

    // Switched off one after the other, the rules let the chat go; deleting asks once more.
    hana.go("/settings/monitoring");
    let before = 5;
    hana.wait_until("the rules", || hana.count("tbody tr") == before);
    for n in 1..=before {
        hana.click(&format!("tbody tr:nth-child({n}) .switch[aria-checked=true]"));
        hana.find(&format!("tbody tr:nth-child({n}) .switch[aria-checked=false]"));
    }
    hana.go("/monitored");
    hana.find("#none:not([hidden])");
    hana.go("/settings/monitoring");
    // When that was, in the reader's own zone.
    hana.wait_until("a time", || hana.text(".use time").contains(':'));
    picture(&hana, "used-rules");
    hana.click("tbody tr:nth-child(1) .delete");
    picture(&hana, "delete-rule");
    hana.click("#delete-dialog .cancel");
    assert_eq!(hana.count("tbody tr"), before);
    hana.click("tbody tr:nth-child(1) .delete");
    hana.click("#delete-button");
    hana.wait_until("one rule less", || hana.count("tbody tr") == before - 1);

    // The switch of language, and the end.
    hana.click(if words.language == "en" { "[value=ja]" } else { "[value=en]" });
    let expected = if words.language == "en" { "チャットのモニタリング" } else { "Chat monitoring" };
    hana.wait_for_text("h1", expected);
    // It asks before.
    mika.click("#end");
    mika.click("#end-dialog .cancel");
    assert!(mika.has("#again[hidden]"));
    mika.click("#end");
    mika.click("#end-button");
    mika.find("#again:not([hidden])");
    ken.find("#nothing:not([hidden])");

    if pictures.is_some() {
        let aoi = browser();
        sign_in(&aoi, "aoi", password(&server, "aoi"));
        aoi.go("/audit");
        std::thread::sleep(Duration::from_millis(300));
        picture(&aoi, "audit");
        aoi.narrow();
        for (path, name) in
            [("/settings/monitoring", "narrow-rules"), ("/audit", "narrow-audit"), ("/desk", "narrow-desk")]
        {
            aoi.go(path);
            assert!(aoi.fits(), "{path} is wider than the screen");
            picture(&aoi, name);
        }
        aoi.go("/settings/monitoring");
        aoi.show(".monitored");
        picture(&aoi, "narrow-used");
        aoi.go("/settings/monitoring");
        aoi.click("#add");
        aoi.click("#when .kind-choice option[value=visitor_email]");
        aoi.type_into("#when .value-field", "*example.com");
        aoi.find("#when .offers:not([hidden])");
        assert!(aoi.fits(), "the dialog is wider than the screen");
        picture(&aoi, "narrow-offer");
    }
}

#[test]
fn a_page_that_was_away_does_not_go_on_claiming_that_it_is_live() {
    for words in [&ENGLISH, &JAPANESE] {
        away(words);
    }
}

fn away(words: &Words) {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let (hana, forgotten, mika) = {
        let browser = || driver.browser(words.language, &format!("http://{}", server.address));
        (browser(), browser(), browser())
    };
    sign_in(&hana, "hana", password(&server, "hana"));
    sign_in(&forgotten, "hana", password(&server, "hana"));
    mika.go("/visit");
    mika.type_into("#name", "Mika");
    mika.click(".window .main");
    mika.type_into("#text", "Hello?\n");
    mika.wait_for_text("#talk", "Hello?");
    let ken = server.sign_in("ken");
    let waiting = ken.socket("/desk/socket").unwrap().wait_for("snapshot");
    let chat = waiting["waiting"][0]["chat"].as_str().unwrap().to_owned();
    ken.does(&format!("/desk/{chat}/pick-up"), &json!({}));
    hana.go(&format!("/monitored/{chat}"));
    hana.wait_for_text("#state", words.unseen);
    forgotten.go("/monitored");
    forgotten.wait_for_text(".watch", "Mika");

    // Off line: said for as long as it lasts, and nothing can be done that would fail.
    let (database, port) = server.into_rest();
    for page in [&hana, &forgotten, &mika] {
        page.find("#offline:not([hidden])");
    }
    assert_eq!(hana.count("#advise-button[inert], .acts[inert]"), 2);
    assert_eq!(mika.count("[data-live]:not([inert])"), 0);
    if let Some(folder) = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from) {
        hana.picture(&folder.join(format!("offline-{}.png", words.language)));
    }
    // Meanwhile the chat ends, and the forgotten page's session with it.
    let elsewhere = Server::start_with(database, |_| {});
    let moved = Person { address: elsewhere.address, ..ken };
    moved.does(&format!("/desk/{chat}/end"), &json!({}));
    let session = forgotten.cookie("console_session");
    let signed_in = Person { address: elsewhere.address, cookie: format!("console_session={session}") };
    assert_eq!(signed_in.post("/sign-out", &json!({})).status, 303);
    let (database, _) = elsewhere.into_rest();
    let again = Server::start_with(database, |options| options.port = port);
    hana.find(".state.over");
    hana.find("#offline[hidden]");
    assert_eq!(hana.count("#offline:not([hidden]), #join:not([hidden]), #advise:not([hidden])"), 0);
    forgotten.find(".sign-in");
    assert!(!forgotten.text("body").contains("Mika"));
    mika.find("#again:not([hidden])");

    // A page without news of its own goes when its session ends, too; signing in comes back to it.
    hana.go("/settings/monitoring");
    hana.find("tbody tr");
    std::thread::sleep(Duration::from_millis(300));
    let session = hana.cookie("console_session");
    let signed_in = Person { address: again.address, cookie: format!("console_session={session}") };
    assert_eq!(signed_in.post("/sign-out", &json!({})).status, 303);
    hana.find(".sign-in [name=back][value='/settings/monitoring']");
}

fn password<'a>(server: &'a Server, operator: &str) -> &'a str {
    &server.passwords.iter().find(|(known, _)| known == operator).unwrap().1
}

fn sign_in(browser: &Browser, operator: &str, password: &str) {
    browser.go("/sign-in");
    browser.type_into("#operator", operator);
    browser.type_into("#password", password);
    browser.click(".sign-in .main");
    browser.wait_until("an answer", || browser.has(".problem") || browser.has("#panes"));
}
