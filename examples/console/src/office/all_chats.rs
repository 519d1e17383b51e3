//! All live chats, for administrators: who is in them, and what may be done with them. Nothing here tells who watches.

use axum::extract::ws::Utf8Bytes;
use chat_monitor::{ChatId, Command, DepartmentId, Departments, OperatorId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::entry::Kind;
use crate::feeds::{Feed, Topic, write};
use crate::store::Action;
use crate::view::{People, VisitorCard};

/// A live chat, but for what is said in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Head<'a> {
    #[schema(value_type = String)]
    chat: &'a ChatId,
    visitor: VisitorCard<'a>,
    people: People<'a>,
    monitoring_allowed: bool,
    #[schema(value_type = Vec<String>)]
    departments: Vec<&'a DepartmentId>,
}

/// What an administrator is told of all chats.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ToAdministrator<'a> {
    Head { head: Head<'a> },
    Over { chat: &'a ChatId },
}

/// Looking.
impl Office {
    /// The ids of all live chats, so that their heads can be had a few at a time; what changes later comes by the feed.
    pub(crate) fn listen_to_all_chats(&mut self, operator: &OperatorId) -> Result<(Feed, Vec<ChatId>), Denial> {
        self.check_administrator(operator)?;
        self.look_at_all.insert(operator.clone());
        let chats = self.live.chats().map(|chat| chat.id().clone()).collect();
        Ok((self.feeds.listen([Topic::AllChats(operator.clone())]), chats))
    }

    pub(crate) fn heads(&self, operator: &OperatorId, chats: &[ChatId]) -> Result<Vec<Utf8Bytes>, Denial> {
        self.check_administrator(operator)?;
        Ok(chats.iter().filter_map(|chat| self.head(chat)).map(|head| write(&head)).collect())
    }

    fn head<'a>(&'a self, chat: &'a ChatId) -> Option<Head<'a>> {
        let (visitor, view) = self.visitor_card(chat).zip(self.live.participant_view(chat))?;
        let known = self.live.chat(chat)?;
        Some(Head {
            chat,
            visitor,
            people: self.people(&view),
            monitoring_allowed: known.monitoring_allowed(),
            departments: known.departments().iter().collect(),
        })
    }

    /// Tells the administrators who look at all chats how one of them is now.
    pub(super) fn tell_administrators(&mut self, chat: &ChatId) {
        for operator in std::mem::take(&mut self.look_at_all) {
            let topic = Topic::AllChats(operator.clone());
            if self.check_administrator(&operator).is_err() {
                self.feeds.close(topic);
            } else if self.feeds.has(&topic) {
                let news = match self.head(chat) {
                    Some(head) => write(&ToAdministrator::Head { head }),
                    None => write(&ToAdministrator::Over { chat }),
                };
                self.feeds.push(topic, news);
                self.look_at_all.insert(operator);
            }
        }
    }
}

/// Acting.
impl Office {
    /// Says whether a chat may be monitored at all: consent, law. Nobody in it learns of that.
    pub(crate) fn allow_monitoring(&mut self, by: &OperatorId, chat: &ChatId, allowed: bool) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let known = self.live.chat(chat).ok_or(Denial::NoSuchChat)?;
        if known.monitoring_allowed() == allowed {
            return Ok(());
        }
        let action = if allowed { Action::AllowedMonitoring } else { Action::ForbadeMonitoring };
        self.audit(Attempt { operator: by, action, chat: Some(chat) }, String::new(), "")?;
        let events = self.apply(Command::SetMonitoringAllowed { chat: chat.clone(), allowed })?;
        self.tell_events(&events)?;
        self.tell_administrators(chat);
        Ok(())
    }

    pub(crate) fn set_chat_departments(
        &mut self,
        by: &OperatorId,
        chat: &ChatId,
        departments: Departments,
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let known = self.live.chat(chat).ok_or(Denial::NoSuchChat)?;
        self.check_are_known(departments.iter())?;
        if *known.departments() == departments {
            return Ok(());
        }
        let attempt = Attempt { operator: by, action: Action::SetDepartments, chat: Some(chat) };
        self.audit(attempt, String::new(), &in_words(&departments))?;
        let events = self.apply(Command::SetDepartments { chat: chat.clone(), departments })?;
        self.tell_events(&events)?;
        self.tell_administrators(chat);
        Ok(())
    }

    pub(crate) fn end_as_administrator(&mut self, by: &OperatorId, chat: &ChatId) -> Result<(), Denial> {
        self.check_administrator(by)?;
        self.live.chat(chat).ok_or(Denial::NoSuchChat)?;
        self.audit(Attempt { operator: by, action: Action::EndedChat, chat: Some(chat) }, String::new(), "")?;
        self.end_chat(chat, Some(by))
    }

    /// Hands a chat from one operator to another, or gives one that waits to somebody.
    pub(crate) fn reassign(
        &mut self,
        by: &OperatorId,
        chat: &ChatId,
        (from, to): (Option<OperatorId>, OperatorId),
        departments: Option<Departments>,
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        let before = self.live.participant_view(chat).ok_or(Denial::NoSuchChat)?;
        self.check_answered_here(chat)?;
        self.role(&to).ok_or(Denial::NoSuchOperator)?;
        self.check_are_known(departments.iter().flat_map(|departments| departments.iter()))?;
        let from = from.or_else(|| before.operators().first().cloned());
        let mut words = format!("{} → {to}", from.as_ref().map_or("", OperatorId::as_str));
        words += &departments.as_ref().map(|departments| format!(" {}", in_words(departments))).unwrap_or_default();
        let (events, kind, who, text) = match from {
            Some(from) => {
                let id = chat.clone();
                let events = self.apply(Command::Transfer { chat: id, from, to: to.clone(), departments })?;
                (events, Kind::Transferred, by, self.name(&to).to_owned())
            }
            None => {
                if let Some(departments) = departments {
                    self.set_chat_departments(by, chat, departments)?;
                }
                let events = self.apply(Command::Attend { chat: chat.clone(), operator: to.clone() })?;
                (events, Kind::PickedUp, &to, String::new())
            }
        };
        let attempt = Attempt { operator: by, action: Action::ReassignedChat, chat: Some(chat) };
        self.audit(attempt, String::new(), words.trim_start())?;
        let entry = self.add_entry(chat, kind, Some(who), &text)?;
        self.tell_change(chat, Some(before), Some(&entry), &events)
    }
}

fn in_words(departments: &Departments) -> String {
    format!("[{}]", departments.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", "))
}
