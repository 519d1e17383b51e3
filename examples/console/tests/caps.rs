//! How much one visitor, one account or one address can have of the server: each attack that once stopped everybody.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Database, Server};

/// A connection from one of this machine's addresses.
fn connect(from: [u8; 4], to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::from(from), 0).into()).unwrap();
        socket.connect(to).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn answers(mut stream: TcpStream) -> bool {
    let _ = stream.write_all(b"GET /sign-in HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

#[test]
fn sockets_that_never_read_a_long_chat_stop_nobody() {
    let server = Server::start();
    let (ken, visit) = (server.sign_in("ken"), server.visit("Mika", ""));
    ken.does(&format!("/desk/{}/pick-up", visit.chat), &json!({}));
    for _ in 0..55 {
        ken.says(&format!("/desk/{}/say", visit.chat), &"時".repeat(2000));
    }
    let path = format!("/chat/{}/socket", visit.chat);
    let mut open: Vec<_> = (0..150).filter_map(|_| visit.person.socket(&path).ok()).collect();
    assert_eq!(open.len(), 8);
    let other = server.visit("Taro", "");
    let began = Instant::now();
    other.says("is anybody there?");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    // None of them got more than a part, and a tab that is closed makes room for another.
    assert!(open[0].text().unwrap().len() < 100_000);
    open.pop();
    std::thread::sleep(Duration::from_millis(300));
    assert!(visit.person.socket(&path).is_ok());
}

#[test]
fn sockets_are_counted_by_address_and_by_account() {
    let server = Server::start_with(Database::new(), |options| {
        options.limits.sockets_per_address = 3;
        options.limits.sockets_per_account = 2;
    });
    let visits: Vec<_> = (0..4).map(|_| server.visit("Mika", "")).collect();
    let open = visits.iter().map(|visit| visit.person.socket(&format!("/chat/{}/socket", visit.chat)));
    let open: Vec<_> = open.collect();
    assert_eq!(open[3].as_ref().unwrap_err(), &429);
    assert!(open[..3].iter().all(Result::is_ok));
    let (hana, elsewhere) = (server.sign_in("hana"), server.sign_in("hana"));
    let _two = (hana.socket("/monitored/socket").unwrap(), elsewhere.socket("/desk/socket").unwrap());
    assert_eq!(elsewhere.socket("/session/socket").unwrap_err(), 429);
    assert!(server.sign_in("sora").socket("/session/socket").is_ok());
}

#[test]
fn half_requests_end_in_time_and_take_no_room_from_others() {
    let server = Server::start_with(Database::new(), |options| {
        options.limits.connections_per_address = 40;
        options.limits.head = Duration::from_secs(2);
    });
    let began = Instant::now();
    let mut half: Vec<_> = (0..60).map(|_| connect([127, 0, 0, 3], server.address)).collect();
    for stream in &mut half {
        let _ = stream.write_all(b"GET /sign-in HTTP/1.1\r\nHo");
    }
    assert!(!answers(connect([127, 0, 0, 3], server.address)), "there was room for one more");
    assert!(answers(connect([127, 0, 0, 2], server.address)), "others are kept out");
    // The server closes them all, and then there is room again. A body that never comes ends as well.
    let mut body = connect([127, 0, 0, 2], server.address);
    let origin = server.address;
    let head = format!("POST /visit HTTP/1.1\r\nHost: test\r\nOrigin: http://{origin}\r\nContent-Length: 10\r\n");
    write!(body, "{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nna").unwrap();
    for stream in &mut half {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert!(answers(connect([127, 0, 0, 3], server.address)));
    let mut answer = [0; 12];
    body.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[test]
fn live_chats_entries_and_rules_have_an_end() {
    let server = Server::start_with(Database::new(), |options| {
        options.limits.chats_per_address = 2;
        options.limits.entries_per_chat = 4;
        options.limits.rules_per_watcher = 4;
    });
    let (first, second) = (server.visit("Mika", ""), server.visit("Mika", ""));
    assert_eq!(server.post_form("/visit", "name=Mika", &[]).status, 429);
    // What has ended makes room, after a restart too.
    let server = {
        let (database, _) = server.into_rest();
        Server::start_with(database, |options| {
            options.limits.chats_per_address = 2;
            options.limits.entries_per_chat = 4;
            options.limits.rules_per_watcher = 4;
        })
    };
    let moved = |person: &crate::support::Person| crate::support::Person { address: server.address, ..person.clone() };
    assert_eq!(server.post_form("/visit", "name=Mika", &[]).status, 429);
    moved(&first.person).does(&format!("/chat/{}/end", first.chat), &json!({}));
    assert_eq!(server.post_form("/visit", "name=Mika", &[]).status, 303);

    let (ken, hana) = (server.sign_in("ken"), server.sign_in("hana"));
    ken.does(&format!("/desk/{}/pick-up", second.chat), &json!({}));
    let say = |text: &str| moved(&second.person).post(&format!("/chat/{}/say", second.chat), &json!({ "text": text }));
    assert!((0..3).all(|_| say("x").status == 200));
    assert_eq!(say("x").json()["error"], "chat_full");
    let note = || ken.post(&format!("/desk/{}/note", second.chat), &json!({ "text": "x" }));
    assert!((0..4).all(|_| note().status == 200));
    assert_eq!(note().json()["error"], "chat_full");
    // It can be ended all the same.
    ken.does(&format!("/desk/{}/end", second.chat), &json!({}));

    let rule = |n: u8| {
        let rule = json!({ "when": [{ "kind": "visitor_ip", "value": format!("192.0.2.{n}") }] });
        hana.post("/settings/monitoring/rules", &rule)
    };
    assert!((0..2).all(|n| rule(n).status == 200));
    assert_eq!(rule(3).json()["error"], "too_many_rules");
}

#[test]
fn when_all_connections_are_taken_there_is_room_for_staff() {
    let server = Server::start_with(Database::new(), |options| {
        options.limits.connections = 8;
        options.limits.connections_of_staff = 3;
    });
    let (ken, visit) = (server.sign_in("ken"), server.visit("Mika", ""));
    let half = |from: u8| {
        let mut stream = connect([127, 0, 0, from], server.address);
        let _ = stream.write_all(b"GET / HT");
        stream
    };
    let mut open: Vec<_> = (2..7).map(half).collect();
    // Those who are answered come after those that wait.
    let told = |answer: crate::support::http::Answer| (answer.status, answer.header("connection").map(str::to_owned));
    assert_eq!(told(visit.person.get(&format!("/chat/{}", visit.chat))), (503, Some("close".into())));
    let page = visit.person.get("/visit").body;
    assert!(page.contains("<html") && page.contains("More people are here"), "{page}");
    assert_eq!(ken.get("/desk").status, 200);
    assert!(ken.socket("/desk/socket").is_ok());
    assert!(answers(connect([127, 0, 0, 9], server.address)), "nobody can sign in");
    // Beyond these there is none, and what closes makes room.
    open.extend((7..10).map(half));
    assert!(!answers(connect([127, 0, 0, 9], server.address)));
    open.drain(..5);
    let began = Instant::now();
    while visit.person.get("/visit").status != 200 {
        assert!(began.elapsed() < Duration::from_secs(5), "there is no room");
    }
}

#[test]
fn whoever_reads_nothing_is_let_go() {
    let server = Server::start_with(Database::new(), |options| {
        options.limits.connections_per_address = 1;
        options.limits.head = Duration::from_secs(1);
    });
    let mut deaf = connect([127, 0, 0, 4], server.address);
    deaf.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    let asked = b"GET /assets/console.css HTTP/1.1\r\nHost: test\r\n\r\n".repeat(2000);
    let _ = deaf.write_all(&asked);
    assert!(!answers(connect([127, 0, 0, 4], server.address)), "it did not count");
    let began = Instant::now();
    while !answers(connect([127, 0, 0, 4], server.address)) {
        assert!(began.elapsed() < Duration::from_secs(10), "it is kept");
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(deaf);
}
