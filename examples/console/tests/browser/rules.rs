//! Rules in a browser: several criteria by keyboard, preview, a live page, deleting, exclusions, why.

use std::path::PathBuf;

use serde_json::json;

use super::driver::{Browser, Driver};
use super::{password, sign_in};
use crate::support::{Person, Server};

/// WebDriver's code for the key itself.
const TAB: &str = "\u{e004}";

struct Words {
    language: &'static str,
    matches: &'static str,
    duplicate: &'static str,
    deleted: &'static str,
    unattended: &'static str,
    granted: &'static str,
    zone: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    matches: "It would match 1 chat now",
    duplicate: "such a rule already",
    deleted: "木村 葵 deleted the rule “健さん”",
    unattended: "No operator attends the chat.",
    granted: "It shows the chat.",
    zone: "Times are in your zone",
};

const JAPANESE: Words = Words {
    language: "ja",
    matches: "今、1 件のチャットに一致します",
    duplicate: "同じ条件のルールがすでにあります",
    deleted: "木村 葵 がルール「健さん」を削除しました",
    unattended: "担当者がいません。",
    granted: "このルールで表示されています。",
    zone: "このブラウザーのタイムゾーン",
};

#[test]
fn rules_of_all_kinds_in_a_browser() {
    for words in [&ENGLISH, &JAPANESE] {
        walk(words);
    }
}

fn walk(words: &Words) {
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
    let (hana, aoi) = (browser(), browser());
    let (ken, of_aoi) = (server.sign_in("ken"), server.sign_in("aoi"));
    let (mika, waiting) = (server.visit("Mika", "mika@example.com"), server.visit("Taro", "taro@example.net"));
    let taken = server.visit("Yui", "yui@example.com");
    for visit in [&mika, &taken] {
        ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    }
    sign_in(&hana, "hana", password(&server, "hana"));
    sign_in(&aoi, "aoi", password(&server, "aoi"));
    hana.go("/settings/monitoring");
    hana.wait_until("her rules", || hana.count("tbody tr") == 2);

    by_keyboard(&hana, words);
    picture(&hana, "rule-form");
    hana.show("#preview");
    picture(&hana, "rule-preview");
    hana.click("#add-button");
    hana.wait_for_text("#rules", "健さん");
    assert_eq!(hana.count("tr:first-child .unless .criteria li"), 1);
    // Saved once more, it is a duplicate, which is asked about.
    hana.click("tr:first-child .row-acts button:nth-child(2)");
    hana.find("#add-dialog[open]");
    hana.wait_until("what was typed to be right", || hana.is_enabled("#add-button"));
    hana.click("#add-button");
    hana.wait_for_text("#warnings", words.duplicate);
    picture(&hana, "rule-duplicate");
    hana.click("#add-dialog .cancel");

    live(&hana, &aoi, words, &picture);
    why(&hana, &[&mika.chat, &waiting.chat], words, &picture);
    exclusions(&aoi, &of_aoi, &picture);

    for (who, path, name) in
        [(&aoi, "/settings/monitoring", "narrow-all-rules"), (&aoi, "/settings/exclusions", "narrow-exclusions")]
    {
        who.narrow();
        who.go(path);
        who.find("tbody tr");
        assert!(who.fits(), "{path} is wider than the screen");
        picture(who, name);
    }
    aoi.go("/settings/monitoring");
    aoi.find("tbody tr");
    aoi.click("#add");
    aoi.find("#add-dialog[open]");
    aoi.show("#add-unless");
    aoi.click("#add-unless");
    aoi.show("#unless .kind-choice");
    aoi.click("#unless .kind-choice option[value=attribute]");
    assert!(aoi.fits(), "the form is wider than the screen");
    picture(&aoi, "narrow-rule-form");
    let wide = "return [...document.querySelectorAll('#add-dialog, #add-dialog *')].every((e) => e.getBoundingClientRect().right <= innerWidth)";
    assert_eq!(aoi.run(wide, &json!([])), true);
}

/// Two criteria, what is left out, a period and a name, without a mouse.
fn by_keyboard(hana: &Browser, words: &Words) {
    hana.type_into("#add", "\n");
    hana.find("#add-dialog[open] .narrow");
    hana.type_into("#when .narrow", "ken\n");
    hana.find("#when [value=ken]:checked");
    hana.type_into("#add-when", "\n");
    hana.find("#when .criterion:nth-child(2) .kind-choice:focus");
    // In a list of choices, keys go on to the next.
    hana.type_into("#when .criterion:nth-child(2) .kind-choice", "\u{e015}\u{e015}");
    hana.type_into("#when .criterion:nth-child(2) .value-field", &format!("＊＠ｅｘａｍｐｌｅ．ｃｏｍ{TAB}"));
    hana.find("#when .criterion:nth-child(2) .check.good");
    hana.type_into("#add-unless", "\n");
    hana.type_into("#unless .kind-choice", "\u{e015}\u{e015}");
    hana.type_into("#unless .value-field", "yui@example.com");
    hana.find("#unless .check.good");
    hana.wait_for_text("#window-zone", words.zone);
    hana.type_into("#rule-name", "健さん");
    hana.type_into("#preview-button", "\n");
    hana.wait_for_text("#preview", words.matches);
    hana.wait_for_text("#preview li", "Mika");
    assert!(!hana.text("#preview").contains("Yui") && !hana.text("#preview").contains("Taro"));
}

/// What an administrator does to a rule is seen where its watcher has it before her.
fn live(hana: &Browser, aoi: &Browser, words: &Words, picture: &dyn Fn(&Browser, &str)) {
    aoi.go("/settings/monitoring");
    aoi.wait_for_text("#rules", "健さん");
    let row = "tr:has(.rule-name)";
    let labels = "return new Set([...document.querySelectorAll('#rules button')].map((b) => b.ariaLabel)).size === document.querySelectorAll('#rules button').length";
    assert_eq!(aoi.run(labels, &json!([])), true, "buttons that cannot be told apart");
    aoi.click(&format!("{row} .switch"));
    hana.find(&format!("{row} .switch[aria-checked=false]"));
    hana.wait_for_text(&format!("{row} .by"), "木村 葵");
    picture(hana, "rules-of-all-kinds");
    aoi.click(&format!("{row} .delete"));
    for part in ["健さん", "田中 健", "*@example.com", "yui@example.com", "森 花"] {
        aoi.wait_for_text("#delete-dialog", part);
    }
    picture(aoi, "delete-rule");
    aoi.click("#delete-button");
    hana.wait_for_text("#gone", words.deleted);
    hana.wait_until("one rule less", || hana.count("tbody tr") == 2);
    // Who was away is told as well, until she says that she knows.
    hana.reload();
    hana.wait_for_text("#gone", "*@example.com");
    picture(hana, "rule-gone");
    hana.click("#gone-known");
    hana.find("#gone-known[hidden]");
    hana.reload();
    hana.wait_until("the rules", || hana.count("tbody tr") == 2);
    assert_eq!(hana.count("#gone li"), 0);
    // One that is made for her comes by itself.
    aoi.click("#add");
    aoi.click("#watcher option[value=hana]");
    aoi.click("#when .kind-choice option[value=sample]");
    aoi.type_into("#when .value-field", "33,5");
    aoi.click("#when .offer");
    aoi.find("#when .check.good");
    aoi.click("#add-button");
    hana.wait_for_text("#rules", "33.5 %");
    aoi.type_into("#search-q", "33.5");
    aoi.wait_until("what is looked for", || aoi.count("tbody tr") == 1);
    picture(aoi, "rules-found");
}

fn why(hana: &Browser, [watched, waiting]: &[&String; 2], words: &Words, picture: &dyn Fn(&Browser, &str)) {
    hana.click("#why");
    hana.click(&format!("[data-chat='{waiting}']"));
    hana.wait_for_text("#why-answer [data-verdict=why_unattended]", words.unattended);
    picture(hana, "why");
    hana.go(&format!("/settings/monitoring?why={watched}"));
    hana.wait_for_text("#why-answer [data-verdict=why_granted]", words.granted);
    hana.click("#why-dialog .cancel");
}

fn exclusions(aoi: &Browser, of_aoi: &Person, picture: &dyn Fn(&Browser, &str)) {
    aoi.go("/settings/exclusions");
    // That of the demonstration.
    aoi.wait_for_text("#exclusions", "*@example.org");
    aoi.click("#add");
    aoi.type_into("#when .name-field", "tag");
    aoi.type_into("#when .value-field", "legal");
    aoi.find("#when .check.good");
    aoi.click_label("[name=role][value=supervisor]");
    picture(aoi, "add-exclusion");
    aoi.click("#add-button");
    aoi.wait_for_text("#exclusions", "tag: legal");
    // One that is added elsewhere comes by itself.
    of_aoi.does("/settings/exclusions", &json!({ "when": [{ "kind": "visitor_ip", "value": "192.0.2.7" }] }));
    aoi.wait_for_text("#exclusions", "192.0.2.7");
    picture(aoi, "exclusions");
    aoi.click("tr:nth-child(2) .delete");
    aoi.wait_for_text("#delete-dialog", "tag: legal");
    aoi.click("#delete-button");
    aoi.wait_until("one less", || aoi.count("tbody tr") == 2);
}
