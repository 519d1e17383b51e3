//! The live chats and their watches without the engine, and how a monitor takes them up.

use alloc::vec::Vec;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::super::watches::{Rules, Watch};
use super::super::{EndReason, Event, LeftReason, LiveMonitor};
use super::{InvalidMonitor, SavedPart, Unloadable, part};
use crate::chat::Chat;
use crate::engine::MonitorEngine;
use crate::id::{ChatId, OperatorId};
use crate::slab::Place;
use crate::verdict::Verdict;
use crate::wire::{Version, read_as};

/// The live chats and the order of their watches, without the engine: for a host that spreads its chats over several
/// monitors, all with the same engine.
///
/// ```
/// use chat_monitor::{Chat, Command, Criterion, LiveMonitor, MonitorEngine, Role, Rule, SavedChats};
///
/// let mut engine = MonitorEngine::new();
/// engine.set_operator("ken".parse()?, Role::Associate)?;
/// engine.set_operator("hana".parse()?, Role::Supervisor)?;
/// engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
/// let mut here = LiveMonitor::new(engine.clone());
/// here.apply(Command::StartChat(Chat::new("c1".parse()?).attended_by("ken".parse()?)))?;
///
/// // They move to another machine, which has the engine.
/// let moved: SavedChats = serde_json::from_str(&serde_json::to_string(&here.saved_chats())?)?;
/// let mut there = LiveMonitor::new(engine);
/// assert!(there.take_up(moved)?.is_empty());
/// assert_eq!(there, here);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedChats {
    pub(super) chats: Vec<Chat>,
    /// In the order in which they began.
    pub(super) watches: Vec<SavedWatch>,
}

/// That somebody watches a chat. By which rules is for the engine to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SavedWatch {
    /// Which of the saved chats.
    pub(super) chat: usize,
    pub(super) watcher: OperatorId,
}

/// The same as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a watch")]
pub(super) struct WatchForm {
    pub(super) chat: ChatId,
    pub(super) watcher: OperatorId,
}

impl SavedChats {
    /// What was [saved in parts](LiveMonitor::begin_saving_chats), without an engine.
    ///
    /// # Errors
    ///
    /// [`InvalidMonitor`] if a part is missing or there twice.
    pub fn of_parts(parts: impl IntoIterator<Item = SavedPart>) -> Result<Self, InvalidMonitor> {
        match part::put_together(parts)? {
            (None, chats) => Ok(chats),
            (Some(_), _) => Err(Unloadable::WithEngine.into()),
        }
    }

    pub(super) fn of_forms(chats: Vec<Chat>, watches: Vec<WatchForm>) -> Result<Self, Unloadable> {
        let places: HashMap<&ChatId, usize, RandomState> = chats.iter().map(Chat::id).zip(0..).collect();
        let watch = |WatchForm { chat, watcher }| match places.get(&chat) {
            Some(&chat) => Ok(SavedWatch { chat, watcher }),
            None => Err(Unloadable::WatchOfUnknownChat(watcher, chat)),
        };
        let watches: Result<_, _> = watches.into_iter().map(watch).collect();
        drop(places);
        Ok(SavedChats { chats, watches: watches? })
    }
}

/// `{"version": 1, "chats": […], "watches": [{"chat": …, "watcher": …}]}`
impl Serialize for SavedChats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = |watch: &SavedWatch| {
            let chat = self.chats.get(watch.chat)?.id().clone();
            Some(WatchForm { chat, watcher: watch.watcher.clone() })
        };
        let watches: Vec<WatchForm> = self.watches.iter().filter_map(form).collect();
        let mut saved = serializer.serialize_struct("SavedChats", 3)?;
        saved.serialize_field("version", &Version)?;
        saved.serialize_field("chats", &self.chats)?;
        saved.serialize_field("watches", &watches)?;
        saved.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "saved chats")]
struct ChatsForm {
    #[expect(dead_code, reason = "reading it is checking it")]
    version: Version,
    chats: Vec<Chat>,
    watches: Vec<WatchForm>,
}

impl TryFrom<ChatsForm> for SavedChats {
    type Error = InvalidMonitor;

    fn try_from(form: ChatsForm) -> Result<Self, InvalidMonitor> {
        let ChatsForm { version: _, chats, watches } = form;
        Ok(SavedChats::of_forms(chats, watches)?)
    }
}

read_as!(SavedChats, ChatsForm);

/// Saved chats.
impl LiveMonitor {
    /// The live chats and the order of their watches, without the engine.
    pub fn saved_chats(&self) -> SavedChats {
        let places: HashMap<Place, usize, RandomState> = self.rooms.places().zip(0..).collect();
        let saved = |watch: &Watch| {
            let chat = *places.get(&watch.room)?;
            Some(SavedWatch { chat, watcher: self.people.id(watch.watcher)?.clone() })
        };
        let watches = self.watches_in_order().into_iter().filter_map(saved).collect();
        SavedChats { chats: self.chats().cloned().collect(), watches }
    }

    /// Takes up chats that another monitor had, behind those that are live here, and says what is otherwise than when
    /// they were saved: what [`SavedMonitor::settle`](super::SavedMonitor::settle) says. Under the same engine that is
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidMonitor`] if the saved chats contradict themselves, or if one of them is live here; nothing has changed
    /// then.
    pub fn take_up(&mut self, saved: SavedChats) -> Result<Vec<Event>, InvalidMonitor> {
        let SavedChats { chats, watches } = saved;
        let resumed = |(nth, SavedWatch { chat, watcher })| Resumed { nth, chat, watcher, rules: None };
        let mut watches: Vec<Resumed> = watches.into_iter().enumerate().map(resumed).collect();
        // A stable sort: in each chat they stay in their order.
        watches.sort_by_key(|watch| watch.chat);
        if let Some((chat, watcher)) = twice(&watches).and_then(|watch| Some((chats.get(watch.chat)?, &watch.watcher)))
        {
            return Err(Unloadable::DuplicateWatch(watcher.clone(), chat.id().clone()).into());
        }
        let mut taken = Vec::with_capacity(chats.len());
        self.rooms.reserve(chats.len());
        for chat in chats {
            if self.rooms.find(chat.id()).is_some() {
                taken.into_iter().for_each(|place| _ = self.rooms.remove(place));
                return Err(Unloadable::DuplicateChat(chat.id().clone()).into());
            }
            taken.push(self.rooms.insert(chat));
        }
        Ok(self.resume(&taken, watches))
    }

    /// Goes on with the saved watches that the engine still grants, in their order, and says what has changed.
    fn resume(&mut self, taken: &[Place], mut watches: Vec<Resumed>) -> Vec<Event> {
        let mut events = Vec::new();
        for &place in taken {
            self.file(place);
            let must_leave = |engine: &MonitorEngine, operator: &_| !engine.may_stay_joined(operator);
            self.put_out(place, must_leave, LeftReason::NoRights, &mut events);
        }
        let mut unsettled = Vec::new();
        let mut ended = Vec::new();
        let mut of_chats = watches.chunk_by_mut(|one, next| one.chat == next.chat).peekable();
        for (&place, chat) in taken.iter().zip(0..) {
            let of_chat = of_chats.next_if(|watches| watches.first().is_some_and(|watch| watch.chat == chat));
            let of_chat = of_chat.unwrap_or_default();
            if !self.find_rules(place, of_chat) {
                unsettled.push(place);
                let former = of_chat.iter().filter(|watch| watch.rules.is_none());
                ended.extend(former.map(|watch| (place, watch.watcher.clone())));
            }
        }
        watches.sort_unstable_by_key(|watch| watch.nth);
        for Resumed { chat, watcher, rules, .. } in watches {
            if let Some((place, rules)) = taken.get(chat).zip(rules) {
                self.begin(*place, &watcher, rules);
            }
        }
        let mut ended = ended.into_iter().peekable();
        for place in unsettled {
            while let Some((_, watcher)) = ended.next_if(|(of, _)| *of == place) {
                if let Some(room) = self.rooms.get(place) {
                    let (chat, reason) = (room.chat.id().clone(), self.why_not(&watcher, &room.chat));
                    events.push(Event::WatchEnded { chat, watcher, reason });
                }
            }
            self.decide(place, &mut events);
        }
        events
    }

    /// Finds the rules that grant each saved watch of a chat, and says whether these are all that the engine grants, and
    /// no others.
    fn find_rules(&mut self, place: Place, watches: &mut [Resumed]) -> bool {
        let Some(room) = self.rooms.get(place) else { return false };
        self.engine.granting(&room.chat, &mut self.scratch.granting);
        if self.scratch.granting.is_empty() {
            return watches.is_empty();
        }
        self.scratch.group(self.engine.numbers());
        for watch in &mut *watches {
            let number = self.engine.number(&watch.watcher);
            watch.rules = number.and_then(|number| self.scratch.rules_of(number, &self.engine));
        }
        watches.len() == self.scratch.watchers() && watches.iter().all(|watch| watch.rules.is_some())
    }

    /// Why none of an operator's rules grants a chat: the gate that closes the first one which matches it.
    fn why_not(&self, watcher: &OperatorId, chat: &Chat) -> EndReason {
        let verdicts = || self.engine.rules_of(watcher).map(|rule| self.engine.judge(rule, chat));
        let does_not_match =
            |verdict: &Verdict| matches!(verdict, Verdict::Disabled | Verdict::OutsideWindow | Verdict::NoMatch);
        let closed = verdicts().find(|verdict| !does_not_match(verdict)).or_else(|| verdicts().next());
        closed.and_then(EndReason::of).unwrap_or(EndReason::RuleRemoved)
    }
}

/// A saved watch on its way back.
#[derive(Debug)]
struct Resumed {
    /// Its place in the order of watches.
    nth: usize,
    /// The place of its chat in the order of chats.
    chat: usize,
    watcher: OperatorId,
    /// By which it is granted, once that is found.
    rules: Option<Rules>,
}

/// A watch whose watcher has another of the same chat. They are sorted by chat.
fn twice(watches: &[Resumed]) -> Option<&Resumed> {
    watches.chunk_by(|one, next| one.chat == next.chat).find_map(|of_chat| {
        let mut by_watcher: Vec<&Resumed> = of_chat.iter().collect();
        by_watcher.sort_unstable_by_key(|watch| &watch.watcher);
        let mut pairs = by_watcher.iter().zip(by_watcher.iter().skip(1));
        pairs.find(|(one, next)| one.watcher == next.watcher).map(|(one, _)| *one)
    })
}
