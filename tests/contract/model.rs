//! The decision and the live machine, written a second time in the most obvious way.
//!
//! Plain lists and loops, and after every command every chat is decided anew. Nothing here is shared with the crate but
//! its value types: it asks neither the engine nor a criterion, a range, a pattern, a sample, a window or a table of
//! permissions what it says.

use std::collections::BTreeMap;
use std::rc::Rc;

use chat_monitor::{
    AddRuleRefusal, Attributes, Chat, ChatId, Command, Criterion, DepartmentId, Departments, EndReason, Event,
    Exclusion, LeftReason, Operator, OperatorId, Policy, Refusal, Right, Rights, Role, Rule, RuleId, Verdict, Visitor,
    Window, Within,
};

use super::model_values::{bucket, is_like, lies_in};

/// Everything that there is to know, without an index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Model {
    watch_unattended: bool,
    joined_count: bool,
    /// Shared by copies: searches copy a model a million times.
    rows: Rc<[Row]>,
    people: BTreeMap<OperatorId, Person>,
    /// In rule order.
    rules: Vec<Wish>,
    /// In the order in which they were added.
    exclusions: Vec<Exclusion>,
    now: Option<u64>,
    /// In the order in which they started.
    chats: Vec<Room>,
    /// In the order in which they began.
    watches: Vec<Watch>,
}

/// What a role may do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Row {
    role: Role,
    monitors: Vec<Role>,
    within: Within,
    rights: Vec<Right>,
    unattended: bool,
    hears_advice: bool,
}

/// An operator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Person {
    role: Role,
    departments: Vec<DepartmentId>,
    oversees: Vec<(DepartmentId, Vec<Right>)>,
}

/// A rule. What it was added with is what `rule` says; its switch and its window change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Wish {
    rule: Rule,
    enabled: bool,
    window: Option<Window>,
}

/// A live chat.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Room {
    id: ChatId,
    visitor: Visitor,
    operators: Vec<OperatorId>,
    joined: Vec<OperatorId>,
    allowed: bool,
    departments: Departments,
    attributes: Attributes,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Watch {
    chat: ChatId,
    watcher: OperatorId,
    rules: Vec<RuleId>,
}

impl Model {
    pub(super) fn new() -> Self {
        let row = |role, monitors: &[Role]| Row {
            role,
            monitors: monitors.to_vec(),
            within: Within::Anywhere,
            rights: vec![Right::Watch, Right::Advise, Right::Join],
            unattended: false,
            hears_advice: true,
        };
        Model {
            watch_unattended: false,
            joined_count: true,
            rows: Rc::new([
                row(Role::Administrator, &[Role::Supervisor, Role::Associate]),
                row(Role::Supervisor, &[Role::Associate]),
                row(Role::Associate, &[]),
            ]),
            people: BTreeMap::new(),
            rules: Vec::new(),
            exclusions: Vec::new(),
            now: None,
            chats: Vec::new(),
            watches: Vec::new(),
        }
    }

    pub(super) fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        let mut events = Vec::new();
        match command {
            Command::SetPolicy(policy) => {
                self.set_policy(&policy)?;
                self.put_out(LeftReason::NoRights, &mut events);
            }
            Command::SetOperator { id, operator } => {
                self.row_of(operator.role()).ok_or(Refusal::UnknownRole(operator.role().clone()))?;
                self.people.insert(id, Person::of(&operator));
                self.put_out(LeftReason::NoRights, &mut events);
            }
            Command::RemoveOperator { operator } => {
                self.people.remove(&operator).ok_or(Refusal::UnknownOperator(operator))?;
                self.put_out(LeftReason::Removed, &mut events);
            }
            Command::AddRule(rule) => {
                self.check(&rule).map_err(Refusal::AddRule)?;
                self.rules.push(Wish::of(&rule));
            }
            Command::SetRuleEnabled { rule, enabled } => {
                let place = self.rule(&rule).ok_or(Refusal::UnknownRule(rule))?;
                self.rules[place].enabled = enabled;
            }
            Command::SetRuleWindow { rule, window } => {
                let place = self.rule(&rule).ok_or(Refusal::UnknownRule(rule))?;
                self.rules[place].window = window;
            }
            Command::RemoveRule { rule } => {
                let place = self.rule(&rule).ok_or(Refusal::UnknownRule(rule))?;
                self.rules.remove(place);
            }
            Command::AddExclusion(exclusion) => {
                if self.exclusions.iter().any(|other| other.id() == exclusion.id()) {
                    return Err(Refusal::DuplicateExclusion(exclusion.id().clone()));
                }
                for role in exclusion.roles().into_iter().flatten() {
                    self.row_of(role).ok_or(Refusal::UnknownRole(role.clone()))?;
                }
                self.exclusions.push(exclusion);
            }
            Command::RemoveExclusion { exclusion } => {
                let place = self.exclusions.iter().position(|other| *other.id() == exclusion);
                self.exclusions.remove(place.ok_or(Refusal::UnknownExclusion(exclusion))?);
            }
            Command::SetTime { now } => match self.now {
                Some(last) if now < last => return Err(Refusal::TimeGoesBack(last)),
                _ => self.now = Some(now),
            },
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
            Command::Transfer { chat, from, to, departments } => {
                let room = self.room(&chat)?;
                let place = room.given(&from)?;
                room.takes(&to)?;
                room.joined.retain(|joined| *joined != to);
                room.operators[place] = to;
                room.departments = departments.unwrap_or(room.departments.clone());
            }
            Command::SetDepartments { chat, departments } => self.room(&chat)?.departments = departments,
            Command::SetAttributes { chat, attributes } => self.room(&chat)?.attributes = attributes,
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
                let room = self.room(&chat)?.clone();
                let watch = self.watch(&chat, &watcher).ok_or(Refusal::NotWatching(watcher.clone()))?;
                if !self.has_right(&watcher, &room, Right::Join) {
                    return Err(Refusal::MayNotJoin(watcher));
                }
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
                let room = self.room(&chat)?.clone();
                self.watch(&chat, &watcher).ok_or(Refusal::NotWatching(watcher.clone()))?;
                if !self.has_right(&watcher, &room, Right::Advise) {
                    return Err(Refusal::MayNotAdvise(watcher));
                }
                let to = self.hearing(&room);
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
        let chat = |Room { id, visitor, operators, joined, allowed, departments, attributes }: Room| {
            let chat = Chat::new(id).with_visitor(visitor).with_monitoring_allowed(allowed);
            let chat = chat.with_departments(departments).with_attributes(attributes);
            let chat = operators.into_iter().fold(chat, Chat::attended_by);
            joined.into_iter().fold(chat, Chat::joined_by)
        };
        self.chats.iter().cloned().map(chat).collect()
    }

    /// Who watches a chat, in the order in which the watches began.
    pub(super) fn watchers(&self, chat: &ChatId) -> Vec<&OperatorId> {
        self.watches.iter().filter(|watch| watch.chat == *chat).map(|watch| &watch.watcher).collect()
    }

    /// Whom advice in a chat reaches, beside the watchers.
    pub(super) fn advised(&self, chat: &Chat) -> Vec<OperatorId> {
        self.hearing(&Room::of(chat))
    }

    /// What every rule says of a chat, live or not, in rule order.
    pub(super) fn explain(&self, chat: &Chat) -> impl Iterator<Item = (&RuleId, Verdict)> {
        let room = Room::of(chat);
        self.rules.iter().map(move |wish| (wish.rule.id(), self.verdict(wish, &room)))
    }

    /// What a rule that was not added would say of a chat.
    pub(super) fn judge(&self, rule: &Rule, chat: &Chat) -> Verdict {
        self.verdict(&Wish::of(rule), &Room::of(chat))
    }

    /// Who may watch a chat, live or not, and by which rules.
    pub(super) fn watchers_for(&self, chat: &Chat) -> Vec<(OperatorId, Vec<RuleId>)> {
        self.granted(&Room::of(chat))
    }

    /// What somebody may do in a chat.
    pub(super) fn rights(&self, watcher: &OperatorId, chat: &Chat) -> Rights {
        self.rights_in(watcher, &Room::of(chat)).into_iter().collect()
    }

    /// Whether an exclusion holds for a chat and binds somebody.
    pub(super) fn is_excluded(&self, watcher: &OperatorId, chat: &Chat) -> bool {
        let room = Room::of(chat);
        self.exclusions.iter().any(|exclusion| self.excludes(exclusion, watcher, &room))
    }

    /// The operators on whom somebody may make a rule, by id.
    pub(super) fn monitorable_by(&self, watcher: &OperatorId) -> Vec<&OperatorId> {
        let id = (0_u64..).map(RuleId::from).find(|id| self.rule(id).is_none()).unwrap();
        let rule = |target: &OperatorId| Rule::new(id.clone(), watcher.clone(), Criterion::Operator(target.clone()));
        self.people.keys().filter(|target| self.check(&rule(target)).is_ok()).collect()
    }

    /// When a window opens or closes next.
    pub(super) fn next_deadline(&self) -> Option<u64> {
        let mut bounds = Vec::new();
        for window in self.rules.iter().filter(|wish| wish.enabled).filter_map(|wish| wish.window) {
            bounds.extend(window.from().into_iter().chain(window.until()));
            if self.now.is_none() && window.from().is_none() {
                bounds.push(0);
            }
        }
        bounds.into_iter().filter(|bound| self.now.is_none_or(|now| now < *bound)).min()
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
        for wish in self.rules.iter().filter(|wish| self.verdict(wish, room) == Verdict::Granted) {
            let (watcher, id) = (wish.rule.watcher().clone(), wish.rule.id().clone());
            match granted.iter_mut().find(|(other, _)| *other == watcher) {
                Some((_, rules)) => rules.push(id),
                None => granted.push((watcher, vec![id])),
            }
        }
        granted
    }

    /// The first closed gate.
    fn verdict(&self, Wish { rule, enabled, window }: &Wish, room: &Room) -> Verdict {
        let watcher = rule.watcher();
        let excluded = self.exclusions.iter().find(|exclusion| self.excludes(exclusion, watcher, room));
        if !enabled {
            Verdict::Disabled
        } else if window.is_some_and(|window| !self.is_open(window)) {
            Verdict::OutsideWindow
        } else if !rule.when().iter().all(|criterion| self.holds(criterion, room))
            || rule.unless().iter().any(|criterion| self.holds(criterion, room))
        {
            Verdict::NoMatch
        } else if !room.allowed {
            Verdict::Forbidden
        } else if let Some(exclusion) = excluded {
            Verdict::Excluded(exclusion.id().clone())
        } else if room.attending().is_empty() && !self.watch_unattended && !self.watches_unattended(watcher) {
            Verdict::Unattended
        } else if !self.monitors_anybody(watcher) {
            Verdict::NoRights
        } else if room.attends(watcher) {
            Verdict::OwnChat
        } else if let Some(above) = self.counted(room).iter().find(|operator| !self.may_monitor(watcher, operator)) {
            Verdict::NotPermitted(above.clone())
        } else if !self.has_right(watcher, room, Right::Watch) {
            Verdict::OutOfScope
        } else {
            Verdict::Granted
        }
    }

    fn is_open(&self, window: Window) -> bool {
        match (self.now, window.from(), window.until()) {
            (None, _, _) => false,
            (Some(now), Some(from), _) if now < from => false,
            (Some(now), _, Some(until)) if now >= until => false,
            _ => true,
        }
    }

    fn excludes(&self, exclusion: &Exclusion, watcher: &OperatorId, room: &Room) -> bool {
        let binds = match exclusion.roles() {
            None => true,
            Some(mut roles) => self.people.get(watcher).is_some_and(|watcher| roles.any(|role| *role == watcher.role)),
        };
        binds && exclusion.when().iter().all(|criterion| self.holds(criterion, room))
    }

    fn holds(&self, criterion: &Criterion, room: &Room) -> bool {
        match criterion {
            Criterion::Operator(operator) => room.attends(operator),
            Criterion::VisitorIp(range) => room.visitor.ip().is_some_and(|ip| lies_in(ip, &range.to_string())),
            Criterion::VisitorEmail(pattern) => {
                room.visitor.email().is_some_and(|email| is_like(email.as_str(), pattern.as_str()))
            }
            Criterion::Department(department) => room.departments.iter().any(|of_chat| of_chat == department),
            Criterion::OperatorIn(department) => {
                room.attending().iter().any(|operator| self.departments_of(operator).contains(department))
            }
            Criterion::Attribute(attribute) => room.attributes.iter().any(|of_chat| of_chat == attribute),
            Criterion::Sample(sample) => bucket(sample.salt(), room.id.as_str()) < u128::from(sample.per_million()),
            _ => unimplemented!("a kind of criterion that the model has not been taught"),
        }
    }

    /// Those whom a watcher's role must monitor.
    fn counted(&self, room: &Room) -> Vec<OperatorId> {
        if self.joined_count { room.attending() } else { room.operators.clone() }
    }

    fn has_right(&self, watcher: &OperatorId, room: &Room, right: Right) -> bool {
        self.rights_in(watcher, room).contains(&right)
    }

    fn rights_in(&self, watcher: &OperatorId, room: &Room) -> Vec<Right> {
        let (Some(person), Some(row)) = (self.people.get(watcher), self.row(watcher)) else { return Vec::new() };
        let right_in = |departments: &[DepartmentId], right| {
            let overseen = person.oversees.iter().filter(|(department, _)| departments.contains(department));
            overseen.into_iter().any(|(_, rights)| rights.contains(&right))
        };
        let of_chat: Vec<DepartmentId> = room.departments.iter().cloned().collect();
        let counted = self.counted(room);
        let by_chat = |right| right_in(&of_chat, right);
        let by_operators = |right| {
            !counted.is_empty() && counted.iter().all(|operator| right_in(&self.departments_of(operator), right))
        };
        let limited = |right| match row.within {
            Within::Anywhere => true,
            Within::Chat => by_chat(right),
            Within::Operators => by_operators(right),
            Within::Either => by_chat(right) || by_operators(right),
            _ => unimplemented!("a limit that the model has not been taught"),
        };
        row.rights.iter().copied().filter(|right| limited(*right)).collect()
    }

    fn departments_of(&self, operator: &OperatorId) -> Vec<DepartmentId> {
        self.people.get(operator).map(|person| person.departments.clone()).unwrap_or_default()
    }

    fn row_of(&self, role: &Role) -> Option<&Row> {
        self.rows.iter().find(|row| row.role == *role)
    }

    fn row(&self, operator: &OperatorId) -> Option<&Row> {
        self.row_of(&self.people.get(operator)?.role)
    }

    fn watches_unattended(&self, watcher: &OperatorId) -> bool {
        self.row(watcher).is_some_and(|row| row.unattended)
    }

    fn monitors_anybody(&self, watcher: &OperatorId) -> bool {
        let somebody = |row: &Row| row.unattended || !row.monitors.is_empty();
        self.row(watcher).is_some_and(|row| row.rights.contains(&Right::Watch) && somebody(row))
    }

    fn may_monitor(&self, watcher: &OperatorId, target: &OperatorId) -> bool {
        match (self.row(watcher), self.people.get(target)) {
            (Some(row), Some(target)) => row.monitors.contains(&target.role),
            _ => false,
        }
    }

    /// Those who attend and hear advice; who is unknown does.
    fn hearing(&self, room: &Room) -> Vec<OperatorId> {
        room.attending().into_iter().filter(|operator| self.row(operator).is_none_or(|row| row.hears_advice)).collect()
    }

    fn set_policy(&mut self, policy: &Policy) -> Result<(), Refusal> {
        let row = |(role, row): (&Role, &chat_monitor::RoleRow)| Row {
            role: role.clone(),
            monitors: row.monitors().cloned().collect(),
            within: row.within(),
            rights: row.rights().iter().collect(),
            unattended: row.unattended(),
            hears_advice: row.hears_advice(),
        };
        let rows: Rc<[Row]> = policy.permissions().rows().map(row).collect();
        let mut used: Vec<&Role> = self.people.values().map(|person| &person.role).collect();
        used.extend(self.exclusions.iter().filter_map(Exclusion::roles).flatten());
        used.retain(|role| rows.iter().all(|row| row.role != **role));
        if let Some(dropped) = used.into_iter().min_by_key(|role| role.as_str().as_bytes()) {
            return Err(Refusal::RoleInUse(dropped.clone()));
        }
        self.watch_unattended = policy.watch_unattended();
        self.joined_count = policy.count_joined();
        self.rows = rows;
        Ok(())
    }

    /// Takes everybody who joined and must not have any more out of every chat.
    fn put_out(&mut self, reason: LeftReason, events: &mut Vec<Event>) {
        for place in 0..self.chats.len() {
            for operator in self.chats[place].joined.clone() {
                let joins = self.row(&operator).is_some_and(|row| row.rights.contains(&Right::Join));
                if !joins || !self.monitors_anybody(&operator) {
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
        if !self.people.contains_key(watcher) {
            return Err(AddRuleRefusal::UnknownWatcher(watcher.clone()));
        }
        if !self.monitors_anybody(watcher) {
            return Err(AddRuleRefusal::NoRights(watcher.clone()));
        }
        for operator in named(rule.when()) {
            if operator == watcher {
                return Err(AddRuleRefusal::OwnChats(operator.clone()));
            }
            if !self.people.contains_key(operator) {
                return Err(AddRuleRefusal::UnknownOperator(operator.clone()));
            }
            if !self.may_monitor(watcher, operator) || self.is_out_of_reach(watcher, operator) {
                return Err(AddRuleRefusal::NotPermitted(operator.clone()));
            }
        }
        for operator in named(rule.unless()) {
            if !self.people.contains_key(operator) {
                return Err(AddRuleRefusal::UnknownOperator(operator.clone()));
            }
        }
        Ok(())
    }

    /// Whether a watcher who is limited to operators oversees no department of this one with the right to watch.
    fn is_out_of_reach(&self, watcher: &OperatorId, target: &OperatorId) -> bool {
        let departments = self.departments_of(target);
        let mut watched = self.people[watcher].oversees.iter().filter(|(_, rights)| rights.contains(&Right::Watch));
        let limited = self.row(watcher).is_some_and(|row| row.within == Within::Operators);
        limited && !watched.any(|(department, _)| departments.contains(department))
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
        self.rules.iter().position(|wish| wish.rule.id() == id)
    }

    fn room(&mut self, id: &ChatId) -> Result<&mut Room, Refusal> {
        self.chats.iter_mut().find(|room| room.id == *id).ok_or(Refusal::UnknownChat(id.clone()))
    }

    fn watch(&self, chat: &ChatId, watcher: &OperatorId) -> Option<usize> {
        self.watches.iter().position(|watch| watch.chat == *chat && watch.watcher == *watcher)
    }
}

impl Person {
    fn of(operator: &Operator) -> Self {
        let departments: Vec<DepartmentId> = operator.departments().iter().cloned().collect();
        let oversees = match operator.oversees() {
            Some(oversees) => {
                oversees.iter().map(|(department, rights)| (department.clone(), rights.iter().collect())).collect()
            }
            None => departments.iter().map(|own| (own.clone(), Right::ALL.to_vec())).collect(),
        };
        Person { role: operator.role().clone(), departments, oversees }
    }
}

impl Wish {
    fn of(rule: &Rule) -> Self {
        Wish { rule: rule.clone(), enabled: rule.enabled(), window: rule.window() }
    }
}

impl Room {
    fn of(chat: &Chat) -> Self {
        Room {
            id: chat.id().clone(),
            visitor: chat.visitor().clone(),
            operators: chat.operators().to_vec(),
            joined: chat.joined().to_vec(),
            allowed: chat.monitoring_allowed(),
            departments: chat.departments().clone(),
            attributes: chat.attributes().clone(),
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
        Verdict::OutsideWindow => EndReason::OutsideWindow,
        Verdict::NoMatch => EndReason::NoLongerMatches,
        Verdict::Forbidden => EndReason::Forbidden,
        Verdict::Excluded(exclusion) => EndReason::Excluded(exclusion),
        Verdict::Unattended => EndReason::Unattended,
        Verdict::NoRights => EndReason::NoRights,
        Verdict::OwnChat => EndReason::OwnChat,
        Verdict::NotPermitted(operator) => EndReason::NotPermitted(operator),
        Verdict::OutOfScope => EndReason::OutOfScope,
        Verdict::Granted => unreachable!("a watch ended that is granted"),
    }
}

/// The operators whom criteria name.
fn named(criteria: &[Criterion]) -> impl Iterator<Item = &OperatorId> {
    criteria.iter().filter_map(|criterion| match criterion {
        Criterion::Operator(operator) => Some(operator),
        _ => None,
    })
}
