//! Ended chats are deleted when their time is over: a little at a time, when nobody else has anything to do.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::denial::Denial;
use crate::hub::Hub;
use crate::office::Deleted;
use crate::options::Limits;

/// How long the office has for others between two parts.
const PAUSE: Duration = Duration::from_millis(20);

/// How often it is seen whether something was deleted.
const LOOK: Duration = Duration::from_secs(1);

/// Goes on until the console ends.
pub(crate) async fn keep(hub: Hub, limits: Limits) {
    loop {
        if round(&hub, limits).await.is_err() {
            return;
        }
    }
}

/// Deletes what is due; and lets nothing be left in the file of what was deleted by then, or is meanwhile.
async fn round(hub: &Hub, limits: Limits) -> Result<(), Denial> {
    let next = Instant::now() + limits.retention_every;
    let mut chats = 0;
    loop {
        match hub.record(|office| office.delete_some_due()).await? {
            Deleted::Nothing => break,
            Deleted::Part => {}
            Deleted::Chat => chats += 1,
        }
        sleep(PAUSE).await;
    }
    if chats > 0 {
        hub.record(move |office| office.note_deleted(chats)).await?;
    }
    while Instant::now() < next {
        while hub.read(|office| office.has_to_scrub()).await? {
            hub.record(|office| office.scrub_some()).await?;
            sleep(PAUSE).await;
        }
        hub.read(|office| office.finish_scrubbing()).await?;
        sleep(LOOK.min(limits.retention_every)).await;
    }
    Ok(())
}
