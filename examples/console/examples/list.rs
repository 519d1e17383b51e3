//! What a list of 2,000 monitored chats costs: the processor's time of the server, and of the browser that shows it.
//!
//! ```text
//! cargo run --release -p console --example list [CHATS]
//! ```
//!
//! The server runs in this process, in threads of its own, and those are what is counted: not the one that plays the
//! visitors and the watcher. The browser's figures are Chromium's own: the page's thread, by the processor's time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a run that finds something missing has failed")]
#![allow(dead_code, unused_imports, reason = "the tests use more of what is shared with them")]

#[path = "../tests/browser/driver.rs"]
mod driver;
#[path = "../tests/support/mod.rs"]
mod support;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use driver::Driver;
use support::{Database, Person, Server, Visit};

/// How often each thing is done.
const TIMES: usize = 50;

fn main() {
    let chats = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2000);
    let server = Server::start_with(Database::new(), |options| {
        options.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    });
    let hana = server.sign_in("hana");
    hana.adds_rule("visitor_ip", "198.18.0.0/16");
    let visits = begin(&server, chats);
    let open = || {
        assert_eq!(hana.get("/monitored").status, 200);
        let mut socket = hana.socket("/monitored/socket").unwrap();
        let snapshot = socket.wait_for("snapshot");
        assert_eq!(snapshot["chats"].as_array().unwrap().len(), chats);
        socket
    };
    drop(open());
    let (shown, began) = (server_time(), Instant::now());
    for _ in 0..TIMES {
        drop(open());
    }
    println!(
        "list of {chats}: server {:.1} ms each, {:.0} ms until it is here",
        each(server_time() - shown),
        each(began.elapsed())
    );

    let say = |n: usize| {
        visits[n * 7 % chats].says("a few words, as visitors write them");
    };
    let quiet = measure(say);
    let mut socket = open();
    let told = measure(|n| {
        say(n);
        socket.wait_for("entry");
    });
    println!("message: server {:.2} ms each, {:.2} ms with the list open", each(quiet), each(told));

    drop(socket);
    change_all(&server, &hana, &visits);

    let Some(driver) = Driver::start() else { return println!("no chromium and chromedriver here") };
    let browser = driver.browser("en", &format!("http://{}", server.address));
    let password = &server.passwords.iter().find(|(known, _)| known == "hana").unwrap().1;
    browser.go("/sign-in");
    browser.type_into("#operator", "hana");
    browser.type_into("#password", password);
    browser.click(".sign-in .main");
    browser.find("#panes");
    let kinds = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration", "TaskDuration"];
    let measured = || kinds.map(|kind| browser.seconds(kind) * 1000.0);
    // Chromium counts from the first time that it is asked, and each page anew.
    measured();
    browser.go("/monitored");
    browser.wait_for_text("#count", &chats.to_string());
    browser.find("#rows .watch");
    let shown = measured();
    let rows = browser.count("#rows .watch");
    print("list shown", 1.0, &[0.0; 4], &shown);
    println!("{rows} rows in the page");
    for n in 0..TIMES {
        say(n);
        thread::sleep(Duration::from_millis(150));
    }
    browser.wait_for_text("#rows", "a few words");
    print("one message", TIMES as f64, &shown, &measured());
}

/// Rules that match all chats, added, switched and deleted; and how long a visitor waits meanwhile who writes at that moment.
fn change_all(server: &Server, hana: &Person, visits: &[Visit]) {
    const RULES: &str = "/settings/monitoring/rules";
    let sora = server.sign_in("sora");
    let wait = |what: &str, change: &dyn Fn() -> Value| {
        let (visitor, began) = (&visits[0], Instant::now());
        let (made, changed, said) = thread::scope(|scope| {
            let said = scope.spawn(|| {
                // When the change has begun.
                thread::sleep(Duration::from_millis(5));
                let began = Instant::now();
                visitor.says("a few words");
                began.elapsed()
            });
            let made = change();
            (made, began.elapsed(), said.join().unwrap())
        });
        println!("{what}: {:.0} ms, a message meanwhile {:.0} ms", millis(changed), millis(said));
        made
    };
    for (person, already) in [(&sora, "new watches"), (hana, "another rule of the same watches")] {
        let rule = json!({ "when": [{ "kind": "visitor_ip", "value": "198.18.0.0/15" }], "confirmed": true });
        let id = wait(&format!("a rule that matches all, {already}"), &|| person.does(RULES, &rule))["rule"].clone();
        let place = format!("{RULES}/{}", id.as_str().unwrap());
        wait("switched off", &|| person.does(&format!("{place}/enabled"), &json!({ "enabled": false })));
        wait("switched on", &|| person.does(&format!("{place}/enabled"), &json!({ "enabled": true })));
        wait("deleted", &|| person.does(&format!("{place}/delete"), &json!({})));
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn print(what: &str, times: f64, before: &[f64; 4], after: &[f64; 4]) {
    let [script, layout, style, all] = [0, 1, 2, 3].map(|n| (after[n] - before[n]) / times);
    println!(
        "browser, {what}: script {script:.1} ms, layout {layout:.1} ms, style {style:.1} ms, all tasks {all:.1} ms"
    );
}

/// Chats that hana monitors, in each of which something was said.
fn begin(server: &Server, chats: usize) -> Vec<Visit> {
    let operators = ["ken", "aya", "rin"].map(|operator| server.sign_in(operator));
    let begin = |n: usize| {
        let from = format!("198.18.{}.{}", n / 200, n % 200 + 1);
        let form = format!("name=visitor {n}&email=visitor{n}@example.net");
        let answer = server.post_form("/visit", &form, &[("X-Forwarded-For", &from)]);
        assert_eq!(answer.status, 303, "{answer:?}");
        let chat = answer.header("location").unwrap().trim_start_matches("/chat/").to_owned();
        let visit = Visit { person: Person { address: server.address, cookie: answer.cookie() }, chat };
        while operators[n % 3].post(&format!("/desk/{}/pick-up", visit.chat), &json!({})).status == 429 {
            thread::sleep(Duration::from_millis(20));
        }
        visit.says("Good morning. My parcel has not arrived, can you tell me where it is?");
        visit
    };
    (0..chats).map(begin).collect()
}

fn measure(mut act: impl FnMut(usize)) -> Duration {
    let before = server_time();
    (0..TIMES).for_each(&mut act);
    thread::sleep(Duration::from_millis(100));
    server_time() - before
}

fn each(all: Duration) -> f64 {
    all.as_secs_f64() * 1000.0 / TIMES as f64
}

/// What the processors have done for all threads but this one.
fn server_time() -> Duration {
    let this = std::process::id().to_string();
    let threads = std::fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
    let others = threads.filter(|thread| thread.file_name().to_str() != Some(&this));
    let times = others.filter_map(|thread| {
        let times = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        times.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(times.sum())
}
