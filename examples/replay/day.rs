//! What happens when: the staff of a hotel adviser, its visitors, and one busy day.
//!
//! Nothing here is random. Who does what follows from the number of the chat, so that everything happens now and then.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use chat_monitor::{Channel, Chat, ChatId, Command, Email, LiveMonitor, OperatorId, Visitor};

use crate::dialogue::Utterance;

/// What was really said once.
pub(crate) struct Dialogue {
    /// Where it stands in its file.
    pub(crate) line: u64,
    pub(crate) utterances: Vec<Utterance>,
}

/// Something that happens; chats are numbered from 0.
pub(crate) enum Happening {
    Arrives(usize),
    /// Somebody takes the chat, if anybody is free.
    PickUp(usize),
    /// In this chat, the utterance with this number is said.
    Says(usize, usize),
    Ends(usize),
    Staff(&'static str),
}

pub(crate) struct Day {
    dialogues: Vec<Dialogue>,
    /// By time; what happens at the same time, in the order in which it was planned.
    plan: BTreeMap<(Duration, usize), Happening>,
    planned: usize,
}

/// Who attends chats, and how many each at a time.
const ASSOCIATES: [&str; 4] = ["ken", "aya", "jun", "yui"];
const CHATS_EACH: usize = 4;

/// Between two visitors.
const INTERVAL: Duration = Duration::from_secs(55);

/// What the staff does, and after how many thousandths of the time in which visitors come.
const STAFF: [(u32, &str); 30] = [
    (0, r#"{"set_operator":{"operator":"mori","role":"administrator"}}"#),
    (0, r#"{"set_operator":{"operator":"hana","role":"supervisor"}}"#),
    (0, r#"{"set_operator":{"operator":"sora","role":"supervisor"}}"#),
    (0, r#"{"set_operator":{"operator":"ken","role":"associate"}}"#),
    (0, r#"{"set_operator":{"operator":"aya","role":"associate"}}"#),
    (0, r#"{"set_operator":{"operator":"jun","role":"associate"}}"#),
    (0, r#"{"set_operator":{"operator":"yui","role":"associate"}}"#),
    // Hana trains Ken; Sora looks after a customer's staff; Mori looks after Sora, and after one visitor's office.
    (0, r#"{"add_rule":{"id":"r1","watcher":"hana","when":[{"operator":"ken"}]}}"#),
    (0, r#"{"add_rule":{"id":"r2","watcher":"sora","when":[{"visitor_email":"*@example.com"}]}}"#),
    (0, r#"{"add_rule":{"id":"r3","watcher":"mori","when":[{"operator":"sora"}]}}"#),
    (0, r#"{"add_rule":{"id":"r4","watcher":"mori","when":[{"visitor_ip":"203.0.113.0/24"}]}}"#),
    // Not for an associate, and not upwards.
    (60, r#"{"add_rule":{"id":"r5","watcher":"ken","when":[{"operator":"aya"}]}}"#),
    (90, r#"{"add_rule":{"id":"r5","watcher":"sora","when":[{"operator":"mori"}]}}"#),
    // Lunch.
    (200, r#"{"set_rule_enabled":{"rule":"r1","enabled":false}}"#),
    (270, r#"{"set_rule_enabled":{"rule":"r1","enabled":true}}"#),
    (340, r#"{"add_rule":{"id":"r5","watcher":"hana","when":[{"operator":"aya"},{"visitor_email":"*@example.jp"}]}}"#),
    // Ken stands in for a supervisor.
    (420, r#"{"set_operator":{"operator":"ken","role":"supervisor"}}"#),
    (480, r#"{"set_operator":{"operator":"ken","role":"associate"}}"#),
    // Those who wait may be watched as well, for a while.
    (540, WATCH_UNATTENDED),
    (624, WATCH_ATTENDED),
    (690, r#"{"remove_rule":{"rule":"r1"}}"#),
    (700, r#"{"add_rule":{"id":"r6","watcher":"hana","when":[{"operator":"yui"}]}}"#),
    // Sora's account is closed by mistake; her rules wait for her.
    (800, r#"{"remove_operator":{"operator":"sora"}}"#),
    (860, r#"{"set_operator":{"operator":"sora","role":"supervisor"}}"#),
    (870, r#"{"set_operator":{"operator":"hana","role":"associate"}}"#),
    (890, r#"{"set_operator":{"operator":"hana","role":"supervisor"}}"#),
    (950, r#"{"set_rule_enabled":{"rule":"r2","enabled":false}}"#),
    (960, r#"{"set_rule_enabled":{"rule":"r2","enabled":true}}"#),
    (980, r#"{"remove_rule":{"rule":"r4"}}"#),
    (990, r#"{"remove_rule":{"rule":"r4"}}"#),
];

const WATCH_UNATTENDED: &str = r#"{"set_policy":{"watch_unattended":true,"joined_count":true,"permissions":
    {"administrator":["supervisor","associate"],"supervisor":["associate"],"associate":[]}}}"#;
const WATCH_ATTENDED: &str = r#"{"set_policy":{"watch_unattended":false,"joined_count":true,"permissions":
    {"administrator":["supervisor","associate"],"supervisor":["associate"],"associate":[]}}}"#;

impl Day {
    pub(crate) fn new(dialogues: Vec<Dialogue>) -> Self {
        let starts = |n: usize| INTERVAL * u32::try_from(n).unwrap_or(u32::MAX);
        let count = dialogues.len();
        let mut day = Day { dialogues, plan: BTreeMap::new(), planned: 0 };
        for (thousandths, command) in STAFF {
            day.plan(starts(count) / 1000 * thousandths, Happening::Staff(command));
        }
        for n in 0..count {
            day.plan(starts(n) + Duration::from_secs(5 + (n as u64 * 17) % 40), Happening::Arrives(n));
        }
        day
    }

    fn plan(&mut self, at: Duration, happening: Happening) {
        self.plan.insert((at, self.planned), happening);
        self.planned += 1;
    }

    /// What happens next, and when.
    pub(crate) fn next(&mut self) -> Option<(Duration, Happening)> {
        self.plan.pop_first().map(|((at, _), happening)| (at, happening))
    }

    /// The line of the dialogue that begins now.
    pub(crate) fn line(&self, happening: &Happening) -> Option<u64> {
        let Happening::Arrives(n) = happening else { return None };
        self.dialogues.get(*n).map(|dialogue| dialogue.line)
    }

    /// What is said now, and in which chat.
    pub(crate) fn utterance(&self, happening: &Happening) -> Option<(ChatId, &Utterance)> {
        let Happening::Says(n, number) = happening else { return None };
        Some((chat_id(*n), self.dialogues.get(*n)?.utterances.get(*number)?))
    }

    /// The commands by which the host tells the live monitor what happens now.
    pub(crate) fn commands(&mut self, now: Duration, happening: &Happening, live: &LiveMonitor) -> Vec<Command> {
        match *happening {
            Happening::Arrives(n) => {
                self.plan(now + Duration::from_secs(12 + (n as u64 * 7) % 25), Happening::PickUp(n));
                vec![Command::StartChat(Chat::new(chat_id(n)).with_visitor(Visitor::new().with_ip(ip(n))))]
            }
            Happening::PickUp(n) => match free_associate(n, live) {
                Some(operator) => {
                    self.plan_dialogue(now, n);
                    vec![Command::Attend { chat: chat_id(n), operator }]
                }
                None => {
                    self.plan(now + Duration::from_secs(10), Happening::PickUp(n));
                    Vec::new()
                }
            },
            Happening::Says(n, number) => self.beside_utterance(n, number, live),
            Happening::Ends(n) => vec![Command::EndChat { chat: chat_id(n) }],
            Happening::Staff(command) => vec![serde_json::from_str(command).expect("STAFF is well-formed")],
        }
    }

    fn plan_dialogue(&mut self, now: Duration, n: usize) {
        let Some(dialogue) = self.dialogues.get(n) else { return };
        let times: Vec<_> = dialogue.utterances.iter().map(|utterance| now + utterance.at).collect();
        let end = times.last().copied().unwrap_or(now) + Duration::from_secs(20);
        for (number, at) in times.into_iter().enumerate() {
            self.plan(at, Happening::Says(n, number));
        }
        self.plan(end, Happening::Ends(n));
    }

    /// What happens besides in chat `n`, when the utterance with this number has been said.
    fn beside_utterance(&self, n: usize, number: usize, live: &LiveMonitor) -> Vec<Command> {
        let count = self.dialogues.get(n).map_or(0, |dialogue| dialogue.utterances.len());
        // Whether this is the first utterance after that part of the dialogue.
        let after = |part: usize, of: usize| number == count * part / of;
        let id = || chat_id(n);
        let Some(chat) = live.chat(&id()) else { return Vec::new() };
        let watcher = live.recipients(chat.id(), Channel::Public).watchers().next().cloned();
        let given = chat.operators().first().cloned();
        let joined = chat.joined().first().cloned();

        let mut commands = Vec::new();
        if number == 3 + n % 4 {
            let visitor = email(n).map(|email| Visitor::new().with_ip(ip(n)).with_email(email));
            commands.extend(visitor.map(|visitor| Command::SetVisitor { chat: id(), visitor }));
        }
        if n % 4 == 1 && after(1, 3) {
            commands.extend(watcher.clone().map(|watcher| Command::Advise { chat: id(), watcher }));
        }
        if n % 9 == 4 && after(2, 5) {
            commands.extend(watcher.map(|watcher| Command::Join { chat: id(), watcher }));
        }
        if n % 9 == 4 && after(3, 5) {
            commands.extend(joined.map(|operator| Command::Leave { chat: id(), operator }));
        }
        let colleague = given.as_ref().map(colleague).filter(|colleague| !chat.attends(colleague));
        // What is difficult goes to a supervisor.
        let to = match n {
            _ if n % 30 == 12 => Some(operator("sora")),
            _ if n % 30 == 27 => Some(operator("hana")),
            _ if n % 7 == 3 => colleague.clone(),
            _ => None,
        };
        if after(1, 2) {
            let both = given.zip(to);
            commands.extend(both.map(|(from, to)| Command::Transfer { chat: id(), from, to, departments: None }));
        }
        // A second operator helps for a while.
        if n % 18 == 11 && after(1, 4) {
            commands.extend(colleague.map(|operator| Command::Attend { chat: id(), operator }));
        }
        if n % 18 == 11 && after(3, 4) {
            let helper = chat.operators().get(1).cloned();
            commands.extend(helper.map(|operator| Command::Unattend { chat: id(), operator }));
        }
        // The visitor does not want to be listened to; some change their mind.
        if n % 13 == 6 && after(1, 2) {
            commands.push(Command::SetMonitoringAllowed { chat: id(), allowed: false });
        }
        if n % 26 == 6 && after(3, 4) {
            commands.push(Command::SetMonitoringAllowed { chat: id(), allowed: true });
        }
        // Somebody has the chat still open on their screen, and reaches for it.
        if n % 26 == 19 && after(5, 8) {
            commands.push(Command::Join { chat: id(), watcher: operator("hana") });
        }
        commands
    }
}

/// The associate with the fewest chats, if they have time for one more.
fn free_associate(n: usize, live: &LiveMonitor) -> Option<OperatorId> {
    let in_turn = ASSOCIATES.iter().cycle().skip(n % ASSOCIATES.len()).take(ASSOCIATES.len());
    let chats_of = |operator: &OperatorId| live.chats().filter(|chat| chat.operators().contains(operator)).count();
    let (chats, operator) =
        in_turn.map(|name| operator(name)).map(|id| (chats_of(&id), id)).min_by_key(|pair| pair.0)?;
    (chats < CHATS_EACH).then_some(operator)
}

/// The associate who sits beside `operator`.
fn colleague(operator: &OperatorId) -> OperatorId {
    let place = ASSOCIATES.iter().position(|name| *name == operator.as_str()).unwrap_or_default();
    let name = ASSOCIATES.iter().cycle().nth(place + 1);
    name.map_or_else(|| operator.clone(), |name| self::operator(name))
}

fn chat_id(n: usize) -> ChatId {
    format!("c{:03}", n + 1).parse().expect("a short text is an id")
}

fn operator(name: &str) -> OperatorId {
    name.parse().expect("a short name is an id")
}

/// Where the visitor sits: addresses for documentation (RFC 5737, RFC 3849).
fn ip(n: usize) -> IpAddr {
    let [high, low] = u16::try_from(n).unwrap_or(u16::MAX).to_be_bytes();
    match n % 10 {
        3 => Ipv4Addr::new(203, 0, 113, low).into(),
        1 | 6 | 8 => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, high.into(), low.into()).into(),
        _ => Ipv4Addr::new(192, 0, 2, low).into(),
    }
}

/// What the visitor writes into the form, if they do.
fn email(n: usize) -> Option<Email> {
    let name = ["mika", "taro", "yuki", "rin", "sho", "emi", "nao"].get(n % 7)?;
    let domain = ["example.com", "example.net", "example.jp", "example.org", "example.jp"].get(n % 6)?;
    format!("{name}{n}@{domain}").parse().ok()
}
