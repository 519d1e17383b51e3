//! What owners rely on, of every store.

use std::sync::Arc;
use std::time::Duration;

use cluster::{
    Address, Appended, JetStreamStore, Lease, Log, Mark, MemoryStore, NATS_SERVER, Servers, Shard, SqliteError,
    SqliteStore, Store,
};
use tokio::time::{sleep, timeout};

use crate::program::{Folder, LONG};

const LOG: Log = Log::Shard(Shard(3));

async fn keeps_the_contract(store: Arc<impl Store>) {
    // The fence.
    assert_eq!(store.append(LOG, 1, b"too far".to_vec()).await, Appended::Refused);
    for p in 0..5 {
        assert_eq!(store.append(LOG, p, vec![b'a' + u8::try_from(p).unwrap()]).await, Appended::At(p + 1));
    }
    assert_eq!(store.append(LOG, 4, b"too late".to_vec()).await, Appended::Refused);
    assert_eq!(store.append(Log::Rules, 0, b"another log".to_vec()).await, Appended::At(1));
    let of_two = [store.append(LOG, 5, b"f".to_vec()), store.append(LOG, 5, b"f".to_vec())];
    let [one, other] = of_two;
    let (one, other) = tokio::join!(one, other);
    assert!([(Appended::At(6), Appended::Refused), (Appended::Refused, Appended::At(6))].contains(&(one, other)));

    // Reading, from anywhere and to the end.
    let mut all = Vec::new();
    loop {
        let some = store.read(LOG, all.last().map_or(0, |(p, _)| *p)).await.unwrap();
        if some.is_empty() {
            break;
        }
        all.extend(some);
    }
    let expected: Vec<(u64, Vec<u8>)> = (1..=6).zip(b'a'..).map(|(p, byte)| (p, vec![byte])).collect();
    assert_eq!(all, expected);
    assert_eq!(store.read(LOG, 6).await.unwrap(), []);

    // Waiting for more.
    timeout(LONG, store.grown(0)).await.unwrap();
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.grown(1).await }
    });
    sleep(Duration::from_millis(20)).await;
    assert!(!waiting.is_finished());
    assert_eq!(store.append(LOG, 6, b"g".to_vec()).await, Appended::At(7));
    assert_eq!(store.append(Log::Rules, 1, b"more".to_vec()).await, Appended::At(2));
    timeout(LONG, waiting).await.unwrap().unwrap();
    assert_eq!(store.read(Log::Rules, 1).await.unwrap(), [(2, b"more".to_vec())]);
    assert_eq!(store.read(Log::Rules, 0).await.unwrap().len(), 2);

    // Snapshots, and what they cover.
    let marks = [Mark { p: 2, g: 1 }, Mark { p: 4, g: 1 }, Mark { p: 6, g: 3 }];
    for mark in marks {
        store.save(LOG, mark, mark.p.to_string().into_bytes()).await.unwrap();
    }
    assert_eq!(store.marks(LOG).await.unwrap(), marks);
    assert_eq!(store.snapshot(LOG, 4).await.unwrap(), Some(b"4".to_vec()));
    store.purge(LOG, 4).await.unwrap();
    assert_eq!(store.marks(LOG).await.unwrap(), marks[1..]);
    assert_eq!(store.snapshot(LOG, 2).await.unwrap(), None);
    assert_eq!(store.read(LOG, 0).await.unwrap().first().map(|(p, _)| *p), Some(5));
    store.purge(LOG, 7).await.unwrap();
    assert_eq!(store.append(LOG, 0, b"from the beginning".to_vec()).await, Appended::Refused);
    assert_eq!(store.append(LOG, 7, b"h".to_vec()).await, Appended::At(8));
    assert_eq!(store.marks(Log::Rules).await.unwrap(), []);

    // Leases and messages.
    assert_ne!(store.lease(LOG, "one").await.unwrap(), Lease::Taken);
    assert_eq!(store.lease(LOG, "one").await.unwrap(), Lease::Renewed);
    let to = Address::Gateway("g".to_owned());
    let mut here = store.listen(to.clone()).await.unwrap();
    let mut elsewhere = store.listen(Address::Gateways).await.unwrap();
    store.send(to, b"hello".to_vec()).await;
    assert_eq!(timeout(LONG, here.recv()).await.unwrap(), Some(b"hello".to_vec()));
    assert!(elsewhere.try_recv().is_err());
}

#[tokio::test]
async fn in_memory() {
    let store = Arc::new(MemoryStore::default());
    keeps_the_contract(Arc::clone(&store)).await;
    assert_eq!(store.lease(LOG, "another").await.unwrap(), Lease::Taken);
    store.release(LOG, "one").await;
    assert_eq!(store.lease(LOG, "another").await.unwrap(), Lease::Won);
}

#[tokio::test]
async fn sqlite() {
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.database(), 4).unwrap();
    assert!(matches!(SqliteStore::open(&folder.database(), 4), Err(SqliteError::InUse)));
    keeps_the_contract(Arc::new(store)).await;
    assert!(matches!(SqliteStore::open(&folder.database(), 8), Err(SqliteError::Shards(4))));
    let store = SqliteStore::open(&folder.database(), 4).unwrap();
    assert_eq!(store.append(LOG, 8, b"i".to_vec()).await, Appended::At(9));
}

/// On so many servers, with a replica of everything on each.
async fn jetstream(replicas: usize) {
    let Some(program) = std::env::var_os(NATS_SERVER) else {
        println!("skipped: {NATS_SERVER} does not say where nats-server is");
        return;
    };
    let folder = Folder::new();
    let servers = Servers::start(program.as_ref(), folder.path(), replicas, "").unwrap();
    let nats = servers.addresses().into();
    let open = async || JetStreamStore::open(&nats, "test", 4, replicas).await;
    let store = Arc::new(open().await.unwrap());
    keeps_the_contract(Arc::clone(&store)).await;
    assert!(JetStreamStore::open(&nats, "test", 8, replicas).await.is_err());

    // A snapshot of many parts.
    let long: Vec<u8> = (0..3_000_000u32).flat_map(u32::to_le_bytes).collect();
    store.save(LOG, Mark { p: 8, g: 3 }, long.clone()).await.unwrap();
    assert_eq!(store.snapshot(LOG, 8).await.unwrap(), Some(long));
    store.purge(LOG, 8).await.unwrap();
    assert_eq!(store.marks(LOG).await.unwrap(), [Mark { p: 8, g: 3 }]);

    // The lease ends by itself, or when it is given up, and whoever had it then has it anew.
    let other = open().await.unwrap();
    assert_ne!(store.lease(LOG, "one").await.unwrap(), Lease::Taken);
    assert_eq!(other.lease(LOG, "another").await.unwrap(), Lease::Taken);
    let won = async {
        while other.lease(LOG, "another").await.unwrap() != Lease::Won {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(LONG, won).await.unwrap();
    assert_eq!(store.lease(LOG, "one").await.unwrap(), Lease::Taken);
    other.release(LOG, "another").await;
    assert_eq!(store.lease(LOG, "one").await.unwrap(), Lease::Won);
    assert_eq!(store.lease(LOG, "one").await.unwrap(), Lease::Renewed);

    // What one process adds another one sees, and more than one reading brings.
    for p in 8..1_300 {
        assert_eq!(store.append(LOG, p, p.to_string().into_bytes()).await, Appended::At(p + 1));
    }
    let mut read = Vec::new();
    while let Some(some) = Some(other.read(LOG, 8 + read.len() as u64).await.unwrap()).filter(|some| !some.is_empty()) {
        read.extend(some);
    }
    let expected: Vec<(u64, Vec<u8>)> = (8..1_300u64).map(|p| (p + 1, p.to_string().into_bytes())).collect();
    assert_eq!(read, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn jetstream_on_one_server() {
    jetstream(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jetstream_on_three_servers() {
    jetstream(3).await;
}
