//! What is known of a chat, whatever the order in which it was told.
//!
//! Webhooks come late, twice and in no order. So each fact keeps the time as of which it is known, and two tellings of
//! it merge into one: the later one counts. Two of the same moment that contradict each other both count, in the way
//! that lets nobody watch who may not: both operators attend, the attribute is unknown, the chat has ended. Merging is
//! therefore the same in any order, and merging something twice is merging it once.

use std::collections::BTreeMap;

use chat_monitor::OperatorId;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// An attribute of the visitor, as a body tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told<T> {
    /// The body does not speak of it; what was known still is.
    Untold,
    /// The body says that it is not known, or says it illegibly.
    Unknown,
    Known(T),
}

/// What became of a telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merged {
    /// It counts, or says what is known anyway.
    Counts,
    /// Something later is known.
    Old,
}

/// An attribute and the time as of which it is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Latest<T> {
    known: Option<(Time, Value<T>)>,
}

/// In the order in which they win against each other at the same moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Value<T> {
    Unknown,
    Known(T),
    /// Two values at the same moment: it is unknown, whatever else is told of that moment.
    Disputed,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Latest { known: None }
    }
}

impl<T: Clone + PartialEq> Latest<T> {
    pub(crate) fn merge(&mut self, at: Time, told: Told<T>) -> Merged {
        let value = match told {
            Told::Untold => return Merged::Counts,
            Told::Unknown => Value::Unknown,
            Told::Known(value) => Value::Known(value),
        };
        match &mut self.known {
            Some((known_at, known)) if at < *known_at => {
                return if *known == value { Merged::Counts } else { Merged::Old };
            }
            Some((known_at, known)) if at == *known_at => known.join(value),
            known => *known = Some((at, value)),
        }
        Merged::Counts
    }

    pub(crate) fn value(&self) -> Option<&T> {
        match &self.known {
            Some((_, Value::Known(value))) => Some(value),
            Some((_, Value::Unknown | Value::Disputed)) | None => None,
        }
    }

    /// This and another, each of them as of its own time.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        match &other.known {
            None => {}
            Some((at, Value::Unknown)) => _ = both.merge(*at, Told::Unknown),
            Some((at, Value::Known(value))) => _ = both.merge(*at, Told::Known(value.clone())),
            Some((at, Value::Disputed)) => match &mut both.known {
                Some((known_at, _)) if *at < *known_at => {}
                known => *known = Some((*at, Value::Disputed)),
            },
        }
        both
    }
}

impl<T: PartialEq> Value<T> {
    fn join(&mut self, other: Self) {
        match (&*self, other) {
            (Value::Disputed, _) | (_, Value::Unknown) => {}
            (Value::Known(known), Value::Known(other)) if *known == other => {}
            (Value::Known(_), Value::Known(_)) => *self = Value::Disputed,
            (_, other) => *self = other,
        }
    }
}

/// In which of a vendor's lists somebody attends: the one to whom the chat is assigned, and those who take part
/// besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Part {
    Assigned,
    Participants,
}

/// Who attends, as a body tells it.
#[derive(Clone, Debug)]
pub(crate) enum Attendance {
    /// In this list these, and nobody else.
    All(Part, Vec<OperatorId>),
    OneMore(OperatorId),
    OneLess(OperatorId),
}

/// Who attends, and since when each of them is known to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Attending {
    lists: BTreeMap<Part, (Time, Vec<OperatorId>)>,
    singly: BTreeMap<OperatorId, (Time, bool)>,
}

impl Attending {
    pub(crate) fn merge(&mut self, at: Time, told: Attendance) -> Merged {
        match told {
            Attendance::All(part, operators) => self.merge_list(at, part, operators),
            Attendance::OneMore(operator) => self.merge_one(at, operator, true),
            Attendance::OneLess(operator) => self.merge_one(at, operator, false),
        }
    }

    fn merge_list(&mut self, at: Time, part: Part, operators: Vec<OperatorId>) -> Merged {
        match self.lists.get_mut(&part) {
            Some((known_at, known)) if at < *known_at => {
                let same = operators.iter().all(|one| known.contains(one)) && operators.len() == known.len();
                return if same { Merged::Counts } else { Merged::Old };
            }
            Some((known_at, known)) if at == *known_at => {
                known.extend(operators);
                known.sort();
                known.dedup();
            }
            _ => _ = self.lists.insert(part, (at, operators)),
        }
        Merged::Counts
    }

    fn merge_one(&mut self, at: Time, operator: OperatorId, attends: bool) -> Merged {
        let assigned_at = self.lists.get(&Part::Assigned).map(|(at, _)| *at);
        let (known_at, known) = self.singly.entry(operator).or_insert((at, attends));
        match at.cmp(known_at) {
            std::cmp::Ordering::Less => return Merged::Old,
            std::cmp::Ordering::Equal => *known |= attends,
            std::cmp::Ordering::Greater => (*known_at, *known) = (at, attends),
        }
        if assigned_at.is_some_and(|assigned_at| at < assigned_at) { Merged::Old } else { Merged::Counts }
    }

    /// Takes over what was told of the same chat by another name.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (part, (at, operators)) in other.lists {
            self.merge_list(at, part, operators);
        }
        for (operator, (at, attends)) in other.singly {
            self.merge_one(at, operator, attends);
        }
    }

    /// Who attends, each once: first those in the lists, in their order, then the others as they came.
    ///
    /// What was told of one operator counts until the list of those to whom the chat is assigned is told anew.
    pub(crate) fn operators(&self) -> Vec<OperatorId> {
        let assigned_at = self.lists.get(&Part::Assigned).map(|(at, _)| *at);
        let singly = |operator: &OperatorId| {
            self.singly.get(operator).filter(|(at, _)| assigned_at.is_none_or(|assigned_at| *at >= assigned_at))
        };
        let mut operators: Vec<OperatorId> = Vec::new();
        let mut add = |operator: &OperatorId| {
            if !operators.contains(operator) {
                operators.push(operator.clone());
            }
        };
        for (listed_at, listed) in self.lists.values() {
            let still =
                |operator: &&OperatorId| singly(operator).is_none_or(|(at, attends)| *attends || at <= listed_at);
            listed.iter().filter(still).for_each(&mut add);
        }
        let mut others: Vec<_> = self.singly.keys().filter_map(|one| Some((singly(one)?, one))).collect();
        others.sort();
        others.into_iter().filter(|((_, attends), _)| *attends).for_each(|(_, operator)| add(operator));
        operators
    }
}

/// Whether the chat goes on, as a body tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is spoken of, and was not over.
    Mentioned,
    /// It goes on from here, even if it had ended before.
    Opens,
    /// It is over.
    Ended,
    /// It is over, and the vendor never opens it again under this id.
    EndedForGood,
}

/// Whether the chat goes on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Life {
    mentioned: bool,
    opened: Option<Time>,
    ended: Option<Time>,
    for_good: bool,
}

impl Life {
    /// Without a time in the body (`timed`), nobody can know that it opens the chat later than its end.
    pub(crate) fn merge(&mut self, at: Time, timed: bool, state: State) -> Merged {
        match state {
            State::Opens if timed => self.opened = self.opened.max(Some(at)),
            State::Opens | State::Mentioned => self.mentioned = true,
            State::Ended => self.ended = self.ended.max(Some(at)),
            State::EndedForGood => self.for_good = true,
        }
        match state {
            State::Opens | State::Mentioned if !self.goes_on() => Merged::Old,
            State::Ended | State::EndedForGood if self.goes_on() => Merged::Old,
            _ => Merged::Counts,
        }
    }

    /// Whether it has ended: a chat that nothing has begun yet has not.
    pub(crate) fn is_over(&self) -> bool {
        (self.ended.is_some() || self.for_good) && !self.goes_on()
    }

    /// Takes over what was told of the same chat by another name.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.mentioned |= other.mentioned;
        self.opened = self.opened.max(other.opened);
        self.ended = self.ended.max(other.ended);
        self.for_good |= other.for_good;
    }

    /// A chat of which no end is known goes on as soon as it is spoken of. One that has ended goes on if something has
    /// opened it later.
    pub(crate) fn goes_on(&self) -> bool {
        match (self.opened, self.ended) {
            _ if self.for_good => false,
            (opened, None) => opened.is_some() || self.mentioned,
            (opened, ended) => opened > ended,
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        (self.for_good || self.ended.is_some()) && !self.goes_on()
    }
}
