//! The list of monitored chats on a real day: order, unread marks, search, filters, hundreds of rows, two chats at a time.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::driver::{Browser, Driver};
use super::{ENGLISH, JAPANESE, Words, password, sign_in};
use crate::support::{Database, Person, Server, Visit};

/// WebDriver's codes for keys.
const END: &str = "\u{e010}";
const HOME: &str = "\u{e011}";
const UP: &str = "\u{e013}";
const DOWN: &str = "\u{e015}";
const PAGE_DOWN: &str = "\u{e00f}";
const ENTER: &str = "\u{e007}";

/// A server with chats that hana watches, and her browser on the list.
struct Scene {
    hana: Browser,
    server: Server,
    operators: Vec<Person>,
    language: &'static str,
    _driver: Driver,
}

impl Scene {
    fn begin(words: &Words, before: impl FnOnce(&Browser)) -> Option<Scene> {
        let Some(driver) = Driver::start() else {
            println!("skipped: chromium and chromedriver are not both here");
            return None;
        };
        let server = start(Database::new());
        let person = server.sign_in("hana");
        for rule in ["hana-1", "hana-2"] {
            person.does(&format!("/settings/monitoring/rules/{rule}/delete"), &json!({}));
        }
        person.adds_rule("visitor_ip", "198.18.0.0/16");
        let operators = ["ken", "aya", "rin"].map(|operator| server.sign_in(operator)).to_vec();
        let hana = driver.browser(words.language, &format!("http://{}", server.address));
        before(&hana);
        sign_in(&hana, "hana", password(&server, "hana"));
        Some(Scene { hana, server, operators, language: words.language, _driver: driver })
    }

    /// The n-th visitor begins a chat, and an operator attends it.
    fn chat(&self, n: usize, name: &str) -> Visit {
        let from = format!("198.18.{}.{}", n / 200, n % 200 + 1);
        let form = format!("name={name}&email=visitor{n}@example.net");
        let answer = self.server.post_form("/visit", &form, &[("X-Forwarded-For", &from)]);
        assert_eq!(answer.status, 303, "{answer:?}");
        let chat = answer.header("location").unwrap().trim_start_matches("/chat/").to_owned();
        let visit = Visit { person: Person { address: self.server.address, cookie: answer.cookie() }, chat };
        let pick_up = format!("/desk/{}/pick-up", visit.chat);
        while self.operators[n % 3].post(&pick_up, &json!({})).status == 429 {
            std::thread::sleep(Duration::from_millis(20));
        }
        visit
    }

    fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("CONSOLE_PICTURES").map(PathBuf::from) {
            self.hana.picture(&folder.join(format!("{name}-{}.png", self.language)));
        }
    }

    /// The names in the list, as far as they are on the page, in its order.
    fn names(&self) -> Vec<String> {
        let names = self.hana.returned("[...document.querySelectorAll('#rows .watch a')].map((a) => a.textContent)");
        names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    fn wait_for_names(&self, names: &[&str]) {
        self.hana.wait_until(&format!("{names:?}"), || self.names() == names);
    }

    /// Of which chats the audit says that hana did this.
    fn audited(&self, action: &str) -> Vec<String> {
        let file = Connection::open(&self.server.database.0).unwrap();
        let mut select = file
            .prepare("SELECT chat FROM audit WHERE operator = 'hana' AND action = ?1 AND NOT refused ORDER BY id")
            .unwrap();
        select.query_map([action], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    fn title(&self) -> String {
        self.hana.returned("document.title").as_str().unwrap().to_owned()
    }

    /// The chat of the row that the keyboard is on, where that is in the list, and where on the screen.
    fn focused(&self) -> (Value, Value, Value) {
        let row = self.hana.returned(
            "((row) => [row.dataset.chat, row.getAttribute('aria-rowindex'), row.getBoundingClientRect().top])(
                document.activeElement)",
        );
        (row[0].clone(), row[1].clone(), row[2].clone())
    }
}

fn start(database: Database) -> Server {
    Server::start_with(database, |options| options.trusted_proxies = vec!["127.0.0.1".parse().unwrap()])
}

#[test]
fn the_newest_activity_is_first_and_what_is_unread_is_marked_and_counted() {
    for words in [&ENGLISH, &JAPANESE] {
        let Some(scene) = Scene::begin(words, |_| {}) else { return };
        let hana = &scene.hana;
        let [anna, bert, cara] =
            ["Anna", "Bert", "Cara"].map(|name| scene.chat(name.len() + name.as_bytes()[0] as usize, name));
        hana.go("/monitored");
        scene.wait_for_names(&["Cara", "Bert", "Anna"]);
        assert!(!scene.title().starts_with('('), "{}", scene.title());
        bert.says("is it blue?");
        scene.wait_for_names(&["Bert", "Cara", "Anna"]);
        hana.wait_until("a count", || scene.title().starts_with("(1) "));
        assert_eq!(hana.count(".watch.unread"), 1);
        anna.says("hello");
        hana.wait_until("two", || scene.title().starts_with("(2) "));
        // One's own mark takes the dot away and brings it back.
        hana.returned("document.querySelector('#rows .watch').focus()");
        hana.press("m");
        hana.wait_until("one", || scene.title().starts_with("(1) "));
        hana.press("m");
        hana.wait_until("two", || scene.title().starts_with("(2) "));
        scene.picture("list");
        // Opened: read, and said to be; what is said meanwhile is read too.
        hana.click(&format!("[data-chat='{}'] a", bert.chat));
        hana.wait_for_text("#talk", "is it blue?");
        hana.wait_until("Bert in the title", || scene.title().starts_with("(1) Bert"));
        bert.says("or green?");
        hana.wait_for_text("#talk", "or green?");
        hana.click("#close");
        hana.wait_until("still one", || scene.title().starts_with("(1) ") && !scene.title().contains("Bert"));
        assert!(hana.has(&format!("[data-chat='{}'] .seen:not([hidden])", bert.chat)));
        assert!(!hana.has(&format!("[data-chat='{}'] .seen:not([hidden])", cara.chat)));
        hana.reload();
        hana.wait_until("kept", || scene.title().starts_with("(1) "));
        hana.click("#mark-all");
        hana.wait_until("none", || !scene.title().starts_with('('));
    }
}

#[test]
fn hundreds_of_chats_are_fluent_and_the_keyboard_reaches_each() {
    let Some(scene) = Scene::begin(&ENGLISH, |_| {}) else { return };
    let hana = &scene.hana;
    let visits: Vec<_> = (0..300).map(|n| scene.chat(n, &format!("visitor {n}"))).collect();
    hana.go("/monitored");
    hana.wait_for_text("#count", "300");
    hana.find("#watches[aria-rowcount='301']");
    assert!(hana.count("#rows .watch") < 60, "{}", hana.count("#rows .watch"));
    // Newest first: the last that began.
    hana.returned("document.querySelector('#rows .watch').focus()");
    assert_eq!(scene.focused(), (json!(visits[299].chat), json!("2"), scene.focused().2));
    for (key, row) in [(END, "301"), (HOME, "2"), (DOWN, "3"), (DOWN, "4"), (UP, "3")] {
        hana.press(key);
        hana.wait_until(&format!("row {row}"), || scene.focused().1 == row);
    }
    hana.press(PAGE_DOWN);
    hana.wait_until("a page further", || {
        let row: usize = scene.focused().1.as_str().unwrap().parse().unwrap();
        (6..30).contains(&row)
    });
    // In the order of the page, as screen readers go through it, too.
    let in_order =
        "[...document.querySelectorAll('#rows .watch')].map((row) => Number(row.getAttribute('aria-rowindex')))
        .every((row, n, all) => n === 0 || row > all[n - 1])";
    assert_eq!(hana.returned(in_order), true);

    // Far from the top: what is said moves a row to the top, and nothing on the screen.
    for _ in 0..8 {
        hana.press(PAGE_DOWN);
    }
    let before = scene.focused();
    for visit in [&visits[3], &visits[290], &visits[150]] {
        visit.says("are you there?");
    }
    hana.wait_until("the first one", || {
        hana.returned("document.activeElement.getAttribute('aria-rowindex')") != before.1
            || scene.title().starts_with("(3) ")
    });
    let after = scene.focused();
    assert_eq!((&after.0, &after.2), (&before.0, &before.2));
    assert_eq!(hana.returned(in_order), true);
    // Said in the row that the keyboard is on: it changes in place, and keeps the keyboard.
    let focused = visits.iter().find(|visit| before.0 == visit.chat).unwrap();
    focused.says("it is me");
    hana.wait_for_text(&format!("[data-chat='{}']", focused.chat), "it is me");
    hana.wait_until("first", || scene.focused().1 == "2");
    assert_eq!(scene.focused().0, focused.chat.as_str());
    // Enter opens; back to the list, at the row where one was.
    hana.press(DOWN);
    hana.press(ENTER);
    hana.wait_for_text("#talk", "are you there?");
    assert!(hana.returned("location.pathname").as_str().unwrap().ends_with(&visits[150].chat));
    hana.back();
    hana.find("#first[hidden]");
    hana.wait_until("the row", || scene.focused().0 == visits[150].chat.as_str());
    // What has been scrolled to is still there after another chat was opened and left.
    hana.returned("document.querySelector('#list').scrollTo(0, 6000)");
    hana.wait_until("rows far below", || hana.has("#rows [aria-rowindex='115']"));
    hana.click("#rows [aria-rowindex='115'] a");
    hana.find("#talk");
    hana.click("#close");
    hana.find("#first[hidden]");
    assert!(hana.returned("document.querySelector('#list').scrollTop").as_f64().unwrap() > 5500.0);
    scene.picture("list-of-hundreds");
}

#[test]
fn what_one_looks_for_is_in_the_address() {
    let Some(scene) = Scene::begin(&JAPANESE, |_| {}) else { return };
    let hana = &scene.hana;
    let [anna, bert, cara] = [0, 1, 2].map(|n| scene.chat(n, ["Anna", "Bert", "Cara"][n]));
    anna.says("Ｂｌｕｅ is what I want");
    bert.says("green, please");
    scene.operators[1].says(&format!("/desk/{}/say", bert.chat), "here it is");
    hana.go("/monitored");
    scene.wait_for_names(&["Bert", "Anna", "Cara"]);
    let finds = |words: &str, names: &[&str]| {
        hana.clear("[name=q]");
        hana.type_into("[name=q]", words);
        scene.wait_for_names(names);
    };
    finds("blue", &["Anna"]);
    finds("visitor2@", &["Cara"]);
    finds("198.18.0.2", &["Bert"]);
    finds("鈴木", &["Bert"]);
    finds("nobody at all", &[]);
    hana.find("#none-match:not([hidden])");
    scene.picture("list-none");
    finds("example.net", &["Bert", "Anna", "Cara"]);
    hana.returned("document.querySelector('[name=operator]').focus()");
    hana.press(DOWN);
    scene.wait_for_names(&["Cara"]);
    assert_eq!(hana.returned("location.search"), "?q=example.net&operator=rin");
    // Kept over opening, going back, and loading it again.
    hana.click("#rows a");
    hana.find("#talk");
    hana.back();
    hana.find("#first[hidden]");
    scene.wait_for_names(&["Cara"]);
    hana.reload();
    scene.wait_for_names(&["Cara"]);
    assert_eq!(hana.returned("document.querySelector('[name=q]').value"), "example.net");
    hana.click("#clear");
    scene.wait_for_names(&["Bert", "Anna", "Cara"]);
    assert_eq!(hana.returned("location.search"), "");
    hana.click("[name=unread]");
    scene.wait_for_names(&["Bert", "Anna"]);
    hana.go("/monitored?hand=1");
    hana.find("#none-match:not([hidden])");
    let rule = hana.returned("[...document.querySelector('[name=rule]').options].map((option) => option.value)");
    hana.go(&format!("/monitored?rule={}", rule[1].as_str().unwrap()));
    scene.wait_for_names(&["Bert", "Anna", "Cara"]);

    // Who waits for long: an hour later.
    let Scene { hana, server, language, operators, _driver } = scene;
    let (database, port) = server.into_rest();
    Connection::open(&database.0).unwrap().execute("UPDATE entries SET at = at - 3600000", []).unwrap();
    let server = Server::start_with(database, |options| {
        options.port = port;
        options.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    let scene = Scene { hana, server, language, operators, _driver };
    scene.hana.go("/monitored?waiting=30");
    scene.wait_for_names(&["Anna"]);
    scene.hana.wait_for_text(".waits", "1時間0分");
    drop(cara);
}

#[test]
fn two_chats_are_read_side_by_side_and_joining_asks_first() {
    for words in [&ENGLISH, &JAPANESE] {
        let Some(scene) = Scene::begin(words, |_| {}) else { return };
        let hana = &scene.hana;
        let [anna, bert, cara] = [0, 1, 2].map(|n| scene.chat(n, ["Anna", "Bert", "Cara"][n]));
        for (visit, text) in [(&cara, "one"), (&bert, "two"), (&anna, "three")] {
            visit.says(text);
        }
        hana.go("/monitored?q=example.net");
        scene.wait_for_names(&["Anna", "Bert", "Cara"]);
        hana.click("#rows a");
        hana.wait_for_text("#open-name", "Anna");
        assert!(!hana.is_enabled("#previous"));
        hana.click("#next");
        hana.wait_for_text("#open-name", "Bert");
        hana.click("#open-name");
        hana.press("j");
        hana.wait_for_text("#open-name", "Cara");
        hana.wait_until("the last one", || !hana.is_enabled("#next"));
        hana.press("k");
        hana.wait_for_text("#open-name", "Bert");
        hana.click("#beside");
        hana.wait_for_text("#open-name-2", "Cara");
        hana.wait_for_text("#talk-2", "one");
        hana.wait_until("both names", || scene.title().contains("Bert / Cara"));
        hana.click("#previous-2");
        hana.wait_for_text("#open-name-2", "Anna");
        bert.says("to the left");
        anna.says("to the right");
        hana.wait_for_text("#talk", "to the left");
        hana.wait_for_text("#talk-2", "to the right");
        let address = hana.returned("location.pathname + location.search");
        assert_eq!(address, format!("/monitored/{}?q=example.net&beside={}", bert.chat, anna.chat).as_str());
        scene.picture("beside");
        hana.size(1700, 900);
        hana.wait_until("the list beside both", || scene.names().len() == 3);
        scene.picture("beside-wide");
        hana.reload();
        hana.wait_for_text("#talk-2", "to the right");
        hana.type_into("#advice-2", "ask for the colour\n");
        hana.wait_for_text("#internal-2", "ask for the colour");
        // Each of them was opened, and the audit says so.
        let lines = scene.audited("opened");
        for visit in [&anna, &bert, &cara] {
            assert!(lines.iter().filter(|chat| **chat == visit.chat).count() >= 1, "{lines:?}");
        }

        // Joining asks; nothing has happened when one thinks better of it.
        hana.click("#join");
        hana.find("#join-dialog[open]");
        scene.picture("join");
        hana.click("#join-dialog .cancel");
        assert!(scene.audited("joined").is_empty());
        hana.click("#join");
        hana.click("#join-button");
        hana.wait_for_text("#talk", words.joined);
        assert_eq!(scene.audited("joined"), [&*bert.chat]);
        hana.wait_for_text("#joined", "森 花");
        assert_eq!(hana.text("#people"), "鈴木 彩");
        hana.find("#because[hidden]");
        hana.find(&format!("#text[placeholder*='{}']", if words.language == "en" { "Everyone" } else { "全員" }));
        scene.picture("joined");
        hana.reload();
        hana.wait_for_text("#joined", "森 花");
        assert!(hana.has("#because[hidden]"));
        hana.wait_for_text("#open-name-2", "Anna");
        hana.click("#close-2");
        hana.find("#second[hidden]");
        hana.narrow();
        assert!(hana.fits());
        scene.picture("narrow-opened");
        let size =
            |selector| hana.returned(&format!("document.querySelector('{selector}').getBoundingClientRect().width"));
        hana.click("#leave");
        hana.wait_for_text("#state", words.unseen);
        assert!(size("#join").as_f64() < size(".title").as_f64());
        hana.click("#close");
        hana.find("#first[hidden]");
        assert!(hana.fits());
        scene.picture("narrow-list");
    }
}

#[test]
fn what_leaves_the_list_says_why() {
    for (words, reasons) in [
        (&ENGLISH, ["The chat is over.", "You joined it.", "switched off"]),
        (&JAPANESE, ["チャットが終了しました。", "チャットに参加しました。", "オフになりました"]),
    ] {
        let Some(scene) = Scene::begin(words, |_| {}) else { return };
        let hana = &scene.hana;
        let [anna, bert, cara] = [0, 1, 2].map(|n| scene.chat(n, ["Anna", "Bert", "Cara"][n]));
        let person = scene.server.sign_in("hana");
        hana.go("/monitored");
        scene.wait_for_names(&["Cara", "Bert", "Anna"]);
        assert!(hana.has("#left[hidden]"));
        anna.person.does(&format!("/chat/{}/end", anna.chat), &json!({}));
        hana.wait_for_text("#left-lines", reasons[0]);
        hana.find(&format!("#left-lines a[href='/ended/{}']", anna.chat));
        person.does(&format!("/monitored/{}/join", bert.chat), &json!({}));
        hana.wait_for_text("#left-lines", reasons[1]);
        let rule = hana.returned("document.querySelector('[name=rule]').options[1].value");
        person.does(
            &format!("/settings/monitoring/rules/{}/enabled", rule.as_str().unwrap()),
            &json!({ "enabled": false }),
        );
        hana.wait_for_text(&format!("[data-left='{}']", cara.chat), reasons[2]);
        hana.find("#none:not([hidden])");
        assert_eq!(hana.count("#left-lines time"), 3);
        scene.picture("left");
        hana.click(&format!("[data-left='{}'] button", bert.chat));
        hana.wait_until("two", || hana.count("#left-lines li") == 2);
        hana.click("#left-clear");
        hana.find("#left[hidden]");
    }
}

/// Instead of what a browser without a screen cannot do; and somebody who looks elsewhere.
const MOCKED: &str = "
    window.shown = [];
    window.rung = 0;
    window.Notification = class {
        static permission = 'granted';
        static requestPermission = async () => 'granted';
        constructor(title, more) { window.shown.push(title + '|' + (more.body ?? '')); }
        close() {}
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) { window.rung += 1; start.call(this, at); };
    document.hasFocus = () => false;
    const Real = WebSocket;
    window.WebSocket = class extends Real { constructor(path) { super(path); window.socket = this; } };
";

#[test]
fn a_new_chat_and_a_raised_hand_call_whoever_wants_to_be_called() {
    for (words, new, hand) in
        [(&ENGLISH, "New chat: Bert", "Asks for help: Bert"), (&JAPANESE, "新しいチャット: Bert", "ヘルプの要請: Bert")]
    {
        let Some(scene) = Scene::begin(words, |browser| browser.before_each_page(MOCKED)) else { return };
        let hana = &scene.hana;
        scene.chat(0, "Anna");
        hana.go("/monitored");
        scene.wait_for_names(&["Anna"]);
        hana.click("#notify");
        hana.find("#notify[aria-pressed=true]");
        hana.click("#sound");
        hana.find("#sound[aria-pressed=true]");
        hana.reload();
        scene.wait_for_names(&["Anna"]);
        hana.find("#notify[aria-pressed=true]");
        assert_eq!(hana.returned("[window.shown, window.rung]"), json!([[], 0]));
        // A page that nobody has used makes no sound.
        hana.click(".who");
        let bert = scene.chat(1, "Bert");
        hana.wait_until("a notification", || hana.returned("window.shown") == json!([format!("{new}|")]));
        hana.wait_until("a sound", || hana.returned("window.rung").as_u64().unwrap() > 0);
        bert.says("a secret");
        hana.wait_for_text("#rows", "a secret");
        // As the server would say it.
        hana.returned(&format!(
            "import('/assets/watches.js').then(({{ chats }}) => {{
                const line = {{ ...chats.get('{}'), hand: Date.now() }};
                const told = JSON.stringify({{ type: 'line', line }});
                window.socket.dispatchEvent(new MessageEvent('message', {{ data: told }}));
            }})",
            bert.chat
        ));
        hana.wait_until("another one", || {
            hana.returned("window.shown") == json!([format!("{new}|"), format!("{hand}|")])
        });
        hana.find(&format!("[data-chat='{}'] .hand:not([hidden])", bert.chat));
        scene.picture("hand");
        hana.click("[name=hand]");
        scene.wait_for_names(&["Bert"]);
        assert!(!hana.returned("window.shown.join()").as_str().unwrap().contains("secret"));
        hana.click("#notify");
        hana.find("#notify[aria-pressed=false]");
        scene.chat(2, "Cara");
        hana.wait_for_text("#count", "3");
        assert_eq!(hana.returned("window.shown.length"), 2);
    }
}
