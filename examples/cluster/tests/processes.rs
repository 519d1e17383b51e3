//! The program as several processes on one NATS server.

use std::path::Path;
use std::process::{Output, Stdio};

use cluster::{NATS_SERVER, Servers};
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

use crate::program::{Folder, LONG, Program};

/// A host or a gateway, when it is ready.
async fn start(folder: &Folder, arguments: &[&str], servers: &str) -> Program {
    let child = Command::new(env!("CARGO_BIN_EXE_cluster"))
        .args(arguments)
        .args(["--servers", servers, "--port", "0", "--shards", "2"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    Program::ready(child).await
}

/// Whether it ends well, and what it says.
async fn cluster(arguments: &[&str], servers: &str) -> (bool, String) {
    let made = ended_by_itself(Path::new("."), arguments, servers).await;
    (made.status.success(), String::from_utf8(made.stdout).unwrap())
}

async fn ended_by_itself(folder: &Path, arguments: &[&str], servers: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cluster"));
    command.args(arguments).args(["--servers", servers]).current_dir(folder).kill_on_drop(true);
    timeout(LONG, command.output()).await.unwrap().unwrap()
}

async fn ended(child: &mut Child) -> bool {
    let id = child.id().unwrap().to_string();
    Command::new("kill").arg(&id).status().await.unwrap();
    child.wait().await.unwrap().success()
}

#[tokio::test(flavor = "multi_thread")]
async fn jetstream_hosts_and_gateways() {
    let Some(nats) = std::env::var_os(NATS_SERVER) else {
        println!("skipped: {NATS_SERVER} does not say where nats-server is");
        return;
    };
    let folder = Folder::new();
    let servers = Servers::start(nats.as_ref(), folder.path(), 1, "").unwrap();
    let addresses = servers.addresses().join(",");
    let mut one = start(&folder, &["host", "--name", "a", "--replicas", "1"], &addresses).await;
    let gateway = start(&folder, &["gateway"], &addresses).await;
    let second = start(&folder, &["gateway", "--name", "b"], &addresses).await;
    let service = folder.token("service").await;
    // One that would look for chats where they are not ends.
    let other = ["gateway", "--name", "c", "--shards", "3", "--port", "0", "--key", "other.key"];
    let made = ended_by_itself(folder.path(), &other, &addresses).await;
    let said = String::from_utf8(made.stderr).unwrap();
    let why = "the hosts have 2 shards, and this gateway was told 3: --shards must be the same everywhere";
    assert!(!made.status.success() && said.contains(why), "{said}");
    gateway.done(&service, "1", json!({"set_operator": {"operator": "ken", "role": "associate"}})).await;
    gateway.done(&service, "2", json!({"set_operator": {"operator": "hana", "role": "supervisor"}})).await;
    let rule = json!({"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}});
    second.done(&service, "3", rule).await;
    second.done(&service, "4", json!({"start_chat": {"id": "c1", "operators": ["ken"]}})).await;

    // Everybody hears it at any gateway, and the same wish is done once at any.
    let mut hana = gateway.sign_in(&folder.token("operator:hana").await, &json!({})).await;
    let say = json!({"say": {"chat": "c1", "channel": "public", "from": "service", "text": "hello"}});
    hana.find(|value| value["chats"]["monitored"][0]["chat"] == "c1").await;
    let said = second.ask(&service, "5", &say).await.unwrap();
    assert_eq!(said.0, 200);
    assert_eq!(gateway.ask(&service, "5", &say).await.unwrap(), said);
    hana.find(|value| value["told"]["said"]["text"] == "hello").await;

    // A host shows how it is, and serves nobody; another host takes over.
    let (status, metrics) = one.get("/metrics").await.unwrap();
    assert!(status == 200 && metrics.contains("cluster_serves{log=\"rules\"} 1\n"), "{metrics}");
    assert!(!metrics.contains("gateway_"));
    assert_eq!(one.get("/health").await.unwrap().0, 200);
    assert_eq!(one.ask(&service, "x", &say).await, None);
    assert!(gateway.get("/metrics").await.unwrap().1.contains("gateway_open 1\n"));
    let two = start(&folder, &["host", "--name", "second", "--replicas", "1"], &addresses).await;
    // It takes its part, and what is moved to it, while people go on; it has all of it when the first one ends.
    let moving = cluster(&["move", "rules", "second"], &addresses);
    let asking = gateway.done(&service, "8", json!({"set_rule_enabled": {"rule": "r1", "enabled": false}}));
    let (moved, ()) = tokio::join!(moving, asking);
    assert!(moved.0 && moved.1.starts_with("second-") && moved.1.contains(" owns rules, after "), "{moved:?}");
    assert!(two.get("/metrics").await.unwrap().1.contains("cluster_serves{log=\"rules\"} 1\n"));
    let (_, status) = cluster(&["status"], &addresses).await;
    assert!(status.lines().any(|line| line.starts_with("second-") && line.contains("rules")), "{status}");
    assert_eq!(status.lines().count(), 2, "{status}");
    assert!(!cluster(&["move", "rules", "nobody"], &addresses).await.0);
    let begun = Instant::now();
    assert!(ended(&mut one.child).await);
    second.done(&service, "6", json!({"end_chat": {"chat": "c1"}})).await;
    assert!(begun.elapsed() < LONG);
    gateway.done(&service, "7", json!({"remove_rule": {"rule": "r1"}})).await;
}
