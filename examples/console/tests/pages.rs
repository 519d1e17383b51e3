//! Every page, in both languages.

use serde_json::{Value, json};

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
        ("/", "", "Work as an operator", "担当者として応対する"),
        ("/sign-in", "", "Operator ID", "担当者 ID"),
        ("/visit", "", "Start the chat", "チャットを始める"),
        (&*format!("/chat/{}", visit.chat), &*visit.person.cookie, "End the chat", "チャットを終了"),
        ("/desk", &aoi.cookie, "Waiting", "対応待ち"),
        ("/monitored", &aoi.cookie, "Monitored chats", "モニタリング中のチャット"),
        (&*format!("/monitored/{}", visit.chat), &aoi.cookie, "Join this chat", "このチャットに参加する"),
        ("/settings/monitoring", &aoi.cookie, "Chat monitoring", "チャットのモニタリング"),
        ("/settings/people", &aoi.cookie, "Who can sign in", "サインインできる人"),
        ("/settings/roles", &aoi.cookie, "Whom each role may monitor", "どの範囲で"),
        ("/settings/departments", &aoi.cookie, "サポート窓口", "サポート窓口"),
        ("/settings/chats", &aoi.cookie, "Every live chat", "進行中のすべてのチャット"),
        ("/settings/retention", &aoi.cookie, "Keep ended chats", "終了したチャットの保存日数"),
        ("/settings/exclusions", &aoi.cookie, "never monitored", "モニタリングされません"),
        ("/settings/hooks", &aoi.cookie, "Signing key (optional)", "署名キー（任意）"),
        ("/audit", &aoi.cookie, "Added a rule", "ルールを追加"),
        ("/ended", &aoi.cookie, "Ended chats", "終了したチャット"),
        ("/settings/erasure", &aoi.cookie, "Erasure", "個人データの消去"),
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
    assert_eq!(checked("visitor_email", "*@例え.jp")["canonical"], "*@xn--r8jz45g.jp");
    assert_eq!(checked("visitor_ip", "\u{FEFF}192.0.2.7\u{A0}\u{200E}")["canonical"], "192.0.2.7");
    let mask = checked("visitor_ip", "192.0.2.0/255.255.255.0");
    assert_eq!((&mask["canonical"], &mask["offers"]), (&Value::Null, &json!(["192.0.2.0/24"])));
    let one = checked("visitor_ip", "2001:db8:1:2:b1a5:f96e:a51f:c2f6");
    assert_eq!(one["canonical"], "2001:db8:1:2:b1a5:f96e:a51f:c2f6");
    assert_eq!(one["offers"], json!(["2001:db8:1:2::/64"]));
    assert!(one["hint"].as_str().unwrap().contains("every day"));
}

#[test]
fn what_cannot_be_read_is_answered_in_the_language_of_the_page_whether_it_is_checked_or_added() {
    let server = Server::start();
    let hana = server.sign_in("hana");
    for (kind, value, english, japanese) in [
        ("visitor_ip", "192.0.2.*", "192.0.2.0/24 is every address", "192.0.2.* は 192.0.2.0/24"),
        ("visitor_ip", "192.0.2.1-192.0.2.9", "no range", "範囲は使えません"),
        ("visitor_ip", "192.0.2.7, 192.0.2.8", "Add a rule for each", "アドレスごとにルールを追加"),
        ("visitor_email", "mika*@example.com", "*@example.com", "*@example.com"),
        ("visitor_email", "@example.com", "nothing before the @", "@ の前がありません"),
    ] {
        for (language, expected) in [("en", english), ("ja", japanese)] {
            for (path, field) in [("check", "problem"), ("rules", "text")] {
                let typed = json!({ "kind": kind, "value": value });
                let body = if path == "check" { typed } else { json!({ "when": [typed] }) };
                let path = format!("/settings/monitoring/{path}");
                let answer = hana.post_in(language, &path, &body).json();
                assert!(answer[field].as_str().unwrap().contains(expected), "{path}, {value} in {language}: {answer}");
            }
        }
    }
}

#[test]
fn a_visitor_may_have_a_japanese_domain_and_hears_what_is_wrong_with_an_address() {
    let server = Server::start();
    let ken = server.sign_in("ken");
    let visit = server.visit("Taro", "\u{FEFF}taro@例え.jp\u{A0}");
    let snapshot = ken.socket("/desk/socket").unwrap().wait_for("snapshot");
    assert_eq!(snapshot["waiting"][0]["visitor"]["email"], "taro@xn--r8jz45g.jp");
    let email = format!("/chat/{}/email", visit.chat);
    let answer = visit.person.post_in("ja", &email, &json!({ "email": "taro@example" }));
    assert_eq!(
        (answer.status, &answer.json()["text"]),
        (422, &json!("@ の後ろが正しくありません（例: name@example.com）。"))
    );
    let page = server.post_form("/visit", "name=&email=taro", &[("Accept-Language", "en")]);
    assert!(page.status == 422 && page.body.contains("Write it as in name@example.com."), "{page:?}");
}

#[test]
fn a_form_that_is_refused_gets_a_page_and_a_script_gets_json() {
    let server = Server::start_with(crate::support::Database::new(), |options| options.limits.chats_per_address = 0);
    let origin = format!("http://{}", server.address);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let ours = [form, ("Origin", &*origin)];
    let refused = [
        ("/visit", "name=Mika", 429, &ours[..]),
        ("/visit", "name=Mika", 403, &[form, ("Origin", "http://elsewhere.example")]),
        ("/visit", "name=Mika", 415, &[("Content-Type", "text/plain"), ("Origin", &origin)]),
        ("/sign-in", "operator=ken", 422, &ours[..]),
        ("/sign-in", "operator=ken&password=x", 403, &[form]),
        ("/sign-out", "", 401, &ours[..]),
        ("/monitored", "", 405, &ours[..]),
    ];
    for (path, body, status, headers) in refused {
        for (language, problem) in [("en", "That did not work"), ("ja", "操作を完了できませんでした")] {
            let more = [("Accept", "text/html"), ("Accept-Language", language)];
            let all: Vec<_> = headers.iter().copied().chain(more).collect();
            let answer = request(server.address, "POST", path, &all, body.as_bytes()).unwrap();
            if status == 401 {
                assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in?back=/")), "{path}");
                continue;
            }
            assert_eq!(answer.status, status, "{path}");
            let title = if status == 403 {
                [("en", "Not allowed"), ("ja", "アクセス権限がありません")]
            } else {
                [(language, problem); 2]
            };
            let title = title.iter().find(|(known, _)| *known == language).unwrap().1;
            assert!(answer.body.contains("<html") && answer.body.contains(title), "{path}: {answer:?}");
        }
        let answer = request(server.address, "POST", path, headers, body.as_bytes()).unwrap();
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.json()["error"].is_string(), "{path}: {answer:?}");
    }
}
