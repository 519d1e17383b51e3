//! Big worlds: hundreds of operators and thousands of rules, whose index has forms that short histories never reach.
//!
//! A world is a list of commands like a history, but it is given to an engine, and where chats start, engine and model are
//! asked about them. Many watch the same few operators, networks of every length lie in each other, and between the
//! questions roles change, people go and come back, and rules are switched, removed and added, until few are left.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chat_monitor::Role::{Administrator, Associate, Supervisor};
use chat_monitor::{
    Attribute, Attributes, Chat, Command, Criterion, DepartmentId, Departments, Exclusion, ExclusionId, IpRange,
    MonitorEngine, Operator, OperatorId, Oversees, Permissions, Policy, Refusal, Right, Rights, Role, RoleRow, Rule,
    RuleId, Sample, Visitor, Window, Within,
};

use crate::differences::{self, Compared, Difference, same};
use crate::model::Model;
use crate::parse;
use crate::random::Random;

const V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(192, 0, 2, 7),
    Ipv4Addr::new(192, 0, 2, 200),
    Ipv4Addr::new(192, 0, 3, 1),
    Ipv4Addr::new(198, 51, 100, 7),
];

/// The last is an IPv4 address, where the prefix is long enough to say so.
const V6: [Ipv6Addr; 5] = [
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7),
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0x8000, 0, 0, 1),
    Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, 1),
    Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0207),
];

/// Some are too long to lie in place in a slot.
const DOMAINS: [&str; 5] = [
    "example.com",
    "sub.example.com",
    "example.org",
    "mail.a-company-with-quite-a-long-name.example.com",
    "mail.a-company-with-quite-a-long-name.example.org",
];

/// Roles that a host names.
const NAMED: [&str; 3] = ["lead", "quality", "bot"];

const LOCAL_PARTS: [&str; 4] = ["mika", "Taro", "mika+sales", "a..b"];

/// How much was compared in worlds.
#[derive(Clone, Debug, Default)]
pub(crate) struct InWorlds {
    pub(crate) compared: Compared,
    /// Lengths of the networks around one visitor by which somebody watches.
    pub(crate) most_networks: usize,
}

/// Gives the commands to an engine and the model, and asks both about the chats that start, as many as follow each
/// other at a time.
pub(crate) fn decide(commands: &[Command], counted: &mut InWorlds) -> Result<(), Difference> {
    let (mut engine, mut model) = (MonitorEngine::new(), Model::new());
    let mut asked = Vec::new();
    for command in commands {
        if let Command::StartChat(chat) = command {
            asked.push(chat.clone());
            continue;
        }
        ask(&engine, &model, &mut asked, counted)?;
        let answer = change(&mut engine, command.clone());
        counted.compared.accepted += u64::from(answer.is_ok());
        counted.compared.refused += u64::from(answer.is_err());
        same("the answer", answer, model.apply(command.clone()).map(drop))?;
    }
    ask(&engine, &model, &mut asked, counted)
}

fn ask(engine: &MonitorEngine, model: &Model, chats: &mut Vec<Chat>, counted: &mut InWorlds) -> Result<(), Difference> {
    differences::decide(engine, model, chats, &mut counted.compared)?;
    same("the next deadline", engine.next_deadline(), model.next_deadline())?;
    let some: Vec<OperatorId> = (0..4).map(|person| id(person * 5)).collect();
    differences::look_around(engine, model, &some)?;
    for chat in chats.iter() {
        for operator in &some {
            counted.compared.rights += 1;
            same("rights", engine.rights(operator, chat), model.rights(operator, chat))?;
        }
    }
    for chat in chats.drain(..) {
        let watchers = engine.watchers_for(&chat);
        let rules = watchers.iter().flat_map(|watcher| watcher.rules()).filter_map(|rule| engine.rule(rule));
        let criteria = rules.flat_map(Rule::when);
        let lengths: BTreeSet<u8> = criteria.filter_map(network).map(|range| range.prefix_len()).collect();
        counted.most_networks = counted.most_networks.max(lengths.len());
    }
    Ok(())
}

fn network(criterion: &Criterion) -> Option<&IpRange> {
    match criterion {
        Criterion::VisitorIp(range) if !range.is_address() => Some(range),
        _ => None,
    }
}

fn change(engine: &mut MonitorEngine, command: Command) -> Result<(), Refusal> {
    match command {
        Command::SetPolicy(policy) => engine.set_policy(policy)?,
        Command::SetOperator { id, operator } => engine.set_operator(id, operator)?,
        Command::RemoveOperator { operator } => engine.remove_operator(&operator)?,
        Command::AddRule(rule) => engine.add_rule(rule)?,
        Command::SetRuleEnabled { rule, enabled } => engine.set_rule_enabled(&rule, enabled)?,
        Command::SetRuleWindow { rule, window } => engine.set_rule_window(&rule, window)?,
        Command::RemoveRule { rule } => drop(engine.remove_rule(&rule)?),
        Command::AddExclusion(exclusion) => engine.add_exclusion(exclusion)?,
        Command::RemoveExclusion { exclusion } => drop(engine.remove_exclusion(&exclusion)?),
        Command::SetTime { now } => engine.set_time(now)?,
        _ => {}
    }
    Ok(())
}

/// A world, its changes and the chats to be asked about.
pub(crate) fn world(random: &mut Random) -> Vec<Command> {
    let people = random.one_of(&[20, 60, 120, 400]);
    let rules = random.one_of(&[50, 300, 1000, 3000]);
    // A third of the worlds use nothing new: their engines take other ways.
    let plain = random.percent(33);
    let mut world = World { people, plain, rules: 0, exclusions: 0, now: 0, chats: 0, commands: Vec::new(), random };
    if !world.plain {
        let policy = world.policy();
        world.commands.push(Command::SetPolicy(policy));
    }
    for person in 0..people {
        if world.random.percent(97) {
            let operator = world.operator(usual_role(person));
            world.commands.push(Command::SetOperator { id: id(person), operator });
        }
    }
    if !world.plain {
        (0..world.random.below(8)).for_each(|_| world.add_exclusion());
    }
    (0..rules).for_each(|_| world.add_rule());
    if world.random.percent(30) {
        world.many_rules_of_one();
    }
    world.start_chats();
    for _ in 0..6 {
        let changes = world.random.one_of(&[1, 10, 100]);
        (0..changes).for_each(|_| world.change());
        world.start_chats();
    }
    world.remove_most_rules();
    world.start_chats();
    (0..rules / 4).for_each(|_| world.add_rule());
    world.start_chats();
    world.commands
}

struct World<'a> {
    people: usize,
    plain: bool,
    rules: u64,
    exclusions: u64,
    now: u64,
    chats: u64,
    commands: Vec<Command>,
    random: &'a mut Random,
}

/// Half of the people may watch the other half.
fn usual_role(person: usize) -> Role {
    match person % 10 {
        0 => Administrator,
        1..=4 => Supervisor,
        _ => Associate,
    }
}

/// Every fourth has an id that is too long to lie in place in a slot.
fn id(person: usize) -> OperatorId {
    if person % 4 == 0 {
        parse(&format!("an-operator-with-quite-a-long-name-{person}"))
    } else {
        parse(&format!("p{person}"))
    }
}

impl World<'_> {
    fn add_rule(&mut self) {
        // One that was there before, perhaps removed since, now and then.
        let number = if self.random.percent(5) { self.random.next() % (self.rules + 1) } else { self.rules };
        self.rules = self.rules.max(number + 1);
        let criteria = self.random.one_of(&[1, 1, 1, 1, 1, 1, 2, 2, 3]);
        let (watcher, first) = (self.watcher(), self.criterion());
        let rule =
            (1..criteria).fold(Rule::new(RuleId::from(number), watcher, first), |rule, _| rule.and(self.criterion()));
        let rule = if self.random.percent(10) { rule.with_enabled(false) } else { rule };
        let rule = if self.is(15) { rule.and_not(self.criterion()) } else { rule };
        let rule = if self.is(10) { rule.with_window(self.window()) } else { rule };
        self.commands.push(Command::AddRule(rule));
    }

    /// More than a byte can count, on one key.
    fn many_rules_of_one(&mut self) {
        let (watcher, criterion) = (self.watcher(), self.criterion());
        for _ in 0..300 {
            let rule = Rule::new(RuleId::from(self.rules), watcher.clone(), criterion.clone());
            self.commands.push(Command::AddRule(rule));
            self.rules += 1;
        }
    }

    fn remove_most_rules(&mut self) {
        for rule in 0..self.rules {
            if self.random.percent(90) {
                self.commands.push(Command::RemoveRule { rule: RuleId::from(rule) });
            }
        }
    }

    fn change(&mut self) {
        let (person, rule) = (id(self.random.below(self.people)), RuleId::from(self.random.next() % self.rules));
        let command = match self.random.below(100) {
            0..24 => {
                let usual = [&Administrator, &Supervisor, &Supervisor, &Associate, &Associate];
                let named = NAMED.map(parse::<Role>);
                let role = if self.is(30) { self.random.one_of(&named.each_ref()) } else { self.random.one_of(&usual) };
                Command::SetOperator { id: person, operator: self.operator(role.clone()) }
            }
            24..30 if !self.plain => match self.random.below(6) {
                0 | 1 => Command::SetRuleWindow { rule, window: self.window() },
                2 | 3 => {
                    self.now += self.random.next() % 4;
                    Command::SetTime { now: self.now }
                }
                4 => return self.add_exclusion(),
                _ => {
                    let exclusion = ExclusionId::from(self.random.next() % (self.exclusions + 1));
                    Command::RemoveExclusion { exclusion }
                }
            },
            30..38 => Command::RemoveOperator { operator: person },
            38..65 => Command::SetRuleEnabled { rule, enabled: self.random.percent(50) },
            65..82 => Command::RemoveRule { rule },
            82..84 => Command::SetPolicy(self.policy()),
            _ => return self.add_rule(),
        };
        self.commands.push(command);
    }

    /// True in so many of a hundred cases, and never in a world that uses nothing new.
    fn is(&mut self, chance: usize) -> bool {
        !self.plain && self.random.percent(chance)
    }

    fn policy(&mut self) -> Policy {
        let mut permissions = Permissions::default();
        if !self.plain {
            let rows = NAMED.map(|name| (parse(name), self.row())).into_iter();
            let built_in = [Administrator, Supervisor].map(|role| (role, self.row())).into_iter();
            let built_in: Vec<_> = built_in.filter(|_| self.random.percent(50)).collect();
            permissions = permissions.with_rows(rows.chain(built_in)).expect("rows for all roles");
        }
        for _ in 0..self.random.below(3) {
            let [watcher, target] = [(); 2].map(|()| self.random.one_of(&Role::BUILT_IN.each_ref()).clone());
            permissions = permissions.with(watcher, target, self.random.percent(60)).expect("built-in roles");
        }
        let policy = Policy::default().with_permissions(permissions);
        policy.with_watch_unattended(self.random.percent(50)).with_count_joined(self.random.percent(50))
    }

    fn row(&mut self) -> RoleRow {
        let others = [Supervisor, parse(NAMED[0]), parse(NAMED[1])].into_iter().filter(|_| self.random.percent(50));
        let row = RoleRow::new(others.chain([Associate]).collect::<Vec<_>>());
        let within = [Within::Anywhere, Within::Chat, Within::Operators, Within::Either];
        let row = row.with_within(self.random.one_of(&within)).with_rights(self.rights());
        row.with_unattended(self.random.percent(30)).with_hears_advice(self.random.percent(80))
    }

    fn rights(&mut self) -> Rights {
        let some = [Rights::NONE, [Right::Watch].into(), [Right::Watch, Right::Advise].into()];
        if self.random.percent(75) { Rights::ALL } else { self.random.one_of(&some) }
    }

    fn operator(&mut self, role: Role) -> Operator {
        let operator = Operator::new(role);
        if self.plain {
            return operator;
        }
        let operator = operator.with_departments(self.departments());
        if self.random.percent(60) {
            return operator;
        }
        let overseen: Vec<_> =
            (0..self.random.one_of(&[0, 1, 3, 8, 20])).map(|_| (self.department(), self.rights())).collect();
        operator.with_oversees(Oversees::new(overseen).expect("fewer than 64"))
    }

    /// Mostly one of a few, so that chats and operators meet.
    fn department(&mut self) -> DepartmentId {
        let few = self.random.one_of(&[3, 3, 3, 40]);
        parse(&format!("department {}", self.random.below(few)))
    }

    fn departments(&mut self) -> Departments {
        let some: Vec<_> = (0..self.random.one_of(&[0, 1, 1, 1, 2, 5, 12])).map(|_| self.department()).collect();
        Departments::new(some).expect("fewer than 64")
    }

    fn attribute(&mut self) -> Attribute {
        let name = self.random.one_of(&["brand", "tag"]);
        Attribute::new(name, &format!("value {}", self.random.below(5))).expect("a name and a value")
    }

    fn window(&mut self) -> Option<Window> {
        let from = self.random.percent(60).then(|| self.now + self.random.next() % 4);
        let until = self.random.percent(60).then(|| self.now + 1 + self.random.next() % 6);
        Window::new(from, until).ok()
    }

    fn add_exclusion(&mut self) {
        let exclusion = Exclusion::new(ExclusionId::from(self.exclusions), self.criterion());
        let exclusion = if self.random.percent(60) { exclusion.and(self.criterion()) } else { exclusion };
        let exclusion = if self.random.percent(50) {
            exclusion.binding(self.random.one_of(&[&Supervisor, &Administrator]).clone())
        } else {
            exclusion
        };
        self.exclusions += u64::from(self.random.percent(90));
        self.commands.push(Command::AddExclusion(exclusion));
    }

    fn start_chats(&mut self) {
        for _ in 0..self.random.one_of(&[1, 5, 16, 40]) {
            let chat = self.chat();
            self.commands.push(Command::StartChat(chat));
        }
    }

    fn chat(&mut self) -> Chat {
        self.chats += 1;
        let mut chat = Chat::new(parse(&format!("c{}", self.chats))).with_monitoring_allowed(self.random.percent(95));
        for _ in 0..self.random.one_of(&[0, 1, 1, 1, 1, 2, 3, 5, 9]) {
            let operator = if self.random.percent(90) { self.associate() } else { self.anybody() };
            chat = chat.attended_by(operator);
        }
        for _ in 0..self.random.one_of(&[0, 0, 0, 0, 0, 1, 2]) {
            chat = chat.joined_by(self.watcher());
        }
        let mut visitor = Visitor::new();
        if self.random.percent(70) {
            visitor = visitor.with_ip(self.address_near());
        }
        if self.random.percent(60) {
            visitor = visitor.with_email(parse(&self.email()));
        }
        if !self.plain {
            let told: Vec<_> = (0..self.random.below(4)).map(|_| self.attribute()).collect();
            let attributes = Attributes::new(told).expect("fewer than 64");
            chat = chat.with_departments(self.departments()).with_attributes(attributes);
        }
        chat.with_visitor(visitor)
    }

    fn criterion(&mut self) -> Criterion {
        if self.is(40) {
            return match self.random.below(5) {
                0 => Criterion::Department(self.department()),
                1 | 2 => Criterion::OperatorIn(self.department()),
                3 => Criterion::Attribute(self.attribute()),
                _ => {
                    let share = self.random.one_of(&[1, 50_000, 333_334, 666_667, 1_000_000]);
                    Criterion::Sample(
                        Sample::new(share, self.random.one_of(&["qa", "監査"])).expect("a share and a salt"),
                    )
                }
            };
        }
        match self.random.below(100) {
            0..40 => Criterion::Operator(if self.random.percent(90) { self.associate() } else { self.anybody() }),
            40..52 => Criterion::VisitorEmail(parse(&self.email())),
            52..58 => Criterion::VisitorEmail(parse(&format!("*@{}", self.random.one_of(&DOMAINS)))),
            58..62 if !self.plain => {
                Criterion::VisitorEmail(parse(&format!("*@*.{}", self.random.one_of(&["example.com", "example.org"]))))
            }
            58..62 => Criterion::VisitorEmail(parse("*@example.com")),
            62..70 => Criterion::VisitorIp(IpRange::from(self.address())),
            _ => {
                let address = self.address();
                let bits = if address.is_ipv4() { 32 } else { 128 };
                let length = self.random.below(bits + 1) as u8;
                Criterion::VisitorIp(IpRange::new(address, length).expect("a prefix that is no longer than an address"))
            }
        }
    }

    fn watcher(&mut self) -> OperatorId {
        if self.random.percent(95) {
            id(self.random.below(self.people / 10) * 10 + self.random.below(5))
        } else {
            self.anybody()
        }
    }

    /// Mostly one of a few, so that many watch the same.
    fn associate(&mut self) -> OperatorId {
        let few = if self.random.percent(70) { 3 } else { 5 * (self.people / 10) };
        let place = self.random.below(few);
        id(place / 5 * 10 + 5 + place % 5)
    }

    /// Those whom nobody knows included.
    fn anybody(&mut self) -> OperatorId {
        id(self.random.below(self.people + 2))
    }

    fn address(&mut self) -> IpAddr {
        if self.random.percent(50) { self.random.one_of(&V4).into() } else { self.random.one_of(&V6).into() }
    }

    /// One of the addresses, or one that shares only its first bits.
    fn address_near(&mut self) -> IpAddr {
        match (self.address(), self.random.percent(50)) {
            (address, false) => address,
            (IpAddr::V4(v4), true) => Ipv4Addr::from_bits(v4.to_bits() ^ (1 << self.random.below(32))).into(),
            (IpAddr::V6(v6), true) => Ipv6Addr::from_bits(v6.to_bits() ^ (1 << self.random.below(128))).into(),
        }
    }

    fn email(&mut self) -> String {
        format!("{}@{}", self.random.one_of(&LOCAL_PARTS), self.random.one_of(&DOMAINS))
    }
}
