//! Every page, in both languages.

use serde_json::json;

use crate::support::Server;
use crate::support::http::request;

#[test]
fn every_page_is_shown_in_both_languages() {
    let server = Server::start();
    let aoi = server.sign_in("aoi");
    aoi.adds_rule("visitor_ip", "127.0.0.1");
    let visit = server.visit("Mika", "");
    server.sign_in("ken").does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    let pages = [
        ("/", "", "Work as an operator", "オペレーターとして働く"),
        ("/sign-in", "", "Operator ID", "オペレーター ID"),
        ("/visit", "", "Start the chat", "チャットを始める"),
        (&*format!("/chat/{}", visit.chat), &*visit.person.cookie, "End the chat", "チャットを終了"),
        ("/desk", &aoi.cookie, "Waiting", "対応待ち"),
        ("/monitored", &aoi.cookie, "Monitored chats", "モニタリング中のチャット"),
        (&*format!("/monitored/{}", visit.chat), &aoi.cookie, "Join this chat", "このチャットに参加する"),
        ("/settings/monitoring", &aoi.cookie, "Chat monitoring", "チャットのモニタリング"),
        ("/audit", &aoi.cookie, "Added a rule", "ルールを追加"),
        ("/nowhere", "", "There is no such page.", "ページが見つかりません。"),
    ];
    for (path, cookie, english, japanese) in pages {
        for (language, lang, expected) in [("en-GB,en;q=0.9", "en", english), ("ja,en;q=0.8", "ja", japanese)] {
            let headers = [("Cookie", cookie), ("Accept", "text/html"), ("Accept-Language", language)];
            let answer = request(server.address, "GET", path, &headers, b"").unwrap();
            assert!(answer.body.contains(&format!("<html lang=\"{lang}\">")), "{path}: {answer:?}");
            let content = answer.body.split_once("<main").unwrap().1;
            assert!(content.contains(expected), "{path} in {lang} lacks {expected}: {content}");
        }
    }
}

#[test]
fn the_visitors_page_holds_no_word_of_what_operators_do_among_themselves() {
    let server = Server::start();
    let visit = server.visit("Mika", "");
    for path in [format!("/chat/{}", visit.chat), "/visit".into(), "/assets/chat.js".into()] {
        let page = visit.person.get(&path).body.to_lowercase();
        for word in ["monitor", "watch", "advi", "internal", "モニタリング", "アドバイス"] {
            assert!(!page.contains(word), "{path}: {word}");
        }
    }
}

#[test]
fn values_are_checked_as_they_are_typed() {
    let server = Server::start();
    let hana = server.sign_in("hana");
    let checked =
        |kind: &str, value: &str| hana.does("/settings/monitoring/check", &json!({ "kind": kind, "value": value }));
    assert_eq!(checked("visitor_ip", "　１９２．０．２．７／２４ ")["canonical"], "192.0.2.0/24");
    assert_eq!(checked("visitor_email", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ")["canonical"], "taro@example.jp");
    assert_eq!(checked("visitor_email", "*@Example.com")["canonical"], "*@example.com");
    assert!(checked("visitor_ip", "192.0.2.300")["problem"].as_str().unwrap().starts_with("Expected"));
    assert!(checked("visitor_email", "mika")["problem"].is_string());
}
