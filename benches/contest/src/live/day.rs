//! The mix of a day, step after step.

use chat_monitor::{Chat, Command, OperatorId, Role, Rule, Visitor};

use super::keeper::Step;
use super::plan::{Ground, fresh, own_chat, set, transfer};
use crate::world::random::Random;

/// Of a hundred steps 55 are messages; 10 each start a chat, learn of a visitor, transfer a chat and end one; 4 switch a
/// rule and 1 changes a role. About fifty rules are off and five associates are raised at any time.
pub(crate) struct Day {
    live: Vec<Chat>,
    idle: Vec<Chat>,
    operators: Vec<OperatorId>,
    associates: Vec<OperatorId>,
    raised: Vec<OperatorId>,
    on: Vec<Rule>,
    off: Vec<Rule>,
    random: Random,
}

/// The visitor of a chat is learned of while it is one of the newest.
const NEWEST: usize = 1000;

impl Day {
    pub(crate) fn of(ground: &Ground) -> Self {
        Day {
            live: ground.live.to_vec(),
            idle: ground.idle.to_vec(),
            operators: ground.world.operators.iter().map(|(id, _)| id.clone()).collect(),
            associates: ground.operators_of(Role::Associate).cloned().collect(),
            raised: Vec::new(),
            on: ground.world.rules.iter().filter(|rule| rule.enabled()).cloned().collect(),
            off: Vec::new(),
            random: Random::new(11),
        }
    }

    pub(crate) fn steps(&mut self, many: usize) -> Vec<Step> {
        (0..many).map(|_| self.step()).collect()
    }

    fn step(&mut self) -> Step {
        let at = self.random.below(self.live.len());
        match self.random.below(100) {
            0..55 => Step::Ask(own_chat(self.live[at].id())),
            55..65 => Step::Do(self.start()),
            65..75 => {
                let age = self.random.below(self.live.len().min(NEWEST));
                let chat = &self.live[self.live.len() - 1 - age];
                Step::Do(Command::SetVisitor { chat: own_chat(chat.id()), visitor: chat.visitor().clone() })
            }
            75..85 => self.transfer(at),
            85..95 => {
                let chat = self.live.swap_remove(at);
                let id = own_chat(chat.id());
                self.idle.push(chat);
                Step::Do(Command::EndChat { chat: id })
            }
            95..99 => Step::Do(self.switch()),
            _ => Step::Do(self.change_role()),
        }
    }

    /// The address of its visitor is known, the email is not yet.
    fn start(&mut self) -> Command {
        let chat = self.idle.swap_remove(self.random.below(self.idle.len()));
        let address = chat.visitor().ip().expect("all is known of the visitors of a world");
        let start = fresh(&chat).with_visitor(Visitor::new().with_ip(address));
        self.live.push(chat);
        Command::StartChat(start)
    }

    fn transfer(&mut self, at: usize) -> Step {
        let to = self.random.pick(&self.operators);
        let chat = &mut self.live[at];
        if chat.attends(to) {
            return Step::Ask(own_chat(chat.id()));
        }
        let command = transfer(chat.id(), &chat.operators()[0], to);
        let others = chat.operators()[1..].iter();
        let given = std::iter::once(to).chain(others).cloned();
        *chat = given.fold(Chat::new(own_chat(chat.id())).with_visitor(chat.visitor().clone()), Chat::attended_by);
        Step::Do(command)
    }

    fn switch(&mut self) -> Command {
        let enabled = self.off.len() > 50;
        let (from, to) = if enabled { (&mut self.off, &mut self.on) } else { (&mut self.on, &mut self.off) };
        let rule = from.swap_remove(self.random.below(from.len()));
        let id = rule.id().clone();
        to.push(rule);
        Command::SetRuleEnabled { rule: id, enabled }
    }

    fn change_role(&mut self) -> Command {
        if self.raised.len() > 5 {
            let operator = self.raised.remove(0);
            let command = set(&operator, Role::Associate);
            self.associates.push(operator);
            command
        } else {
            let operator = self.associates.swap_remove(self.random.below(self.associates.len()));
            let command = set(&operator, Role::Supervisor);
            self.raised.push(operator);
            command
        }
    }
}
