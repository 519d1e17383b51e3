//! Nobody notices, in time: a visitor's round trips while watchers read along, open the chat and list it, and while they
//! do not. `examples/delays.rs` takes many; the test here takes few, with wide bounds.

use std::fmt;
use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use serde_json::json;

use crate::support::http::read_answer;
use crate::support::{Database, Person, Server, Visit};

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Chats that are monitored by three people.
    pub(crate) chats: usize,
    /// Of these, and of as many that nobody watches, so many are talked in.
    pub(crate) probes: usize,
    /// What was said in each of them before.
    pub(crate) lines: usize,
    /// How long that is, in characters.
    pub(crate) characters: usize,
    /// Web sockets of watchers.
    pub(crate) sockets: usize,
    /// Messages for each case.
    pub(crate) trials: usize,
}

/// Round trips without and with watchers.
#[derive(Debug, Default)]
pub(crate) struct Case {
    name: &'static str,
    without: Vec<Duration>,
    with: Vec<Duration>,
}

impl Case {
    /// How often one with watchers took longer than one without: 0.5 when nothing can be told, 1 when all did.
    pub(crate) fn auc(&self) -> f64 {
        let longer = |with: &Duration| {
            let under = self.without.iter().filter(|without| *without < with).count();
            let equal = self.without.iter().filter(|without| *without == with).count();
            under as f64 + equal as f64 / 2.0
        };
        self.with.iter().map(longer).sum::<f64>() / (self.with.len() * self.without.len()) as f64
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |times: &[Duration], part: f64| {
            let mut times = times.to_vec();
            times.sort_unstable();
            times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0
        };
        let Case { name, without, with } = self;
        write!(
            f,
            "| {name} | {:.2} / {:.2} ms | {:.2} / {:.2} ms | {:.2} |",
            at(without, 0.5),
            at(without, 0.9),
            at(with, 0.5),
            at(with, 0.9),
            self.auc()
        )
    }
}

/// What a watcher does at the moment at which a visitor writes.
enum Act {
    Open(String),
    List,
}

/// Everybody, and what is measured.
struct Scene {
    watched: Vec<Visitor>,
    unwatched: Vec<Visitor>,
    watchers: Vec<Person>,
    trials: usize,
    chance: u64,
    turn: usize,
}

/// A visitor with a connection that stays.
struct Visitor {
    visit: Visit,
    stream: BufReader<TcpStream>,
}

impl Visitor {
    fn new(visit: Visit) -> Self {
        let stream = TcpStream::connect(visit.person.address).unwrap();
        stream.set_nodelay(true).unwrap();
        Visitor { visit, stream: BufReader::new(stream) }
    }

    /// Says something, and measures until it is acknowledged.
    fn say(&mut self) -> Duration {
        let Person { address, cookie } = &self.visit.person;
        let body = r#"{"text":"a few words, as visitors write them"}"#;
        let request = format!(
            "POST /chat/{}/say HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.visit.chat,
            body.len()
        );
        let began = Instant::now();
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let answer = read_answer(&mut self.stream).unwrap();
        let took = began.elapsed();
        assert_eq!(answer.status, 200, "{answer:?}");
        took
    }
}

impl Scene {
    fn chance(&mut self, of: u64) -> u64 {
        // xorshift: whether a watcher acts must not follow from anything that the server does.
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance % of
    }

    /// The next visitor, when there has been time for the limit of how much one may say.
    fn next(&mut self, watched: bool) -> &mut Visitor {
        self.turn += 1;
        let pause = 8000 / self.watched.len() as u64;
        thread::sleep(Duration::from_micros(1000 * pause / 20 + self.chance(4000)));
        let turn = self.turn % self.watched.len();
        if watched { &mut self.watched[turn] } else { &mut self.unwatched[turn] }
    }

    /// At each message a coin says whether a watcher does something at that moment.
    fn at_that_moment(&mut self, name: &'static str, act: impl Fn(&str) -> Option<Act>) -> Case {
        let mut case = Case { name, ..Case::default() };
        let (acts, received) = mpsc::channel::<Act>();
        let watchers = self.watchers.clone();
        let acting = thread::spawn(move || {
            aside();
            for (act, watcher) in received.into_iter().zip(watchers.iter().cycle()) {
                watch(watcher, &act);
            }
        });
        for _ in 0..self.trials {
            let with = self.chance(2) == 0;
            // What a watcher asks for is done 10 to 80 ms later; the message falls anywhere in that.
            let early = Duration::from_micros(self.chance(80_000));
            let visitor = self.next(true);
            if let Some(act) = act(&visitor.visit.chat).filter(|_| with) {
                acts.send(act).unwrap();
            }
            thread::sleep(early);
            let took = visitor.say();
            if with {
                case.with.push(took)
            } else {
                case.without.push(took)
            }
            thread::sleep(Duration::from_millis(5));
        }
        drop(acts);
        acting.join().unwrap();
        case
    }

    /// Blocks of messages, in some of which a watcher opens and lists again and again.
    fn again_and_again(&mut self, name: &'static str) -> Case {
        let mut case = Case { name, ..Case::default() };
        let busy = Arc::new((AtomicBool::new(false), AtomicBool::new(true)));
        let (state, watcher, chat) = (busy.clone(), self.watchers[0].clone(), self.watched[0].visit.chat.clone());
        let acting = thread::spawn(move || {
            aside();
            while state.1.load(Ordering::Relaxed) {
                if state.0.load(Ordering::Relaxed) {
                    watch(&watcher, &Act::List);
                    watch(&watcher, &Act::Open(chat.clone()));
                }
                thread::sleep(Duration::from_millis(30));
            }
        });
        for _ in 0..self.trials / 4 {
            let with = self.chance(2) == 0;
            busy.0.store(with, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(60));
            for _ in 0..4 {
                let took = self.next(true).say();
                if with { case.with.push(took) } else { case.without.push(took) }
            }
        }
        busy.1.store(false, Ordering::Relaxed);
        acting.join().unwrap();
        case
    }

    /// Two messages in a row: of chats whose watchers' sockets are open, and of chats that nobody watches.
    fn second_of_two(&mut self, name: &'static str, sockets: usize) -> Case {
        let mut case = Case { name, ..Case::default() };
        let done = Arc::new(AtomicBool::new(false));
        let screens: Vec<_> = (0..sockets)
            .map(|n| {
                let mut socket = self.watchers[n % self.watchers.len()].socket("/monitored/socket").unwrap();
                socket.wait_for("snapshot");
                let done = done.clone();
                thread::spawn(move || {
                    aside();
                    while !done.load(Ordering::Relaxed) && socket.text().is_some() {}
                })
            })
            .collect();
        for _ in 0..self.trials {
            let with = self.chance(2) == 0;
            let visitor = self.next(with);
            visitor.say();
            let took = visitor.say();
            if with { case.with.push(took) } else { case.without.push(took) }
        }
        done.store(true, Ordering::Relaxed);
        self.watched[0].say();
        screens.into_iter().for_each(|screen| screen.join().unwrap());
        case
    }
}

/// What watchers' browsers do is done on other machines: here it must not take the processor from the server. Nor may what
/// only keeps it awake.
fn aside() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19);
}

/// Opens a chat or the list as its page does, and reads what the socket begins with.
fn watch(watcher: &Person, act: &Act) {
    let page = match act {
        Act::Open(chat) => format!("/monitored/{chat}"),
        Act::List => "/monitored".into(),
    };
    assert_eq!(watcher.get(&page).status, 200);
    watcher.socket(&format!("{page}/socket")).unwrap().wait_for("snapshot");
}

/// Prepares everything, and measures each case; `each` gets one when it is measured.
pub(crate) fn measure(size: Size, mut each: impl FnMut(&Case)) {
    let proxied = |options: &mut console::Options| {
        options.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        // These visitors' connections rest while others talk.
        options.limits.head = Duration::from_secs(900);
    };
    let server = Server::start_with(Database::new(), proxied);
    let watchers = ["aoi", "hana", "sora"].map(|operator| server.sign_in(operator));
    let operators = ["ken", "aya", "rin"].map(|operator| server.sign_in(operator));
    for watcher in &watchers {
        watcher.adds_rule("visitor_ip", "198.18.0.0/16");
    }
    for rule in ["aoi-1", "aoi-2", "hana-1", "hana-2", "sora-1"] {
        watchers[0].does(&format!("/settings/monitoring/rules/{rule}/delete"), &json!({}));
    }
    let begin = |network: u8, n: usize| {
        let from = format!("198.{network}.{}.{}", n / 200, n % 200 + 1);
        let answer = server.post_form("/visit", "name=Mika", &[("X-Forwarded-For", &from)]);
        assert_eq!(answer.status, 303, "{answer:?}");
        let chat = answer.header("location").unwrap().trim_start_matches("/chat/").to_owned();
        let visit = Visit { person: Person { address: server.address, cookie: answer.cookie() }, chat };
        let pick_up = format!("/desk/{}/pick-up", visit.chat);
        while operators[n % 3].post(&pick_up, &json!({})).status == 429 {
            thread::sleep(Duration::from_millis(20));
        }
        visit
    };
    let watched: Vec<_> = (0..size.chats).map(|n| begin(18, n)).take(size.chats).collect();
    let unwatched: Vec<_> = (0..size.probes).map(|n| begin(19, n)).collect();
    let (database, _) = server.into_rest();
    let watched: Vec<_> = watched.into_iter().take(size.probes).collect();
    lengthen(&database, watched.iter().chain(&unwatched), size);
    let server = Server::start_with(database, proxied);
    let moved = |person: &Person| Person { address: server.address, cookie: person.cookie.clone() };
    let visitor = |visit: &Visit| Visitor::new(Visit { person: moved(&visit.person), chat: visit.chat.clone() });
    let mut scene = Scene {
        watched: watched.iter().map(visitor).collect(),
        unwatched: unwatched.iter().map(visitor).collect(),
        watchers: watchers.iter().map(moved).collect(),
        trials: size.trials,
        chance: 0x9e37_79b9_7f4a_7c15,
        turn: 0,
    };
    let awake = Awake::keep();
    each(&scene.at_that_moment("nothing at all (control)", |_| None));
    each(&scene.at_that_moment("a watcher opens the chat just before", |chat| Some(Act::Open(chat.to_owned()))));
    each(&scene.at_that_moment("a watcher opens the list just before", |_| Some(Act::List)));
    each(&scene.again_and_again("a watcher opens list and chat again and again"));
    each(&scene.second_of_two("second of two messages, watchers' sockets open", size.sockets));
    drop(awake);
}

/// Keeps the processors awake. Whatever happens on a machine that sleeps, on another server of it too, makes the next
/// answer quicker, by a tenth of a millisecond.
struct Awake(Arc<AtomicBool>);

impl Awake {
    fn keep() -> Self {
        let awake = Arc::new(AtomicBool::new(true));
        // Elsewhere these would have the priority of the server.
        let processors =
            if cfg!(target_os = "linux") { thread::available_parallelism().map_or(1, usize::from) } else { 0 };
        for _ in 0..processors {
            let awake = awake.clone();
            thread::spawn(move || {
                aside();
                while awake.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Awake(awake)
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Writes into the file what was said before.
fn lengthen<'a>(database: &Database, chats: impl Iterator<Item = &'a Visit>, size: Size) {
    let mut file = Connection::open(&database.0).unwrap();
    let all = file.transaction().unwrap();
    let text = "あ".repeat(size.characters);
    for visit in chats {
        for n in 0..size.lines {
            all.execute(
                "INSERT INTO entries (chat, n, at, kind, operator, name, text) VALUES (?1, ?2, 0, 'said', NULL, '', ?3)",
                params![visit.chat, i64::try_from(n).unwrap() + 2, text],
            )
            .unwrap();
        }
    }
    all.commit().unwrap();
}

#[cfg(test)]
#[test]
fn a_visitor_cannot_tell_by_delays_whether_anybody_watches() {
    let size = Size { chats: 60, probes: 20, lines: 300, characters: 2000, sockets: 12, trials: 100 };
    let mut measured = 0;
    measure(size, |case| {
        println!("{case}");
        let (auc, name) = (case.auc(), case.name);
        assert!((0.25..=0.75).contains(&auc), "{name}: {auc:.2}");
        measured += 1;
    });
    assert_eq!(measured, 5);
}
