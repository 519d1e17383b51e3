//! WebDriver, as plain HTTP: what of it the walk needs.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::http::request;

const PATIENCE: Duration = Duration::from_secs(40);

/// The key under which WebDriver names elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Chromium's driver.
#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    address: SocketAddr,
    profiles: PathBuf,
}

impl Driver {
    /// None where Chromium or its driver is not installed.
    pub(super) fn start() -> Option<Driver> {
        if !Path::new("/usr/bin/chromium").exists() {
            return None;
        }
        let spawned = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process = spawned.ok()?;
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // It writes more later, and must find somebody who reads.
        std::thread::spawn(move || lines.for_each(drop));
        let profiles = std::env::temp_dir().join(format!("console-browser-{}-{}", std::process::id(), port?));
        Some(Driver { process, address: SocketAddr::from(([127, 0, 0, 1], port?)), profiles })
    }

    /// A browser of its own, with cookies of its own, that prefers this language.
    pub(super) fn browser(&self, language: &str, base: &str) -> Browser {
        let count = std::fs::read_dir(&self.profiles).map_or(0, Iterator::count);
        let profile = self.profiles.join(count.to_string());
        std::fs::create_dir_all(&profile).unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--force-color-profile=srgb",
            "--window-size=1280,800",
            &*format!("--user-data-dir={}", profile.display()),
            &*format!("--lang={language}"),
            &*format!("--accept-lang={language}"),
        ];
        let options = json!({ "args": arguments, "prefs": { "intl.accept_languages": language } });
        let asked = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let value = call(self.address, "POST", "/session", &asked).expect("a browser");
        let session = value["sessionId"].as_str().unwrap().to_owned();
        let browser = Browser { address: self.address, session, base: base.to_owned() };
        browser.size(1280, 800);
        browser
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profiles);
    }
}

/// One browser window.
#[derive(Debug)]
pub(super) struct Browser {
    address: SocketAddr,
    session: String,
    base: String,
}

impl Browser {
    pub(super) fn go(&self, path: &str) {
        self.call("POST", "/url", &json!({ "url": format!("{}{path}", self.base) })).unwrap();
    }

    /// Waits until there is such an element, and names it.
    pub(super) fn find(&self, selector: &str) -> String {
        self.wait(selector, || {
            let found = self.call("POST", "/element", &json!({ "using": "css selector", "value": selector })).ok()?;
            found[ELEMENT].as_str().map(str::to_owned)
        })
    }

    /// Clicks as soon as that can be done.
    pub(super) fn click(&self, selector: &str) {
        self.wait(selector, || {
            let element = self.find(selector);
            self.call("POST", &format!("/element/{element}/click"), &json!({})).ok()
        });
    }

    /// Clicks the label of a control that is drawn by it.
    pub(super) fn click_label(&self, selector: &str) {
        self.click(&format!("label:has({selector})"));
    }

    pub(super) fn type_into(&self, selector: &str, text: &str) {
        // WebDriver's code for the key itself.
        let text = text.replace('\n', "\u{e007}");
        self.wait(selector, || {
            let element = self.find(selector);
            self.call("POST", &format!("/element/{element}/value"), &json!({ "text": text })).ok()
        });
    }

    pub(super) fn clear(&self, selector: &str) {
        let element = self.find(selector);
        self.call("POST", &format!("/element/{element}/clear"), &json!({})).unwrap();
    }

    pub(super) fn text(&self, selector: &str) -> String {
        let script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent).join('\\n')";
        self.run(script, &json!([selector])).as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn wait_for_text(&self, selector: &str, text: &str) {
        self.wait_until(&format!("`{text}` in {selector}"), || self.text(selector).contains(text));
    }

    pub(super) fn count(&self, selector: &str) -> u64 {
        self.run("return document.querySelectorAll(arguments[0]).length", &json!([selector])).as_u64().unwrap_or(0)
    }

    pub(super) fn has(&self, selector: &str) -> bool {
        self.count(selector) > 0
    }

    pub(super) fn is_enabled(&self, selector: &str) -> bool {
        !self.run("return document.querySelector(arguments[0]).disabled", &json!([selector])).as_bool().unwrap_or(true)
    }

    /// The value of a cookie, which no script can read.
    pub(super) fn cookie(&self, name: &str) -> String {
        let cookie = self.call("GET", &format!("/cookie/{name}"), &Value::Null).unwrap();
        cookie["value"].as_str().unwrap().to_owned()
    }

    /// Has a script run before those of each page that is opened from now on.
    pub(super) fn before_each_page(&self, script: &str) {
        self.tell_chromium("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }));
    }

    #[allow(dead_code, reason = "examples/list.rs asks for it")]
    /// Seconds of processor that the page has taken for one kind of work since this was asked for first.
    pub(super) fn seconds(&self, kind: &str) -> f64 {
        // Not by the clock: other programs take the processor in between.
        self.tell_chromium("Performance.enable", &json!({ "timeDomain": "threadTicks" }));
        let body = json!({ "cmd": "Performance.getMetrics", "params": {} });
        let metrics = self.call("POST", "/goog/cdp/execute", &body).unwrap();
        let known = metrics["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == kind);
        known.and_then(|metric| metric["value"].as_f64()).unwrap_or_default()
    }

    /// Presses keys, where the keyboard is.
    pub(super) fn press(&self, keys: &str) {
        let active = self.call("GET", "/element/active", &Value::Null).unwrap();
        let element = active[ELEMENT].as_str().unwrap();
        self.call("POST", &format!("/element/{element}/value"), &json!({ "text": keys })).unwrap();
    }

    /// What a script returns.
    pub(super) fn returned(&self, script: &str) -> Value {
        self.run(&format!("return {script}"), &json!([]))
    }

    pub(super) fn reload(&self) {
        self.call("POST", "/refresh", &json!({})).unwrap();
    }

    pub(super) fn back(&self) {
        self.call("POST", "/back", &json!({})).unwrap();
    }

    /// A telephone's size.
    pub(super) fn narrow(&self) {
        let size = json!({ "width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": true });
        self.tell_chromium("Emulation.setDeviceMetricsOverride", &size);
    }

    /// As large as it was.
    pub(super) fn wide(&self) {
        self.tell_chromium("Emulation.clearDeviceMetricsOverride", &json!({}));
    }

    /// What the reader's system prefers, such as `prefers-color-scheme` and `dark`; nothing without these.
    pub(super) fn prefers(&self, features: &[(&str, &str)]) {
        let features: Vec<_> = features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.tell_chromium("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    fn tell_chromium(&self, command: &str, parameters: &Value) {
        self.call("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).unwrap();
    }

    /// Whether all of it, or as much as there is room for, is on the screen and nothing lies above it.
    pub(super) fn is_on_screen(&self, selector: &str) -> bool {
        let script = "const r = document.querySelector(arguments[0])?.getBoundingClientRect();
            if (!r || !r.width || r.top < 0 || r.bottom > innerHeight) return false;
            const found = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
            return Boolean(found?.closest(arguments[0]));";
        self.run(script, &json!([selector])).as_bool().unwrap_or(false)
    }

    pub(super) fn attribute(&self, selector: &str, name: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''";
        self.run(script, &json!([selector, name])).as_str().unwrap_or_default().to_owned()
    }

    /// What is written in a field.
    pub(super) fn field(&self, selector: &str) -> String {
        let value = self.run("return document.querySelector(arguments[0]).value", &json!([selector]));
        value.as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn focus(&self, selector: &str) {
        self.run("document.querySelector(arguments[0]).focus()", &json!([selector]));
    }

    pub(super) fn height(&self, selector: &str) -> f64 {
        let script = "return document.querySelector(arguments[0]).getBoundingClientRect().height";
        self.run(script, &json!([selector])).as_f64().unwrap_or(f64::MAX)
    }

    /// How many pixels lie between one and the next to its right.
    pub(super) fn between(&self, left: &str, right: &str) -> f64 {
        let script =
            "const [left, right] = [...arguments].map((part) => document.querySelector(part).getBoundingClientRect());
            return right.left - left.right;";
        self.run(script, &json!([left, right])).as_f64().unwrap_or(0.0)
    }

    /// What axe-core finds on the page as it is.
    pub(super) fn faults(&self, axe: &str) -> Vec<String> {
        let script = format!(
            "{axe};
            const done = arguments[arguments.length - 1];
            const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            axe.run(document, {{ runOnly: tags, resultTypes: ['violations'] }}).then(
                (found) => done(found.violations.flatMap((fault) => fault.nodes.map((node) =>
                    `${{fault.id}}: ${{node.target}}: ${{node.any.concat(node.all, node.none).map((why) => why.message).join('; ')}}`))),
                (error) => done([String(error)]));"
        );
        let found = self.call("POST", "/execute/async", &json!({ "script": script, "args": [] })).unwrap();
        found.as_array().unwrap().iter().map(|fault| fault.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Puts something into the page that does not belong there.
    pub(super) fn plant(&self, markup: &str) {
        self.run("document.querySelector('main').insertAdjacentHTML('beforeend', arguments[0])", &json!([markup]));
    }

    /// Whether it is a page, and no file.
    pub(super) fn is_page(&self) -> bool {
        self.run("return document.contentType === 'text/html'", &json!([])).as_bool().unwrap_or(false)
    }

    /// The pages of this server that it leads to.
    pub(super) fn links(&self) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll('a[href]:not([download])')].map((link) => new URL(link.href))
            .filter((link) => link.origin === location.origin).map((link) => link.pathname)";
        let links = self.run(script, &json!([]));
        links.as_array().into_iter().flatten().filter_map(|link| link.as_str()).map(str::to_owned).collect()
    }

    pub(super) fn title(&self) -> String {
        self.call("GET", "/title", &Value::Null).unwrap().as_str().unwrap_or_default().to_owned()
    }

    /// Moves the page to where this is.
    pub(super) fn show(&self, selector: &str) {
        self.run("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", &json!([selector]));
    }

    /// What a script answers.
    pub(super) fn says(&self, script: &str) -> bool {
        self.run(script, &json!([])).as_bool().unwrap_or(false)
    }

    /// Whether nothing has to be moved sideways.
    pub(super) fn fits(&self) -> bool {
        // Not the window's width: on a telephone that grows with what is too wide.
        let script = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        self.run(script, &json!([])).as_bool().unwrap_or(false)
    }

    /// A picture; where `CONSOLE_PICTURES_ALL` is set, also one by night and one with forced colours.
    pub(super) fn picture(&self, file: &Path) {
        self.picture_as_it_is(file);
        if std::env::var_os("CONSOLE_PICTURES_ALL").is_none() {
            return;
        }
        let name = file.file_stem().unwrap().to_string_lossy();
        for (kind, prefers) in [("dark", ("prefers-color-scheme", "dark")), ("contrast", ("forced-colors", "active"))] {
            self.prefers(&[prefers]);
            self.picture_as_it_is(&file.with_file_name(format!("{name}-{kind}.png")));
        }
        self.prefers(&[]);
    }

    fn picture_as_it_is(&self, file: &Path) {
        std::thread::sleep(Duration::from_millis(250));
        let picture = self.call("GET", "/screenshot", &Value::Null).unwrap();
        std::fs::write(file, decode(picture.as_str().unwrap())).unwrap();
    }

    pub(super) fn wait_until(&self, what: &str, done: impl Fn() -> bool) {
        self.wait(what, || done().then_some(()));
    }

    fn wait<T>(&self, what: &str, found: impl Fn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = found() {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{what} never came; the page: {}", self.text("main"));
            std::thread::sleep(Duration::from_millis(40));
        }
    }

    pub(super) fn run(&self, script: &str, arguments: &Value) -> Value {
        self.call("POST", "/execute/sync", &json!({ "script": script, "args": arguments })).unwrap_or_default()
    }

    pub(super) fn size(&self, width: u32, height: u32) {
        self.call("POST", "/window/rect", &json!({ "width": width, "height": height })).unwrap();
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        call(self.address, method, &format!("/session/{}{path}", self.session), body)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.call("DELETE", "", &Value::Null);
    }
}

fn call(driver: SocketAddr, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
    let body = if method == "POST" { body.to_string() } else { String::new() };
    let answer = request(driver, method, path, &[("Content-Type", "application/json")], body.as_bytes());
    let answer = answer.map_err(|error| json!(error.to_string()))?;
    let value = answer.json()["value"].clone();
    if answer.status == 200 { Ok(value) } else { Err(value) }
}

/// Base64, as screenshots come.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for c in text.bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}
