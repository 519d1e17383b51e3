//! Records of the rules, told to all hosts when they were added: whoever follows the rules need not read them from the log.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use futures_util::StreamExt;
use tokio::sync::{OnceCell, watch};
use tokio::time::timeout;

const SUBJECT: &str = "cm.grown.rules";

/// How many are kept.
const KEPT: usize = 64;

/// How long it takes at most until a record is seen that was lost on the way.
const LOOK: Duration = Duration::from_millis(500);

/// What was told. It may be lost, and is only a shorter way to what stands in the log.
#[derive(Debug, Default)]
pub(super) struct News {
    heard: Arc<watch::Sender<Heard>>,
    listens: OnceCell<()>,
}

/// The newest records, without a gap.
#[derive(Debug, Default)]
struct Heard {
    last: u64,
    records: VecDeque<Vec<u8>>,
}

impl News {
    /// Tells of a record that is durable.
    pub(super) async fn tell(&self, client: &Client, p: u64, record: &[u8]) {
        let message = [&p.to_be_bytes(), record].concat();
        // Whoever does not hear of it looks by themselves.
        let _ = client.publish(SUBJECT, message.into()).await;
    }

    /// Waits until a record after that place was told of, or may have been.
    pub(super) async fn after(&self, client: &Client, p: u64) {
        self.listens.get_or_init(|| self.listen(client)).await;
        let mut heard = self.heard.subscribe();
        let _ = timeout(LOOK, heard.wait_for(|heard| heard.last > p)).await;
    }

    /// The records after that place, if the next one is among those that are kept.
    pub(super) fn records(&self, after: u64) -> Option<Vec<(u64, Vec<u8>)>> {
        self.heard.borrow().after(after)
    }

    /// Listens for as long as the connection lasts.
    async fn listen(&self, client: &Client) {
        let Ok(mut news) = client.subscribe(SUBJECT).await else { return };
        let heard = Arc::clone(&self.heard);
        tokio::spawn(async move {
            while let Some(message) = news.next().await {
                if let Some((p, record)) = message.payload.split_first_chunk() {
                    heard.send_if_modified(|heard| heard.hear(u64::from_be_bytes(*p), record));
                }
            }
        });
    }
}

impl Heard {
    /// Says whether it is news.
    fn hear(&mut self, p: u64, record: &[u8]) -> bool {
        if p <= self.last {
            return false;
        }
        if p > self.last + 1 {
            self.records.clear();
        }
        self.last = p;
        self.records.push_back(record.to_vec());
        if self.records.len() > KEPT {
            self.records.pop_front();
        }
        true
    }

    fn after(&self, p: u64) -> Option<Vec<(u64, Vec<u8>)>> {
        let first = self.last + 1 - self.records.len() as u64;
        let passed = usize::try_from((p + 1).checked_sub(first)?).ok()?;
        let records: Vec<_> = (first..).zip(self.records.iter().cloned()).skip(passed).collect();
        (!records.is_empty()).then_some(records)
    }
}

#[cfg(test)]
mod tests {
    use super::{Heard, KEPT};

    #[test]
    fn what_was_told_is_there_only_without_a_gap() {
        let mut heard = Heard::default();
        assert_eq!(heard.after(0), None);
        let record = |p: u64| p.to_be_bytes().to_vec();
        let news = [4, 5, 5, 4, 8, 9].map(|p| heard.hear(p, &record(p)));
        assert_eq!(news, [true, true, false, false, true, true]);
        assert_eq!([3, 6, 9, 10].map(|p| heard.after(p)), [const { None }; 4]);
        assert_eq!(heard.after(7), Some([8, 9].map(|p| (p, record(p))).to_vec()));
        (10..200).for_each(|p| assert!(heard.hear(p, &record(p))));
        assert_eq!(heard.after(199 - KEPT as u64).map(|records| records.len()), Some(KEPT));
        assert_eq!(heard.after(198 - KEPT as u64), None);
    }
}
