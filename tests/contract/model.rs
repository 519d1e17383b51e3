//! The decision and the live machine, written a second time in the most obvious way.
//!
//! Plain lists and loops, and after every command every chat is decided anew. Nothing here is shared with the crate but
//! its value types: it asks neither the engine nor a criterion, a range or a pattern.

use std::collections::BTreeMap;
use std::net::IpAddr;

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    AddRuleRefusal, Chat, ChatId, Command, Criterion, EndReason, Event, LeftReason, OperatorId, Policy, Refusal, Role,
    Rule, RuleId, Verdict, Visitor,
};

/// Everything that there is to know, without an index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Model {
    watch_unattended: bool,
    joined_count: bool,
    /// Who may monitor whom.
    permitted: Vec<(Role, Role)>,
    roles: BTreeMap<OperatorId, Role>,
    /// In rule order.
    rules: Vec<(Rule, Enabled)>,
    /// In the order in which they started.
    chats: Vec<Room>,
    /// In the order in which they began.
    watches: Vec<Watch>,
}

type Enabled = bool;

/// A live chat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Room {
    id: ChatId,
    visitor: Visitor,
    operators: Vec<OperatorId>,
    joined: Vec<OperatorId>,
    allowed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Watch {
    chat: ChatId,
    watcher: OperatorId,
    rules: Vec<RuleId>,
}

impl Model {
    pub(super) fn new() -> Self {
        Model {
            watch_unattended: false,
            joined_count: true,
            permitted: vec![(Administrator, Supervisor), (Administrator, Associate), (Supervisor, Associate)],
            roles: BTreeMap::new(),
            rules: Vec::new(),
            chats: Vec::new(),
            watches: Vec::new(),
        }
    }

    pub(super) fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        match command {
            Command::SetPolicy(policy) => {
                self.set_policy(policy);
                self.put_out(LeftReason::NoRights, &mut events);
            }
            Command::SetOperator { operator, role } => {
                self.roles.insert(operator, role);
                self.put_out(LeftReason::NoRights, &mut events);
            }
            Command::RemoveOperator { operator } => {
                self.roles.remove(&operator).ok_or(Refusal::UnknownOperator(operator))?;
                self.put_out(LeftReason::Removed, &mut events);
            }
            Command::AddRule(rule) => {
                self.check(&rule).map_err(Refusal::AddRule)?;
                self.rules.push((rule.clone(), rule.enabled()));
            }
            Command::SetRuleEnabled { rule, enabled } => {
                let place = self.rule(&rule).ok_or(Refusal::UnknownRule(rule))?;
                self.rules[place].1 = enabled;
            }
            Command::RemoveRule { rule } => {
                let place = self.rule(&rule).ok_or(Refusal::UnknownRule(rule))?;
                self.rules.remove(place);
            }
            Command::StartChat(chat) => self.start(&chat)?,
            Command::SetVisitor { chat, visitor } => self.room(&chat)?.visitor = visitor,
            Command::Attend { chat, operator } => {
                let room = self.room(&chat)?;
                room.takes(&operator)?;
                room.joined.retain(|joined| *joined != operator);
                room.operators.push(operator);
            }
            Command::Unattend { chat, operator } => {
                let room = self.room(&chat)?;
                let place = room.given(&operator)?;
                room.operators.remove(place);
            }
            Command::Transfer { chat, from, to } => {
                let room = self.room(&chat)?;
                let place = room.given(&from)?;
                room.takes(&to)?;
                room.joined.retain(|joined| *joined != to);
                room.operators[place] = to;
            }
            Command::SetMonitoringAllowed { chat, allowed } => self.room(&chat)?.allowed = allowed,
            Command::EndChat { chat } => {
                self.room(&chat)?;
                self.chats.retain(|room| room.id != chat);
                for Watch { watcher, .. } in self.watches.iter().filter(|watch| watch.chat == chat).cloned() {
                    events.push(Event::WatchEnded { chat: chat.clone(), watcher, reason: EndReason::ChatEnded });
                }
                self.watches.retain(|watch| watch.chat != chat);
            }
            Command::Join { chat, watcher } => {
                self.room(&chat)?;
                let watch = self.watch(&chat, &watcher).ok_or(Refusal::NotWatching(watcher.clone()))?;
                self.watches.remove(watch);
                self.room(&chat)?.joined.push(watcher.clone());
                let (reason, operator) = (EndReason::Joined, watcher.clone());
                events.push(Event::WatchEnded { chat: chat.clone(), watcher, reason });
                events.push(Event::Joined { chat, operator });
            }
            Command::Leave { chat, operator } => {
                let room = self.room(&chat)?;
                if !room.joined.contains(&operator) {
                    return Err(Refusal::NotJoined(operator));
                }
                room.joined.retain(|joined| *joined != operator);
                events.push(Event::Left { chat, operator, reason: LeftReason::Asked });
            }
            Command::Advise { chat, watcher } => {
                let to = self.room(&chat)?.attending();
                self.watch(&chat, &watcher).ok_or(Refusal::NotWatching(watcher.clone()))?;
                if to.is_empty() {
                    return Err(Refusal::NobodyAttends(chat));
                }
                events.push(Event::Advised { chat, watcher, to });
            }
        }
        self.decide(&mut events);
        Ok(events)
    }

    /// Somebody's list: the chats, each with the rules that name it.
    pub(super) fn monitored_chats(&self, watcher: &OperatorId) -> Vec<(ChatId, Vec<RuleId>)> {
        let own = self.watches.iter().filter(|watch| watch.watcher == *watcher);
        own.map(|watch| (watch.chat.clone(), watch.rules.clone())).collect()
    }

    /// Every live chat, in the order in which they started.
    pub(super) fn chats(&self) -> Vec<Chat> {
        let chat = |Room { id, visitor, operators, joined, allowed }: Room| {
            let chat = Chat::new(id).visitor(visitor).allow_monitoring(allowed);
            let chat = operators.into_iter().fold(chat, Chat::attended_by);
            joined.into_iter().fold(chat, Chat::joined_by)
        };
        self.chats.iter().cloned().map(chat).collect()
    }

    /// Who watches a chat, in the order in which the watches began.
    pub(super) fn watchers(&self, chat: &ChatId) -> Vec<&OperatorId> {
        self.watches.iter().filter(|watch| watch.chat == *chat).map(|watch| &watch.watcher).collect()
    }

    /// What every rule says of a chat, live or not, in rule order.
    pub(super) fn explain(&self, chat: &Chat) -> impl Iterator<Item = (&RuleId, Verdict)> {
        let room = Room::of(chat);
        self.rules.iter().map(move |rule| (rule.0.id(), self.verdict(rule, &room)))
    }

    /// What a rule that was not added would say of a chat.
    pub(super) fn judge(&self, rule: &Rule, chat: &Chat) -> Verdict {
        self.verdict(&(rule.clone(), rule.enabled()), &Room::of(chat))
    }

    /// Who may watch a chat, live or not, and by which rules.
    pub(super) fn watchers_for(&self, chat: &Chat) -> Vec<(OperatorId, Vec<RuleId>)> {
        self.granted(&Room::of(chat))
    }

    /// Makes the watches of every chat what the rules say.
    fn decide(&mut self, events: &mut Vec<Event>) {
        for room in self.chats.clone() {
            let chat = room.id.clone();
            let granted = self.granted(&room);
            for watch in self.watches.clone() {
                let staying = granted.iter().any(|(watcher, _)| *watcher == watch.watcher);
                if watch.chat == chat && !staying {
                    let reason = match self.rule(&watch.rules[0]) {
                        Some(place) => reason(self.verdict(&self.rules[place], &room)),
                        None => EndReason::RuleRemoved,
                    };
                    self.watches.retain(|other| *other != watch);
                    events.push(Event::WatchEnded { chat: chat.clone(), watcher: watch.watcher, reason });
                }
            }
            for (watcher, rules) in granted {
                let (chat, watch) = (chat.clone(), self.watch(&chat, &watcher));
                match watch.map(|place| &mut self.watches[place]) {
                    None => {
                        self.watches.push(Watch { chat: chat.clone(), watcher: watcher.clone(), rules: rules.clone() });
                        events.push(Event::WatchStarted { chat, watcher, rules });
                    }
                    Some(watch) if watch.rules != rules => {
                        watch.rules = rules.clone();
                        events.push(Event::WatchChanged { chat, watcher, rules });
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// Who may watch, by which rules; in the order of their first one.
    fn granted(&self, room: &Room) -> Vec<(OperatorId, Vec<RuleId>)> {
        let mut granted: Vec<(OperatorId, Vec<RuleId>)> = Vec::new();
        for rule in self.rules.iter().filter(|rule| self.verdict(rule, room) == Verdict::Granted) {
            let (watcher, id) = (rule.0.watcher().clone(), rule.0.id().clone());
            match granted.iter_mut().find(|(other, _)| *other == watcher) {
                Some((_, rules)) => rules.push(id),
                None => granted.push((watcher, vec![id])),
            }
        }
        granted
    }

    /// The first closed gate.
    fn verdict(&self, (rule, enabled): &(Rule, Enabled), room: &Room) -> Verdict {
        let watcher = rule.watcher();
        if !enabled {
            Verdict::Disabled
        } else if !rule.when().iter().all(|criterion| holds(criterion, room)) {
            Verdict::NoMatch
        } else if !room.allowed {
            Verdict::Forbidden
        } else if room.attending().is_empty() && !self.watch_unattended {
            Verdict::Unattended
        } else if !self.has_rights(watcher) {
            Verdict::NoRights
        } else if room.attends(watcher) {
            Verdict::OwnChat
        } else {
            let counted = if self.joined_count { room.attending() } else { room.operators.clone() };
            let above = counted.into_iter().find(|operator| !self.may_monitor(watcher, operator));
            above.map_or(Verdict::Granted, Verdict::NotPermitted)
        }
    }

    fn has_rights(&self, watcher: &OperatorId) -> bool {
        let role = self.roles.get(watcher);
        self.permitted.iter().any(|(may, _)| Some(may) == role)
    }

    fn may_monitor(&self, watcher: &OperatorId, target: &OperatorId) -> bool {
        let (watcher, target) = (self.roles.get(watcher), self.roles.get(target));
        self.permitted.iter().any(|(may, whom)| Some(may) == watcher && Some(whom) == target)
    }

    fn set_policy(&mut self, policy: Policy) {
        self.watch_unattended = policy.watch_unattended;
        self.joined_count = policy.joined_count;
        let all = [Administrator, Supervisor, Associate];
        let cells = all.iter().flat_map(|watcher| all.iter().map(move |target| (*watcher, *target)));
        self.permitted = cells.filter(|(watcher, target)| policy.permissions.may_monitor(*watcher, *target)).collect();
    }

    /// Takes everybody who joined and has no rights any more out of every chat.
    fn put_out(&mut self, reason: LeftReason, events: &mut Vec<Event>) {
        for place in 0..self.chats.len() {
            for operator in self.chats[place].joined.clone() {
                if !self.has_rights(&operator) {
                    self.chats[place].joined.retain(|joined| *joined != operator);
                    events.push(Event::Left { chat: self.chats[place].id.clone(), operator, reason });
                }
            }
        }
    }

    fn check(&self, rule: &Rule) -> Result<(), AddRuleRefusal> {
        let watcher = rule.watcher();
        if self.rule(rule.id()).is_some() {
            return Err(AddRuleRefusal::DuplicateRule(rule.id().clone()));
        }
        if !self.roles.contains_key(watcher) {
            return Err(AddRuleRefusal::UnknownWatcher(watcher.clone()));
        }
        if !self.has_rights(watcher) {
            return Err(AddRuleRefusal::NoRights(watcher.clone()));
        }
        for criterion in rule.when() {
            let Criterion::Operator(operator) = criterion else { continue };
            if operator == watcher {
                return Err(AddRuleRefusal::OwnChats(operator.clone()));
            }
            if !self.roles.contains_key(operator) {
                return Err(AddRuleRefusal::UnknownOperator(operator.clone()));
            }
            if !self.may_monitor(watcher, operator) {
                return Err(AddRuleRefusal::NotPermitted(operator.clone()));
            }
        }
        Ok(())
    }

    fn start(&mut self, chat: &Chat) -> Result<(), Refusal> {
        if self.room(chat.id()).is_ok() {
            return Err(Refusal::ChatIsLive(chat.id().clone()));
        }
        if let Some(operator) = chat.joined().first() {
            return Err(Refusal::StartsWithJoined(operator.clone()));
        }
        self.chats.push(Room::of(chat));
        Ok(())
    }

    fn rule(&self, id: &RuleId) -> Option<usize> {
        self.rules.iter().position(|(rule, _)| rule.id() == id)
    }

    fn room(&mut self, id: &ChatId) -> Result<&mut Room, Refusal> {
        self.chats.iter_mut().find(|room| room.id == *id).ok_or(Refusal::UnknownChat(id.clone()))
    }

    fn watch(&self, chat: &ChatId, watcher: &OperatorId) -> Option<usize> {
        self.watches.iter().position(|watch| watch.chat == *chat && watch.watcher == *watcher)
    }
}

impl Room {
    fn of(chat: &Chat) -> Self {
        Room {
            id: chat.id().clone(),
            visitor: chat.known_visitor().clone(),
            operators: chat.operators().to_vec(),
            joined: chat.joined().to_vec(),
            allowed: chat.monitoring_allowed(),
        }
    }

    fn attends(&self, operator: &OperatorId) -> bool {
        self.operators.contains(operator) || self.joined.contains(operator)
    }

    fn attending(&self) -> Vec<OperatorId> {
        [&self.operators[..], &self.joined[..]].concat()
    }

    fn given(&self, operator: &OperatorId) -> Result<usize, Refusal> {
        let place = self.operators.iter().position(|given| given == operator);
        place.ok_or(Refusal::NotGiven(operator.clone()))
    }

    fn takes(&self, operator: &OperatorId) -> Result<(), Refusal> {
        if self.operators.contains(operator) { Err(Refusal::AlreadyGiven(operator.clone())) } else { Ok(()) }
    }
}

/// Why a watch ends, of a rule that grants it no more.
fn reason(closed: Verdict) -> EndReason {
    match closed {
        Verdict::Disabled => EndReason::Disabled,
        Verdict::NoMatch => EndReason::NoLongerMatches,
        Verdict::Forbidden => EndReason::Forbidden,
        Verdict::Unattended => EndReason::Unattended,
        Verdict::NoRights => EndReason::NoRights,
        Verdict::OwnChat => EndReason::OwnChat,
        Verdict::NotPermitted(operator) => EndReason::NotPermitted(operator),
        Verdict::Granted => unreachable!("a watch ended that is granted"),
    }
}

fn holds(criterion: &Criterion, room: &Room) -> bool {
    match criterion {
        Criterion::Operator(operator) => room.attends(operator),
        Criterion::VisitorIp(range) => room.visitor.known_ip().is_some_and(|ip| lies_in(ip, &range.to_string())),
        Criterion::VisitorEmail(pattern) => {
            room.visitor.known_email().is_some_and(|email| is_like(email.as_str(), pattern.as_str()))
        }
        _ => unimplemented!("a kind of criterion that the model has not been taught"),
    }
}

/// `range` is an address, or an address and how many of its leading bits count.
fn lies_in(ip: IpAddr, range: &str) -> bool {
    let (first, counting) = match range.split_once('/') {
        Some((first, counting)) => (first, Some(counting.parse::<u32>().unwrap())),
        None => (range, None),
    };
    let ((width, first), (ip_width, ip)) = (bits(first.parse().unwrap()), bits(ip));
    let behind = width - counting.unwrap_or(width);
    width == ip_width && first.checked_shr(behind) == ip.checked_shr(behind)
}

fn bits(ip: IpAddr) -> (u32, u128) {
    match ip {
        IpAddr::V4(v4) => (32, u32::from(v4).into()),
        IpAddr::V6(v6) => (128, v6.into()),
    }
}

/// `pattern` is an address, or `*@` and a domain.
fn is_like(email: &str, pattern: &str) -> bool {
    match pattern.strip_prefix("*@") {
        Some(domain) => email.rsplit_once('@').unwrap().1 == domain,
        None => email == pattern,
    }
}
