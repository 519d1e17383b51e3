//! People of a cluster that is tried: visitors and operators who talk, and a watcher who may watch, and then may not.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chat_monitor::{Channel, Chat, ChatId, Command, Criterion, Operator, OperatorId, Role, Rule};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::chaos::{Asker, Notes, PATIENCE, Reader};
use crate::program::Failure;
use crate::record::{Item, Person};
use crate::shard::Log;
use crate::token::Token;

/// The operator who is watched, and who watches.
pub(super) const WATCHED: &str = "ken";
pub(super) const WATCHER: &str = "hana";
/// The visitor whose chat is shown.
pub(super) const VISITOR: &str = "mika";

/// How long the watcher may watch, and then may not.
const WATCHES: Duration = Duration::from_secs(6);
const DOES_NOT: Duration = Duration::from_secs(5);

/// A chat that is talked again and again: the visitor first, then in turns.
struct Dialogue {
    visitor: &'static str,
    operator: &'static str,
    /// How long it takes to type a line.
    typing: Duration,
    lines: &'static [&'static str],
}

const DIALOGUES: [Dialogue; 6] = [
    Dialogue {
        visitor: VISITOR,
        operator: WATCHED,
        typing: Duration::from_millis(1_200),
        lines: &[
            "My clock has not come yet.",
            "Sorry! Which order is it?",
            "A-2041.",
            "It comes tomorrow, by noon.",
            "Can I choose the time?",
            "Yes: 9 to 12, or 14 to 16.",
            "9 to 12, please.",
            "Done. Anything else?",
            "No. Thank you!",
        ],
    },
    Dialogue {
        visitor: "daniel",
        operator: WATCHED,
        typing: Duration::from_millis(900),
        lines: &[
            "My lamp flickers.",
            "Since when does it?",
            "Since I bought it.",
            "Then we send a new one.",
            "That was quick!",
            "It leaves today.",
        ],
    },
    Dialogue {
        visitor: "lena",
        operator: "aya",
        typing: Duration::from_millis(400),
        lines: &["Do you ship to Norway?", "We do, in five days.", "What does it cost?", "Nothing above 50 euros."],
    },
    Dialogue {
        visitor: "omar",
        operator: "aya",
        typing: Duration::from_millis(300),
        lines: &["I cannot sign in.", "I have sent you a link.", "It works.", "Good!"],
    },
    Dialogue {
        visitor: "priya",
        operator: "aya",
        typing: Duration::from_millis(350),
        lines: &["The cup is broken.", "Can you send a picture?", "Here it is.", "A new one is on its way."],
    },
    Dialogue {
        visitor: "tom",
        operator: "aya",
        typing: Duration::from_millis(250),
        lines: &["Where is my invoice?", "In your account.", "Found it.", "Anything else?", "No, thanks."],
    },
];

/// What becomes of the watcher's rights.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// A rule is asked for: from now on it may be in force.
    Asked,
    /// It is acknowledged.
    Given(String, Duration),
    /// Its end is acknowledged, as in force everywhere from this record of the rules on.
    Taken(String, Duration, u64),
}

/// How long those who ask wait for answers.
#[derive(Debug, Default)]
pub(super) struct Waits(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    /// Who waits: since when, and for which log.
    now: BTreeMap<usize, (Instant, Log)>,
    last: Option<(Duration, Log)>,
    longest: Option<(Duration, Log)>,
    answered: u64,
    turns: Vec<Turn>,
}

impl Waits {
    fn state(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever has waited the longest, and for which log.
    pub(super) fn now(&self) -> Option<(Duration, Log)> {
        self.state().now.values().min().map(|(since, log)| (since.elapsed(), *log))
    }

    pub(super) fn last(&self) -> Option<(Duration, Log)> {
        self.state().last
    }

    /// Since [`forget`](Self::forget) was called.
    pub(super) fn longest(&self) -> Option<(Duration, Log)> {
        self.state().longest
    }

    pub(super) fn forget(&self) {
        self.state().longest = None;
    }

    pub(super) fn answered(&self) -> u64 {
        self.state().answered
    }

    /// What became of the watcher's rights since this was last asked.
    pub(super) fn turns(&self) -> Vec<Turn> {
        std::mem::take(&mut self.state().turns)
    }

    fn turn(&self, turn: Turn) {
        self.state().turns.push(turn);
    }

    fn begin(&self, who: usize, log: Log) {
        self.state().now.insert(who, (Instant::now(), log));
    }

    fn end(&self, who: usize) -> Duration {
        let mut state = self.state();
        let Some((since, log)) = state.now.remove(&who) else { return Duration::ZERO };
        let wait = (since.elapsed(), log);
        state.answered += 1;
        state.last = Some(wait);
        state.longest = state.longest.max(Some(wait));
        wait.0
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct People {
    /// Those who read, by the number under which that is noted.
    pub(super) readers: Vec<Person>,
    pub(super) waits: Arc<Waits>,
    reading: Vec<JoinHandle<()>>,
    asking: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

/// Somebody who asks, and whose waiting is seen.
struct Speaker {
    who: usize,
    asker: Asker,
    waits: Arc<Waits>,
    notes: Arc<Notes>,
    shards: u16,
    stopped: watch::Receiver<bool>,
}

impl People {
    /// Those who work there are set up, and everybody begins.
    pub(super) async fn begin(
        doors: &[SocketAddr],
        key: &[u8],
        shards: u16,
        notes: &Arc<Notes>,
    ) -> Result<Self, Failure> {
        let token = |person: Person| Token { person, expires: u64::MAX }.signed(key);
        let (stop, stopped) = watch::channel(false);
        let waits = Arc::new(Waits::default());
        let speaker = |who| Speaker {
            who,
            asker: Asker::new(doors, token(Person::Service), notes, shards, who),
            waits: Arc::clone(&waits),
            notes: Arc::clone(notes),
            shards,
            stopped: stopped.clone(),
        };
        let mut first = speaker(0);
        for (name, role) in [(WATCHED, Role::Associate), ("aya", Role::Associate), (WATCHER, Role::Supervisor)] {
            let set = Command::SetOperator { id: operator(name)?, operator: Operator::new(role) };
            let id = format!("first-{name}");
            let asked = first.ask(&id, Item::Do(set), false);
            timeout(PATIENCE, asked).await.map_err(|_| wrong("nobody answers"))?;
        }
        let chat = VISITOR.parse().map_err(wrong)?;
        let readers =
            vec![Person::Visitor(chat), Person::Operator(operator(WATCHED)?), Person::Operator(operator(WATCHER)?)];
        let reading = readers.iter().enumerate();
        let reading = reading
            .map(|(who, person)| tokio::spawn(Reader::new(who, doors, token(person.clone()), notes).read(who)))
            .collect();
        let mut asking =
            vec![tokio::spawn(speaker(DIALOGUES.len()).give_and_take(operator(WATCHER)?, operator(WATCHED)?))];
        for (nth, dialogue) in DIALOGUES.into_iter().enumerate() {
            let operator = operator(dialogue.operator)?;
            asking.push(tokio::spawn(speaker(nth).talk(dialogue, operator)));
        }
        Ok(People { readers, waits, reading, asking, stop })
    }

    /// Everything that was asked for is answered.
    pub(super) async fn stop_asking(&mut self) -> Result<(), Failure> {
        let _ = self.stop.send(true);
        for asking in self.asking.drain(..) {
            timeout(PATIENCE, asking).await.map_err(|_| wrong("a wish is never answered"))?.map_err(wrong)?;
        }
        Ok(())
    }

    pub(super) fn stop_reading(&self) {
        self.reading.iter().for_each(JoinHandle::abort);
    }
}

impl Speaker {
    async fn ask(&mut self, id: &str, item: Item, revocation: bool) -> Duration {
        self.waits.begin(self.who, item.log(self.shards));
        self.asker.ask(id, &item, revocation).await;
        self.waits.end(self.who)
    }

    /// Whether there is time to go on.
    async fn rests(&mut self, time: Duration) -> bool {
        timeout(time, self.stopped.wait_for(|stopped| *stopped)).await.is_err()
    }

    async fn talk(mut self, dialogue: Dialogue, operator: OperatorId) {
        let Ok(chat) = dialogue.visitor.parse::<ChatId>() else { return };
        for time in 0.. {
            let id = |what: &str| format!("{}-{time}-{what}", dialogue.visitor);
            let start = Command::StartChat(Chat::new(chat.clone()).attended_by(operator.clone()));
            self.ask(&id("start"), Item::Do(start), false).await;
            for (nth, line) in dialogue.lines.iter().enumerate() {
                if !self.rests(dialogue.typing).await {
                    return;
                }
                let from =
                    if nth % 2 == 0 { Person::Visitor(chat.clone()) } else { Person::Operator(operator.clone()) };
                let say = Item::Say { chat: chat.clone(), channel: Channel::Public, from, text: (*line).to_owned() };
                self.ask(&id(&nth.to_string()), say, false).await;
            }
            self.ask(&id("end"), Item::Do(Command::EndChat { chat: chat.clone() }), false).await;
            if !self.rests(2 * dialogue.typing).await {
                return;
            }
        }
    }

    async fn give_and_take(mut self, watcher: OperatorId, watched: OperatorId) {
        for nth in 1.. {
            let name = format!("r{nth}");
            let Ok(rule) = name.parse() else { return };
            let add = Rule::new(rule, watcher.clone(), Criterion::Operator(watched.clone()));
            let remove = Command::RemoveRule { rule: add.id().clone() };
            self.waits.turn(Turn::Asked);
            let after = self.ask(&format!("{name}-add"), Item::Do(Command::AddRule(add)), false).await;
            self.waits.turn(Turn::Given(name.clone(), after));
            if !self.rests(WATCHES).await {
                return;
            }
            let after = self.ask(&format!("{name}-remove"), Item::Do(remove), true).await;
            let in_force = *self.notes.in_force.borrow();
            self.waits.turn(Turn::Taken(name, after, in_force));
            if !self.rests(DOES_NOT).await {
                return;
            }
        }
    }
}

fn wrong(why: impl ToString) -> Failure {
    Failure::Chaos(why.to_string())
}

fn operator(name: &str) -> Result<OperatorId, Failure> {
    name.parse().map_err(wrong)
}
