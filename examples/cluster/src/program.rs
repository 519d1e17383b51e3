//! One process: every owner and a gateway on one file, or a part of a cluster.

use std::fs::{self, OpenOptions};
use std::future::pending;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::driver::{Door, Host};
use crate::options::{Options, Role};
use crate::record::Person;
use crate::settings::Settings;
use crate::store::{JetStreamStore, SqliteError, SqliteStore, StoreError};
use crate::token::{Token, hex, random};
use crate::web::{Web, people, state};

/// The shortest key, in bytes.
const SHORTEST_KEY: usize = 32;

/// How long those may take who are still connected when the program ends.
const GRACE: Duration = Duration::from_secs(5);

/// Why it cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file.
    #[error(transparent)]
    Store(#[from] SqliteError),
    /// The NATS servers.
    #[error("the NATS servers: {0}")]
    Servers(#[from] StoreError),
    /// The key is too short to be one.
    #[error("the key has fewer than 32 bytes")]
    Key,
    /// The chats would be looked for where they are not.
    #[error("the hosts have {hosts} shards, and this gateway was told {own}: --shards must be the same everywhere")]
    Shards {
        /// What the hosts say.
        hosts: u16,
        /// What the gateway was told.
        own: u16,
    },
    /// A log cannot be moved.
    #[error("{0}")]
    Moving(String),
    /// What was promised is not so, or could not be tried.
    #[error("{0}")]
    Chaos(String),
    /// It could not be measured.
    #[error("{0}")]
    Bench(String),
    /// The key or the address cannot be had.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A program that listens, and does not serve yet.
#[derive(Debug)]
pub struct Program {
    listener: TcpListener,
    door: Option<Door>,
    host: Option<Arc<Host>>,
    /// That of the tokens, where there is a gateway.
    key: Vec<u8>,
    shards: u16,
}

impl Program {
    /// Opens the file or connects, and begins to own logs or to serve.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it cannot run.
    pub async fn start(options: &Options) -> Result<Self, Failure> {
        let Options { role, nats, shards, .. } = options;
        let settings = Settings { shards: *shards, snapshot_records: options.snapshot_records, ..Settings::default() };
        let listener = TcpListener::bind((options.address, options.port)).await?;
        // No two runs have the same name.
        let name = format!("{}-{}", options.name, hex(&random::<8>()?));
        let (door, host, key) = match role {
            Role::One => {
                let key = key(&options.key)?;
                let store = Arc::new(SqliteStore::open(&options.database, *shards)?);
                (Some(Door::start(&store, &name, &settings)), Some(Host::start(&store, &name, &settings)), key)
            }
            Role::Host => {
                let store = Arc::new(JetStreamStore::open(nats, &name, *shards, options.replicas).await?);
                (None, Some(Host::start(&store, &name, &settings)), Vec::new())
            }
            Role::Gateway => {
                let key = key(&options.key)?;
                let store = Arc::new(JetStreamStore::connect(nats, &name).await?);
                (Some(Door::start(&store, &name, &settings)), None, key)
            }
        };
        Ok(Program { listener, door, host: host.map(Arc::new), key, shards: *shards })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `told_to_stop`; then sockets have a few seconds, and leases are given up.
    ///
    /// # Errors
    ///
    /// [`Failure`] if it cannot listen any more, or must not serve.
    pub async fn serve(self, told_to_stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Failure> {
        let Program { listener, door, host, key, shards } = self;
        let unfit = door.clone();
        let unfit = async move {
            match unfit {
                Some(door) => door.unfit().await,
                None => pending().await,
            }
        };
        let routes = match &door {
            Some(door) => people(Web { door: door.clone(), key }),
            None => Router::new(),
        };
        let routes = routes.merge(state(door, host.clone()));
        let (stopping, mut stopped) = watch::channel(());
        let graceful = async move {
            told_to_stop.await;
            drop(stopping);
        };
        // What is told and what is answered are written one after the other: neither waits until the other has arrived.
        let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
        let serving = axum::serve(listener, routes).with_graceful_shutdown(graceful).into_future();
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            done = &mut serving => done?,
            hosts = unfit => return Err(Failure::Shards { hosts, own: shards }),
            _ = stopped.changed() => {
                // Whoever is still there finds the socket closed, and signs in again.
                let _ = timeout(GRACE, serving).await;
            }
        }
        if let Some(host) = host {
            host.stop().await;
        }
        Ok(())
    }
}

/// A token for somebody, by the key in the file.
///
/// # Errors
///
/// [`Failure`] if there is no key to be had.
pub fn make_token(person: Person, file: &Path, hours: u64) -> Result<String, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
    Ok(Token { person, expires: now.as_secs() + hours * 3_600 }.signed(&key(file)?))
}

/// The key in the file; a new one where there is no file.
pub(crate) fn key(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut new) => {
            let key = hex(&random::<32>()?);
            new.write_all(key.as_bytes())?;
            new.sync_all()?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    let key = fs::read(file)?;
    if key.len() < SHORTEST_KEY { Err(Failure::Key) } else { Ok(key) }
}
