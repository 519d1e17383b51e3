//! A gateway, without I/O: it holds the sockets of people, asks for them, and brings them what they may hear.
//!
//! Every gateway hears everything that is told, and passes on what is for its own people: so nobody who counts messages
//! between machines learns who watches.

mod reader;
mod view;

use std::collections::{BTreeMap, HashMap};

use crate::Time;
use crate::fault::{Fault, planted};
use crate::message::{Answer, Ask, Delivery, Look, Place, Position, Seen, Sight, ToGateway, ToOwner, Told};
use crate::record::{Item, Person};
use crate::settings::{ASK_AGAIN, ASK_LIMIT, BEAT, BEAT_REST, GATEWAY_TRUSTED, Settings};
use crate::shard::{Log, Shard};

use reader::{Begin, Reader};
use view::{Kept, View};

pub use reader::{Out, Paper};

/// What a gateway hears.
#[derive(Clone, Debug)]
pub enum GatewayInput {
    /// Time passes: at least ten times a second.
    Tick,
    /// From an owner.
    Message(ToGateway),
    /// Somebody has opened a socket. An older one of theirs is closed.
    SignIn {
        /// Who.
        person: Person,
        /// A number that was not used before.
        socket: u64,
        /// The last places that they have, if they were cut off.
        seen: BTreeMap<Shard, Place>,
    },
    /// A socket is closed.
    SignOut {
        /// Which.
        socket: u64,
    },
    /// Somebody wants something done. The same id again is the same wish.
    Ask {
        /// Made up by them; it begins with who they are, so that nobody asks under an id of somebody else.
        id: String,
        /// Who.
        by: Person,
        /// It waits until the rules are applied up to here.
        g: u64,
        /// What.
        item: Item,
    },
}

/// What a gateway wants done.
#[derive(Clone, Debug)]
pub enum GatewayEffect {
    /// To tell the owner of a log something.
    Tell {
        /// Which.
        log: Log,
        /// What.
        message: ToOwner,
    },
    /// There is something to [take](Gateway::take).
    Ready {
        /// For this socket.
        socket: u64,
    },
    /// To close a socket: its person has opened another, or does not read.
    Close {
        /// Which.
        socket: u64,
    },
    /// The owners divide the chats otherwise: to end, and tell people.
    Unfit {
        /// Into so many shards.
        shards: u16,
    },
    /// What became of a wish.
    Answer {
        /// Its id.
        id: String,
        /// None where nobody knows: it may be asked again.
        answer: Option<Answer>,
    },
}

/// What people may know of a gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayStatus {
    /// Whether it may deliver.
    pub open: bool,
    /// The shards of which it does not know everything.
    pub behind: usize,
    /// The rules are in force up to here.
    pub passed: u64,
    /// Records of the rules that are in force in the shard that is farthest, and not everywhere.
    pub lag: u64,
    /// Sockets.
    pub sockets: usize,
    /// Wishes without an answer.
    pub wishes: usize,
    /// What was told and taken.
    pub taken: u64,
    /// What came twice or too late.
    pub stale: u64,
    /// How often something was missing and asked for.
    pub gaps: u64,
    /// How often something was not to be had again.
    pub lost: u64,
}

#[derive(Clone, Debug)]
struct Wish {
    /// They are asked anew in the order in which they came.
    nth: u64,
    log: Log,
    ask: Ask,
    first: Time,
    sent: Time,
}

/// What was said last to the owner of the rules.
#[derive(Clone, Copy, Debug)]
struct Beat {
    number: u64,
    sent: Time,
    passed: u64,
}

/// A gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    name: String,
    settings: Settings,
    now: Time,
    number: u64,
    /// When the beats were sent that were not answered yet.
    beats: BTreeMap<u64, Time>,
    last_beat: Option<Beat>,
    trusted_until: Time,
    open: bool,
    rules_epoch: u64,
    views: Vec<View>,
    readers: BTreeMap<Person, Reader>,
    /// Who has which socket.
    sockets: BTreeMap<u64, Person>,
    /// By their ids.
    wishes: HashMap<String, Wish>,
    status: GatewayStatus,
}

impl Gateway {
    /// One that is not admitted yet. No other may ever have had its name.
    pub fn new(name: impl Into<String>, settings: Settings) -> Self {
        Gateway {
            name: name.into(),
            now: 0,
            number: 0,
            beats: BTreeMap::new(),
            last_beat: None,
            trusted_until: 0,
            open: false,
            rules_epoch: 0,
            views: Shard::all(settings.shards).map(|shard| View::new(shard, settings.recent_kept)).collect(),
            readers: BTreeMap::new(),
            sockets: BTreeMap::new(),
            wishes: HashMap::new(),
            status: GatewayStatus::default(),
            settings,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people may know.
    pub fn status(&self) -> GatewayStatus {
        GatewayStatus {
            open: self.open,
            behind: self.views.iter().filter(|view| !view.is_open()).count(),
            passed: self.passed(),
            lag: self.views.iter().map(View::passed).max().unwrap_or_default().saturating_sub(self.passed()),
            sockets: self.readers.len(),
            wishes: self.wishes.len(),
            ..self.status
        }
    }

    /// Hears `input`, at `now`, and says what is to be done.
    pub fn handle(&mut self, now: Time, input: GatewayInput, out: &mut Vec<GatewayEffect>) {
        self.tell_time(now);
        match input {
            GatewayInput::Tick => self.tick(out),
            GatewayInput::Message(message) => self.message(message, out),
            GatewayInput::SignIn { person, socket, seen } => self.sign_in(person, socket, &seen, out),
            GatewayInput::SignOut { socket } => self.sign_out(socket),
            GatewayInput::Ask { id, by, g, item } => self.ask(id, by, g, item, out),
        }
        self.beat(out);
    }

    /// The next thing for the person at `socket`, at `now`. Nothing while the gateway does not know whether it still
    /// may be told.
    pub fn take(&mut self, now: Time, socket: u64) -> Option<Out> {
        self.tell_time(now);
        let careless = planted(Fault::StaleGateway);
        let reader = self.sockets.get(&socket).and_then(|person| self.readers.get_mut(person))?;
        let shard = reader.next()?;
        let open = self.open && self.views.get(usize::from(shard.0)).is_some_and(View::is_open);
        (open || careless).then(|| reader.take()).flatten()
    }

    fn tell_time(&mut self, now: Time) {
        self.now = now.max(self.now);
        if self.open && self.now >= self.trusted_until {
            self.open = false;
            self.views.iter_mut().for_each(View::close);
        }
    }

    /// Up to here the rules are in force here.
    fn passed(&self) -> u64 {
        self.views.iter().map(View::passed).min().unwrap_or_default()
    }

    fn number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn look(&mut self, log: Log, at: Sight, out: &mut Vec<GatewayEffect>) -> u64 {
        let number = self.number();
        let message = ToOwner::Look(Look { gateway: self.name.clone(), number, at });
        out.push(GatewayEffect::Tell { log, message });
        number
    }

    fn view(&mut self, shard: Shard) -> Option<&mut View> {
        self.views.get_mut(usize::from(shard.0))
    }
}

/// Time.
impl Gateway {
    fn tick(&mut self, out: &mut Vec<GatewayEffect>) {
        self.look_at_shards(out);
        self.ask_for_chats(out);
        self.ask_again(out);
    }

    /// Says that it lives: every [`BEAT`], and as soon as more of the rules is in force here, for commands wait for that.
    /// Not before the last one was answered, though: an owner who is busy hears no more than it can answer, and of those
    /// without an answer there are never more than a few.
    fn beat(&mut self, out: &mut Vec<GatewayEffect>) {
        let (now, passed) = (self.now, self.passed());
        let due = self.last_beat.is_none_or(|last| {
            // An owner that is unsure of its lease answers with a record, which is news again: hence the rest.
            let rested = now >= last.sent + BEAT_REST;
            let is_news = passed > last.passed && rested && !self.beats.contains_key(&last.number);
            is_news || now >= last.sent + BEAT
        });
        if due {
            let number = self.look(Log::Rules, Sight::Alive { passed, shards: self.settings.shards }, out);
            self.last_beat = Some(Beat { number, sent: now, passed });
            self.beats.retain(|_, sent| now < *sent + GATEWAY_TRUSTED);
            self.beats.insert(number, now);
        }
    }

    fn look_at_shards(&mut self, out: &mut Vec<GatewayEffect>) {
        if !self.open {
            return;
        }
        let now = self.now;
        let late: Vec<Shard> = self.views.iter().filter(|view| view.wants_position(now)).map(View::shard).collect();
        for shard in late {
            let number = self.look(Log::Shard(shard), Sight::Position, out);
            if let Some(view) = self.view(shard) {
                view.asked_position(number, now);
            }
        }
        let behind = self.views.iter().filter_map(|view| Some((view.shard(), view.behind()?)));
        let behind: Vec<(Shard, Place)> = behind.collect();
        behind.into_iter().for_each(|(shard, floor)| self.again(shard, floor, out));
    }

    /// What people may see in the shards of which they do not know that yet.
    fn ask_for_chats(&mut self, out: &mut Vec<GatewayEffect>) {
        let now = self.now;
        let late = self
            .readers
            .iter()
            .flat_map(|(person, reader)| reader.wants_chats(now).map(move |shard| (person.clone(), shard)));
        let late: Vec<(Person, Shard)> = late.collect();
        for (person, shard) in late {
            if self.view(shard).is_some_and(|view| view.has_begun()) {
                let number = self.look(Log::Shard(shard), Sight::Chats(person.clone()), out);
                if let Some(reader) = self.readers.get_mut(&person) {
                    reader.asked_chats(shard, number, now);
                }
            }
        }
    }

    fn again(&mut self, shard: Shard, floor: Place, out: &mut Vec<GatewayEffect>) {
        let now = self.now;
        let due = self.view(shard).is_some_and(|view| view.asks_again(now));
        if due {
            self.status.gaps += 1;
            let message = ToOwner::Again { gateway: self.name.clone(), floor };
            out.push(GatewayEffect::Tell { log: Log::Shard(shard), message });
        }
    }
}

/// What owners say.
impl Gateway {
    fn message(&mut self, message: ToGateway, out: &mut Vec<GatewayEffect>) {
        match message {
            ToGateway::Told(delivery) => self.told(delivery, out),
            ToGateway::Passed(position) => {
                self.hear_epoch(Log::Shard(position.shard), position.epoch, out);
                if let Some(floor) = self.view(position.shard).and_then(|view| view.hear_passed(&position)) {
                    self.again(position.shard, floor, out);
                }
            }
            ToGateway::Lost(position) => {
                self.hear_epoch(Log::Shard(position.shard), position.epoch, out);
                self.lost(&position, out);
            }
            ToGateway::Done { p, ids } => ids.iter().for_each(|id| self.answer(id, Answer::Done { p }, out)),
            ToGateway::Answer { id, answer } => self.answer(&id, answer, out),
            ToGateway::Seen { number, seen } => self.seen(number, seen, out),
        }
    }

    fn told(&mut self, delivery: Delivery, out: &mut Vec<GatewayEffect>) {
        let shard = delivery.shard;
        let Some(view) = self.view(shard) else { return };
        if let Some(floor) = view.misses(&delivery) {
            self.again(shard, floor, out);
            return;
        }
        let Some(view) = self.view(shard) else { return };
        let news = view.take(delivery);
        self.status.stale += u64::from(news.is_empty());
        self.status.taken += news.len() as u64;
        news.iter().for_each(|kept| self.bring(shard, kept, out));
    }

    /// To all of its people who may know.
    fn bring(&mut self, shard: Shard, kept: &Kept, out: &mut Vec<GatewayEffect>) {
        let Told { participants, watchers, .. } = &*kept.told;
        participants.iter().for_each(|person| self.bring_to(person, shard, kept, out));
        watchers.iter().for_each(|watcher| self.bring_to(&Person::Operator(watcher.clone()), shard, kept, out));
    }

    fn bring_to(&mut self, person: &Person, shard: Shard, kept: &Kept, out: &mut Vec<GatewayEffect>) {
        let Some(reader) = self.readers.get_mut(person) else { return };
        let socket = reader.socket;
        reader.hear(person, shard, kept);
        if reader.waiting() > self.settings.outbox {
            self.readers.remove(person);
            self.sockets.remove(&socket);
            out.push(GatewayEffect::Close { socket });
        } else {
            out.push(GatewayEffect::Ready { socket });
        }
    }

    fn lost(&mut self, position: &Position, out: &mut Vec<GatewayEffect>) {
        let Some(view) = self.view(position.shard) else { return };
        if view.skip_to(position) {
            self.status.lost += 1;
            self.readers.values_mut().for_each(|reader| reader.begin_anew(position.shard));
            self.ask_for_chats(out);
        }
    }

    fn seen(&mut self, number: u64, seen: Seen, out: &mut Vec<GatewayEffect>) {
        match seen {
            Seen::Alive { shards, .. } if shards != self.settings.shards && !planted(Fault::OtherShards) => {
                out.push(GatewayEffect::Unfit { shards });
            }
            Seen::Alive { epoch, admitted, shards: _ } => {
                self.hear_epoch(Log::Rules, epoch, out);
                let sent = self.beats.remove(&number);
                if let Some(sent) = sent.filter(|_| admitted) {
                    self.trusted(sent + GATEWAY_TRUSTED, out);
                }
            }
            Seen::Position(position) => {
                self.hear_epoch(Log::Shard(position.shard), position.epoch, out);
                if let Some(view) = self.view(position.shard) {
                    view.hear_position(number, &position);
                }
                self.look_at_shards(out);
                self.all_ready(out);
            }
            Seen::Chats { at, monitored, attending } => {
                self.hear_epoch(Log::Shard(at.shard), at.epoch, out);
                let Some(view) = self.views.get(usize::from(at.shard.0)) else { return };
                for (person, reader) in &mut self.readers {
                    if reader.hear_chats(number, &at, &monitored, &attending, view.kept_from()) {
                        view.after(Place::end(at.p)).for_each(|kept| reader.hear(person, at.shard, kept));
                        out.push(GatewayEffect::Ready { socket: reader.socket });
                    }
                }
            }
        }
    }

    fn trusted(&mut self, until: Time, out: &mut Vec<GatewayEffect>) {
        self.trusted_until = self.trusted_until.max(until);
        if !self.open && self.now < self.trusted_until {
            self.open = true;
            self.look_at_shards(out);
        }
        self.all_ready(out);
    }

    /// What was held back may go out.
    fn all_ready(&self, out: &mut Vec<GatewayEffect>) {
        let waiting = self.readers.values().filter(|reader| reader.waiting() > 0);
        out.extend(waiting.map(|reader| GatewayEffect::Ready { socket: reader.socket }));
    }
}

/// What people want.
impl Gateway {
    fn sign_in(&mut self, person: Person, socket: u64, seen: &BTreeMap<Shard, Place>, out: &mut Vec<GatewayEffect>) {
        let mut reader = Reader::new(socket);
        for view in &self.views {
            let at = seen.get(&view.shard()).copied();
            match at {
                Some(at) if view.has_begun() && at >= view.kept_from() => {
                    reader.begin(view.shard(), Begin::After(at));
                    view.after(at).for_each(|kept| reader.hear(&person, view.shard(), kept));
                }
                Some(_) => reader.begin(view.shard(), Begin::Wanted { lost: true }),
                None => reader.begin(view.shard(), Begin::Wanted { lost: false }),
            }
        }
        out.push(GatewayEffect::Ready { socket });
        self.sockets.insert(socket, person.clone());
        if let Some(Reader { socket, .. }) = self.readers.insert(person, reader) {
            self.sockets.remove(&socket);
            out.push(GatewayEffect::Close { socket });
        }
        self.ask_for_chats(out);
    }

    fn sign_out(&mut self, socket: u64) {
        if let Some(person) = self.sockets.remove(&socket) {
            self.readers.remove(&person);
        }
    }

    fn ask(&mut self, id: String, by: Person, g: u64, item: Item, out: &mut Vec<GatewayEffect>) {
        let mut shards = self.settings.shards;
        if planted(Fault::OtherHash) && self.name.ends_with('1') {
            shards = shards.saturating_sub(1);
        }
        let log = item.chat().map_or(Log::Rules, |chat| Log::Shard(Shard::of(chat, shards)));
        let ask = Ask { gateway: self.name.clone(), epoch: 0, id: id.clone(), by, g, item };
        let nth = self.number();
        self.wishes.entry(id.clone()).or_insert(Wish { nth, log, ask, first: self.now, sent: 0 });
        self.send(&id, out);
    }

    fn ask_again(&mut self, out: &mut Vec<GatewayEffect>) {
        let now = self.now;
        let over: Vec<String> = self.late(|wish| now >= wish.first + ASK_LIMIT);
        for id in over {
            self.wishes.remove(&id);
            out.push(GatewayEffect::Answer { id, answer: None });
        }
        let late = self.late(|wish| wish.sent == 0 || now >= wish.sent + ASK_AGAIN);
        late.iter().for_each(|id| self.send(id, out));
    }

    fn late(&self, is_late: impl Fn(&Wish) -> bool) -> Vec<String> {
        let late = self.wishes.iter().filter(|(_, wish)| is_late(wish));
        let mut late: Vec<(u64, &String)> = late.map(|(id, wish)| (wish.nth, id)).collect();
        late.sort_unstable();
        late.into_iter().map(|(_, id)| id.clone()).collect()
    }

    fn epoch(&self, log: Log) -> u64 {
        match log {
            Log::Rules => self.rules_epoch,
            Log::Shard(Shard(shard)) => self.views.get(usize::from(shard)).map_or(0, View::epoch),
        }
    }

    /// The owner of a log may be another one now, who knows nothing of what the one before was asked.
    fn hear_epoch(&mut self, log: Log, epoch: u64, out: &mut Vec<GatewayEffect>) {
        if epoch <= self.epoch(log) {
            return;
        }
        match log {
            Log::Rules => self.rules_epoch = epoch,
            Log::Shard(shard) => self.view(shard).into_iter().for_each(|view| view.set_epoch(epoch)),
        }
        let asked = self.late(|wish| wish.log == log);
        asked.iter().for_each(|id| self.send(id, out));
    }

    /// Sends a wish to whoever owns its log now, if that is known.
    fn send(&mut self, id: &str, out: &mut Vec<GatewayEffect>) {
        let Some(log) = self.wishes.get(id).map(|wish| wish.log) else { return };
        let (now, epoch) = (self.now.max(1), self.epoch(log));
        if let Some(wish) = self.wishes.get_mut(id).filter(|_| epoch > 0) {
            (wish.ask.epoch, wish.sent) = (epoch, now);
            out.push(GatewayEffect::Tell { log, message: ToOwner::Ask(wish.ask.clone()) });
        }
    }

    fn answer(&mut self, id: &str, answer: Answer, out: &mut Vec<GatewayEffect>) {
        let Some(wish) = self.wishes.get(id) else { return };
        match answer {
            Answer::Moved { epoch } => self.hear_epoch(wish.log, epoch, out),
            // An owner after that one may do it yet.
            Answer::Refused { epoch, .. } if epoch != wish.ask.epoch => {}
            Answer::Done { .. } | Answer::Refused { .. } => {
                if let Some((id, _)) = self.wishes.remove_entry(id) {
                    out.push(GatewayEffect::Answer { id, answer: Some(answer) });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_monitor::Channel;

    use super::{Gateway, GatewayEffect, GatewayInput};
    use crate::message::{Place, Position, Seen, Sight, ToGateway, ToOwner};
    use crate::record::{Item, Person};
    use crate::settings::Settings;
    use crate::shard::Shard;

    /// What it tells owners.
    fn told(gateway: &mut Gateway, input: GatewayInput) -> Vec<ToOwner> {
        let mut out = Vec::new();
        gateway.handle(1, input, &mut out);
        let told = out.into_iter().filter_map(|effect| match effect {
            GatewayEffect::Tell { message, .. } => Some(message),
            _ => None,
        });
        told.collect()
    }

    fn seen(number: u64, seen: Seen) -> GatewayInput {
        GatewayInput::Message(ToGateway::Seen { number, seen })
    }

    #[test]
    fn a_wish_is_asked_anew_whatever_tells_of_a_new_owner() {
        let shard = Shard(0);
        let at = |epoch| Position { shard, p: 4, g: 0, epoch, after: Place::default() };
        let number = |told: Vec<ToOwner>, wanted: fn(&Sight) -> bool| {
            let looks = told.into_iter().filter_map(|message| match message {
                ToOwner::Look(look) if wanted(&look.at) => Some(look.number),
                _ => None,
            });
            looks.last().expect("a look")
        };
        let mut gateway = Gateway::new("g1", Settings { shards: 1, ..Settings::default() });
        let beat = number(told(&mut gateway, GatewayInput::Tick), |at| matches!(at, Sight::Alive { .. }));
        let admitted = told(&mut gateway, seen(beat, Seen::Alive { epoch: 1, admitted: true, shards: 1 }));
        let position = number(admitted, |at| matches!(at, Sight::Position));
        let wish = |id: &str| {
            let (chat, by) = ("c1".parse().expect("an id"), Person::Service);
            let item = Item::Say { chat, channel: Channel::Public, from: by.clone(), text: "Hello".to_owned() };
            GatewayInput::Ask { id: id.to_owned(), by, g: 0, item }
        };
        let mut hear = |input| -> Vec<(String, u64)> {
            let asks = told(&mut gateway, input).into_iter().filter_map(|message| match message {
                ToOwner::Ask(ask) => Some((ask.id, ask.epoch)),
                _ => None,
            });
            asks.collect()
        };
        assert_eq!([hear(wish("b")), hear(wish("a"))], [[], []], "the owner is not known yet");
        let in_order = |epoch| ["b", "a"].map(|id| (id.to_owned(), epoch));
        assert_eq!(hear(seen(position, Seen::Position(at(1)))), in_order(1));
        assert_eq!(hear(GatewayInput::Message(ToGateway::Passed(at(2)))), in_order(2));
        assert_eq!(hear(seen(0, Seen::Position(at(3)))), in_order(3), "also by an answer to what was not asked");
        assert_eq!(hear(GatewayInput::Message(ToGateway::Lost(at(4)))), in_order(4));
        let chats = Seen::Chats { at: at(5), monitored: Vec::new(), attending: Vec::new() };
        assert_eq!(hear(seen(0, chats)), in_order(5));
        assert_eq!(hear(GatewayInput::Message(ToGateway::Passed(at(4)))), [], "an owner before that one");
    }
}
