//! What happens to the account's list, as it happens.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use chat_monitor::OperatorId;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::time::interval;
use utoipa::ToSchema;

use super::caller::ByKey;
use super::forms::Refused;
use crate::aside;
use crate::entry::ForOperator;
use crate::feeds::Feed;
use crate::line::Written;
use crate::slots::Slot;
use crate::web::{App, Problem};

/// How long a stream may go on after its key was revoked or its account disabled.
const CHECKED_EVERY: Duration = Duration::from_secs(5);

/// What happens to the list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "the document alone has it: news go out as the pages hear them")]
pub(super) enum News {
    /// The whole list: the first thing to come.
    Snapshot { chats: Vec<Written<'static>> },
    /// A chat that is new in the list, or what is known of it now.
    Line { line: Written<'static> },
    /// Something was said, or somebody came or went.
    Entry { chat: String, entry: ForOperator<'static> },
    /// A chat is watched no more; why, as a word for programs.
    Ended { chat: String, reason: String },
    /// A chat that could be read was deleted: what is kept of it elsewhere should go too.
    Deleted { chat: String },
}

/// Streams what the page of monitored chats hears: `data` is one news, and the first is the whole list. After a break it
/// begins anew.
#[utoipa::path(get, path = "/api/v1/events", tag = "monitored",
    responses((status = 200, description = "`data` of each event", content_type = "text/event-stream", body = News), Refused))]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    by: ByKey,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    aside::later().await;
    let held = app.account_slot_of(&by.operator)?;
    let (feed, snapshot) = app.watched(&by.operator).await?;
    let mut check = interval(CHECKED_EVERY);
    // The first comes at once.
    check.tick().await;
    let heard = Heard { app, by, feed, first: Some(snapshot.as_str().to_owned()), check, _held: held };
    let events = stream::unfold(heard, |mut heard| async move {
        let text = heard.next().await?;
        Some((Ok(Event::default().data(text)), heard))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new()))
}

struct Heard {
    app: Arc<App>,
    by: ByKey,
    feed: Feed,
    first: Option<String>,
    check: tokio::time::Interval,
    _held: Slot<OperatorId>,
}

impl Heard {
    /// What comes next; none when there is to be no more.
    async fn next(&mut self) -> Option<String> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            tokio::select! {
                () = self.app.stopped() => return None,
                text = self.feed.recv() => return text.map(|text| text.as_str().to_owned()),
                _ = self.check.tick() => {
                    let (digest, operator) = (self.by.digest.clone(), self.by.operator.clone());
                    let may = move |office: &mut crate::office::Office| {
                        office.check_may_monitor(&operator)?;
                        Ok(office.by_key(&digest).is_some())
                    };
                    if !self.app.hub().read(may).await.unwrap_or_default() {
                        return None;
                    }
                }
            }
        }
    }
}
