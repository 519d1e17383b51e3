//! One thread does everything that is to be remembered, many things in one transaction. What the people in the chats do
//! comes first; what watchers do waits for a moment at which it delays nobody.

use std::collections::VecDeque;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tracing::error;

use crate::aside;
use crate::denial::Denial;
use crate::office::Office;

/// How many requests share a transaction at most.
const BATCH: usize = 256;

/// How long a record waits at least for acts to be written with.
const RECORDS_LATER: Duration = Duration::from_millis(10);

/// How many records are written along with them at most.
const ALONG: usize = 4;

/// The way to the office, for any number of callers.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    jobs: mpsc::SyncSender<Job>,
}

/// Work on the office; what it returns is told to the caller when it is kept.
type Work = Box<dyn FnOnce(&mut Office) -> Reply + Send>;
type Reply = Box<dyn FnOnce() + Send>;

enum Job {
    /// Changes something, in a transaction.
    Act(Work),
    /// Changes nothing that is kept; done when no act waits.
    Read(Work),
    /// Writes down what somebody looked at: with the next acts, or by itself when none has come until then. A transaction
    /// of its own, begun at the moment of looking, would be a delay at that moment.
    Record(Instant, Work),
}

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
        self.send(act, Job::Act).await
    }

    /// Looks at something. `read` must be short: whoever acts waits for it.
    ///
    /// # Errors
    ///
    /// As [`Hub::call`].
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Office) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        self.send(read, Job::Read).await
    }

    /// Has written down what is about to be looked at, and waits until that is kept.
    ///
    /// # Errors
    ///
    /// As [`Hub::call`].
    pub(crate) async fn record<T: Send + 'static>(
        &self,
        record: impl FnOnce(&mut Office) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let latest = Instant::now() + aside::pause(RECORDS_LATER);
        self.send(record, |work| Job::Record(latest, work)).await
    }

    async fn send<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Office) -> Result<T, Denial> + Send + 'static,
        job: impl FnOnce(Work) -> Job,
    ) -> Result<T, Denial> {
        let (sender, receiver) = oneshot::channel();
        let mut job = job(Box::new(move |office| {
            let result = work(office);
            if let Err(Denial::Store(error)) = &result {
                error!(%error, "the database failed");
                office.fail();
            }
            // A caller who has gone away wants no answer.
            Box::new(move || drop(sender.send(result)))
        }));
        loop {
            match self.jobs.try_send(job) {
                Ok(()) => break,
                Err(mpsc::TrySendError::Disconnected(_)) => return Err(Denial::Closed),
                Err(mpsc::TrySendError::Full(back)) => {
                    job = back;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
        }
        receiver.await.unwrap_or(Err(Denial::Closed))
    }
}

/// What has come and is not done yet.
#[derive(Default)]
struct Waiting {
    acts: VecDeque<Work>,
    reads: VecDeque<Work>,
    records: VecDeque<(Instant, Work)>,
}

impl Waiting {
    fn put(&mut self, job: Job) {
        match job {
            Job::Act(work) => self.acts.push_back(work),
            Job::Read(work) => self.reads.push_back(work),
            Job::Record(latest, work) => self.records.push_back((latest, work)),
        }
    }

    fn take_all(&mut self, queue: &mpsc::Receiver<Job>) {
        queue.try_iter().for_each(|job| self.put(job));
    }
}

fn work(mut office: Office, queue: &mpsc::Receiver<Job>) {
    let mut waiting = Waiting::default();
    loop {
        waiting.take_all(queue);
        let deadline = office.until_deadline();
        if deadline.is_some_and(|left| left.is_zero()) {
            waiting.acts.push_front(Box::new(keep_time));
        }
        let done = if !waiting.acts.is_empty() {
            batch(&mut office, queue, &mut waiting)
        } else if let Some(read) = waiting.reads.pop_front() {
            let reply = read(&mut office);
            office.tell_participants();
            reply();
            Ok(())
        } else {
            let latest = waiting.records.iter().map(|(latest, _)| *latest).min();
            let record = latest.map(|latest| latest.saturating_duration_since(Instant::now()));
            let pause = record.into_iter().chain(deadline).min();
            let next = match pause {
                Some(pause) if pause.is_zero() => Err(RecvTimeoutError::Timeout),
                Some(pause) => queue.recv_timeout(pause),
                None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match next {
                Ok(job) => {
                    waiting.put(job);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) if record.is_none() => break,
                // It is the time that is due, and not a record.
                Err(RecvTimeoutError::Timeout) if record.is_none_or(|left| pause.is_none_or(|pause| pause < left)) => {
                    continue;
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    batch(&mut office, queue, &mut waiting)
                }
            }
        };
        if let Err(error) = done {
            error!(%error, "the database failed");
            office.fail();
        }
        // What memory holds may be ahead of the file now. Nobody was told of it, and a new start begins from the file.
        if office.failed() {
            return;
        }
        office.tell_watchers();
        if office.stopping() {
            break;
        }
    }
    office.close();
}

/// The window of a rule opens or closes: an act like those that people do.
fn keep_time(office: &mut Office) -> Reply {
    if let Err(denial) = office.keep_time() {
        error!(%denial, "the time cannot be told");
        office.fail();
    }
    Box::new(|| {})
}

fn batch(office: &mut Office, queue: &mpsc::Receiver<Job>, waiting: &mut Waiting) -> rusqlite::Result<()> {
    office.begin()?;
    let mut replies = Vec::new();
    while replies.len() < BATCH && !office.failed() {
        let Some(act) = waiting.acts.pop_front() else { break };
        replies.push(act(office));
        waiting.take_all(queue);
    }
    for _ in 0..ALONG {
        let Some((_, record)) = waiting.records.pop_front().filter(|_| !office.failed()) else { break };
        replies.push(record(office));
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
