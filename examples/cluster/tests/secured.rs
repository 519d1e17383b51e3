//! The configuration for servers that is in the folder `nats`, as it is: over TLS, with users who may do what they need.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event};
use cluster::{Address, JetStreamStore, Log, Login, NATS_SERVER, Nats, Shard, Store};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::program::{Folder, LONG, Program};

const SERVERS: usize = 3;

/// The users, and their passwords.
const LOGINS: [(&str, &str); 4] =
    [("host", "h-5f81c2"), ("gateway-1", "g-90ab12"), ("gateway-2", "g-77fe03"), ("system", "s-1d2c3b")];

/// Servers that use the file, with certificates of their own.
struct Secured {
    folder: Folder,
    addresses: Vec<String>,
    _servers: Vec<Child>,
}

fn authority(folder: &Path, name: &str) -> (PathBuf, CertifiedIssuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let file = folder.join(name);
    fs::write(&file, authority.pem()).unwrap();
    (file, authority)
}

impl Secured {
    fn start(program: &Path) -> Self {
        let folder = Folder::new();
        let (ca, authority) = authority(folder.path(), "ca.pem");
        self::authority(folder.path(), "other.pem");
        let held: Vec<_> = (0..2 * SERVERS).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = held.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        drop(held);
        let (clients, routes) = ports.split_at(SERVERS);
        let urls: Vec<String> = routes.iter().map(|port| format!("\"tls://127.0.0.1:{port}\"")).collect();
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("nats/server.conf");
        let mut servers = Vec::new();
        for (nth, (client, route)) in clients.iter().zip(routes).enumerate() {
            let own = folder.path().join(format!("n{nth}"));
            fs::create_dir(&own).unwrap();
            fs::copy(&config, own.join("server.conf")).unwrap();
            let key = KeyPair::generate().unwrap();
            let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
            fs::write(own.join("certificate.pem"), certificate.signed_by(&key, &authority).unwrap().pem()).unwrap();
            fs::write(own.join("key.pem"), key.serialize_pem()).unwrap();
            let [host, first, second, system] = LOGINS.map(|(_, password)| password);
            let site = format!(
                "CM_NAME: n{nth}\nCM_CLIENTS: \"127.0.0.1:{client}\"\nCM_SERVERS: \"127.0.0.1:{route}\"\nCM_ROUTES: [{}]\nCM_STORE: \
                 {:?}\nCM_CERTIFICATE: {:?}\nCM_KEY: {:?}\nCM_CA: {ca:?}\nCM_HOST: {host:?}\nCM_GATEWAY_1: {first:?}\nCM_GATEWAY_2: \
                 {second:?}\nCM_SYSTEM: {system:?}\n",
                urls.join(", "),
                own.join("store"),
                own.join("certificate.pem"),
                own.join("key.pem"),
            );
            fs::write(own.join("site.conf"), site).unwrap();
            let log = fs::File::create(folder.path().join(format!("n{nth}.log"))).unwrap();
            let server = Command::new(program)
                .args(["-c", "server.conf"])
                .current_dir(&own)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .kill_on_drop(true)
                .spawn();
            servers.push(server.unwrap());
        }
        let addresses = clients.iter().map(|port| format!("tls://127.0.0.1:{port}")).collect();
        Secured { folder, addresses, _servers: servers }
    }

    fn nats(&self, user: &str, password: &str, ca: &str) -> Nats {
        let login = Login { user: user.to_owned(), password: password.to_owned() };
        Nats { servers: self.addresses.clone(), ca: Some(self.folder.path().join(ca)), login: Some(login) }
    }

    fn command(&self, arguments: &[&str], user: &str, ca: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cluster"));
        command
            .args(arguments)
            .args(["--servers", &self.addresses.join(","), "--user", user, "--ca", ca, "--port", "0", "--shards", "2"])
            .env("NATS_PASSWORD", password(user))
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// A host or a gateway, when it is ready.
    async fn program(&self, arguments: &[&str], user: &str) -> Program {
        let log = fs::File::options().append(true).create(true).open(self.folder.path().join("programs.log")).unwrap();
        Program::ready(self.command(arguments, user, "ca.pem").stderr(log).spawn().unwrap()).await
    }

    /// A connection of a user, and what servers refuse them.
    async fn connect(&self, user: &str) -> (Client, UnboundedReceiver<String>) {
        let (sender, refusals) = unbounded_channel();
        let client = ConnectOptions::with_user_and_password(user.to_owned(), password(user).to_owned())
            .add_root_certificates(self.folder.path().join("ca.pem"))
            .event_callback(move |event| {
                if let Event::ServerError(error) = event {
                    sender.send(error.to_string()).unwrap();
                }
                async {}
            })
            .connect(self.addresses.clone())
            .await
            .unwrap();
        (client, refusals)
    }
}

fn password(user: &str) -> &'static str {
    LOGINS.iter().find(|(name, _)| *name == user).unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn jetstream_over_tls_and_each_user_does_what_is_theirs() {
    let Some(nats) = std::env::var_os(NATS_SERVER) else {
        println!("skipped: {NATS_SERVER} does not say where nats-server is");
        return;
    };
    let secured = Secured::start(nats.as_ref());
    let opening = async {
        loop {
            match JetStreamStore::open(&secured.nats("host", password("host"), "ca.pem"), "test", 2, 3).await {
                Ok(store) => break store,
                // The servers are not there yet.
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    };
    let store = timeout(LONG, opening).await.unwrap();

    // All of it works.
    let _one = secured.program(&["host", "--name", "a", "--snapshot-records", "3"], "host").await;
    let _two = secured.program(&["host", "--name", "b", "--snapshot-records", "3"], "host").await;
    let first = secured.program(&["gateway", "--name", "gateway-1"], "gateway-1").await;
    let second = secured.program(&["gateway", "--name", "gateway-2"], "gateway-2").await;
    let service = secured.folder.token("service").await;
    first.done(&service, "1", json!({"set_operator": {"operator": "ken", "role": "associate"}})).await;
    first.done(&service, "2", json!({"set_operator": {"operator": "hana", "role": "supervisor"}})).await;
    let rule = json!({"add_rule": {"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}});
    second.done(&service, "3", rule).await;
    second.done(&service, "4", json!({"start_chat": {"id": "c1", "operators": ["ken"]}})).await;
    let mut hana = first.sign_in(&secured.folder.token("operator:hana").await, &json!({})).await;
    hana.find(|value| value["chats"]["monitored"][0]["chat"] == "c1").await;
    for nth in 0..8 {
        let say = json!({"say": {"chat": "c1", "channel": "public", "from": "service", "text": nth.to_string()}});
        assert_eq!(second.ask(&service, &format!("say {nth}"), &say).await.unwrap().0, 200);
    }
    hana.find(|value| value["told"]["said"]["text"] == "7").await;
    let saved = async {
        while store.marks(Log::Shard(Shard::of(&"c1".parse().unwrap(), 2))).await.unwrap().is_empty() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(LONG, saved).await.expect("hosts may save snapshots");

    // Whoever has a gateway's password reads and changes nothing but what is told to that gateway.
    let (gateway, mut refusals) = secured.connect("gateway-1").await;
    for subject in [
        "$JS.API.INFO",
        "$JS.API.STREAM.INFO.CM_RULES",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.MSG.GET.CM_RULES",
        "$JS.API.STREAM.PURGE.CM_S0",
        "$JS.API.STREAM.DELETE.CM_S0",
        "$JS.API.DIRECT.GET.CM_S0",
        "$JS.API.DIRECT.GET.KV_CM_OWN.$KV.CM_OWN.rules",
        "$JS.API.CONSUMER.CREATE.CM_S0",
        "$JS.API.CONSUMER.CREATE.KV_CM_HEAD.keys.$KV.CM_HEAD.>",
        "cm.rules",
        "cm.s.0",
        "cm.snap.0.1.x",
        "cm.grown.rules",
        "cm.hosts",
        "cm.to.all",
        "cm.to.one.gateway-2.x",
        "$KV.CM_OWN.rules",
        "$SYS.REQ.SERVER.PING",
    ] {
        gateway.publish_with_reply(subject, "cm.to.one.gateway-1.x", "{}".into()).await.unwrap();
        refused(&mut refusals, subject).await;
    }
    let mut held = Vec::new();
    for subject in [
        ">",
        "cm.>",
        "cm.ask.*",
        "cm.ask.rules",
        "cm.to.>",
        "cm.to.one.*.*",
        "cm.to.one.gateway-2.*",
        "cm.rules",
        "cm.s.0",
        "$KV.CM_OWN.>",
        "$JS.EVENT.ADVISORY.>",
        "$SYS.>",
        "_INBOX.>",
    ] {
        held.push(gateway.subscribe(subject).await.unwrap());
        refused(&mut refusals, subject).await;
    }
    let (host, mut refusals_of_host) = secured.connect("host").await;
    for subject in ["$JS.API.STREAM.DELETE.CM_S0", "$JS.API.STREAM.UPDATE.CM_S0", "$SYS.REQ.SERVER.PING"] {
        host.publish(subject, "{}".into()).await.unwrap();
        refused(&mut refusals_of_host, subject).await;
    }
    // All that is refused was named above, and nothing that is needed.
    gateway.publish("cm.ask.rules", "{}".into()).await.unwrap();
    held.push(gateway.subscribe("cm.to.one.gateway-1.x").await.unwrap());
    host.request("$JS.API.STREAM.INFO.CM_RULES", "".into()).await.unwrap();
    gateway.flush().await.unwrap();
    store.send(Address::Gateway("gateway-1-x".to_owned()), b"hello".to_vec()).await;
    let last = held.last_mut().unwrap();
    let heard = timeout(LONG, futures_util::StreamExt::next(last)).await.unwrap().unwrap();
    assert_eq!(&*heard.payload, b"hello");
    assert!(refusals.try_recv().is_err() && refusals_of_host.try_recv().is_err());

    // Servers are believed by that authority alone, people by their password alone, and none of these is told.
    let mut told = String::new();
    for (ca, user, password) in
        [("other.pem", "host", password("host")), ("ca.pem", "host", "wrong-0a1b"), ("ca.pem", "nobody", "h-5f81c2")]
    {
        let error = JetStreamStore::connect(&secured.nats(user, password, ca), "test").await.unwrap_err();
        told += &format!("{error} {error:?} {:?}", secured.nats(user, password, ca));
    }
    let plain = Nats { ca: None, ..secured.nats("host", password("host"), "ca.pem") };
    told += &JetStreamStore::connect(&plain, "test").await.unwrap_err().to_string();
    let wrong = secured.command(&["host"], "host", "other.pem").output().await.unwrap();
    assert!(!wrong.status.success() && !wrong.stderr.is_empty());
    told += &String::from_utf8(wrong.stderr).unwrap();
    for file in ["programs.log", "n0.log", "n1.log", "n2.log"] {
        told += &fs::read_to_string(secured.folder.path().join(file)).unwrap();
    }
    assert!(told.contains(" has the lease of rules") && told.contains("Violation"));
    for (_, password) in LOGINS {
        assert!(!told.contains(password), "{told}");
    }
    assert!(!told.contains("wrong-0a1b"));
    let programs = fs::read_to_string(secured.folder.path().join("programs.log")).unwrap();
    assert!(!programs.to_lowercase().contains("violation"), "{programs}");
}

/// Waits until it is refused, and nothing else is.
async fn refused(refusals: &mut UnboundedReceiver<String>, subject: &str) {
    let refusal = timeout(LONG, refusals.recv()).await.expect(subject).unwrap();
    assert!(refusal.to_lowercase().contains("permissions violation") && refusal.contains(subject), "{refusal}");
}
