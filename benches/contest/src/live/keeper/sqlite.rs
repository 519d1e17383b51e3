//! SQLite, in memory: the facts in indexed tables, a query for each chat that is touched, and a comparison.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hint::black_box;

use chat_monitor::{Chat, MonitorEngine};
use foldhash::fast::FixedState;
use rusqlite::{Connection, ToSql, params};

use super::coded::{Coded, Coder, Fact, Facts, Id, Net, operator_key, permitted};
use super::{Keeper, Step};

/// The watches are kept beside the tables.
pub(super) struct Sqlite {
    coder: Coder,
    facts: Facts,
    base: Connection,
    held: HashMap<Id, BTreeMap<Id, Vec<Id>>, FixedState>,
    steps: Vec<Coded>,
}

const SCHEMA: &str = "
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA locking_mode = EXCLUSIVE;
    CREATE TABLE role (operator INTEGER PRIMARY KEY, role INTEGER NOT NULL);
    CREATE TABLE rule (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, watcher INTEGER NOT NULL, bits INTEGER,
        length INTEGER);
    CREATE TABLE has (chat INTEGER NOT NULL, key INTEGER NOT NULL, address INTEGER, PRIMARY KEY (chat, key))
        WITHOUT ROWID;
    CREATE TABLE attends (chat INTEGER NOT NULL, operator INTEGER NOT NULL, PRIMARY KEY (chat, operator))
        WITHOUT ROWID;
";

/// Made after the load.
const INDEXES: &str = "
    CREATE INDEX rule_by_key ON rule (key, watcher, bits, length);
    CREATE INDEX rule_by_watcher ON rule (watcher, key);
    CREATE INDEX has_by_key ON has (key, chat);
";

const ROLES: &str = "SELECT role FROM attends JOIN role USING (operator) WHERE chat = ?";

const GRANTED: &str = "
    SELECT r.watcher, r.id, r.bits, r.length, h.address
    FROM has h CROSS JOIN rule r ON r.key = h.key CROSS JOIN role w ON w.operator = r.watcher
    WHERE h.chat = ?1 AND w.role & ?2
    AND NOT EXISTS (SELECT 1 FROM attends a WHERE a.chat = ?1 AND a.operator = r.watcher)";

impl Sqlite {
    pub(super) fn of(engine: &MonitorEngine, chats: &[Chat]) -> Self {
        let base = Connection::open_in_memory().expect("a base in memory opens");
        base.set_prepared_statement_cache_capacity(64);
        base.execute_batch(SCHEMA).expect("the schema is right");
        let (coder, facts, held, steps) = (Coder::default(), Facts::default(), HashMap::default(), Vec::new());
        let mut made = Sqlite { coder, facts, base, held, steps };
        made.execute("BEGIN");
        let world = made.coder.world(engine, chats);
        let live = world.iter().filter_map(|coded| match coded {
            Coded::Start { chat, .. } => Some(*chat),
            _ => None,
        });
        let live: Vec<Id> = live.collect();
        world.into_iter().for_each(|coded| made.enter(coded));
        made.execute(INDEXES);
        made.execute("COMMIT; ANALYZE");
        live.into_iter().for_each(|chat| _ = made.decide(chat));
        made
    }

    fn execute(&self, text: &str) {
        self.base.execute_batch(text).expect("the statement is right");
    }

    fn enter(&mut self, coded: Coded) {
        let base = &self.base;
        let run = |text, values: &[&dyn ToSql]| {
            base.prepare_cached(text).and_then(|mut statement| statement.execute(values)).expect("the change is right");
        };
        self.facts.apply(coded, &mut |fact, sign| match (fact, sign > 0) {
            (Fact::Has(chat, key, address), true) => {
                run("INSERT INTO has VALUES (?, ?, ?)", params![chat, key as i64, address as i64]);
            }
            (Fact::Has(chat, key, _), false) => {
                run("DELETE FROM has WHERE chat = ? AND key = ?", params![chat, key as i64]);
            }
            (Fact::Attends(chat, operator), true) => run("INSERT INTO attends VALUES (?, ?)", params![chat, operator]),
            (Fact::Attends(chat, operator), false) => {
                run("DELETE FROM attends WHERE chat = ? AND operator = ?", params![chat, operator]);
            }
            (Fact::Rule { rule, watcher, key, net }, true) => {
                let (bits, length) = (net.bits as i64, net.length);
                run("INSERT INTO rule VALUES (?, ?, ?, ?, ?)", params![rule, key as i64, watcher, bits, length]);
            }
            (Fact::Rule { rule, .. }, false) => run("DELETE FROM rule WHERE id = ?", params![rule]),
            (Fact::Role(operator, role), true) => run("INSERT INTO role VALUES (?, ?)", params![operator, role]),
            (Fact::Role(operator, _), false) => run("DELETE FROM role WHERE operator = ?", params![operator]),
        });
    }

    /// The watches that a chat should have.
    fn granted(&self, chat: Id) -> rusqlite::Result<BTreeMap<Id, Vec<Id>>> {
        let mut watches: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        let mut statement = self.base.prepare_cached(ROLES)?;
        let roles = statement.query_map([chat], |row| row.get::<_, u8>(0))?;
        let permitted = permitted(roles.sum::<rusqlite::Result<Bits>>()?.0);
        if permitted != 0 {
            let mut statement = self.base.prepare_cached(GRANTED)?;
            let mut rows = statement.query(params![chat, permitted])?;
            while let Some(row) = rows.next()? {
                let net = Net { bits: row.get::<_, i64>(2)? as u64, length: row.get(3)? };
                if net.holds(row.get::<_, i64>(4)? as u64) {
                    watches.entry(row.get(0)?).or_default().push(row.get(1)?);
                }
            }
            watches.values_mut().for_each(|rules| rules.sort_unstable());
        }
        Ok(watches)
    }

    fn decide(&mut self, chat: Id) -> usize {
        let watches = self.granted(chat).expect("the questions are right");
        let old = self.held.remove(&chat).unwrap_or_default();
        let ended = old.keys().filter(|watcher| !watches.contains_key(watcher)).count();
        let begun = watches.iter().filter(|(watcher, rules)| old.get(watcher) != Some(rules)).count();
        if !watches.is_empty() {
            self.held.insert(chat, watches);
        }
        ended + begun
    }

    /// The chats that a question finds.
    fn chats(&self, text: &str, value: impl ToSql) -> BTreeSet<Id> {
        let find = || {
            let mut statement = self.base.prepare_cached(text)?;
            statement.query_map([value], |row| row.get(0))?.collect::<rusqlite::Result<_>>()
        };
        find().expect("the question is right")
    }

    fn chats_of_key(&self, key: u64) -> BTreeSet<Id> {
        self.chats("SELECT chat FROM has WHERE key = ?", key as i64)
    }

    fn apply(&mut self, coded: Coded) -> usize {
        let touched = match &coded {
            Coded::Advise { chat, watcher } => {
                return usize::from(self.held.get(chat).is_some_and(|held| held.contains_key(watcher)));
            }
            Coded::Ask { chat } => {
                let watchers = self.held.get(chat).into_iter().flat_map(BTreeMap::keys).copied();
                return self.facts.attending(*chat).chain(watchers).map(black_box).count();
            }
            Coded::AddRule { key, .. } => self.chats_of_key(*key),
            Coded::RemoveRule { rule } | Coded::SetRuleEnabled { rule, .. } => {
                self.facts.key_of(*rule).map(|key| self.chats_of_key(key)).unwrap_or_default()
            }
            Coded::SetOperator { operator, .. } => {
                let mut touched = self.chats_of_key(operator_key(*operator));
                touched.extend(self.chats("SELECT chat FROM rule JOIN has USING (key) WHERE watcher = ?", operator));
                touched
            }
            Coded::Start { chat, .. }
            | Coded::End { chat }
            | Coded::SetVisitor { chat, .. }
            | Coded::Transfer { chat, .. }
            | Coded::Join { chat, .. }
            | Coded::Leave { chat, .. } => BTreeSet::from([*chat]),
        };
        self.enter(coded);
        touched.into_iter().map(|chat| self.decide(chat)).sum()
    }
}

/// Bits that are set together.
struct Bits(u8);

impl std::iter::Sum<u8> for Bits {
    fn sum<I: Iterator<Item = u8>>(all: I) -> Self {
        Bits(all.fold(0, |bits, one| bits | one))
    }
}

impl Keeper for Sqlite {
    fn prepare(&mut self, steps: &[Step]) {
        self.steps = steps.iter().map(|step| self.coder.step(step)).collect();
    }

    fn run(&mut self) -> usize {
        // One transaction around all: a present to it.
        self.execute("BEGIN");
        let out = std::mem::take(&mut self.steps).into_iter().map(|coded| self.apply(coded)).sum();
        self.execute("COMMIT");
        out
    }

    fn tell(&self, watch: &mut dyn FnMut(&str, &str, &[&str])) -> bool {
        for (chat, watches) in &self.held {
            watches.iter().for_each(|(watcher, rules)| self.coder.tell(watch, *chat, *watcher, rules));
        }
        true
    }
}
