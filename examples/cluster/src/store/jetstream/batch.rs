//! The messages of a stream, many at a time.

use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::stream::RawMessageErrorKind;
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;

use super::StoreError;

/// How many at most.
const MOST: usize = 500;

/// How many bytes at most, but for the last one.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// How long nothing may come before the leader is asked. Servers choose one of the replicas for a wish, also one that they
/// are cut off from, until they have noticed.
const SILENCE: Duration = Duration::from_millis(500);

/// Some of the messages with this subject, from this sequence on; none only if the stream's leader has none.
pub(super) async fn read(
    context: &Context,
    stream: &str,
    subject: &str,
    from: u64,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let read = from_any(&context.client(), stream, subject, from).await?;
    if read.is_empty() { from_leader(context, stream, subject, from).await } else { Ok(read) }
}

/// Any replica may answer, or none, and one that is behind knows fewer.
async fn from_any(client: &Client, stream: &str, subject: &str, from: u64) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.map_err(StoreError::new)?;
    let wish = json!({"seq": from, "next_by_subj": subject, "batch": MOST, "max_bytes": MOST_BYTES});
    let api = format!("$JS.API.DIRECT.GET.{stream}");
    client.publish_with_reply(api, inbox, wish.to_string().into()).await.map_err(StoreError::new)?;
    let mut all = Vec::new();
    loop {
        let Ok(next) = timeout(SILENCE, answers.next()).await else { return Ok(all) };
        let message = next.ok_or_else(|| StoreError::new("the connection has ended"))?;
        match message.status.map(|status| status.as_u16()) {
            None => {}
            // The end of the batch, or nothing there.
            Some(204 | 404) => return Ok(all),
            Some(status) => return Err(StoreError::new(format!("{stream} cannot be read: {status}"))),
        }
        let sequence = message.headers.as_ref().and_then(|headers| headers.get("Nats-Sequence"));
        let sequence = sequence.and_then(|sequence| sequence.as_str().parse().ok());
        all.push((sequence.ok_or_else(|| StoreError::new("a message without a sequence"))?, message.payload.into()));
    }
}

async fn from_leader(
    context: &Context,
    stream: &str,
    subject: &str,
    from: u64,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let stream = context.get_stream_no_info(stream).await.map_err(StoreError::new)?;
    match stream.raw_message_builder().next_by_subject(subject).sequence(from).send().await {
        Ok(message) => Ok(vec![(message.sequence, message.payload.into())]),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(Vec::new()),
        Err(error) => Err(StoreError::new(error)),
    }
}
