//! Whether visitors are there: whether a page of their chat is open. Nobody who watches is counted anywhere.

use chat_monitor::ChatId;

use super::Office;
use crate::denial::Denial;
use crate::entry::{Kind, Moment, now};
use crate::store::ChatRow;

/// How many chats are told of, or ended, at one time: whoever acts meanwhile waits for it.
const AT_ONCE: usize = 50;

/// Whether a visitor is there.
#[derive(Debug)]
pub(super) struct Presence {
    /// How many pages of the chat are open.
    pages: usize,
    /// Since when that is none; before the first, since the chat began or the console started.
    since: Moment,
    /// Whether operators have been told that the visitor has gone.
    told: bool,
}

impl Presence {
    /// No page is open yet.
    pub(super) fn since(since: Moment) -> Self {
        Presence { pages: 0, since, told: false }
    }

    /// Since when the visitor has gone, if they have.
    pub(super) fn gone(&self) -> Option<Moment> {
        self.told.then_some(self.since)
    }
}

/// What is to be done about a visitor who is not there.
enum Due {
    Tell,
    End,
}

impl Office {
    /// A page of the chat was opened.
    pub(crate) fn visitor_came(&mut self, chat: &ChatId) {
        let Some(known) = self.chats.get_mut(chat) else { return };
        known.presence.pages += 1;
        if std::mem::take(&mut known.presence.told) {
            self.tell_visitor(chat, &[]);
        }
    }

    /// A page of the chat was closed.
    pub(crate) fn visitor_went(&mut self, chat: &ChatId) {
        let Some(known) = self.chats.get_mut(chat) else { return };
        known.presence.pages = known.presence.pages.saturating_sub(1);
        if known.presence.pages == 0 {
            known.presence.since = now();
        }
    }

    /// Whether [`Office::look_after_visitors`] has anything to do.
    pub(crate) fn has_to_look_after_visitors(&self) -> bool {
        let now = now();
        self.chats.values().any(|known| self.due(&known.row, &known.presence, now).is_some())
    }

    /// Tells operators of visitors who have gone, and ends the chats of those who stay away.
    pub(crate) fn look_after_visitors(&mut self) -> Result<(), Denial> {
        let now = now();
        let due = self.chats.values().filter_map(|known| {
            let due = self.due(&known.row, &known.presence, now)?;
            Some((known.row.id.clone(), due))
        });
        for (chat, due) in due.take(AT_ONCE).collect::<Vec<_>>() {
            match due {
                Due::Tell => {
                    if let Some(known) = self.chats.get_mut(&chat) {
                        known.presence.told = true;
                    }
                    self.tell_visitor(&chat, &[]);
                }
                Due::End => self.end_chat_as(&chat, Kind::Gone, None)?,
            }
        }
        Ok(())
    }

    fn due(&self, row: &ChatRow, presence: &Presence, now: Moment) -> Option<Due> {
        if presence.pages > 0 || !has_page(row) {
            return None;
        }
        let away = now - presence.since;
        let minutes = self.settings.gone_minutes.map(|minutes| i64::from(minutes) * 60_000);
        let patience = minutes.unwrap_or_else(|| milliseconds(self.limits.gone));
        if away >= patience {
            Some(Due::End)
        } else {
            (!presence.told && away >= milliseconds(self.limits.away)).then_some(Due::Tell)
        }
    }
}

/// Whether the visitor has a page of ours at all. Whoever has not can neither go nor stay away.
fn has_page(row: &ChatRow) -> bool {
    row.has_visitor_here()
}

fn milliseconds(duration: std::time::Duration) -> Moment {
    Moment::try_from(duration.as_millis()).unwrap_or(Moment::MAX)
}
