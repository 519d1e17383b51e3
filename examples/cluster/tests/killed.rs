//! Killed with SIGKILL under load, again and again: nothing that was acknowledged is lost, and nothing is there twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cluster::{Log, Person, Record, SqliteStore, Store};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::program::{Folder, LONG, Program, ask};

const ROUNDS: usize = 5;
const WRITERS: usize = 4;
const SHARDS: u16 = 4;

type Acknowledged = Arc<Mutex<BTreeMap<String, u64>>>;

fn item(round: usize, writer: usize, turn: usize) -> Value {
    let chat = format!("c{round}-{writer}-{}", turn / 4);
    match turn % 4 {
        0 => json!({"do": {"start_chat": {"id": chat, "operators": ["ken"]}}}),
        3 => json!({"do": {"set_operator": {"operator": format!("op{writer}"), "role": "associate"}}}),
        _ => json!({"say": {"chat": chat, "channel": "public", "from": "service", "text": turn.to_string()}}),
    }
}

/// Does one thing after the other until the program is gone. Everything is asked for twice.
async fn write(program: std::net::SocketAddr, token: String, round: usize, writer: usize, noted: Acknowledged) {
    for turn in 0.. {
        let id = format!("{round}-{writer}-{turn}");
        let item = item(round, writer, turn);
        for _ in 0..2 {
            let Some((status, answer)) = ask(program, &token, &id, &item).await else { return };
            assert_eq!(status, 200, "{answer}");
            let p = answer["done"]["p"].as_u64().unwrap();
            let before = noted.lock().unwrap().insert(Person::Service.wish(&id), p);
            assert!(before.is_none_or(|before| before == p), "{id} was at {before:?} and is at {p}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    let folder = Folder::new();
    let noted = Acknowledged::default();
    for round in 0..ROUNDS {
        let mut program = Program::start(&folder).await;
        let token = folder.token("service").await;
        let before = noted.lock().unwrap().len();
        let writer = |writer| tokio::spawn(write(program.address, token.clone(), round, writer, Arc::clone(&noted)));
        let writers: Vec<_> = (0..WRITERS).map(writer).collect();
        let enough = async {
            while noted.lock().unwrap().len() < before + 40 {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(LONG, enough).await.expect("something is acknowledged");
        program.child.kill().await.unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
    }

    let store = SqliteStore::open(&folder.database(), SHARDS).unwrap();
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for log in Log::all(SHARDS) {
        let mut after = 0;
        loop {
            let records = store.read(log, after).await.unwrap();
            let Some((last, _)) = records.last() else { break };
            after = *last;
            for (p, bytes) in records {
                let record: Record = serde_json::from_slice(&bytes).unwrap();
                let ids = record.items.into_iter().map(|entry| entry.id).filter(|id| !id.is_empty());
                ids.for_each(|id| found.entry(id).or_default().push(p));
            }
        }
    }
    let noted = noted.lock().unwrap();
    assert!(noted.len() >= ROUNDS * 40);
    for (id, p) in &*noted {
        assert_eq!(found.get(id), Some(&vec![*p]), "{id}");
    }
    assert!(found.values().all(|places| places.len() == 1));
}
