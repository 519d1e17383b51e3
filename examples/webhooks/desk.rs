//! What becomes of the news of a chat: the commands that bring the live monitor up to date.

use std::collections::HashSet;
use std::net::IpAddr;

use chat_monitor::{Chat, ChatId, Command, Email, Event, LiveMonitor, OperatorId, Refusal, Visitor};

/// What a body tells of one chat.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) chat: ChatId,
    pub(crate) state: State,
    pub(crate) operators: Operators,
    pub(crate) ip: Fact<IpAddr>,
    pub(crate) email: Fact<Email>,
}

impl News {
    /// A body that names a chat, and no more.
    pub(crate) fn of(chat: ChatId) -> Self {
        News { chat, state: State::Untold, operators: Operators::Untold, ip: Fact::Untold, email: Fact::Untold }
    }
}

/// Whether the chat goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum State {
    /// Nothing is said of it: a message, a note, which may also come late.
    Untold,
    /// It goes on, even if it had ended before.
    Live,
    Ended,
}

impl State {
    pub(crate) fn ended_if(ended: bool) -> Self {
        if ended { State::Ended } else { State::Live }
    }
}

/// Who attends the chat.
#[derive(Debug)]
pub(crate) enum Operators {
    Untold,
    /// These, and nobody else.
    All(Vec<OperatorId>),
    OneMore(OperatorId),
    OneLess(OperatorId),
}

/// One attribute of the visitor.
#[derive(Debug)]
pub(crate) enum Fact<T> {
    /// The body does not speak of it; what was known still is.
    Untold,
    /// The body says that it is not known, or says it illegibly.
    Unknown,
    Known(T),
}

impl<T> Fact<T> {
    fn or(self, known_before: Option<T>) -> Option<T> {
        match self {
            Fact::Untold => known_before,
            Fact::Unknown => None,
            Fact::Known(fact) => Some(fact),
        }
    }
}

/// One vendor's chats.
pub(crate) struct Desk {
    live: LiveMonitor,
    seen: HashSet<ChatId>,
}

/// What follows from some news.
pub(crate) enum Plan {
    Commands(Vec<Command>),
    /// Nothing, for this reason.
    Nothing(String),
}

impl Desk {
    pub(crate) fn new(live: LiveMonitor) -> Self {
        Desk { live, seen: HashSet::new() }
    }

    /// The commands that make the live monitor know what `news` tells.
    pub(crate) fn plan(&mut self, news: News) -> Plan {
        let seen_before = !self.seen.insert(news.chat.clone());
        let commands = match (self.live.chat(&news.chat), news.state) {
            (Some(_), State::Ended) => vec![Command::EndChat { chat: news.chat }],
            (Some(chat), State::Untold | State::Live) => changes(chat, news),
            (None, State::Untold | State::Ended) if seen_before => {
                return Plan::Nothing(format!("chat {} has ended before", news.chat));
            }
            (None, State::Ended) => {
                let chat = news.chat.clone();
                vec![start(news), Command::EndChat { chat }]
            }
            (None, State::Untold | State::Live) => vec![start(news)],
        };
        if commands.is_empty() { Plan::Nothing("all this is known".into()) } else { Plan::Commands(commands) }
    }

    pub(crate) fn apply(&mut self, command: Command) -> Result<Vec<Event>, Refusal> {
        self.live.apply(command)
    }
}

fn start(news: News) -> Command {
    let operators = match news.operators {
        Operators::All(operators) => operators,
        Operators::OneMore(operator) => vec![operator],
        Operators::Untold | Operators::OneLess(_) => Vec::new(),
    };
    let chat = Chat::new(news.chat).visitor(visitor(news.ip.or(None), news.email.or(None)));
    Command::StartChat(operators.into_iter().fold(chat, Chat::attended_by))
}

fn changes(chat: &Chat, news: News) -> Vec<Command> {
    let mut commands = operator_changes(chat, news.operators);
    let before = chat.known_visitor();
    let visitor = visitor(news.ip.or(before.known_ip()), news.email.or(before.known_email().cloned()));
    if visitor != *before {
        commands.push(Command::SetVisitor { chat: news.chat, visitor });
    }
    commands
}

fn visitor(ip: Option<IpAddr>, email: Option<Email>) -> Visitor {
    let visitor = ip.map_or_else(Visitor::new, |ip| Visitor::new().ip(ip));
    match email {
        Some(email) => visitor.email(email),
        None => visitor,
    }
}

fn operator_changes(chat: &Chat, told: Operators) -> Vec<Command> {
    let before = chat.operators();
    let (coming, going): (Vec<_>, Vec<_>) = match told {
        Operators::Untold => return Vec::new(),
        Operators::All(now) => {
            let going = before.iter().filter(|operator| !now.contains(operator)).cloned().collect();
            (now.into_iter().filter(|operator| !before.contains(operator)).collect(), going)
        }
        Operators::OneMore(operator) if before.contains(&operator) => return Vec::new(),
        Operators::OneMore(operator) => (vec![operator], Vec::new()),
        Operators::OneLess(operator) if before.contains(&operator) => (Vec::new(), vec![operator]),
        Operators::OneLess(_) => return Vec::new(),
    };
    let (mut coming, mut going) = (coming.into_iter(), going.into_iter());
    let mut commands = Vec::new();
    loop {
        let chat = chat.id().clone();
        commands.push(match (going.next(), coming.next()) {
            // In one step: between two, nobody would attend the chat, and its watches would end.
            (Some(from), Some(to)) => Command::Transfer { chat, from, to },
            (None, Some(operator)) => Command::Attend { chat, operator },
            (Some(operator), None) => Command::Unattend { chat, operator },
            (None, None) => return commands,
        });
    }
}
