//! The pages that look back: the audit, ended chats; and erasing what is kept of a person.

use std::path::PathBuf;

use serde_json::json;

use super::driver::{Browser, Driver};
use super::{password, sign_in};
use crate::support::Server;

#[test]
fn the_audit_is_filtered_paged_and_fits_a_telephone() {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let (hana, ken) = (server.sign_in("hana"), server.sign_in("ken"));
    let visit = server.visit("Mika", "mika@example.com");
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    hana.adds_rule("visitor_email", "mika@example.com");
    hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap().wait_for("snapshot");
    hana.says(&format!("/monitored/{}/advise", visit.chat), "be quick");
    ken.get("/monitored");
    server.post_form("/sign-in", "operator=rin&password=wrong", &[]);
    for (language, started, chat, nobody) in [
        ("en", "Watch started", "Only this chat", "No line is like that."),
        ("ja", "モニタリング開始", "このチャットの記録のみ", "条件に合う記録はありません。"),
    ] {
        let aoi = driver.browser(language, &format!("http://{}", server.address));
        sign_in(&aoi, "aoi", password(&server, "aoi"));
        aoi.go("/audit");
        aoi.wait_until("the zone", || !aoi.text("#zone-text").is_empty());
        assert!(!aoi.text("tbody").contains(started));
        picture(&aoi, "audit", language);
        // Everything; then one chat; then one person in it.
        aoi.click(".tabs a:last-child");
        aoi.wait_for_text("tbody", started);
        // The word stays in one piece.
        let script = "return [...document.querySelectorAll('.what')].every((cell) => {
            const range = document.createRange();
            range.selectNode(cell.firstChild);
            return new Set([...range.getClientRects()].map((rect) => rect.top)).size === 1;
        })";
        assert!(aoi.says(script), "a word of {language} is broken");
        picture(&aoi, "audit-all", language);
        aoi.click(&format!("[aria-label='{chat}: {}']", visit.chat));
        aoi.wait_until("the filter", || aoi.says("return document.querySelector('[name=chat]').value !== ''"));
        aoi.type_into("[name=who]", "森 花");
        aoi.type_into("[name=act]", if language == "en" { "Advised" } else { "アドバイス" });
        aoi.click(".filter .main");
        aoi.wait_until("one line", || aoi.count("tbody tr") == 1);
        assert!(aoi.says("return new URL(location).searchParams.get('zone').length > 2"));
        assert!(aoi.says("return document.querySelector('time').textContent.match(/^2\\d{3}-\\d\\d-\\d\\dT[\\d:]{8}[+-]\\d\\d:\\d\\d$/) !== null"));
        assert!(aoi.says("return document.querySelector('.export').href.includes('act=advised')"));
        aoi.go("/audit?who=nobody");
        aoi.wait_for_text("main", nobody);
        aoi.narrow();
        for path in ["/audit", "/audit?show=all", "/audit?who=nobody"] {
            aoi.go(path);
            aoi.wait_until("the zone", || !aoi.text("#zone-text").is_empty());
            assert!(aoi.fits(), "{path} is wider than the screen in {language}");
            picture(&aoi, &format!("narrow-audit-{}", path.len()), language);
        }
    }
}

#[test]
fn an_ended_chat_is_read_again_and_what_is_kept_of_a_visitor_is_erased() {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    for (language, read_only, none, erased) in [
        ("en", "You can only read it.", "There is no such chat", "Erased: chats 1"),
        ("ja", "閲覧のみできます", "閲覧できるチャットはありません", "チャット 1 件"),
    ] {
        let server = Server::start();
        let ken = server.sign_in("ken");
        let people = server.sign_in("hana");
        let mika = server.visit("Mika", "mika@example.com");
        ken.does(&format!("/desk/{}/pick-up", mika.chat), &json!({}));
        for n in 0..20 {
            mika.says(&format!("My clock has not arrived. 時計がまだ届きません。{n}"));
        }
        ken.says(&format!("/desk/{}/say", mika.chat), "I am looking for it. お調べします。");
        people.says(&format!("/monitored/{}/advise", mika.chat), "Offer express. 速達をご案内ください。");
        ken.does(&format!("/desk/{}/end", mika.chat), &json!({}));
        let live = server.visit("Mika", "mika@example.com");
        ken.does(&format!("/desk/{}/pick-up", live.chat), &json!({}));

        let hana = driver.browser(language, &format!("http://{}", server.address));
        sign_in(&hana, "hana", password(&server, "hana"));
        hana.click("nav a[href='/ended']");
        hana.wait_for_text("#chats", "Mika");
        assert_eq!(hana.count("#chats li"), 1);
        picture(&hana, "ended-list", language);
        hana.type_into("#sought", "nobody\n");
        hana.wait_for_text("#none:not([hidden])", none);
        assert!(hana.says("return !location.href.includes('nobody')"));
        hana.clear("#sought");
        hana.type_into("#sought", "MIKA@example.com\n");
        hana.wait_for_text("#chats", "mika@example.com");
        hana.click("#chats a");
        hana.wait_for_text("#talk", "I am looking for it");
        hana.wait_for_text("#internal .advice", "Offer express");
        hana.wait_for_text("#state", read_only);
        assert_eq!(hana.count("textarea, #join"), 0);
        picture(&hana, "ended", language);
        hana.narrow();
        assert!(hana.fits());
        picture(&hana, "narrow-ended", language);
        hana.go("/ended");
        hana.wait_for_text("#chats", "Mika");
        assert!(hana.fits());

        // It leaves the screen when its reader may not read it any more.
        hana.go(&format!("/ended/{}", mika.chat));
        hana.wait_for_text("#talk", "I am looking for it");
        let become_one = |role| json!({ "name": "森 花", "role": role });
        server.sign_in("aoi").does("/settings/people/hana", &become_one("associate"));
        hana.wait_until("the chat to leave the screen", || hana.count("#talk") == 0);
        server.sign_in("aoi").does("/settings/people/hana", &become_one("supervisor"));
        hana.go(&format!("/ended/{}", mika.chat));
        hana.wait_for_text("#talk", "I am looking for it");

        let aoi = driver.browser(language, &format!("http://{}", server.address));
        sign_in(&aoi, "aoi", password(&server, "aoi"));
        aoi.go("/settings/erasure");
        aoi.type_into("#value", "mika@example.com\n");
        aoi.wait_until("the chats", || aoi.count("#chats li") == 2);
        assert_eq!((aoi.count("#chats :checked"), aoi.count("#chats :disabled")), (1, 1));
        assert!(!aoi.text("main").contains("clock"));
        picture(&aoi, "erasure", language);
        aoi.click("#erase");
        picture(&aoi, "erase", language);
        aoi.click("#erase-dialog .cancel");
        aoi.click("#erase");
        aoi.click("#erase-button");
        aoi.wait_for_text("#toast", erased);
        aoi.narrow();
        aoi.type_into("#value", "mika@example.com\n");
        aoi.wait_until("the chats", || aoi.count("#chats li") == 1);
        assert!(aoi.fits());
        picture(&aoi, "narrow-erasure", language);
        hana.go("/ended");
        hana.find("#none:not([hidden])");
        aoi.go("/audit?show=all");
        aoi.wait_for_text("tbody", if language == "en" { "Erased" } else { "消去済み" });
        picture(&aoi, "audit-erased", language);
    }
}

fn picture(browser: &Browser, name: &str, language: &str) {
    if let Some(folder) = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from) {
        browser.picture(&folder.join(format!("{name}-{language}.png")));
    }
}
