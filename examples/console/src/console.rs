//! The whole: starting, serving, stopping.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use chat_monitor::OperatorId;
use tokio::net::TcpListener;
use tracing::info;

use crate::denial::Denial;
use crate::entry::now;
use crate::hub::Hub;
use crate::office::Office;
use crate::options::{Options, Play};
use crate::password;
use crate::reader::{Reader, Readers};
use crate::store::{self, Broken, KeyRow, LoadError, Store, Verified};
use crate::web::App;
use crate::{demonstration, dialogues, retention};
use dialogues::Dialogue;

/// How long until the next look at which visitors are there.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// A console that listens.
#[derive(Debug)]
pub struct Console {
    options: Options,
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
    worker: JoinHandle<()>,
    passwords: Vec<DemonstrationPassword>,
    demonstrates: bool,
    dialogues: Vec<Dialogue>,
}

/// A password that is known, because it is part of the demonstration.
#[derive(Clone, Debug)]
pub struct DemonstrationPassword {
    /// Whose.
    pub operator: String,
    /// What they are called.
    pub name: String,
    /// Their role, in lower case.
    pub role: String,
    /// The password.
    pub password: String,
}

/// Why the console did not start, or has stopped.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The port cannot be had, or a file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The dialogues cannot be read: what is wrong, of each line.
    #[error("the dialogues cannot be read\n{0}")]
    Dialogues(String),
    /// An account cannot be added.
    #[error("{0}")]
    Account(String),
    /// The audit is not as it was written.
    #[error(transparent)]
    Audit(#[from] Broken),
    /// What was given for a hash is none.
    #[error("expected the 64 digits of a hash behind `--earlier-hash`")]
    Hash,
    /// The database failed while the console ran. What was acknowledged is kept.
    #[error("the database failed; start again to go on from what is kept")]
    Database,
}

impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Store(error) => Failure::Load(error.into()),
            denial => Failure::Account(denial.to_string()),
        }
    }
}

impl Console {
    /// Loads the state, fills a new file with demonstration data if it is to have them, and listens.
    ///
    /// # Errors
    ///
    /// [`Failure`], when the file, the port or the dialogues cannot be had.
    pub async fn start(options: Options) -> Result<Console, Failure> {
        // Before anything is made: what is wrong with a file is told to whoever has just named it.
        let named = match &options.play {
            Play::File(file) => dialogues::read(file).map_err(Failure::Dialogues)?,
            Play::Demonstration | Play::Nothing => Vec::new(),
        };
        let office = Office::load(Store::open(&options.database)?, options.limits)?;
        // Two, so that who is in a chat does not wait for what a watcher reads.
        let participants = Reader::start(office.database(), false)?;
        let readers = Readers { participants, watchers: Reader::start(office.database(), true)? };
        let listener = TcpListener::bind((options.address, options.port)).await?;
        let address = listener.local_addr()?;
        let (hub, worker) = Hub::start(office)?;
        let mut passwords = Vec::new();
        if options.demonstration {
            passwords = demonstration::fill(&hub).await?;
        }
        if options.new_passwords && passwords.is_empty() {
            passwords = demonstration::renew(&hub).await?;
        }
        let demonstrates = hub.call(|office| office.demonstrates()).await?;
        let dialogues = match &options.play {
            Play::Demonstration if demonstrates => dialogues::demonstration(),
            Play::Demonstration | Play::File(_) | Play::Nothing => named,
        };
        let app = Arc::new(App::load(hub, readers, &options, address).await?);
        Ok(Console { options, listener, address, app, worker, passwords, demonstrates, dialogues })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether accounts of the demonstration can sign in.
    pub fn demonstrates(&self) -> bool {
        self.demonstrates
    }

    /// The demonstration's passwords, where they were made by this start: nothing knows those of earlier ones.
    pub fn passwords(&self) -> &[DemonstrationPassword] {
        &self.passwords
    }

    /// Serves until `stop` comes, then saves the state.
    ///
    /// # Errors
    ///
    /// [`Failure`], when the database fails.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> Result<(), Failure> {
        let Console { options, listener, app, worker, dialogues: scripts, address, .. } = self;
        info!(%address, dialogues = scripts.len(), "listening");
        let hub = app.hub().clone();
        let play = tokio::spawn(dialogues::play(hub.clone(), scripts, options.speed));
        let looking = tokio::spawn(look_after_visitors(hub.clone()));
        let keep = tokio::spawn(retention::keep(hub.clone(), options.limits));
        tokio::select! {
            never = app.clone().serve(listener) => match never {},
            () = stop => {}
            () = ended(&worker) => return Err(Failure::Database),
        }
        play.abort();
        looking.abort();
        keep.abort();
        app.close_sockets().await;
        // Connections that are still open hold the hub; it is told to end.
        let stopped = hub.call(|office| {
            office.stop();
            Ok(())
        });
        stopped.await?;
        let joined = tokio::task::spawn_blocking(move || worker.join()).await;
        joined.map_err(|_| Failure::Database)?.map_err(|_| Failure::Database)
    }
}

/// Adds one account to a file that no console has open: `ID:ROLE:NAME`.
///
/// # Errors
///
/// [`Failure::Account`] when the account is there already or badly named.
pub async fn add_operator(options: &Options, account: &str, password: &str) -> Result<(), Failure> {
    let (hub, worker) = open_alone(options, "add people on its page /settings/people")?;
    demonstration::add_operator(&hub, account, password).await?;
    drop(hub);
    let _ = tokio::task::spawn_blocking(move || worker.join()).await;
    Ok(())
}

/// Makes a key for an account in a file that no console has open. It is told here and nowhere else.
///
/// # Errors
///
/// [`Failure::Account`] when nobody who can sign in has this id.
pub async fn new_key(options: &Options, operator: &str) -> Result<String, Failure> {
    let nobody = || Failure::Account(format!("no account that can sign in has the id `{}`", operator.escape_debug()));
    let operator: OperatorId = operator.parse().map_err(|_| nobody())?;
    let (hub, worker) = open_alone(options, "make keys on its page /settings/keys")?;
    let (key, digest) = password::key();
    let (name, by) = ("--new-key".to_owned(), operator.clone());
    let row = KeyRow { id: 0, name, operator, digest, by, made: now(), used: None };
    let made = hub.call(move |office| office.make_key(row)).await;
    drop(hub);
    let _ = tokio::task::spawn_blocking(move || worker.join()).await;
    match made {
        Err(Denial::NoSuchOperator) => Err(nobody()),
        made => Ok(made.map(|()| key)?),
    }
}

/// Opens a file that no console has open. `instead` says what to do while one has.
fn open_alone(options: &Options, instead: &str) -> Result<(Hub, JoinHandle<()>), Failure> {
    let store = Store::open(&options.database).map_err(|error| match error {
        LoadError::InUse => {
            Failure::Account(format!("a console works on this database: {instead} while it runs, or stop it first"))
        }
        error => error.into(),
    })?;
    Ok(Hub::start(Office::load(store, options.limits)?)?)
}

/// Removes the demonstration from a file that no console has open, and says how many accounts it had.
///
/// # Errors
///
/// [`Failure`], when the file cannot be had.
pub async fn remove_demonstration(options: &Options) -> Result<usize, Failure> {
    let office = Office::load(Store::open(&options.database)?, options.limits)?;
    let (hub, worker) = Hub::start(office)?;
    let removed = demonstration::remove(&hub).await?;
    drop(hub);
    let _ = tokio::task::spawn_blocking(move || worker.join()).await;
    Ok(removed)
}

/// Copies the database into a new file while a console works on it.
///
/// # Errors
///
/// [`Failure::Load`], when one of the files cannot be had.
pub fn backup(options: &Options, to: &Path) -> Result<(), Failure> {
    Ok(store::backup(&options.database, to)?)
}

/// Checks that the audit is as it was written, while a console works on the file or not; and that `earlier` is the hash
/// of one of its lines.
///
/// # Errors
///
/// [`Failure::Audit`], with the first line that is not; [`Failure::Load`], when the file cannot be had;
/// [`Failure::Hash`], when `earlier` is no hash.
pub fn verify_audit(options: &Options, earlier: Option<&str>) -> Result<Verified, Failure> {
    let earlier = earlier.map(str::parse).transpose().map_err(|()| Failure::Hash)?;
    Ok(store::verify_audit(&options.database, earlier)??)
}

/// Has it told who has gone, and the chats ended of those who stay away.
async fn look_after_visitors(hub: Hub) {
    loop {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        // A look changes nothing, and so begins no transaction.
        if hub.read(|office| Ok(office.has_to_look_after_visitors())).await.unwrap_or_default() {
            // What is wrong with the database ends the program.
            let _ = hub.call(|office| office.look_after_visitors()).await;
        }
    }
}

/// Waits until the office works no more.
async fn ended(worker: &JoinHandle<()>) {
    while !worker.is_finished() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
