//! What the pages share with the HTTP API.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use axum::http::HeaderMap;
use chat_monitor::{ChatId, OperatorId};
use minijinja::Value;

use super::App;
use super::monitored::LINES;
use super::pages::Language;
use super::problem::Problem;
use crate::feeds::Feed;
use crate::line::write_list;
use crate::looks::Look;
use crate::office::Office;
use crate::reader::Readers;
use crate::slots::Slot;
use crate::store::Action;

impl App {
    pub(crate) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Whether a program may make one more call for this operator now.
    pub(crate) fn take_call(&self, operator: &OperatorId) -> bool {
        self.calls.take(operator.clone())
    }

    /// Waits until the console is about to end.
    pub(crate) async fn stopped(&self) {
        self.stopping.cancelled().await;
    }

    /// Room for one more connection of an account that stays.
    pub(crate) fn account_slot_of(&self, operator: &OperatorId) -> Result<Slot<OperatorId>, Problem> {
        self.of_account.take(operator.clone()).ok_or(Problem::TOO_MANY)
    }

    /// Somebody's list of monitored chats, and what changes in it from then on.
    pub(crate) async fn watched(&self, operator: &OperatorId) -> Result<(Feed, Utf8Bytes), Problem> {
        let who = operator.clone();
        let listen = move |office: &mut Office| office.listen_as_watcher(&who);
        let (feed, chats) = self.look(operator, Action::OpenedList, None, listen).await?;
        // A few at a time: between them, the people in the chats are served.
        let mut lines = Vec::with_capacity(chats.len());
        for some in chats.chunks(LINES) {
            let (who, some) = (operator.clone(), some.to_vec());
            lines.extend(self.hub.read(move |office| Ok(office.lines(&who, some))).await?);
        }
        let who = operator.clone();
        let texts = self.hub.read(move |office| Ok(office.own_rule_texts(&who))).await?;
        Ok((feed, self.watching.run(move || write_list(&lines, &texts)).await?))
    }

    /// Nothing is shown before it is written down that it is. `looker` tells one who looks from another.
    pub(crate) async fn note_look(
        &self,
        operator: &OperatorId,
        looker: &[u8],
        chat: &ChatId,
    ) -> Result<Arc<Look>, Problem> {
        let look = Arc::new(self.looks.begin(looker, chat));
        let (operator, id, noted) = (operator.clone(), chat.clone(), look.clone());
        self.hub.record(move |office| office.note_opened(&operator, &id, &noted)).await?;
        Ok(look)
    }

    /// Ends the sessions of an account, or has its pages ask anew what it may, and tells administrators.
    pub(crate) async fn person_changed(&self, whom: &OperatorId, ended: bool) -> Result<(), Problem> {
        if ended {
            self.sessions.end(whom, &[]);
        } else {
            self.sessions.renew(|operator| operator == whom);
        }
        self.tell_administrators().await
    }

    /// A page for anybody.
    pub(crate) fn public_page(&self, headers: &HeaderMap, (template, path): (&str, &str), more: Value) -> String {
        self.pages.render(template, Language::of(headers), path, more)
    }
}
