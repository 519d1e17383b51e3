//! How long a log has nobody, with few rules.

use cluster::NATS_SERVER;
use tokio::process::Command;
use tokio::time::timeout;

use crate::program::{Folder, LONG};

#[tokio::test(flavor = "multi_thread")]
async fn jetstream_a_takeover_is_measured_log_by_log() {
    let Some(nats) = std::env::var_os(NATS_SERVER) else {
        println!("skipped: {NATS_SERVER} does not say where nats-server is");
        return;
    };
    let folder = Folder::new();
    let made = Command::new(env!("CARGO_BIN_EXE_cluster"))
        .args(["takeover", "--rules", "1000", "--operators", "200", "--shards", "2", "--replicas", "1", "--nats"])
        .arg(nats)
        .env("TMPDIR", folder.path())
        .kill_on_drop(true)
        .output();
    let made = timeout(5 * LONG, made).await.expect("it ends").unwrap();
    let text = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success(), "{text}{}", String::from_utf8_lossy(&made.stderr));
    assert!(text.starts_with("1000 rules and 200 operators in 2 records: added in "), "{text}");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows: Vec<Vec<&str>> = rows.skip(1).map(|line| line.split(" | ").collect()).collect();
    let waits = |row: &[&str]| -> Vec<f64> {
        row[1]
            .split(", ")
            .filter(|wait| !wait.is_empty())
            .map(|wait| wait.strip_suffix(" s").unwrap().parse().unwrap())
            .collect()
    };
    let counts: Vec<usize> = rows.iter().map(|row| waits(row).len()).collect();
    let [3, 3, killed, others, taken, rest] = counts[..] else { panic!("{text}") };
    assert_eq!((killed + others, taken + rest), (3, 3), "the rules and two shards:\n{text}");
    assert!(rows[2][0].starts_with("the owner of ") && rows[4][0].starts_with("a new host takes "), "{text}");
    assert!(killed > 0 && waits(&rows[2]).iter().all(|wait| *wait > 1.0), "a lease lasts for 3 s:\n{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
