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
    for (language, read_only, none, erased, deleted) in [
        ("en", "You can only read it.", "There is no such chat", "Erased: chats 1", "This chat was deleted."),
        ("ja", "閲覧のみできます", "閲覧できるチャットはありません", "チャット 1 件", "このチャットは削除されました。"),
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
        let live = server.visit("Mika", "mika@example.com");
        ken.does(&format!("/desk/{}/pick-up", live.chat), &json!({}));
        live.says("Are you still there?");
        // Both are opened, side by side, when the first of them ends.
        let beside = driver.browser(language, &format!("http://{}", server.address));
        server.sign_in("sora").adds_rule("visitor_email", "mika@example.com");
        sign_in(&beside, "sora", password(&server, "sora"));
        beside.go(&format!("/monitored/{}?beside={}", mika.chat, live.chat));
        beside.wait_for_text("#talk", "My clock has not arrived");
        beside.wait_for_text("#talk-2", "Are you still there?");
        ken.does(&format!("/desk/{}/end", mika.chat), &json!({}));
        beside.find("#first .state.over");
        beside.wait_for_text("#talk", "My clock has not arrived");

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
        // It leaves the pages on which it is open, at once.
        hana.wait_for_text("#panes", deleted);
        beside.wait_for_text("#first", deleted);
        picture(&hana, "ended-deleted", language);
        picture(&beside, "beside-deleted", language);
        for page in [&hana, &beside] {
            let markup = page.returned("document.querySelector('#panes, #first').outerHTML");
            let markup = markup.as_str().unwrap();
            assert!(!markup.contains("clock") && !markup.contains("Mika") && !markup.contains("mika@"), "{markup}");
        }
        assert!(!hana.title().contains("Mika"));
        beside.find("#left[hidden]");
        assert!(beside.text("#talk-2").contains("Are you still there?"));
        // Escape leads back: from what one writes to the chat, from the chats to the list.
        beside.type_into("#advice-2", ESCAPE);
        beside.find("#open-name-2:focus");
        beside.press(ESCAPE);
        beside.wait_until("one chat less", || !beside.says("return document.body.matches('.has-two')"));
        beside.type_into("#open-name", ESCAPE);
        beside.wait_until("the list", || beside.returned("location.pathname") == "/monitored");
        aoi.narrow();
        aoi.type_into("#value", "mika@example.com\n");
        aoi.wait_until("the chats", || aoi.count("#chats li") == 1);
        assert!(aoi.fits());
        picture(&aoi, "narrow-erasure", language);
        // By a part of a name nobody is chosen beforehand; an answer that comes late changes nothing.
        live.person.does(&format!("/chat/{}/end", live.chat), &json!({}));
        aoi.press(ESCAPE);
        aoi.find("#found[hidden]");
        assert_eq!(aoi.field("#value"), "");
        aoi.click("label:has([value=name])");
        aoi.type_into("#value", "ik\n");
        aoi.wait_until("the chats", || aoi.count("#chats li") == 1);
        assert_eq!(aoi.count("#chats :checked, #erase:not([hidden])"), 0);
        let late = "const ask = fetch, first = [];
            window.fetch = (...what) => first.push(what) > 1 ? ask(...what) : new Promise((answer) => {
                window.answerLate = () => ask(...what).then((late) => { answer(late); return late.clone().text(); });
            });";
        aoi.run(late, &json!([]));
        aoi.type_into("#value", "\n");
        aoi.clear("#value");
        aoi.type_into("#value", "nobody\n");
        aoi.find("#found:not([hidden])");
        assert_eq!(aoi.count("#chats li"), 0);
        aoi.run("return answerLate().then(() => new Promise((done) => setTimeout(done)))", &json!([]));
        assert_eq!(aoi.count("#chats li"), 0);
        // The settings' tabs are one row, in which the page's own can be seen.
        aoi.go("/settings/keys");
        aoi.find("h1");
        assert!(aoi.height(".sections") < 60.0, "{}", aoi.height(".sections"));
        aoi.wait_until("its tab", || aoi.is_on_screen(".sections [aria-current]"));
        assert!(aoi.fits());
        picture(&aoi, "narrow-keys", language);
        for path in ["/settings/hooks", "/api"] {
            aoi.go(path);
            aoi.find("h1");
            assert!(aoi.fits(), "{path} is wider than the screen");
            picture(&aoi, &format!("narrow-{}", path.rsplit('/').next().unwrap()), language);
        }
        aoi.wide();
        for path in ["/settings/hooks", "/settings/keys", "/api"] {
            aoi.go(path);
            aoi.find("h1");
            picture(&aoi, path.rsplit('/').next().unwrap(), language);
        }
        // Escape empties a search: everything is there again.
        hana.go("/ended");
        hana.wait_for_text("#chats", "Mika");
        hana.type_into("#sought", "nobody\n");
        hana.find("#none:not([hidden])");
        hana.press(ESCAPE);
        hana.wait_for_text("#chats", "Mika");
        // What is deleted leaves the list too.
        server.sign_in("aoi").does("/settings/erasure/erase", &json!({ "chats": [live.chat] }));
        hana.find("#none:not([hidden])");
        hana.go("/ended");
        hana.find("#none:not([hidden])");
        aoi.go("/audit?show=all");
        aoi.wait_for_text("tbody", if language == "en" { "Erased" } else { "消去済み" });
        picture(&aoi, "audit-erased", language);
    }
}

/// As keyboards send it.
const ESCAPE: &str = "\u{e00c}";

fn picture(browser: &Browser, name: &str, language: &str) {
    if let Some(folder) = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from) {
        browser.picture(&folder.join(format!("{name}-{language}.png")));
    }
}
