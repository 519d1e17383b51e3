//! Two small seeded worlds, one of them with departments, and the calls on it whose instructions `benches/instructions.rs` counts.

mod day;

use chat_monitor::{
    Chat, Criterion, DepartmentId, Departments, LiveMonitor, MonitorEngine, Operator, Permissions, Policy, Role,
    RoleRow, Rule, RuleId, Visitor, Within,
};

pub use day::{CHATS, Host, Kind, Step};

/// So many rules, chats and questions.
pub const SIZE: u64 = 10_000;

/// So many departments, where there are any.
pub const DEPARTMENTS: u64 = 50;

/// Rules on operators, emails, domains, addresses and networks, as many of each.
pub fn engine() -> MonitorEngine {
    let mut engine = MonitorEngine::with_hash_seed(7);
    for n in 0..10 {
        engine.set_operator(text(&format!("hana-{n}")), Role::Supervisor).expect(BUILT_IN);
    }
    for n in 0..SIZE / 10 {
        engine.set_operator(text(&format!("ken-{n}")), Role::Associate).expect(BUILT_IN);
    }
    (0..SIZE).for_each(|n| engine.add_rule(rule(n)).expect("the world is made so that every rule is accepted"));
    engine
}

/// The `n`th rule.
pub fn rule(n: u64) -> Rule {
    let at = n / 5;
    let criterion = match n % 5 {
        0 => Criterion::Operator(text(&format!("ken-{}", at % (SIZE / 10)))),
        1 => Criterion::VisitorEmail(text(&format!("mika{at}@mail{}.example.com", at % 100))),
        2 => Criterion::VisitorEmail(text(&format!("*@mail{at}.example.com"))),
        3 => Criterion::VisitorIp(text(&format!("10.{}.{}.7", at >> 8, at & 255))),
        _ => Criterion::VisitorIp(text(&format!("10.{}.{}.0/24", at >> 8, at & 255))),
    };
    Rule::new(RuleId::from(n), text(&format!("hana-{}", n % 10)), criterion)
}

/// Chats, half of which some rule matches by more than the operator.
pub fn chats() -> Vec<Chat> {
    (0..SIZE).map(chat).collect()
}

/// The `n`th chat.
pub fn chat(n: u64) -> Chat {
    let visitor = Visitor::new()
        .with_ip(text(&format!("10.{}.{}.{}", n >> 8 & 15, n & 255, n % 10)))
        .with_email(text(&format!("mika{n}@mail{}.example.com", n % 4_000)));
    Chat::new(n.into()).with_visitor(visitor).attended_by(text(&format!("ken-{}", n % (SIZE / 10))))
}

/// A monitor of all these chats.
pub fn live() -> LiveMonitor {
    let mut live = LiveMonitor::new(engine());
    for chat in chats() {
        live.apply(chat_monitor::Command::StartChat(chat)).expect("no chat starts twice");
    }
    live
}

/// The same chats, each of one of [`DEPARTMENTS`].
pub fn chats_of_departments() -> Vec<Chat> {
    (0..SIZE).map(|n| chat(n).with_departments(department(n).into())).collect()
}

/// The same operators and rules; every watcher oversees half of the departments, and watches chats of these alone.
pub fn scoped_engine() -> MonitorEngine {
    let mut engine = engine();
    let row = RoleRow::new([Role::Associate]).with_within(Within::Chat);
    let permissions = Permissions::default().with_rows([(Role::Supervisor, row)]).expect("its row is there");
    engine.set_policy(Policy::default().with_permissions(permissions)).expect(BUILT_IN);
    for n in 0..10 {
        let overseen = (0..DEPARTMENTS).filter(|at| at % 2 == n % 2).map(department);
        let departments = Departments::new(overseen).expect("they are few");
        let hana = Operator::new(Role::Supervisor).with_departments(departments);
        engine.set_operator(text(&format!("hana-{n}")), hana).expect(BUILT_IN);
    }
    engine
}

fn department(n: u64) -> DepartmentId {
    DepartmentId::from(n % DEPARTMENTS)
}

const BUILT_IN: &str = "the built-in roles are always there";

fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the world is made of texts that parse")
}
