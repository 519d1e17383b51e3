//! chat-monitor for JavaScript: what `js/monitor.js` makes of it is what people use.
//!
//! Values cross as JSON. What is asked with every message, and commands on one chat, cross by a [`Desk`] where they are
//! plain.

#![allow(missing_debug_implementations, reason = "JavaScript prints them")]

mod desk;

use chat_monitor::{
    AddRuleRefusal, Channel, Chat, ChatId, Command, Departments, Event, LiveMonitor, MonitorEngine, Operator,
    OperatorId, Oversees, Refusal, Role, Rule, SavedMonitor, SavedPart, Verdict,
};
use faults::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::desk::{Desk, Told};

/// JSON out, or the JSON of an error.
type Answer = Result<String, JsValue>;

fn read<T: DeserializeOwned>(text: &str) -> Result<T, JsValue> {
    faults::read(text).map_err(invalid)
}

fn write(value: &impl Serialize) -> Answer {
    serde_json::to_string(value).map_err(invalid)
}

fn invalid(fault: impl Into<Fault>) -> JsValue {
    let Fault { code, kind, message } = fault.into();
    JsValue::from_str(&json!({"code": code, "kind": kind, "message": message}).to_string())
}

/// What `js/monitor.js` never asks for.
fn misuse(message: &str) -> JsValue {
    JsError::new(message).into()
}

/// A refusal as it is thrown; what it names is in its JSON.
fn refused(refusal: &Refusal) -> serde_json::Value {
    let code = refusal.code();
    let kind = code.rsplit('.').next().unwrap_or(code);
    json!({"refused": refusal, "code": code, "kind": kind, "message": refusal.to_string()})
}

fn throw(refusal: impl Into<Refusal>) -> JsValue {
    JsValue::from_str(&refused(&refusal.into()).to_string())
}

fn parse<T: std::str::FromStr<Err: Into<Fault>>>(id: &str) -> Result<T, JsValue> {
    id.parse().map_err(invalid)
}

enum Home {
    Alone(Box<MonitorEngine>),
    Live(Box<LiveMonitor>),
}

/// A `MonitorEngine` or a `LiveMonitor`.
#[wasm_bindgen]
pub struct Monitor(Home);

impl Monitor {
    fn engine(&self) -> &MonitorEngine {
        match &self.0 {
            Home::Alone(engine) => engine,
            Home::Live(live) => live.engine(),
        }
    }

    fn of(live: LiveMonitor) -> Self {
        Monitor(Home::Live(Box::new(live)))
    }

    /// A command that is refused has changed nothing, and is refused again when it comes as JSON.
    fn apply_on(&mut self, desk: &mut Desk, command: Option<Command>) -> i32 {
        match (&mut self.0, command) {
            (Home::Live(live), Some(command)) => live.apply(command).map_or(-1, |events| desk.tell(events)),
            (Home::Live(_) | Home::Alone(_), _) => -1,
        }
    }

    fn live(&self) -> Result<&LiveMonitor, JsValue> {
        match &self.0 {
            Home::Live(live) => Ok(live),
            Home::Alone(_) => Err(misuse("expected a LiveMonitor")),
        }
    }

    fn live_mut(&mut self) -> Result<&mut LiveMonitor, JsValue> {
        match &mut self.0 {
            Home::Live(live) => Ok(live),
            Home::Alone(_) => Err(misuse("expected a LiveMonitor")),
        }
    }
}

#[derive(Serialize)]
struct Line {
    operator: OperatorId,
    role: Role,
    #[serde(skip_serializing_if = "Departments::is_empty")]
    departments: Departments,
    #[serde(skip_serializing_if = "Option::is_none")]
    oversees: Option<Oversees>,
}

impl Line {
    fn of(operator: &OperatorId, known: &Operator) -> Self {
        let (role, departments) = (known.role().clone(), known.departments().clone());
        Line { operator: operator.clone(), role, departments, oversees: known.oversees().cloned() }
    }
}

#[derive(Serialize)]
struct Explained<'a> {
    rule: &'a Rule,
    verdict: Verdict,
}

#[wasm_bindgen]
impl Monitor {
    /// An engine, of a saved one or anew.
    pub fn alone(saved: Option<String>) -> Result<Self, JsValue> {
        let engine = saved.map_or_else(|| Ok(MonitorEngine::new()), |saved| read(&saved))?;
        Ok(Monitor(Home::Alone(Box::new(engine))))
    }

    /// A monitor of no chats yet, with a copy of the engine.
    pub fn follow(&self) -> Self {
        Self::of(LiveMonitor::new(self.engine().clone()))
    }

    pub fn load(saved: &str) -> Result<Self, JsValue> {
        read(saved).map(Self::of)
    }

    pub fn load_parts(parts: &str) -> Result<Self, JsValue> {
        let parts: Vec<SavedPart> = read(parts)?;
        SavedMonitor::of_parts(parts).and_then(SavedMonitor::load).map(Self::of).map_err(invalid)
    }

    /// Does to an engine what a command on no chat does to a live monitor.
    pub fn change(&mut self, command: &str) -> Result<(), JsValue> {
        let Home::Alone(engine) = &mut self.0 else {
            return Err(misuse("the engine of a LiveMonitor is changed by commands"));
        };
        match read(command)? {
            Command::SetPolicy(policy) => engine.set_policy(policy).map_err(throw),
            Command::SetOperator { id, operator } => engine.set_operator(id, operator).map_err(throw),
            Command::RemoveOperator { operator } => engine.remove_operator(&operator).map_err(throw),
            Command::AddRule(rule) => engine.add_rule(rule).map_err(throw),
            Command::SetRuleEnabled { rule, enabled } => engine.set_rule_enabled(&rule, enabled).map_err(throw),
            Command::SetRuleWindow { rule, window } => engine.set_rule_window(&rule, window).map_err(throw),
            Command::RemoveRule { rule } => engine.remove_rule(&rule).map(drop).map_err(throw),
            Command::AddExclusion(exclusion) => engine.add_exclusion(exclusion).map_err(throw),
            Command::RemoveExclusion { exclusion } => engine.remove_exclusion(&exclusion).map(drop).map_err(throw),
            Command::SetTime { now } => engine.set_time(now).map_err(throw),
            Command::StartChat(_)
            | Command::SetVisitor { .. }
            | Command::Attend { .. }
            | Command::Unattend { .. }
            | Command::Transfer { .. }
            | Command::SetDepartments { .. }
            | Command::SetAttributes { .. }
            | Command::SetMonitoringAllowed { .. }
            | Command::EndChat { .. }
            | Command::Join { .. }
            | Command::Leave { .. }
            | Command::Advise { .. } => Err(misuse("an engine holds no chats")),
        }
    }

    pub fn load_rule(&mut self, rule: &str) -> Result<(), JsValue> {
        let Home::Alone(engine) = &mut self.0 else {
            return Err(misuse("the engine of a LiveMonitor is changed by commands"));
        };
        engine.load_rule(read(rule)?).map_err(|error| throw(AddRuleRefusal::from(error)))
    }

    pub fn policy(&self) -> Answer {
        write(self.engine().policy())
    }

    pub fn now(&self) -> Option<f64> {
        // Up to 2^53 - 1, which JavaScript's numbers hold.
        self.engine().now().map(|now| now as f64)
    }

    pub fn next_deadline(&self) -> Option<f64> {
        self.engine().next_deadline().map(|deadline| deadline as f64)
    }

    pub fn operator_count(&self) -> usize {
        self.engine().operator_count()
    }

    pub fn rule_count(&self) -> usize {
        self.engine().rule_count()
    }

    pub fn operator(&self, operator: &str) -> Answer {
        let operator = parse(operator)?;
        write(&self.engine().operator(&operator).map(|known| Line::of(&operator, &known)))
    }

    pub fn operators(&self) -> Answer {
        write(&self.engine().operators().map(|(id, known)| Line::of(id, &known)).collect::<Vec<_>>())
    }

    pub fn monitorable_by(&self, watcher: &str) -> Answer {
        write(&self.engine().monitorable_by(&parse(watcher)?).collect::<Vec<_>>())
    }

    pub fn rule(&self, rule: &str) -> Answer {
        write(&self.engine().rule(&parse(rule)?))
    }

    pub fn rules(&self) -> Answer {
        write(&self.engine().rules().collect::<Vec<_>>())
    }

    pub fn rules_of(&self, watcher: &str) -> Answer {
        write(&self.engine().rules_of(&parse(watcher)?).collect::<Vec<_>>())
    }

    pub fn rules_on(&self, operator: &str) -> Answer {
        write(&self.engine().rules_on(&parse(operator)?).collect::<Vec<_>>())
    }

    pub fn exclusion(&self, exclusion: &str) -> Answer {
        write(&self.engine().exclusion(&parse(exclusion)?))
    }

    pub fn exclusions(&self) -> Answer {
        write(&self.engine().exclusions().collect::<Vec<_>>())
    }

    pub fn exclusions_on(&self, operator: &str) -> Answer {
        write(&self.engine().exclusions_on(&parse(operator)?).collect::<Vec<_>>())
    }

    pub fn judge(&self, rule: &str, chat: &str) -> Answer {
        write(&self.engine().judge(&read(rule)?, &read(chat)?))
    }

    pub fn rights(&self, operator: &str, chat: &str) -> Answer {
        write(&self.engine().rights(&parse(operator)?, &read(chat)?))
    }

    pub fn watchers_for(&self, chat: &str) -> Answer {
        write(&self.engine().watchers_for(&read(chat)?))
    }

    /// The same of the chat on the desk: how many they are, or -1 where the chat is not plain.
    pub fn watchers_on(
        &self,
        desk: &mut Desk,
        facts: u32,
        operators: usize,
        joined: usize,
        departments: usize,
        attributes: usize,
    ) -> i32 {
        let told = Told { facts, operators, joined, departments, attributes };
        desk.chat(told).map_or(-1, |chat| desk.answer(self.engine().watchers_for(&chat)))
    }

    pub fn explain(&self, chat: &str) -> Answer {
        let chat = read(chat)?;
        let explained = self.engine().explain(&chat).map(|(rule, verdict)| Explained { rule, verdict });
        write(&explained.collect::<Vec<_>>())
    }

    pub fn to_json(&self) -> Answer {
        match &self.0 {
            Home::Alone(engine) => write(engine),
            Home::Live(live) => write(live),
        }
    }

    pub fn apply(&mut self, command: &str) -> Answer {
        write(&self.live_mut()?.apply(read(command)?).map_err(throw)?)
    }

    /// Starts the chat on the desk: how many events there are, or -1 where it is not plain, or is refused.
    pub fn start_on(
        &mut self,
        desk: &mut Desk,
        facts: u32,
        operators: usize,
        joined: usize,
        departments: usize,
        attributes: usize,
    ) -> i32 {
        let told = Told { facts, operators, joined, departments, attributes };
        let command = desk.chat(told).map(Command::StartChat);
        self.apply_on(desk, command)
    }

    /// Does what stands on the desk: a chat and who is meant.
    pub fn act_on(&mut self, desk: &mut Desk, act: u32) -> i32 {
        let command = desk.command(act);
        self.apply_on(desk, command)
    }

    /// Of each command, its events or its refusal.
    pub fn apply_many(&mut self, commands: &str) -> Answer {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Outcome {
            Events(Vec<Event>),
            Refused(serde_json::Value),
        }
        let commands: Vec<Command> = read(commands)?;
        let live = self.live_mut()?;
        let mut outcome = |command| match live.apply(command) {
            Ok(events) => Outcome::Events(events),
            Err(refusal) => Outcome::Refused(refused(&refusal)),
        };
        write(&commands.into_iter().map(&mut outcome).collect::<Vec<_>>())
    }

    pub fn chat_count(&self) -> Result<usize, JsValue> {
        Ok(self.live()?.chat_count())
    }

    pub fn watch_count(&self) -> Result<usize, JsValue> {
        Ok(self.live()?.watch_count())
    }

    pub fn chat(&self, chat: &str) -> Answer {
        write(&self.live()?.chat(&parse(chat)?))
    }

    pub fn chats(&self) -> Answer {
        write(&self.live()?.chats().collect::<Vec<_>>())
    }

    pub fn monitored_chats(&self, watcher: &str) -> Answer {
        write(&self.live()?.monitored_chats(&parse(watcher)?).collect::<Vec<_>>())
    }

    pub fn participant_view(&self, chat: &str) -> Answer {
        write(&self.live()?.participant_view(&parse(chat)?))
    }

    pub fn recipients(&self, chat: &str, internal: bool) -> Answer {
        let channel = if internal { Channel::Internal } else { Channel::Public };
        write(&self.live()?.recipients(&parse::<ChatId>(chat)?, channel))
    }

    pub fn begin_saving(&mut self) -> Result<(), JsValue> {
        self.live_mut()?.begin_saving();
        Ok(())
    }

    pub fn save_part(&mut self, size: usize) -> Answer {
        write(&self.live_mut()?.save_part(size))
    }
}

/// Loads what another release saved, and says what is otherwise by today's decision.
#[wasm_bindgen]
pub struct Settled {
    monitor: Option<Monitor>,
    events: String,
}

#[wasm_bindgen]
impl Settled {
    #[wasm_bindgen(constructor)]
    pub fn new(saved: &str) -> Result<Self, JsValue> {
        let (live, events) = read::<SavedMonitor>(saved)?.settle().map_err(invalid)?;
        Ok(Settled { monitor: Some(Monitor::of(live)), events: write(&events)? })
    }

    pub fn monitor(&mut self) -> Option<Monitor> {
        self.monitor.take()
    }

    pub fn events(&self) -> String {
        self.events.clone()
    }
}

/// The memory in which desks lie.
#[wasm_bindgen]
pub fn desk_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Checks a value, and writes it as the crate does.
#[wasm_bindgen]
pub fn canonical(kind: &str, text: &str) -> Answer {
    fn again<T: DeserializeOwned + Serialize>(text: &str) -> Answer {
        write(&read::<T>(text)?)
    }
    match kind {
        "command" => again::<Command>(text),
        "event" => again::<Event>(text),
        "chat" => again::<Chat>(text),
        "rule" => again::<Rule>(text),
        "exclusion" => again::<chat_monitor::Exclusion>(text),
        "policy" => again::<chat_monitor::Policy>(text),
        _ => Err(misuse("expected a kind of value")),
    }
}

/// What the people in the chat may learn of an event, if anything.
#[wasm_bindgen]
pub fn for_participants(event: &str) -> Answer {
    write(&read::<Event>(event)?.for_participants())
}
