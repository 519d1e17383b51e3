//! One thread does everything that is to be remembered, many things in one transaction.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;
use tracing::error;

use crate::denial::Denial;
use crate::office::Office;

/// How many requests share a transaction at most.
const BATCH: usize = 256;

/// The way to the office, for any number of callers.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    jobs: mpsc::SyncSender<Job>,
}

/// Work on the office; what it returns is told to the caller when the transaction is committed.
type Job = Box<dyn FnOnce(&mut Office) -> Reply + Send>;
type Reply = Box<dyn FnOnce() + Send>;

impl Hub {
    /// Starts the thread. It ends when the last hub is dropped, or when the database fails.
    pub(crate) fn start(office: Office) -> std::io::Result<(Hub, JoinHandle<()>)> {
        let (jobs, queue) = mpsc::sync_channel(4096);
        let worker = thread::Builder::new().name("office".into()).spawn(move || work(office, &queue))?;
        Ok((Hub { jobs }, worker))
    }

    /// Has `act` done, and waits until it is kept.
    ///
    /// # Errors
    ///
    /// What `act` was denied; [`Denial::Closed`] when the office works no more.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Office) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |office| {
            let result = act(office);
            if let Err(Denial::Store(error)) = &result {
                error!(%error, "the database failed");
                office.fail();
            }
            // A caller who has gone away wants no answer.
            Box::new(move || drop(sender.send(result)))
        });
        let mut job = job;
        loop {
            match self.jobs.try_send(job) {
                Ok(()) => break,
                Err(mpsc::TrySendError::Disconnected(_)) => return Err(Denial::Closed),
                Err(mpsc::TrySendError::Full(back)) => {
                    job = back;
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
            }
        }
        receiver.await.unwrap_or(Err(Denial::Closed))
    }
}

fn work(mut office: Office, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        if let Err(error) = batch(&mut office, queue, first) {
            error!(%error, "the database failed");
            office.fail();
        }
        // What memory holds may be ahead of the file now. Nobody was told of it, and a new start begins from the file.
        if office.failed() {
            return;
        }
        office.tell();
        if office.stopping() {
            break;
        }
    }
    office.close();
}

fn batch(office: &mut Office, queue: &mpsc::Receiver<Job>, first: Job) -> rusqlite::Result<()> {
    office.begin()?;
    let mut replies = vec![first(office)];
    while replies.len() < BATCH && !office.failed() {
        match queue.try_recv() {
            Ok(job) => replies.push(job(office)),
            Err(_) => break,
        }
    }
    if office.failed() {
        return Ok(());
    }
    office.commit()?;
    // The people in the chats first, then whoever asked, then the watchers: nobody in a chat waits for these.
    office.tell_participants();
    replies.into_iter().for_each(|reply| reply());
    Ok(())
}
