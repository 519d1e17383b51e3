//! What must hold of every history. Each message begins with the name of its check.

mod reference;

use std::collections::{BTreeMap, BTreeSet};

use chat_monitor::Event;

use crate::gateway::{Out, Paper};
use crate::message::{Line, Place, What};
use crate::record::{Item, Person};
use crate::shard::{Log, Shard};

use reference::{End, Happening, Reference, reference};

/// What was seen of a history from outside.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    Done {
        id: String,
        log: Log,
        p: u64,
    },
    Refused {
        id: String,
        item: Item,
        /// The last record that was considered, and up to where the rules were applied, where that is known.
        at: Option<(u64, u64)>,
        /// What had been acknowledged when it was asked for.
        least: (u64, u64),
    },
    Read {
        who: usize,
        out: Out,
        in_force: u64,
    },
    /// Whoever signs in without anything seen.
    Begun {
        who: usize,
    },
}

/// A history that has settled.
#[derive(Debug)]
pub(crate) struct Course<'a> {
    pub(crate) shards: u16,
    /// Every record of every log.
    pub(crate) archive: &'a BTreeMap<Log, Vec<Vec<u8>>>,
    /// Those who read.
    pub(crate) people: Vec<Person>,
    pub(crate) history: &'a [Happened],
    /// Why an owner stopped for good, if one did.
    pub(crate) broken: Option<&'a str>,
}

/// What is wrong with a history that has settled; nothing, if all is well.
pub(crate) fn check(course: &Course<'_>) -> Result<(), String> {
    let reference = reference(course)?;
    if let Some(broken) = course.broken {
        return Err(format!("no owner stops for good: {broken}"));
    }
    if let Some((id, places)) = reference.places.iter().find(|(_, places)| places.len() > 1) {
        return Err(format!("every id stands in one record: {id} stands in {places:?}"));
    }
    let mut readers: BTreeMap<(usize, Shard), Reading> = BTreeMap::new();
    for happened in course.history {
        match happened {
            Happened::Done { id, log, p } => done(&reference, id, *log, *p)?,
            Happened::Refused { id, item, at, least } => {
                if let Some(places) = reference.places.get(id) {
                    return Err(format!("what was refused is in no record: {id} stands in {places:?}"));
                }
                let of_rules = item.chat().is_none();
                if at.is_some_and(|at| at.0 < least.0 || (!of_rules && at.1 < least.1)) {
                    return Err(format!(
                        "a refusal knows what was acknowledged before: {id} ({item:?}) was refused at {at:?} and asked \
                         for after {least:?}"
                    ));
                }
            }
            Happened::Begun { who } => readers.retain(|(whose, _), _| whose != who),
            Happened::Read { who, out, in_force } => {
                let person = course.people.get(*who).ok_or("nobody reads")?;
                let reading = readers.entry((*who, out.shard)).or_default();
                reading.read(&reference, person, out, *in_force)?;
            }
        }
    }
    for ((who, shard), reading) in &readers {
        let person = course.people.get(*who).ok_or("nobody reads")?;
        reading.has_all(&reference, person, *shard, None)?;
    }
    Ok(())
}

fn done(reference: &Reference, id: &str, log: Log, p: u64) -> Result<(), String> {
    match reference.places.get(id).map(Vec::as_slice) {
        Some([place]) if *place == (log, p) => Ok(()),
        places => {
            Err(format!("what was acknowledged is in its record: {id} is to be in {log} at {p}, and is in {places:?}"))
        }
    }
}

/// What somebody has read of a shard.
#[derive(Debug, Default)]
struct Reading {
    /// It begins with a list, at this place.
    from: Option<Place>,
    last: Place,
    read: BTreeSet<Place>,
}

impl Reading {
    fn read(&mut self, reference: &Reference, person: &Person, out: &Out, in_force: u64) -> Result<(), String> {
        match &out.paper {
            Paper::Chats { monitored, lost, .. } => {
                if !lost {
                    self.has_all(reference, person, out.shard, Some(out.at))?;
                }
                (self.from, self.last, self.read) = (Some(out.at), out.at, BTreeSet::new());
                list(reference, person, out, monitored, in_force)
            }
            Paper::Told(what) => {
                if out.at <= self.last || self.from.is_none() {
                    return Err(format!("nobody reads anything twice or too late: {person} read {out:?}"));
                }
                self.last = out.at;
                self.read.insert(out.at);
                let happening = reference.at(out.shard, out.at);
                let same = happening.is_some_and(|happening| happening.told.what == *what && is_for(happening, person));
                if !same {
                    return Err(format!(
                        "what is read is what one monitor tells: {person} read {out:?}, not {happening:?}"
                    ));
                }
                match happening {
                    Some(happening) if watches(happening, person) => revoked(reference, person, out, what, in_force),
                    Some(_) | None => Ok(()),
                }
            }
        }
    }

    /// Everything for `person` from where they began was read, but what was taken back with the end of a watch.
    fn has_all(
        &self,
        reference: &Reference,
        person: &Person,
        shard: Shard,
        until: Option<Place>,
    ) -> Result<(), String> {
        let Some(from) = self.from else { return Ok(()) };
        for happening in reference.told.get(&shard).into_iter().flatten() {
            let after = until.is_some_and(|until| happening.at > until);
            if happening.at <= from || after || !is_for(happening, person) || self.read.contains(&happening.at) {
                continue;
            }
            let taken_back = match person {
                Person::Operator(operator) if watches(happening, person) && !is_end(&happening.told.what) => {
                    reference.end(shard, happening.at, operator, happening.told.what.chat()).is_some()
                }
                Person::Operator(_) | Person::Visitor(_) | Person::Service => false,
            };
            if !taken_back {
                return Err(format!(
                    "everybody reads all that is for them: {person} has not read {happening:?} of {shard:?}"
                ));
            }
        }
        Ok(())
    }
}

fn list(reference: &Reference, person: &Person, out: &Out, lines: &[Line], in_force: u64) -> Result<(), String> {
    let Person::Operator(operator) = person else { return Ok(()) };
    let watched = reference.watched.get(&(out.shard, out.at.p, operator.clone())).ok_or("a list of no record")?;
    for line in lines {
        if !watched.contains(&line.chat) {
            return Err(format!("a list is that of one monitor: {person} read {line:?} at {:?}", out.at));
        }
    }
    for chat in watched {
        let shown = lines.iter().any(|line| line.chat == *chat);
        let end = reference.end(out.shard, out.at, operator, chat);
        if !shown && end.is_none() {
            return Err(format!("a list is that of one monitor: {person} did not read {chat} at {:?}", out.at));
        }
        if let (true, Some(end)) = (shown, end) {
            in_time(person, out, end, in_force)?;
        }
    }
    Ok(())
}

/// Law 3: whoever reads something as a watcher had the right to when the last acknowledged command was in force.
fn revoked(reference: &Reference, person: &Person, out: &Out, what: &What, in_force: u64) -> Result<(), String> {
    let Person::Operator(operator) = person else { return Ok(()) };
    if is_end(what) {
        return Ok(());
    }
    match reference.end(out.shard, out.at, operator, what.chat()) {
        Some(end) => in_time(person, out, end, in_force),
        None => Ok(()),
    }
}

fn in_time(person: &Person, out: &Out, end: &End, in_force: u64) -> Result<(), String> {
    match end.by_rules {
        Some(g) if g <= in_force => Err(format!(
            "nothing reaches a watcher after an acknowledged revocation: {person} read {out:?} when {in_force} was in \
             force, and the watch ended by {g}"
        )),
        Some(_) | None => Ok(()),
    }
}

fn is_end(what: &What) -> bool {
    matches!(what, What::Event(Event::WatchEnded { .. }))
}

fn watches(happening: &Happening, person: &Person) -> bool {
    match person {
        Person::Operator(operator) => happening.told.watchers.contains(operator),
        Person::Service | Person::Visitor(_) => false,
    }
}

fn is_for(happening: &Happening, person: &Person) -> bool {
    watches(happening, person) || happening.told.participants.contains(person)
}
