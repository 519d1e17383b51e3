//! What users have seen, as lines to show.

use std::collections::{BTreeSet, VecDeque};

use chat_monitor::{ChatId, Event};

use super::people::{Turn, VISITOR, WATCHED, WATCHER};
use crate::check::Happened;
use crate::gateway::{Out, Paper};
use crate::message::What;
use crate::record::Person;

/// How many lines of somebody are kept.
const KEPT: usize = 20;

/// What the three who are shown have seen.
#[derive(Debug, Default)]
pub(super) struct Scene {
    pub(super) visitor: VecDeque<String>,
    pub(super) operator: VecDeque<String>,
    pub(super) watcher: VecDeque<String>,
    /// The watcher's list.
    pub(super) watched: BTreeSet<ChatId>,
    revoked: Option<Revoked>,
    pub(super) revocations: u64,
}

/// The time after a right was taken.
#[derive(Debug)]
struct Revoked {
    rule: String,
    in_force: u64,
    said: u64,
    read: u64,
}

impl Scene {
    /// Takes what became of the watcher's rights; the line that says so.
    pub(super) fn turn(&mut self, turn: Turn) -> Option<String> {
        match turn {
            Turn::Asked => self.revoked.take().map(|revoked| revoked.tell()),
            Turn::Given(rule, after) => {
                Some(format!("{WATCHER} may watch {WATCHED} by {rule}: acknowledged after {} ms", after.as_millis()))
            }
            Turn::Taken(rule, after, in_force) => {
                self.revocations += 1;
                let told = format!("{rule} is revoked: acknowledged after {} ms", after.as_millis());
                self.revoked = Some(Revoked { rule, in_force, said: 0, read: 0 });
                Some(told)
            }
        }
    }

    /// How it stands after the last right that was taken.
    pub(super) fn revoked(&self) -> Option<String> {
        self.revoked.as_ref().map(Revoked::tell)
    }

    /// Takes what somebody has read; the line that shows it.
    pub(super) fn hear(&mut self, readers: &[Person], happened: &Happened) -> Option<String> {
        let Happened::Read { who, out, in_force } = happened else { return None };
        let (name, line) = match readers.get(*who)? {
            Person::Visitor(_) => (VISITOR, said(&out.paper, false)),
            Person::Operator(operator) if operator.as_str() == WATCHER => {
                self.list(out);
                (WATCHER, self.watches(out, *in_force))
            }
            Person::Operator(_) => {
                if let (Some(revoked), Paper::Told(What::Said { .. })) = (&mut self.revoked, &out.paper) {
                    revoked.said += 1;
                }
                (WATCHED, said(&out.paper, true))
            }
            Person::Service => return None,
        };
        let line = line?;
        let told = format!("{name:6} reads  {line}");
        let lines = match name {
            VISITOR => &mut self.visitor,
            WATCHER => &mut self.watcher,
            _ => &mut self.operator,
        };
        lines.push_back(line);
        if lines.len() > KEPT {
            lines.pop_front();
        }
        Some(told)
    }

    fn list(&mut self, out: &Out) {
        match &out.paper {
            Paper::Chats { monitored, .. } => self.watched.extend(monitored.iter().map(|line| line.chat.clone())),
            Paper::Told(What::Event(Event::WatchStarted { chat, .. })) => _ = self.watched.insert(chat.clone()),
            Paper::Told(What::Event(Event::WatchEnded { chat, .. })) => _ = self.watched.remove(chat),
            Paper::Told(_) => {}
        }
    }

    fn watches(&mut self, out: &Out, in_force: u64) -> Option<String> {
        match &out.paper {
            Paper::Told(What::Event(Event::WatchStarted { chat, .. })) => Some(format!("+ {chat}")),
            Paper::Told(What::Event(Event::WatchEnded { chat, .. })) => Some(format!("- {chat}")),
            Paper::Told(_) | Paper::Chats { .. } => {
                let line = said(&out.paper, true)?;
                if let Some(revoked) = self.revoked.as_mut().filter(|revoked| revoked.in_force <= in_force) {
                    revoked.read += 1;
                }
                Some(line)
            }
        }
    }
}

impl Revoked {
    fn tell(&self) -> String {
        let Revoked { rule, said, read, .. } = self;
        format!("lines read since {rule} was revoked: {WATCHED} {said}, {WATCHER} {read}")
    }
}

/// A line of a chat, with the chat where there are several.
fn said(paper: &Paper, several: bool) -> Option<String> {
    match paper {
        Paper::Told(What::Said { chat, from, text, .. }) => {
            let from = match from {
                Person::Service => "service".to_owned(),
                Person::Operator(operator) => operator.to_string(),
                Person::Visitor(chat) => chat.to_string(),
            };
            Some(if several && from != chat.as_str() {
                format!("{from} > {chat}: {text}")
            } else {
                format!("{from}: {text}")
            })
        }
        Paper::Told(What::Ended { chat }) => Some(format!("({chat}: over)")),
        Paper::Told(What::Event(_) | What::Advised { .. } | What::Attending { .. }) | Paper::Chats { .. } => None,
    }
}
