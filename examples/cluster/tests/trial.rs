//! `cluster try`, with orders from a pipe.

use std::process::{Output, Stdio};

use cluster::NATS_SERVER;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

use crate::program::LONG;

async fn trial(orders: &str, nats: &std::ffi::OsStr) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cluster"));
    command.args(["try", "--nats"]).arg(nats).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().unwrap();
    child.stdin.take().unwrap().write_all(orders.as_bytes()).await.unwrap();
    timeout(5 * LONG, child.wait_with_output()).await.expect("it ends when there are no more orders").unwrap()
}

#[tokio::test]
async fn jetstream_try_shows_what_it_survives() {
    let Some(nats) = std::env::var_os(NATS_SERVER) else {
        println!("skipped: {NATS_SERVER} does not say where nats-server is");
        return;
    };
    let orders = "kill host 2\nstart host 2\ncut server 3\nheal server 3\nmove shard 7 host 1\nclimb\n";
    let output = trial(orders, &nats).await;
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "host 2 is killed\n",
        "host 2 is started again\n",
        "server 3 is cut off\n",
        "server 3 is no longer cut off\n",
        " owns 7, after ",
        "`climb` is not known; `help` says what is\n",
        "mika   reads  ken: ",
        "ken    reads  ken > mika: ",
        "hana   reads  + mika\n",
        "hana   reads  - mika\n",
        "r1 is revoked: acknowledged after ",
        " was revoked: ken ",
        "lost: 0, twice: 0, after an acknowledged revocation: 0\n",
    ] {
        assert!(shown.contains(line), "{line:?} is not shown:\n{shown}");
    }
}

#[tokio::test]
async fn whoever_has_no_server_is_told_how_to_get_one() {
    let output = trial("quit\n", "no-such-nats-server".as_ref()).await;
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(told.contains("there is no `no-such-nats-server`") && told.contains("NATS_SERVER"), "{told}");
}
