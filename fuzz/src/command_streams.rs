//! A live monitor beside the reference model, command by command.

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    Attribute, Attributes, Chat, ChatId, Command, Criterion, DepartmentId, Departments, Exclusion, LiveMonitor,
    MonitorEngine, Operator, OperatorId, Oversees, Permissions, Policy, Right, Rights, Role, RoleRow, Rule, RuleId,
    Sample, Visitor, Window, Within,
};
use serde_json::{from_str, to_string};

use crate::model::Model;
use crate::saved_states::{check_answers, check_watches};

/// So many commands of a stream are given.
const COMMANDS: usize = 400;

/// As many watchers as make an index hold them otherwise than a few.
const CROWD: u8 = 20;

/// As many rules of one watcher as do not fit a byte.
const SWARM: u16 = 260;

/// The byte behind which a swarm comes. It takes time, so it is rare.
const SWARM_COMES: u8 = 0xA5;

const ROLES: [Role; 3] = [Associate, Supervisor, Administrator];

/// Names are few, so that they meet. Two are of 128 bytes and differ in the last.
const OPERATORS: [&str; 7] = ["emi", "hana", "ken", "aya", "rin", LONG_A, LONG_B];
const LONG_A: &str = concat!(
    "0123456789012345678901234567890123456789012345678901234567890123",
    "012345678901234567890123456789012345678901234567890123456789012A"
);
const LONG_B: &str = concat!(
    "0123456789012345678901234567890123456789012345678901234567890123",
    "012345678901234567890123456789012345678901234567890123456789012B"
);

/// Roles that a host names.
const NAMED: [&str; 3] = ["lead", "quality", "bot"];

const DEPARTMENTS: [&str; 4] = ["sales", "support", "legal", LONG_A];

const EXCLUSIONS: [&str; 3] = ["x1", "x2", "x3"];

const CHATS: [&str; 4] = ["c1", "c2", "c3", "c4"];

const RULES: [&str; 7] = ["r1", "r2", "r3", "r4", "r5", "r6", "r7"];

const ADDRESSES: [&str; 5] = ["192.0.2.7", "192.0.2.99", "198.51.100.7", "2001:db8::7", "2001:db8::1:7"];

const RANGES: [&str; 10] = [
    "192.0.2.7",
    "192.0.2.0/24",
    "192.0.2.64/26",
    "192.0.0.0/9",
    "0.0.0.0/0",
    "2001:db8::7",
    "2001:db8::/32",
    "2001:db8::/112",
    "2001:db8::/64",
    "::/0",
];

const EMAILS: [&str; 4] = [
    "mika@example.com",
    "taro@example.com",
    "mika@sub.example.com",
    "a.very.long.name.of.a.visitor..@docomo.example.jp",
];

const PATTERNS: [&str; 5] = [
    "mika@example.com",
    "*@example.com",
    "*@sub.example.com",
    "a.very.long.name.of.a.visitor..@docomo.example.jp",
    "*@docomo.example.jp",
];

/// Every command is answered as the model answers it, and in the end everyone's list is the model's.
pub fn command_streams(input: &[u8]) {
    let (mut live, mut model) = (LiveMonitor::new(MonitorEngine::new()), Model::new());
    for step in stream(input) {
        match step {
            Step::Command(command) => {
                let answer = live.apply(command.clone());
                assert_eq!(answer, model.apply(command.clone()), "{command:?}");
            }
            Step::Restart => {
                let loaded: LiveMonitor = from_str(&to_string(&live).unwrap()).unwrap();
                assert_eq!(loaded, live);
                live = loaded;
            }
        }
    }
    let crowd = (0..CROWD).map(in_crowd);
    for operator in OPERATORS.iter().map(|id| id.parse().unwrap()).chain(crowd) {
        let lines = live.monitored_chats(&operator);
        let list: Vec<_> = lines.map(|line| (line.chat().id().clone(), line.rules().to_vec())).collect();
        assert_eq!(list, model.monitored_chats(&operator), "{operator}");
    }
    let chats: Vec<Chat> = live.chats().cloned().collect();
    check_answers(live.engine(), &chats);
    check_watches(&live);
}

enum Step {
    Command(Command),
    /// Saved, and loaded again.
    Restart,
}

/// What is asked for, read from bytes: any bytes make a stream.
fn stream(input: &[u8]) -> Vec<Step> {
    let mut choices = Choices(input);
    let mut commands = Vec::new();
    // A start in which something can happen, but for what its bits leave out.
    let left_out = choices.byte();
    let known = [("emi", Administrator), ("hana", Supervisor), ("ken", Associate), ("aya", Associate)];
    for (bit, (operator, role)) in known.into_iter().enumerate() {
        if left_out & (1 << bit) == 0 {
            commands.push(Step::Command(Command::SetOperator { id: operator.parse().unwrap(), operator: role.into() }));
        }
    }
    let (mut crowded, mut swarmed) = (false, false);
    while !choices.0.is_empty() && commands.len() < COMMANDS {
        match choices.kind() {
            17 => commands.push(Step::Restart),
            18 if !crowded => {
                crowded = true;
                commands.extend(choices.crowd().into_iter().map(Step::Command));
            }
            19 if !swarmed && choices.byte() == SWARM_COMES => {
                swarmed = true;
                commands.extend(choices.swarm().into_iter().map(Step::Command));
            }
            kind => commands.push(Step::Command(choices.command(kind))),
        }
    }
    commands
}

/// Bytes, each of which is a choice. There is always one more.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// Bytes below 180 are what they were before there was more to ask for.
    fn kind(&mut self) -> u8 {
        match self.byte() {
            old @ ..180 => old % 20,
            new => 20 + (new - 180) % 8,
        }
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()]
    }

    fn flag(&mut self) -> bool {
        self.byte() % 2 == 0
    }

    fn operator(&mut self) -> OperatorId {
        match self.byte() {
            n @ 0xE0.. => in_crowd((n - 0xE0) % CROWD),
            n => OPERATORS[usize::from(n) % OPERATORS.len()].parse().unwrap(),
        }
    }

    fn chat_id(&mut self) -> ChatId {
        self.of(&CHATS).parse().unwrap()
    }

    fn rule_id(&mut self) -> RuleId {
        match self.byte() {
            n @ 0xE0.. => of_crowd((n - 0xE0) % CROWD),
            n @ 0xD0.. => of_swarm(n.into()),
            n => RULES[usize::from(n) % RULES.len()].parse().unwrap(),
        }
    }

    fn command(&mut self, kind: u8) -> Command {
        match kind {
            0 => Command::StartChat(self.chat()),
            1 => Command::AddRule(self.rule()),
            2 => Command::SetOperator { id: self.operator(), operator: self.of(&ROLES.each_ref()).clone().into() },
            3 => Command::RemoveOperator { operator: self.operator() },
            4 => Command::SetRuleEnabled { rule: self.rule_id(), enabled: self.flag() },
            5 => Command::RemoveRule { rule: self.rule_id() },
            6 => Command::SetVisitor { chat: self.chat_id(), visitor: self.visitor() },
            7 => Command::Attend { chat: self.chat_id(), operator: self.operator() },
            8 => Command::Unattend { chat: self.chat_id(), operator: self.operator() },
            9 => {
                let (chat, from, to) = (self.chat_id(), self.operator(), self.operator());
                Command::Transfer { chat, from, to, departments: None }
            }
            10 => Command::SetMonitoringAllowed { chat: self.chat_id(), allowed: self.flag() },
            11 => Command::EndChat { chat: self.chat_id() },
            12 => Command::Leave { chat: self.chat_id(), operator: self.operator() },
            13 => Command::Advise { chat: self.chat_id(), watcher: self.operator() },
            14 => Command::SetPolicy(self.policy()),
            20 => Command::SetOperator { id: self.operator(), operator: self.scoped_operator() },
            21 => Command::SetPolicy(self.policy_with_rows()),
            22 => Command::SetDepartments { chat: self.chat_id(), departments: self.departments() },
            23 => Command::SetAttributes { chat: self.chat_id(), attributes: self.attributes() },
            24 => match self.byte() % 4 {
                0 => Command::SetRuleWindow { rule: self.rule_id(), window: self.window() },
                1 => Command::SetTime { now: u64::from(self.byte() % 16) },
                2 => Command::RemoveExclusion { exclusion: self.of(&EXCLUSIONS).parse().unwrap() },
                _ => Command::AddExclusion(self.exclusion()),
            },
            25 => {
                let (chat, from, to) = (self.chat_id(), self.operator(), self.operator());
                Command::Transfer { chat, from, to, departments: Some(self.departments()) }
            }
            26 | 27 => Command::AddRule(self.new_rule()),
            _ => Command::Join { chat: self.chat_id(), watcher: self.operator() },
        }
    }

    /// Many watchers by one criterion.
    fn crowd(&mut self) -> Vec<Command> {
        let (criterion, role) = (self.criterion(), self.of(&[&Supervisor, &Administrator]));
        let one = |n| {
            let watcher = in_crowd(n);
            let rule = Rule::new(of_crowd(n), watcher.clone(), criterion.clone());
            [Command::SetOperator { id: watcher, operator: role.clone().into() }, Command::AddRule(rule)]
        };
        (0..CROWD).flat_map(one).collect()
    }

    /// Many rules of one watcher by one criterion.
    fn swarm(&mut self) -> Vec<Command> {
        let (watcher, criterion) = (self.operator(), self.criterion());
        let one = |n| Rule::new(of_swarm(n), watcher.clone(), criterion.clone());
        (0..SWARM).map(one).map(Command::AddRule).collect()
    }

    fn chat(&mut self) -> Chat {
        let mut chat = Chat::new(self.chat_id()).with_visitor(self.visitor());
        let shape = self.byte();
        for _ in 0..shape % 4 {
            chat = chat.attended_by(self.operator());
        }
        if shape >= 0xF0 {
            chat = chat.joined_by(self.operator());
        }
        chat.with_monitoring_allowed(shape & 0x0C != 0x0C)
    }

    fn visitor(&mut self) -> Visitor {
        let known = self.byte();
        let mut visitor = Visitor::new();
        if known & 1 == 0 {
            visitor = visitor.with_ip(self.of(&ADDRESSES).parse().unwrap());
        }
        if known & 2 == 0 {
            visitor = visitor.with_email(self.of(&EMAILS).parse().unwrap());
        }
        visitor
    }

    fn rule(&mut self) -> Rule {
        let mut rule = Rule::new(self.rule_id(), self.operator(), self.criterion());
        let shape = self.byte();
        for _ in 0..shape % 3 {
            rule = rule.and(self.criterion());
        }
        if shape & 0x18 == 0x18 { rule.with_enabled(false) } else { rule }
    }

    fn criterion(&mut self) -> Criterion {
        match self.byte() % 3 {
            0 => Criterion::Operator(self.operator()),
            1 => Criterion::VisitorIp(self.of(&RANGES).parse().unwrap()),
            _ => Criterion::VisitorEmail(self.of(&PATTERNS).parse().unwrap()),
        }
    }

    fn policy(&mut self) -> Policy {
        let policy = Policy::default().with_watch_unattended(self.flag()).with_count_joined(self.flag());
        let mut permissions = Permissions::default();
        for _ in 0..self.byte() % 4 {
            let (watcher, target) = (self.of(&ROLES.each_ref()).clone(), self.of(&ROLES.each_ref()).clone());
            permissions = permissions.with(watcher, target, self.flag()).unwrap();
        }
        policy.with_permissions(permissions)
    }

    /// A row for each named role, and one for a built-in one.
    fn policy_with_rows(&mut self) -> Policy {
        let policy = self.policy();
        let mut rows: Vec<(Role, RoleRow)> = NAMED.map(|name| (name.parse().unwrap(), self.row())).into();
        rows.push((self.of(&ROLES.each_ref()).clone(), self.row()));
        let permissions = policy.permissions().clone().with_rows(rows).unwrap();
        policy.with_permissions(permissions)
    }

    fn row(&mut self) -> RoleRow {
        let (shape, others) = (self.byte(), self.byte());
        let monitors = [Associate, Supervisor, NAMED[0].parse().unwrap(), NAMED[1].parse().unwrap()];
        let monitors = monitors.into_iter().enumerate().filter(|(bit, _)| others & (1 << bit) == 0);
        let within = [Within::Anywhere, Within::Chat, Within::Operators, Within::Either][usize::from(shape % 4)];
        let row = RoleRow::new(monitors.map(|(_, role)| role)).with_within(within).with_rights(self.rights());
        row.with_unattended(shape & 0x10 != 0).with_hears_advice(shape & 0x20 == 0)
    }

    fn rights(&mut self) -> Rights {
        let (advise, join) = ([Right::Watch, Right::Advise].into(), [Right::Watch, Right::Join].into());
        self.of(&[Rights::ALL, advise, join, [Right::Watch].into(), Rights::NONE])
    }

    fn scoped_operator(&mut self) -> Operator {
        let role = match self.byte() {
            n @ 0x80.. => NAMED[usize::from(n) % NAMED.len()].parse().unwrap(),
            n => ROLES[usize::from(n) % ROLES.len()].clone(),
        };
        let operator = Operator::new(role).with_departments(self.departments());
        match self.byte() % 4 {
            0 | 1 => operator,
            entries => {
                let overseen: Vec<_> = (1..entries).map(|_| (self.department(), self.rights())).collect();
                operator.with_oversees(Oversees::new(overseen).unwrap())
            }
        }
    }

    fn department(&mut self) -> DepartmentId {
        self.of(&DEPARTMENTS).parse().unwrap()
    }

    fn departments(&mut self) -> Departments {
        let some: Vec<_> = (0..self.byte() % 4).map(|_| self.department()).collect();
        Departments::new(some).unwrap()
    }

    fn attribute(&mut self) -> Attribute {
        let (name, value) = self.of(&[("brand", "acme"), ("tag", "vip"), ("tag", "legal")]);
        Attribute::new(name, value).unwrap()
    }

    fn attributes(&mut self) -> Attributes {
        let some: Vec<_> = (0..self.byte() % 4).map(|_| self.attribute()).collect();
        Attributes::new(some).unwrap()
    }

    fn window(&mut self) -> Option<Window> {
        let (from, until) = (u64::from(self.byte() % 17), u64::from(self.byte() % 17));
        Window::new(from.checked_sub(1), until.checked_sub(1)).ok()
    }

    fn exclusion(&mut self) -> Exclusion {
        let mut exclusion = Exclusion::new(self.of(&EXCLUSIONS).parse().unwrap(), self.new_criterion());
        let shape = self.byte();
        if shape & 1 == 1 {
            exclusion = exclusion.and(self.new_criterion());
        }
        match shape & 6 {
            2 => exclusion.binding(self.of(&ROLES.each_ref()).clone()),
            4 => exclusion.binding(self.of(&NAMED).parse().unwrap()),
            _ => exclusion,
        }
    }

    fn new_rule(&mut self) -> Rule {
        let mut rule = Rule::new(self.rule_id(), self.operator(), self.new_criterion());
        let shape = self.byte();
        for _ in 0..shape % 3 {
            rule = rule.and(self.new_criterion());
        }
        if shape & 0x04 != 0 {
            rule = rule.and_not(self.new_criterion());
        }
        if shape & 0x18 == 0x18 { rule.with_window(self.window()) } else { rule }
    }

    fn new_criterion(&mut self) -> Criterion {
        match self.byte() % 6 {
            0 => Criterion::Department(self.department()),
            1 => Criterion::OperatorIn(self.department()),
            2 => Criterion::Attribute(self.attribute()),
            3 => Criterion::Sample(Sample::new(self.of(&[333_334, 666_667, 1_000_000]), "qa").unwrap()),
            4 => Criterion::VisitorEmail(self.of(&["*@*.example.com", "*@*.example.jp"]).parse().unwrap()),
            _ => self.criterion(),
        }
    }
}

fn in_crowd(n: u8) -> OperatorId {
    format!("watcher {n}").parse().unwrap()
}

fn of_crowd(n: u8) -> RuleId {
    format!("crowd {n}").parse().unwrap()
}

fn of_swarm(n: u16) -> RuleId {
    format!("swarm {n}").parse().unwrap()
}
