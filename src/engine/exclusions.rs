//! The exclusions, filed under keys as rules are, and asked once a chat.

use alloc::vec::Vec;

use foldhash::fast::SeedableRandomState;
use indexmap::IndexMap;

use super::attending::Attending;
use super::filing::{Filed, Keyed};
use super::roles::{RoleNumber, RoleSet, RoleTable};
use super::rules::Seq;
use super::tables::Tables;
use crate::exclusion::Exclusion;
use crate::id::{ExclusionId, OperatorId};
use crate::key::{Fact, Key};

/// Every exclusion.
#[derive(Clone, Debug)]
pub(super) struct Exclusions {
    /// In the order in which they were added.
    all: IndexMap<ExclusionId, Held, SeedableRandomState>,
    next_seq: Seq,
    operators: Keyed<OperatorId, Ids>,
    tables: Tables<Ids>,
}

/// An exclusion as the judge asks it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    exclusion: Exclusion,
    seq: Seq,
    /// The roles that it binds; none where it binds everybody.
    roles: Option<RoleSet>,
}

/// The exclusions that are filed under one key.
#[derive(Clone, Debug, Default)]
struct Ids(Vec<ExclusionId>);

impl Filed for Ids {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Held {
    pub(super) fn id(&self) -> &ExclusionId {
        self.exclusion.id()
    }

    /// The roles that it binds, nobody's among them where it binds everybody.
    pub(super) fn bound(&self) -> impl Iterator<Item = RoleNumber> {
        let unknown = self.roles.is_none().then_some(RoleNumber::UNKNOWN);
        self.roles().iter().chain(unknown)
    }

    pub(super) fn roles(&self) -> RoleSet {
        self.roles.unwrap_or(RoleSet::ALL)
    }
}

impl Exclusions {
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        Exclusions {
            all: IndexMap::with_hasher(hasher.clone()),
            next_seq: 0,
            operators: Keyed::default(),
            tables: Tables::default(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn get(&self, id: &ExclusionId) -> Option<&Exclusion> {
        self.all.get(id).map(|held| &held.exclusion)
    }

    /// Every exclusion, in the order in which they were added.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Exclusion> {
        self.all.values().map(|held| &held.exclusion)
    }

    /// Adds an exclusion whose id is new, as the last. A role without a row is bound by nothing that it could watch.
    pub(super) fn insert(&mut self, exclusion: Exclusion, table: &RoleTable, hasher: &SeedableRandomState) {
        let roles = exclusion.roles().map(|roles| {
            let numbers = roles.filter_map(|role| table.number(role));
            numbers.fold(RoleSet::NONE, RoleSet::with)
        });
        let ids = match self.tables.file(Key::of(exclusion.key()), hasher) {
            Ok(ids) => ids,
            Err(operator) => self.operators.file(operator.clone(), hasher).0,
        };
        ids.0.push(exclusion.id().clone());
        let seq = self.next_seq;
        self.next_seq += 1;
        self.all.insert(exclusion.id().clone(), Held { exclusion, seq, roles });
    }

    pub(super) fn remove(&mut self, id: &ExclusionId, hasher: &SeedableRandomState) -> Option<Exclusion> {
        let Held { exclusion, .. } = self.all.shift_remove(id)?;
        let key = Key::of(exclusion.key());
        let ids = match self.tables.find_mut(key, hasher) {
            Ok(ids) => ids,
            Err(operator) => self.operators.find_mut(operator, hasher),
        };
        if let Some(ids) = ids {
            ids.0.retain(|held| held != id);
        }
        if let Err(operator) = self.tables.release(key, hasher) {
            self.operators.release(operator, hasher);
        }
        Some(exclusion)
    }

    /// Those that hold for a chat, in the order in which they were added.
    pub(super) fn holding<'a>(&'a self, attending: &Attending<'a>) -> Vec<&'a Held> {
        let mut found: Vec<&Held> = Vec::new();
        let mut note = |ids: &'a Ids| found.extend(ids.0.iter().filter_map(|id| self.all.get(id)));
        Fact::of_chat(attending.chat, |fact| {
            if let Fact::Operator(operator) = fact {
                if let Some(ids) = self.operators.find(operator, attending.hasher) {
                    note(ids);
                }
            }
            self.tables.each(fact, |operator| attending.department_ids_of(operator), attending.hasher, &mut note);
        });
        found.sort_unstable_by_key(|held| held.seq);
        found.dedup_by_key(|held| held.seq);
        found.retain(|held| held.exclusion.when().iter().all(|criterion| attending.meet(criterion)));
        found
    }
}
