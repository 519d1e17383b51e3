//! What is asked of all keepers: commands of one kind forth, and others back again.

use chat_monitor::{Chat, ChatId, Command, MonitorEngine, Operator, OperatorId, Role, Rule, Visitor};

use super::keeper::Step;
use crate::world::World;
use crate::world::random::Random;

/// Every kind in the order of the tables; the day comes last.
pub(crate) const KINDS: [&str; 18] = [
    "start a chat",
    "visitor learned",
    "visitor forgotten",
    "transfer",
    "transfer back",
    "end a chat",
    "join",
    "leave",
    "advise",
    "recipients",
    "switch a rule on",
    "switch a rule off",
    "add a rule",
    "remove a rule",
    "raise an associate",
    "lower an associate",
    "raise a watcher",
    "lower a watcher",
];

/// The mix of a day.
pub(crate) const DAY: &str = "the day";

/// Steps of one kind.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) kind: &'static str,
    pub(crate) steps: Vec<Step>,
    /// Whether it is about rules or roles, which touch many chats each.
    pub(crate) wide: bool,
}

/// A world, of which some chats are live and the others have not started.
pub(crate) struct Ground<'w> {
    pub(crate) world: &'w World,
    pub(crate) engine: MonitorEngine,
    pub(crate) live: &'w [Chat],
    pub(crate) idle: &'w [Chat],
}

impl<'w> Ground<'w> {
    /// As many chats live as there are rules, or nine in ten of the world's.
    pub(crate) fn of(world: &'w World) -> Self {
        let live = world.rules.len().min(world.chats.len() * 9 / 10);
        let (live, idle) = world.chats.split_at(live);
        Ground { world, engine: world.engine(), live, idle }
    }

    pub(crate) fn operators_of(&self, role: Role) -> impl Iterator<Item = &'w OperatorId> {
        let all = self.world.operators.iter().filter(move |(_, has)| *has == role);
        all.map(|(operator, _)| operator)
    }

    /// `many` of each kind, forth and back: after all of them the watches are what they were. The first so many of two
    /// batches that follow each other are a pair too.
    pub(crate) fn pairs(&self, many: usize, random: &mut Random) -> Vec<Batch> {
        let mut batches = Vec::new();
        let mut both = |forth, back, wide, pairs: Vec<(Command, Command)>| {
            let (one, other) = pairs.into_iter().map(|(forth, back)| (Step::Do(forth), Step::Do(back))).unzip();
            batches.push(Batch { kind: forth, steps: one, wide });
            batches.push(Batch { kind: back, steps: other, wide });
        };
        let live = |random: &mut Random| random.some(many, self.live.len()).into_iter().map(|at| &self.live[at]);
        let end = |chat: &Chat| Command::EndChat { chat: own_chat(chat.id()) };
        both(
            "end a chat",
            "start a chat",
            false,
            live(random).map(|chat| (end(chat), Command::StartChat(fresh(chat)))).collect(),
        );
        let know = |chat: &Chat, visitor| Command::SetVisitor { chat: own_chat(chat.id()), visitor };
        let forget = |chat: &Chat| (know(chat, Visitor::new()), know(chat, chat.visitor().clone()));
        both("visitor forgotten", "visitor learned", false, live(random).map(forget).collect());
        both("transfer", "transfer back", false, self.transfers(many, random));
        both("switch a rule off", "switch a rule on", true, {
            let set = |rule: &Rule, enabled| Command::SetRuleEnabled { rule: rule.id().clone(), enabled };
            self.rules(many, random).map(|rule| (set(rule, false), set(rule, true))).collect()
        });
        both("remove a rule", "add a rule", true, {
            let remove = |rule: &Rule| Command::RemoveRule { rule: rule.id().clone() };
            self.rules(many, random).map(|rule| (remove(rule), Command::AddRule(rule.clone()))).collect()
        });
        let associates: Vec<_> = self.operators_of(Role::Associate).collect();
        both("raise an associate", "lower an associate", true, {
            let some = random.some(many, associates.len()).into_iter().map(|at| associates[at]);
            some.map(|id| (set(id, Role::Supervisor), set(id, Role::Associate))).collect()
        });
        let has_rules = |id: &&OperatorId| self.engine.rules_of(id).next().is_some();
        let watchers: Vec<_> = self.operators_of(Role::Supervisor).filter(has_rules).collect();
        both("lower a watcher", "raise a watcher", true, {
            let some = random.some((many / 100).max(3), watchers.len()).into_iter().map(|at| watchers[at]);
            some.map(|id| (set(id, Role::Associate), set(id, Role::Supervisor))).collect()
        });
        let watched = random.some(2 * many, self.live.len()).into_iter().filter_map(|at| {
            let watcher = self.engine.watchers_for(&self.live[at]).first()?.operator().clone();
            Some((own_chat(self.live[at].id()), watcher))
        });
        let watched: Vec<(ChatId, OperatorId)> = watched.take(many).collect();
        both("join", "leave", false, {
            let join = |(chat, watcher): (ChatId, OperatorId)| {
                let leave = Command::Leave { chat: chat.clone(), operator: watcher.clone() };
                (Command::Join { chat, watcher }, leave)
            };
            watched.iter().cloned().map(join).collect()
        });
        let advise = |(chat, watcher)| Step::Do(Command::Advise { chat, watcher });
        batches.push(Batch { kind: "advise", steps: watched.into_iter().map(advise).collect(), wide: false });
        let ask = |chat: &Chat| Step::Ask(own_chat(chat.id()));
        batches.push(Batch { kind: "recipients", steps: live(random).map(ask).collect(), wide: false });
        batches
    }

    fn transfers(&self, many: usize, random: &mut Random) -> Vec<(Command, Command)> {
        let mut transfers = Vec::new();
        for at in random.some(many, self.live.len()) {
            let chat = &self.live[at];
            let (from, (to, _)) = (&chat.operators()[0], random.pick(&self.world.operators));
            if !chat.attends(to) {
                transfers.push((transfer(chat.id(), from, to), transfer(chat.id(), to, from)));
            }
        }
        transfers
    }

    fn rules(&self, many: usize, random: &mut Random) -> impl Iterator<Item = &'w Rule> {
        let on: Vec<&Rule> = self.world.rules.iter().filter(|rule| rule.enabled()).collect();
        random.some(many, on.len()).into_iter().map(move |at| on[at])
    }
}

pub(crate) fn set(operator: &OperatorId, role: Role) -> Command {
    Command::SetOperator { id: operator.clone(), operator: Operator::new(role) }
}

pub(crate) fn transfer(chat: &ChatId, from: &OperatorId, to: &OperatorId) -> Command {
    Command::Transfer { chat: own_chat(chat), from: own_operator(from), to: own_operator(to), departments: None }
}

/// The same id at another place in memory, as a host has it.
pub(crate) fn own_chat(chat: &ChatId) -> ChatId {
    chat.as_str().parse().expect("an id is right")
}

fn own_operator(operator: &OperatorId) -> OperatorId {
    operator.as_str().parse().expect("an id is right")
}

/// The same chat at another place in memory.
pub(crate) fn fresh(chat: &Chat) -> Chat {
    let new = Chat::new(own_chat(chat.id())).with_visitor(chat.visitor().clone());
    chat.operators().iter().fold(new, |new, operator| new.attended_by(own_operator(operator)))
}
