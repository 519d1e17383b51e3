//! The desk: a hand that is raised, advice that is read, on a telephone too, by day and by night.

use std::path::PathBuf;

use serde_json::json;

use super::driver::{Browser, Driver};
use super::{password, sign_in};
use crate::support::Server;

/// The texts that this looks for, in one language.
struct Words {
    language: &'static str,
    raise: &'static str,
    lower: &'static str,
    up: &'static str,
    public: &'static str,
    internal: &'static str,
    read: &'static str,
    asked: &'static str,
    advice_from: &'static str,
    asks: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    raise: "Ask for help",
    lower: "Lower your hand",
    up: "You have been asking for help since",
    public: "to everyone",
    internal: "Not shown to the visitor",
    read: "Read by 田中 健",
    asked: "since",
    advice_from: "Advice from 森 花",
    asks: "End the chat with Mika?",
};

const JAPANESE: Words = Words {
    language: "ja",
    raise: "ヘルプを求める",
    lower: "手を下ろす",
    up: "からヘルプを求めています",
    public: "全員に表示される",
    internal: "訪問者に表示されない",
    read: "既読",
    asked: "担当者が",
    advice_from: "森 花 からのアドバイス",
    asks: "Mika とのチャットを終了しますか？",
};

#[test]
fn the_desk_in_a_browser_in_english() {
    desk(&ENGLISH);
}

#[test]
fn the_desk_in_a_browser_in_japanese() {
    desk(&JAPANESE);
}

fn desk(words: &Words) {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let pictures = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from);
    let picture = |who: &Browser, name: &str| {
        if let Some(folder) = &pictures {
            who.picture(&folder.join(format!("{name}-{}.png", words.language)));
        }
    };
    let browser = || driver.browser(words.language, &format!("http://{}", server.address));
    let ken = browser();
    ken.go("/desk");
    sign_in(&ken, "ken", password(&server, "ken"));
    let (hana, other_tab) = (server.sign_in("hana"), server.sign_in("ken"));
    let mut tab = other_tab.socket("/desk/socket").unwrap();

    // Who waits is shown with what they said.
    let visit = server.visit("Mika", "mika.tanaka.long.name@mail.example.com");
    visit.says("Where is my parcel? 荷物はどこですか。");
    ken.wait_for_text("#waiting .first-said", "Where is my parcel?");
    picture(&ken, "desk-waiting");
    ken.click("#waiting .main");
    ken.wait_for_text("#talk", "Where is my parcel?");
    assert!(ken.title().starts_with("Mika ·"), "{}", ken.title());
    assert!(ken.attribute("#text", "placeholder").contains(words.public));
    assert!(ken.attribute("#note-text", "placeholder").contains(words.internal));

    // One click asks for help, in all tabs; those who watch see it, nobody else.
    let mut watched = hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    let mut page = visit.socket();
    page.wait_for("snapshot");
    ken.wait_for_text("#hand", words.raise);
    ken.click("#hand");
    ken.wait_for_text("#hand-state", words.up);
    ken.wait_for_text("#hand", words.lower);
    assert!(ken.has("#own .hand-tag"));
    assert!(tab.wait_for("hand")["hand"].is_i64());
    assert!(watched.wait_for("standing")["hand"].is_i64());

    // Advice that is on the screen is read, and whoever gave it sees that.
    hana.says(&format!("/monitored/{}/advise", visit.chat), "It is in Sapporo. 札幌にあります。");
    ken.wait_for_text("#internal .advice", "It is in Sapporo");
    let read = watched.wait_for("read");
    assert_eq!(read["reading"]["name"], "田中 健");
    ken.wait_until("nothing new", || !ken.has(".advice-tag"));
    picture(&ken, "desk-hand");
    let adviser = browser();
    adviser.go("/monitored");
    sign_in(&adviser, "hana", password(&server, "hana"));
    adviser.go(&format!("/monitored/{}", visit.chat));
    adviser.wait_for_text("#internal .advice .read", words.read);
    adviser.wait_for_text("#hand", words.asked);
    picture(&adviser, "advised");
    hana.says(&format!("/monitored/{}/advise", visit.chat), "Offer express. 速達をご案内ください。");
    adviser.wait_until("two that were read", || adviser.count("#internal .advice .read") == 2);
    ken.click("#hand");
    ken.wait_for_text("#hand", words.raise);
    adviser.wait_until("no hand", || adviser.text("#hand").is_empty());
    assert_eq!(tab.wait_for("hand")["hand"], json!(null));
    assert!(page.rest().is_empty(), "the visitor heard something");

    // Advice in another chat has a mark of its own, and is not read before it is seen. The title counts.
    let second = server.visit("Taro", "");
    other_tab.does(&format!("/desk/{}/pick-up", second.chat), &json!({}));
    let mut elsewhere = hana.socket(&format!("/monitored/{}/socket", second.chat)).unwrap();
    let taro = format!("#own [data-chat='{}']", second.chat);
    ken.find(&format!("{taro} .dot"));
    ken.click(&taro);
    ken.wait_until("no dot", || !ken.has("#own .dot"));
    // What was written about one chat is not said in another.
    ken.type_into("#text", "for Taro");
    ken.click(&format!("#own [data-chat='{}']", visit.chat));
    assert_eq!(ken.field("#text"), "");
    hana.says(&format!("/monitored/{}/advise", second.chat), "Ask for the number.");
    ken.find(&format!("{taro} .advice-tag"));
    assert!(!ken.has(&format!("{taro} .dot")));
    ken.wait_until("a count", || ken.title().starts_with("(1) Mika ·"));
    picture(&ken, "desk-new-advice");
    assert!(elsewhere.rest().iter().all(|text| !text.contains("\"read\"")));
    ken.click(&taro);
    assert_eq!(ken.field("#text"), "for Taro");
    ken.wait_until("seen", || !ken.has(".advice-tag"));

    // The keyboard stays where it is while the list changes.
    ken.focus(&taro);
    visit.says("Hello?");
    ken.find(&format!("#own [data-chat='{}'] .dot", visit.chat));
    assert_eq!(ken.attribute(":focus", "data-chat"), second.chat);

    // On a telephone, advice lies below what is on the screen: a notice says it, and leads there.
    ken.narrow();
    ken.go("/desk");
    ken.click(&format!("#own [data-chat='{}']", visit.chat));
    ken.wait_for_text("#talk", "Hello?");
    let mut watched = hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    watched.wait_for("snapshot");
    hana.says(&format!("/monitored/{}/advise", visit.chat), "Tell her the number. 番号を伝えてください。");
    ken.wait_for_text("#advice-notice", words.advice_from);
    ken.wait_for_text("#advice-notice", "Tell her the number");
    assert!(ken.is_on_screen("#advice-notice") && !ken.is_on_screen("#internal .advice:last-child .text"));
    assert!(ken.fits() && ken.height(".bar") < 100.0, "the head has {} px", ken.height(".bar"));
    picture(&ken, "narrow-desk-advice");
    assert!(watched.rest().iter().all(|text| !text.contains("\"read\"")), "it was not seen");
    let mut watched = hana.socket(&format!("/monitored/{}/socket", visit.chat)).unwrap();
    watched.wait_for("snapshot");
    ken.click("#advice-notice button");
    watched.wait_for("read");
    ken.wait_until("no notice", || ken.text("#advice-notice").is_empty());
    assert!(ken.is_on_screen("#internal .advice:last-child .text"));
    picture(&ken, "narrow-desk-internal");
    ken.wide();

    // Ending asks before, and the other buttons are not near.
    ken.go("/desk");
    ken.click(&format!("#own [data-chat='{}']", visit.chat));
    assert!(ken.between("#transfer", "#end") > 20.0, "{} px", ken.between("#transfer", "#end"));
    ken.click("#end");
    ken.wait_for_text("#end-title", words.asks);
    picture(&ken, "desk-end");
    ken.click("#end-dialog .cancel");
    assert!(!page.rest().iter().any(|text| text.contains("\"ended\"")));
    ken.click("#end");
    ken.click("#end-button");
    ken.find("#nothing:not([hidden])");
    assert!(page.rest().iter().any(|text| text.contains("\"ended\"")));
}

#[test]
fn what_was_written_waits_for_those_who_must_sign_in_again() {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let ken = driver.browser("en", &format!("http://{}", server.address));
    sign_in(&ken, "ken", password(&server, "ken"));
    let visit = server.visit("Mika", "");
    ken.click("#waiting .main");
    ken.type_into("#text", "half an answer");
    let session = crate::support::Person {
        address: server.address,
        cookie: format!("console_session={}", ken.cookie("console_session")),
    };
    assert_eq!(session.post("/sign-out", &json!({})).status, 303);
    ken.find(".sign-in [name=back][value='/desk']");
    // Somebody else at the same screen does not find it.
    for (who, found) in [("aya", ""), ("ken", "half an answer")] {
        ken.type_into("#operator", who);
        ken.type_into("#password", password(&server, who));
        ken.click(".sign-in .main");
        ken.find("#panes");
        if who == "ken" {
            ken.click(&format!("#own [data-chat='{}']", visit.chat));
        }
        assert_eq!(ken.field("#text"), found);
        if who == "aya" {
            let cookie = format!("console_session={}", ken.cookie("console_session"));
            let aya = crate::support::Person { address: server.address, cookie };
            assert_eq!(aya.post("/sign-out", &json!({})).status, 303);
            ken.find(".sign-in");
        }
    }
}

#[test]
fn what_is_sent_again_because_the_answer_was_lost_is_said_once_and_a_sound_is_for_those_who_want_it() {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not both here");
        return;
    };
    let server = Server::start();
    let ken = driver.browser("ja", &format!("http://{}", server.address));
    sign_in(&ken, "ken", password(&server, "ken"));
    let visit = server.visit("Mika", "");
    ken.click("#waiting .main");
    ken.find("#open:not([hidden])");
    ken.run(
        "const real = window.fetch;
         window.fetch = async (...asked) => { window.fetch = real; await real(...asked); throw new TypeError('lost'); };
         const Tone = window.OscillatorNode;
         window.tones = 0;
         window.OscillatorNode = class extends Tone { constructor(...how) { super(...how); window.tones += 1; } };",
        &json!([]),
    );
    ken.type_into("#text", "once\n");
    ken.wait_until("the text back in its field", || ken.field("#text") == "once");
    ken.wait_for_text("#talk", "once");
    ken.type_into("#text", "\n");
    ken.wait_until("an empty field", || ken.field("#text").is_empty());
    ken.type_into("#text", "twice\n");
    ken.wait_for_text("#talk", "twice");
    assert_eq!(ken.count("#talk .mine"), 2);

    // Nothing sounds before it is switched on; then advice does.
    let hana = server.sign_in("hana");
    let advise = |text: &str| hana.says(&format!("/monitored/{}/advise", visit.chat), text);
    advise("quiet");
    ken.wait_for_text("#internal", "quiet");
    let tones = || ken.run("return window.tones", &json!([])).as_u64().unwrap();
    assert_eq!(tones(), 0);
    ken.click("#sound");
    ken.wait_until("a sound", || tones() > 0);
    let before = tones();
    advise("loud");
    ken.wait_for_text("#internal", "loud");
    ken.wait_until("a sound", || tones() > before);
    ken.go("/desk");
    ken.find("#sound[aria-pressed=true]");
}
