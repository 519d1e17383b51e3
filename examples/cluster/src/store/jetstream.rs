//! NATS JetStream: a stream for each log, and core NATS for messages.
//!
//! The only fence is the stream's own sequence, which every replica checks when it applies a record; that of a subject is
//! checked by the leader alone. Leases are keys that end, and only say whose turn it is.

mod batch;
mod leases;
mod news;
mod snapshots;

use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, ContextBuilder, kv, stream};
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions};
use futures_util::StreamExt;
use tokio::sync::{OnceCell, mpsc};
use tokio::time::{Instant, sleep};

use super::{Address, Lease, Mark, Store, StoreError};
use crate::fault::{Fault, planted};
use crate::nats::{Login, Nats};
use crate::owner::Appended;
use crate::settings::{LEASE, RETRY, STORE_LIMIT};
use crate::shard::Log;

use leases::Leases;
use news::News;

const LIMIT: Duration = Duration::from_millis(STORE_LIMIT);

/// How long a server may take to start.
const START: Duration = Duration::from_secs(10);

/// How long a new cluster may take until it has leaders.
const PATIENCE: Duration = Duration::from_secs(60);

const LEASES: &str = "CM_OWN";
const HEADS: &str = "CM_HEAD";
const SNAPSHOTS: &str = "CM_SNAP";

/// Logs in NATS JetStream.
#[derive(Debug)]
pub struct JetStreamStore {
    client: Client,
    context: jetstream::Context,
    leases: OnceCell<Leases>,
    heads: OnceCell<kv::Store>,
    news: News,
}

impl JetStreamStore {
    /// Connects to any of the servers, or to one that is being started. For gateways this is all: they use no logs.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if none of them answers, or none that is believed.
    pub async fn connect(nats: &Nats, name: &str) -> Result<Self, StoreError> {
        let mut options = ConnectOptions::new()
            .name(name)
            .connection_timeout(Duration::from_secs(2))
            .ping_interval(Duration::from_secs(2))
            .reconnect_delay_callback(|attempts| Duration::from_millis(50 * attempts.min(10) as u64))
            .require_tls(nats.tls());
        if let Some(Login { user, password }) = &nats.login {
            options = options.user_and_password(user.clone(), password.clone());
        }
        if let Some(file) = &nats.ca {
            // Then those of the system are not believed.
            options = options.add_root_certificates(file.clone());
        }
        let client = connected(&options, &nats.servers).await.map_err(StoreError::new)?;
        let context = ContextBuilder::new().timeout(LIMIT).ack_timeout(LIMIT).build(client.clone());
        let news = News::default();
        Ok(JetStreamStore { client, context, leases: OnceCell::new(), heads: OnceCell::new(), news })
    }

    /// Connects, and makes the streams that are not there yet, on so many replicas each.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the servers do not do so in time, or the logs were made for another number of shards.
    pub async fn open(nats: &Nats, name: &str, shards: u16, replicas: usize) -> Result<Self, StoreError> {
        let store = Self::connect(nats, name).await?;
        let begun = Instant::now();
        loop {
            let made = async {
                store.make(shards, replicas).await?;
                store.shards(shards).await
            };
            match made.await {
                Ok(made) if made == shards => return Ok(store),
                Ok(made) => return Err(StoreError::new(format!("the logs are for {made} shards"))),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(Duration::from_millis(RETRY)).await,
            }
        }
    }

    async fn make(&self, shards: u16, num_replicas: usize) -> Result<(), StoreError> {
        for log in Log::all(shards) {
            let config = stream::Config { deny_delete: true, ..stream_of(stream(log), subject(log), num_replicas) };
            self.context.get_or_create_stream(config).await.map_err(StoreError::new)?;
        }
        let snapshots = stream_of(SNAPSHOTS.to_owned(), "cm.snap.>".to_owned(), num_replicas);
        self.context.get_or_create_stream(snapshots).await.map_err(StoreError::new)?;
        for (bucket, max_age) in [(HEADS, Duration::ZERO), (LEASES, Duration::from_millis(LEASE))] {
            let config = stream::Config { max_age, ..keys_of(bucket, num_replicas) };
            self.context.get_or_create_stream(config).await.map_err(StoreError::new)?;
        }
        Ok(())
    }

    /// The number of shards that the logs were made for.
    async fn shards(&self, wanted: u16) -> Result<u16, StoreError> {
        let heads = self.heads().await?;
        let begun = Instant::now();
        loop {
            let made = heads.create("shards", wanted.to_string().into()).await;
            let found = heads.get("shards").await.ok().flatten();
            if let Some(shards) = found.and_then(|value| std::str::from_utf8(&value).ok()?.parse().ok()) {
                return Ok(shards);
            }
            match made {
                Err(error) if begun.elapsed() > PATIENCE => return Err(StoreError::new(error)),
                Ok(_) | Err(_) => sleep(Duration::from_millis(RETRY)).await,
            }
        }
    }

    async fn heads(&self) -> Result<&kv::Store, StoreError> {
        let open = || async { self.context.get_key_value(HEADS).await.map_err(StoreError::new) };
        self.heads.get_or_try_init(open).await
    }

    async fn leases(&self) -> Result<&Leases, StoreError> {
        let open = || async { self.context.get_key_value(LEASES).await.map(Leases::new).map_err(StoreError::new) };
        self.leases.get_or_try_init(open).await
    }

    /// The server that leads a log, where there is one that says so.
    pub(crate) async fn leader(&self, log: Log) -> Option<String> {
        let stream = self.context.get_stream(stream(log)).await.ok()?;
        stream.cached_info().cluster.as_ref()?.leader.clone()
    }
}

/// A machine starts everything at once: a server that is not there yet is waited for, one that refuses is not.
async fn connected(options: &ConnectOptions, servers: &[String]) -> Result<Client, ConnectError> {
    let begun = Instant::now();
    loop {
        match options.clone().connect(servers).await {
            Err(error) if is_absence(error.kind()) && begun.elapsed() < START => {
                sleep(Duration::from_millis(RETRY)).await;
            }
            connected => return connected,
        }
    }
}

fn is_absence(kind: ConnectErrorKind) -> bool {
    match kind {
        ConnectErrorKind::Io | ConnectErrorKind::TimedOut | ConnectErrorKind::Dns => true,
        ConnectErrorKind::ServerParse
        | ConnectErrorKind::Authentication
        | ConnectErrorKind::AuthorizationViolation
        | ConnectErrorKind::Tls
        | ConnectErrorKind::MaxReconnects => false,
    }
}

impl Store for JetStreamStore {
    async fn append(&self, log: Log, expected: u64, record: Vec<u8>) -> Appended {
        let fenced = !planted(Fault::NoFence);
        let news = (log == Log::Rules).then(|| record.clone());
        let message = PublishMessage::build().payload(record.into());
        let message = if fenced { message.expected_last_sequence(expected) } else { message };
        let sent = match self.context.send_publish(subject(log), message).await {
            Ok(sent) => sent.await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(ack) if ack.sequence == expected + 1 || !fenced => {
                if let Some(record) = news {
                    self.news.tell(&self.client, ack.sequence, &record).await;
                }
                Appended::At(ack.sequence)
            }
            // The server did not do what was asked: only the log knows.
            Ok(_) => Appended::Unknown,
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Appended::Refused,
            Err(_) => Appended::Unknown,
        }
    }

    async fn read(&self, log: Log, after: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        if let Some(records) = self.news.records(after).filter(|_| log == Log::Rules) {
            return Ok(records);
        }
        batch::read(&self.context, &stream(log), &subject(log), after + 1).await
    }

    async fn grown(&self, after: u64) {
        self.news.after(&self.client, after).await;
    }

    async fn lease(&self, log: Log, host: &str) -> Result<Lease, StoreError> {
        self.leases().await?.lease(log, host).await
    }

    async fn release(&self, log: Log, host: &str) {
        if let Ok(leases) = self.leases().await {
            leases.release(log, host).await;
        }
    }

    async fn save(&self, log: Log, mark: Mark, snapshot: Vec<u8>) -> Result<(), StoreError> {
        snapshots::save(&self.context, self.heads().await?, log, mark, snapshot).await
    }

    async fn marks(&self, log: Log) -> Result<Vec<Mark>, StoreError> {
        snapshots::marks(self.heads().await?, log).await
    }

    async fn snapshot(&self, log: Log, p: u64) -> Result<Option<Vec<u8>>, StoreError> {
        snapshots::load(&self.context, self.heads().await?, log, p).await
    }

    async fn purge(&self, log: Log, to: u64) -> Result<(), StoreError> {
        snapshots::purge(&self.context, self.heads().await?, log, to).await?;
        let stream = self.context.get_stream_no_info(stream(log)).await.map_err(StoreError::new)?;
        stream.purge().sequence(to + 1).await.map(|_| ()).map_err(StoreError::new)
    }

    async fn send(&self, to: Address, message: Vec<u8>) {
        // It may be lost: whoever misses it asks again.
        let _ = self.client.publish(inbox(&to), message.into()).await;
    }

    async fn listen(&self, at: Address) -> Result<mpsc::UnboundedReceiver<Vec<u8>>, StoreError> {
        let mut messages = self.client.subscribe(inbox(&at)).await.map_err(StoreError::new)?;
        self.client.flush().await.map_err(StoreError::new)?;
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let message = tokio::select! {
                    message = messages.next() => message,
                    () = sender.closed() => None,
                };
                let Some(message) = message else { return };
                if sender.send(message.payload.into()).is_err() {
                    return;
                }
            }
        });
        Ok(receiver)
    }
}

/// Nothing is ever removed from it but by a purge.
fn stream_of(name: String, subject: String, num_replicas: usize) -> stream::Config {
    stream::Config { name, subjects: vec![subject], num_replicas, allow_direct: true, ..stream::Config::default() }
}

/// Keys and values. Only the leader is asked for them: whoever reads a list that is older than their own change of it
/// would be misled.
fn keys_of(bucket: &str, num_replicas: usize) -> stream::Config {
    stream::Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 1,
        discard: stream::DiscardPolicy::New,
        deny_delete: true,
        allow_rollup: true,
        num_replicas,
        ..stream::Config::default()
    }
}

fn stream(log: Log) -> String {
    match log {
        Log::Rules => "CM_RULES".to_owned(),
        Log::Shard(shard) => format!("CM_S{}", shard.0),
    }
}

fn subject(log: Log) -> String {
    match log {
        Log::Rules => "cm.rules".to_owned(),
        Log::Shard(shard) => format!("cm.s.{}", shard.0),
    }
}

fn inbox(at: &Address) -> String {
    match at {
        Address::Owner(log) => format!("cm.ask.{log}"),
        Address::Hosts => "cm.hosts".to_owned(),
        Address::Gateways => "cm.to.all".to_owned(),
        // What it is called, and what every start adds to that: so that a user can be held to the gateways of one name.
        Address::Gateway(name) => format!(
            "cm.to.one.{}",
            name.rsplit_once('-').map_or_else(|| name.clone(), |(name, run)| format!("{name}.{run}"))
        ),
    }
}
