//! What is asked of a monitor of live chats: commands of each kind, and the mix of a day.

use chat_monitor::{ChatId, Command, Event, LiveMonitor, Operator, OperatorId, Role, RuleId, Visitor};

use crate::{SIZE, chat, engine, text};

/// So many chats are live, and so many commands are given.
pub const CHATS: u64 = 1_000;

/// A monitor, what is to be asked of it, and room for what comes out.
#[derive(Debug)]
pub struct Host {
    /// It has been running for a while.
    pub live: LiveMonitor,
    /// What is asked, in this order.
    pub steps: Vec<Step>,
    /// Empty.
    pub events: Vec<Event>,
}

/// What is asked of a monitor.
#[derive(Clone, Debug)]
pub enum Step {
    /// A command, which it accepts.
    Do(Command),
    /// A message in this chat: who receives it?
    Ask(ChatId),
}

/// The `n`th step of each kind is about the `n`th chat, rule or operator.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A chat starts, of an operator with two rules.
    Start,
    /// The visitor's email and address are learned.
    Learn,
    /// The chat goes to the next operator.
    Transfer,
    /// A chat ends.
    End,
    /// A watcher joins the chat.
    Join,
    /// A rule is switched off; one in five is on an operator.
    Switch,
    /// An associate becomes a supervisor.
    Raise,
    /// There is a message: who receives it?
    Ask,
}

impl Host {
    /// A host that is asked [`CHATS`] things of a kind.
    pub fn of(kind: Kind) -> Self {
        let before = |n: u64| match kind {
            Kind::Start => None,
            Kind::Learn => Some(chat(n).with_visitor(Visitor::new())),
            Kind::Transfer | Kind::End | Kind::Join | Kind::Switch | Kind::Raise | Kind::Ask => Some(chat(n)),
        };
        let mut host = Host::with((0..CHATS).filter_map(before).map(Command::StartChat));
        host.steps = (0..CHATS).map(|n| host.step(kind, n)).collect();
        host
    }

    /// A host of [`CHATS`] chats in the mix of a day, twice as many steps: 55 % messages, 10 % each chats that start,
    /// visitors who are learned of, transfers and ends, 4 % switches of rules and 1 % changes of roles.
    pub fn of_day() -> Self {
        let mut host = Host::with((0..CHATS).map(|n| Command::StartChat(chat(n))));
        let (mut oldest, mut newest, mut given, mut switched, mut changed) = (0, CHATS, CHATS / 2, 0, 0);
        for n in 0..2 * CHATS {
            // 37 and 100 have no common factor, so that every hundred steps are the same mix.
            let step = match n * 37 % 100 {
                0..55 => Step::Ask((oldest + n * 7_919 % CHATS).into()),
                55..65 => {
                    newest += 1;
                    Step::Do(Command::StartChat(chat(newest - 1).with_visitor(Visitor::new())))
                }
                65..75 => host.step(Kind::Learn, newest - 1 - n % 50),
                75..85 => {
                    given += 1;
                    Step::Do(given_on(given - 1, n))
                }
                85..95 => {
                    oldest += 1;
                    host.step(Kind::End, oldest - 1)
                }
                95..99 => {
                    switched += 1;
                    let (rule, enabled) = (RuleId::from((switched - 1) / 2 * 5), switched % 2 == 0);
                    Step::Do(Command::SetRuleEnabled { rule, enabled })
                }
                99.. => {
                    changed += 1;
                    let role = if changed % 2 == 0 { Role::Associate } else { Role::Supervisor };
                    Step::Do(set((changed - 1) / 2, role))
                }
            };
            host.steps.push(step);
        }
        host
    }

    fn with(commands: impl Iterator<Item = Command>) -> Self {
        let (mut live, mut events) = (LiveMonitor::new(engine()), Vec::new());
        commands.for_each(|command| live.apply_into(command, &mut events).expect(ACCEPTABLE));
        events.clear();
        Host { live, steps: Vec::new(), events }
    }

    fn step(&self, kind: Kind, n: u64) -> Step {
        Step::Do(match kind {
            Kind::Ask => return Step::Ask(n.into()),
            Kind::Start => Command::StartChat(chat(n)),
            Kind::Learn => Command::SetVisitor { chat: n.into(), visitor: chat(n).visitor().clone() },
            Kind::Transfer => given_on(n, n + 1),
            Kind::End => Command::EndChat { chat: n.into() },
            Kind::Join => {
                let mut watchers = self.live.recipients(&n.into(), chat_monitor::Channel::Public).watchers();
                let watcher = watchers.next().cloned().expect("every operator has a rule on them");
                Command::Join { chat: n.into(), watcher }
            }
            Kind::Switch => Command::SetRuleEnabled { rule: RuleId::from(n), enabled: false },
            Kind::Raise => set(n, Role::Supervisor),
        })
    }

    /// Does what is to be asked, and says how many events and recipients came out.
    pub fn run(&mut self) -> usize {
        let mut out = 0;
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Do(command) => {
                    self.live.apply_into(command, &mut self.events).expect(ACCEPTABLE);
                    out += self.events.len();
                    self.events.clear();
                }
                Step::Ask(chat) => {
                    let to = self.live.recipients(&chat, chat_monitor::Channel::Public);
                    out += to.attending().count() + to.watchers().count();
                }
            }
        }
        out
    }
}

/// The chat goes from the operator who has had it from the beginning to another.
fn given_on(chat: u64, n: u64) -> Command {
    Command::Transfer { chat: chat.into(), from: ken(chat), to: ken(n + SIZE / 20), departments: None }
}

fn set(n: u64, role: Role) -> Command {
    Command::SetOperator { id: ken(n), operator: Operator::new(role) }
}

fn ken(n: u64) -> OperatorId {
    text(&format!("ken-{}", n % (SIZE / 10)))
}

const ACCEPTABLE: &str = "the steps are made so that every one is accepted";

#[cfg(test)]
mod tests {
    use super::{CHATS, Host, Kind};

    #[test]
    fn something_comes_out_of_every_kind() {
        for (kind, at_least) in [
            (Kind::Start, 1_000),
            (Kind::Learn, 200),
            (Kind::Transfer, 1_000),
            (Kind::End, 1_000),
            (Kind::Join, 1_000),
            (Kind::Switch, 200),
            (Kind::Raise, 1_000),
            (Kind::Ask, 2_000),
        ] {
            let out = Host::of(kind).run();
            assert!(out >= at_least, "{out} from {kind:?}");
        }
        let mut host = Host::of_day();
        assert!(host.run() > 2 * CHATS as usize);
        assert_eq!(host.live.chat_count(), CHATS as usize);
    }
}
