//! What lies on the disk.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::program::{Folder, Program};

#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_files() {
    let folder = Folder::new();
    let program = Program::start(&folder).await;
    let service = folder.token("service").await;
    program.done(&service, "1", json!({"set_operator": {"operator": "ken", "role": "associate"}})).await;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
        found.push(entry.file_name().into_string().unwrap());
    }
    found.sort();
    assert_eq!(found, ["cluster.db", "cluster.db-shm", "cluster.db-wal", "cluster.db.lock", "cluster.key"]);
}
