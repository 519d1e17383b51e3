//! How much goes through, measured for a few seconds.

use tokio::process::Command;
use tokio::time::timeout;

use crate::program::{Folder, LONG};

#[tokio::test(flavor = "multi_thread")]
async fn a_bench_without_servers_measures_the_floor_and_sqlite() {
    let folder = Folder::new();
    let made = Command::new(env!("CARGO_BIN_EXE_cluster"))
        .args(["bench", "--seconds", "3", "--nats", "nothing-of-that-name"])
        .env("TMPDIR", folder.path())
        .kill_on_drop(true)
        .output();
    let made = timeout(LONG, made).await.unwrap().unwrap();
    let text = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success(), "{text}{}", String::from_utf8_lossy(&made.stderr));
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").collect())
        .collect();
    let figures = |row: &[&str], from: usize, count: usize| {
        assert_eq!(row.len(), from + count, "{text}");
        let figures: Vec<f64> = row[from..].iter().map(|figure| figure.parse().unwrap()).collect();
        assert!(figures.iter().all(|figure| *figure > 0.0), "{text}");
    };
    let begins = |what: &str| rows.iter().filter(|row| row[0].starts_with(what)).collect::<Vec<_>>();
    let (floor, sqlite) = ([begins("write"), begins("TCP")].concat(), begins("SQLite"));
    assert_eq!((floor.len(), sqlite.len()), (3, 2), "{text}");
    floor.iter().for_each(|row| figures(row, 1, 3));
    sqlite.iter().for_each(|row| figures(row, 2, 5));
    assert!(begins("JetStream").is_empty() && text.contains("JetStream is not measured"), "{text}");
    assert!(made.stderr.is_empty(), "progress is for terminals");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
