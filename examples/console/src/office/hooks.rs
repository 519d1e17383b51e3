//! Chats that a company has in other systems: what their webhooks tell becomes chats here, which can be watched and not
//! answered.

mod kept;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chat_monitor::{Chat, ChatId, Command, OperatorId, Visitor};
use serde::Serialize;
use tracing::warn;
use vendors::{Author, Body, Desk, Facts, Message, Proxies, Time};

use super::agents::{AgentLine, Agents, people};
use super::presence::Presence;
use super::{Attempt, LiveChat, Office, beginning};
use crate::denial::Denial;
use crate::entry::{Entry, Kind, Moment, now};
use crate::line::LastSaid;
use crate::password;
use crate::said::{Name, Said};
use crate::store::{self, Action, ChatRow, HookRow, LoadError, Source, Store};

/// How many of a hook's chats may be live.
const LIVE: usize = 5000;

/// How many bodies come before what they told is saved.
const BODIES_BETWEEN_SAVES: usize = 200;

/// The hooks.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    known: BTreeMap<i64, Hook>,
    /// The live chat for each of a vendor's.
    chats: HashMap<(i64, ChatId), ChatId>,
}

#[derive(Debug)]
pub(super) struct Hook {
    pub(super) row: HookRow,
    pub(super) agents: Agents,
    desk: Desk,
    unsaved: usize,
}

/// A hook as its page lists it.
#[derive(Debug, Serialize)]
pub(crate) struct HookLine {
    id: i64,
    vendor: String,
    name: String,
    by: String,
    made: Moment,
    last: Option<Moment>,
    signed: bool,
    live: usize,
    agents: Vec<AgentLine>,
}

impl Hooks {
    pub(super) fn load(store: &Store, names: &HashMap<OperatorId, String>) -> Result<Self, LoadError> {
        let mut known = BTreeMap::new();
        for row in store.hooks()? {
            let mut desk: Desk = match store.saved_hook(row.id)? {
                Some(saved) => serde_json::from_str(&saved)?,
                None => Desk::default(),
            };
            desk.set_proxies(Proxies::default());
            let agents = store.hook_agents(row.id)?.into_iter().collect();
            desk.set_people(people(&row.vendor, names, &agents));
            let bodies = store.hook_bodies(row.id)?;
            let unsaved = bodies.len();
            for (at, bytes) in bodies {
                // What was accepted once can be read; the monitor has its commands already.
                if let Ok(body) = Body::parse(&bytes) {
                    desk.read(&body, store::time(at));
                }
            }
            known.insert(row.id, Hook { row, agents, desk, unsaved });
        }
        Ok(Hooks { known, chats: HashMap::new() })
    }

    pub(super) fn hook(&mut self, hook: i64) -> Option<&mut Hook> {
        self.known.get_mut(&hook)
    }

    /// Takes an account out of the tables, and says where it stood.
    pub(super) fn agents_of(&mut self, operator: &OperatorId) -> Vec<(i64, String)> {
        let mut found = Vec::new();
        for (id, hook) in &mut self.known {
            let theirs: Vec<_> =
                hook.agents.iter().filter(|(_, one)| *one == operator).map(|(agent, _)| agent.clone()).collect();
            for agent in theirs {
                hook.agents.remove(&agent);
                found.push((*id, agent));
            }
        }
        found
    }

    /// A chat is live.
    pub(super) fn add(&mut self, row: &ChatRow) {
        if let Some(Source { hook, chat, .. }) = &row.source {
            self.chats.insert((*hook, chat.clone()), row.id.clone());
        }
    }

    pub(super) fn remove(&mut self, row: &ChatRow) {
        if let Some(Source { hook, chat, .. }) = &row.source {
            self.chats.remove(&(*hook, chat.clone()));
        }
    }
}

/// The page.
impl Office {
    pub(crate) fn hook_rows(&self) -> Vec<HookRow> {
        self.hooks.known.values().map(|hook| hook.row.clone()).collect()
    }

    pub(crate) fn hook_lines(&self, operator: &OperatorId) -> Result<Vec<HookLine>, Denial> {
        self.check_administrator(operator)?;
        let line = |hook: &Hook| HookLine {
            id: hook.row.id,
            vendor: hook.row.vendor.clone(),
            name: hook.row.name.clone(),
            by: self.name(&hook.row.by).to_owned(),
            made: hook.row.made,
            last: hook.row.last,
            signed: hook.row.key.is_some(),
            live: self.hooks.chats.keys().filter(|(id, _)| *id == hook.row.id).count(),
            agents: self.agent_lines(&hook.agents),
        };
        Ok(self.hooks.known.values().map(line).collect())
    }

    pub(crate) fn make_hook(&mut self, mut row: HookRow) -> Result<HookRow, Denial> {
        let operator = row.by.clone();
        let attempt = Attempt { operator: &operator, action: Action::MadeHook, chat: None };
        let may = self.check_administrator(&operator);
        self.audited(attempt, may)?;
        row.id = self.store.add_hook(&row)?;
        self.audit(attempt, String::new(), &format!("{} ({})", row.name, row.vendor))?;
        self.hooks
            .known
            .insert(row.id, Hook { row: row.clone(), agents: Agents::new(), desk: Desk::default(), unsaved: 0 });
        Ok(row)
    }

    /// Ends a hook and its chats, and returns the digest of its secret.
    pub(crate) fn revoke_hook(&mut self, operator: &OperatorId, hook: i64) -> Result<Vec<u8>, Denial> {
        let attempt = Attempt { operator, action: Action::RevokedHook, chat: None };
        let may = self.check_administrator(operator);
        self.audited(attempt, may)?;
        let Hook { row, .. } = self.hooks.known.remove(&hook).ok_or(Denial::NoSuchHook)?;
        self.audit(attempt, String::new(), &format!("{} ({})", row.name, row.vendor))?;
        let chats = self.hooks.chats.iter().filter(|((of, _), _)| *of == hook);
        for chat in chats.map(|(_, chat)| chat.clone()).collect::<Vec<_>>() {
            self.end_chat(&chat, None)?;
        }
        self.store.remove_hook(hook)?;
        Ok(row.secret)
    }

    /// Whether the chat is answered in another system, where its operators are. It can be watched here, and they can be
    /// advised.
    pub(crate) fn is_elsewhere(&self, chat: &ChatId) -> bool {
        self.chats.get(chat).is_some_and(|known| known.row.source.is_some())
    }

    pub(super) fn check_answered_here(&self, chat: &ChatId) -> Result<(), Denial> {
        if self.is_elsewhere(chat) { Err(Denial::Elsewhere) } else { Ok(()) }
    }
}

/// What comes.
impl Office {
    /// Takes what a vendor tells. The answer is the same whatever follows from it here.
    pub(crate) fn receive(&mut self, hook: i64, bytes: &[u8], body: &Body) -> Result<(), Denial> {
        let at = now();
        let known = self.hooks.known.get_mut(&hook).ok_or(Denial::NoSuchHook)?;
        known.desk.set_people(people(&known.row.vendor, &self.names, &known.agents));
        let reading = known.desk.read(body, store::time(at));
        known.row.last = Some(at);
        known.unsaved += 1;
        if !reading.warnings.is_empty() {
            let fields: Vec<_> = reading.warnings.iter().map(|warning| warning.field.as_str()).collect();
            warn!(hook, ?fields, "a body was not understood as a whole");
        }
        self.store.add_hook_body(hook, at, bytes)?;
        let mut messages = reading.messages;
        let mut changed: Vec<ChatId> = Vec::new();
        for command in reading.commands {
            match command {
                Command::StartChat(chat) => self.start_hooks_chat(hook, chat.id())?,
                Command::EndChat { chat } => {
                    // What was said in it comes before its end, in whatever order the body has it.
                    self.change_hooks_chats(hook, &mut changed)?;
                    let (said, later) = messages.into_iter().partition(|message: &Message| message.chat == chat);
                    messages = later;
                    self.add_messages(hook, said)?;
                    if let Some(here) = self.hooks.chats.get(&(hook, chat)).cloned() {
                        self.end_chat(&here, None)?;
                    }
                }
                Command::Attend { chat, .. }
                | Command::Unattend { chat, .. }
                | Command::Transfer { chat, .. }
                | Command::SetVisitor { chat, .. } => changed.push(chat),
                // No body tells of anything else.
                _ => {}
            }
        }
        self.change_hooks_chats(hook, &mut changed)?;
        self.add_messages(hook, messages)?;
        self.save_hook_if_due(hook, BODIES_BETWEEN_SAVES)
    }

    fn facts(&self, hook: i64, chat: &ChatId) -> Option<Facts> {
        self.hooks.known.get(&hook)?.desk.chat(chat).cloned()
    }

    /// Begins a chat here with what is known of it. One that begins anew is another chat: nobody reads what was before
    /// by watching what comes.
    fn start_hooks_chat(&mut self, hook: i64, theirs: &ChatId) -> Result<(), Denial> {
        let live = self.hooks.chats.keys().filter(|(of, _)| *of == hook).count();
        let Some((facts, known)) = self.facts(hook, theirs).zip(self.hooks.known.get(&hook)) else { return Ok(()) };
        if live >= LIVE || self.hooks.chats.contains_key(&(hook, theirs.clone())) {
            return Ok(());
        }
        let vendor = known.row.vendor.clone();
        let id = format!("h{hook}-{}", password::short()).parse().map_err(|_| Denial::NoSuchChat)?;
        let source = Some(Source { hook, vendor, chat: theirs.clone() });
        let (email, ip) = (facts.email.clone(), facts.ip);
        let (visitor, key) = (String::new(), Vec::new());
        let row = ChatRow { id, visitor, email, ip, key, demonstration: false, started: now(), ended: None, source };
        let chat = Chat::new(row.id.clone()).with_visitor(known_visitor(&facts));
        let chat = facts.operators.iter().cloned().fold(chat, Chat::attended_by);
        let events = self.apply(Command::StartChat(chat))?;
        self.store.add_chat(&row)?;
        let id = row.id.clone();
        self.hooks.add(&row);
        self.chats.insert(
            id.clone(),
            LiveChat {
                row: Arc::new(row),
                entries: 0,
                internal: 0,
                first: None,
                last: None,
                waiting: None,
                presence: Presence::since(now()),
            },
        );
        self.tell_change(&id, None, None, &events)
    }

    /// Brings chats from what is known here to what is known there.
    fn change_hooks_chats(&mut self, hook: i64, changed: &mut Vec<ChatId>) -> Result<(), Denial> {
        changed.dedup();
        for theirs in changed.drain(..) {
            let here = self.hooks.chats.get(&(hook, theirs.clone())).cloned();
            if let Some((facts, here)) = self.facts(hook, &theirs).zip(here) {
                self.change_operators(&here, &facts)?;
                self.change_visitor(&here, &facts)?;
            }
        }
        Ok(())
    }

    fn change_operators(&mut self, chat: &ChatId, facts: &Facts) -> Result<(), Denial> {
        let attending = self.live.chat(chat).map(|chat| chat.operators().to_vec()).unwrap_or_default();
        let coming: Vec<_> = facts.operators.iter().filter(|one| !attending.contains(one)).cloned().collect();
        let going: Vec<_> = attending.into_iter().filter(|one| !facts.operators.contains(one)).collect();
        let (mut coming, mut going) = (coming.into_iter(), going.into_iter());
        loop {
            let before = self.live.participant_view(chat);
            let id = chat.clone();
            // In one step: between two, nobody would attend the chat.
            let (command, told) = match (going.next(), coming.next()) {
                (Some(from), Some(to)) => {
                    let told = (Kind::Transferred, from.clone(), self.name(&to).to_owned());
                    (Command::Transfer { chat: id, from, to, departments: None }, Some(told))
                }
                (None, Some(operator)) => {
                    let told = (Kind::PickedUp, operator.clone(), String::new());
                    (Command::Attend { chat: id, operator }, Some(told))
                }
                (Some(operator), None) => (Command::Unattend { chat: id, operator }, None),
                (None, None) => return Ok(()),
            };
            let events = self.apply(command)?;
            let entry =
                told.map(|(kind, operator, text)| self.add_entry(chat, kind, Some(&operator), &text)).transpose()?;
            self.tell_change(chat, before, entry.as_ref(), &events)?;
        }
    }

    fn change_visitor(&mut self, chat: &ChatId, facts: &Facts) -> Result<(), Denial> {
        let Some(known) = self.chats.get_mut(chat) else { return Ok(()) };
        if (known.row.ip, &known.row.email) == (facts.ip, &facts.email) {
            return Ok(());
        }
        let row = Arc::make_mut(&mut known.row);
        (row.ip, row.email) = (facts.ip, facts.email.clone());
        let row = known.row.clone();
        let events = self.apply(Command::SetVisitor { chat: chat.clone(), visitor: known_visitor(facts) })?;
        self.store.set_visitor(&row)?;
        self.tell_visitor(chat, &events);
        self.tell_events(&events)
    }

    fn add_messages(&mut self, hook: i64, messages: Vec<Message>) -> Result<(), Denial> {
        for message in messages {
            let Some(chat) = self.hooks.chats.get(&(hook, message.chat.clone())).cloned() else { continue };
            let text: String = message.text.chars().take(Said::LONGEST).collect();
            let Some(Said(text)) = Said::of(&text) else { continue };
            // Without an id of its own, the same words of the same moment are the same message.
            let id = message.id.clone().or_else(|| message.at.map(|at| digest(at, &message)));
            let is_new = match id {
                Some(id) => self.store.is_new_message(&chat, &id)?,
                None => true,
            };
            if is_new {
                self.add_message(&chat, message, text)?;
            }
        }
        Ok(())
    }

    fn add_message(&mut self, chat: &ChatId, message: Message, text: String) -> Result<(), Denial> {
        let limit = self.limits.entries_per_chat;
        let name = message.name.as_deref().and_then(Name::of).map(|Name(name)| name).unwrap_or_default();
        let (operator, name) = match message.by {
            Author::Visitor => (None, name),
            Author::Operator(operator) => {
                let known = self.names.get(&operator).cloned();
                let own = operator.to_string();
                (Some(operator), known.unwrap_or(if name.is_empty() { own } else { name }))
            }
        };
        let Some(known) = self.chats.get_mut(chat).filter(|known| known.entries < limit) else { return Ok(()) };
        let is_named = operator.is_none() && known.row.visitor.is_empty() && !name.is_empty();
        if is_named {
            Arc::make_mut(&mut known.row).visitor.clone_from(&name);
        }
        known.entries += 1;
        let said_at = message.at.and_then(|at| Moment::try_from(at.as_millis()).ok());
        let at = said_at.map_or_else(now, |at| at.min(now()));
        let entry = Entry { n: known.entries, at, kind: Kind::Said, operator, name, text };
        if entry.operator.is_none() && known.first.is_none() {
            known.first = Some(beginning(&entry.text));
        }
        known.last = Some(Arc::new(LastSaid::from(entry.clone())));
        known.waiting = if entry.operator.is_none() { known.waiting.or(Some(entry.at)) } else { None };
        let row = known.row.clone();
        self.store.add_entry(chat, &entry)?;
        if is_named {
            self.store.set_visitor(&row)?;
            self.tell_visitor(chat, &[]);
        }
        self.tell_entry(chat, &entry);
        Ok(())
    }
}

fn known_visitor(facts: &Facts) -> Visitor {
    let visitor = facts.ip.map_or_else(Visitor::new, |ip| Visitor::new().with_ip(ip));
    match &facts.email {
        Some(email) => visitor.with_email(email.clone()),
        None => visitor,
    }
}

fn digest(at: Time, message: &Message) -> String {
    let by = match &message.by {
        Author::Visitor => "",
        Author::Operator(operator) => operator.as_str(),
    };
    password::hex(&password::digest(&format!("{}\n{by}\n{}", at.as_millis(), message.text)))
}
