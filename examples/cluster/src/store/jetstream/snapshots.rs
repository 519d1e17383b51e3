//! Snapshots: the parts of one under a subject of its own, and for each log a key that lists those that are whole.

use async_nats::jetstream::Context;
use async_nats::jetstream::kv::{Store, UpdateErrorKind};
use async_nats::jetstream::message::PublishMessage;
use serde::{Deserialize, Serialize};

use super::{Mark, SNAPSHOTS, StoreError, batch};
use crate::shard::Log;
use crate::token::{hex, random};

/// The bytes of one part: well below what servers take.
const PART: usize = 256 * 1024;

/// How often others may change the list before it is given up.
const TRIES: usize = 10;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Head {
    mark: Mark,
    /// Under which its parts are, and nothing else.
    subject: String,
    parts: usize,
    /// The sequence of the first part.
    first: u64,
}

/// In the list it stands only when every part is durable.
pub(super) async fn save(
    context: &Context,
    heads: &Store,
    log: Log,
    mark: Mark,
    snapshot: Vec<u8>,
) -> Result<(), StoreError> {
    let subject = format!("cm.snap.{log}.{}.{}", mark.p, hex(&random::<8>().map_err(StoreError::new)?));
    let (mut first, mut parts) = (0, 0);
    for part in snapshot.chunks(PART) {
        let message = PublishMessage::build().payload(part.to_vec().into());
        let sent = context.send_publish(subject.clone(), message).await.map_err(StoreError::new)?;
        let ack = sent.await.map_err(StoreError::new)?;
        if parts == 0 {
            first = ack.sequence;
        }
        parts += 1;
    }
    change(heads, log, |all| {
        all.retain(|head| head.mark.p != mark.p);
        all.push(Head { mark, subject: subject.clone(), parts, first });
        all.sort_by_key(|head| head.mark);
    })
    .await?;
    Ok(())
}

pub(super) async fn marks(heads: &Store, log: Log) -> Result<Vec<Mark>, StoreError> {
    Ok(list(heads, log).await?.1.into_iter().map(|head| head.mark).collect())
}

pub(super) async fn load(context: &Context, heads: &Store, log: Log, p: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let (_, all) = list(heads, log).await?;
    let Some(head) = all.into_iter().find(|head| head.mark.p == p) else { return Ok(None) };
    let (mut bytes, mut parts, mut from) = (Vec::new(), 0, head.first);
    while parts < head.parts {
        let read = batch::read(context, SNAPSHOTS, &head.subject, from).await?;
        // Removed meanwhile, or not yet where it was looked for.
        let Some((last, _)) = read.last() else { return Ok(None) };
        from = last + 1;
        parts += read.len();
        read.into_iter().for_each(|(_, part)| bytes.extend(part));
    }
    Ok(Some(bytes))
}

/// Removes those before `to`, and parts that belong to none.
pub(super) async fn purge(context: &Context, heads: &Store, log: Log, to: u64) -> Result<(), StoreError> {
    let all = change(heads, log, |all| all.retain(|head| head.mark.p >= to)).await?;
    let Some(first) = all.iter().map(|head| head.first).min() else { return Ok(()) };
    let stream = context.get_stream_no_info(SNAPSHOTS).await.map_err(StoreError::new)?;
    stream.purge().filter(format!("cm.snap.{log}.>")).sequence(first).await.map_err(StoreError::new)?;
    Ok(())
}

async fn list(heads: &Store, log: Log) -> Result<(u64, Vec<Head>), StoreError> {
    match heads.entry(key(log)).await.map_err(StoreError::new)? {
        Some(entry) => Ok((entry.revision, serde_json::from_slice(&entry.value).map_err(StoreError::new)?)),
        None => Ok((0, Vec::new())),
    }
}

/// Changes the list, whoever else does. Gives the new one.
async fn change(heads: &Store, log: Log, mut how: impl FnMut(&mut Vec<Head>)) -> Result<Vec<Head>, StoreError> {
    for _ in 0..TRIES {
        let (revision, mut all) = list(heads, log).await?;
        how(&mut all);
        let bytes = serde_json::to_vec(&all).map_err(StoreError::new)?;
        // At revision 0 there is none yet.
        match heads.update(key(log), bytes.into(), revision).await {
            Ok(_) => return Ok(all),
            Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => {}
            Err(error) => return Err(StoreError::new(error)),
        }
    }
    Err(StoreError::new(format!("the snapshots of {log} are being changed by others")))
}

fn key(log: Log) -> String {
    format!("snapshots.{log}")
}
