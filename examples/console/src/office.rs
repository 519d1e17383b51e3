//! The state: the monitor, what the host adds to it, and who listens. One thread at a time works on it.

mod agents;
mod all_chats;
mod attending;
mod auditing;
mod clock;
mod consequences;
mod demonstrations;
mod departments;
mod drafts;
mod erasing;
mod exclusions;
mod feeds;
mod hands;
mod hooks;
mod keys;
mod people;
mod policy;
mod presence;
mod reading;
mod rule_list;
mod rules;
mod sessions;
mod settings;
mod telling;
mod visiting;
mod watching;
mod why;
mod written;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use chat_monitor::{ChatId, Command, DepartmentId, Event, LiveMonitor, OperatorId, Role, RuleId};
use tracing::{error, info};
use vendors::Statistics;

use crate::denial::Denial;
use crate::entry::{Entry, Hand, Kind, Moment, now};
use crate::feeds::Feeds;
use crate::limits::{Buckets, Origin};
use crate::line::LastSaid;
use crate::options::Limits;
use crate::password;
use crate::settings_kept::Settings;
use crate::store::{self, ChatRow, LoadError, RuleNote, Store};

pub(crate) use all_chats::Head;
use auditing::Attempt;
pub(crate) use departments::DepartmentLine;
pub(crate) use drafts::{Draft, Drafted, Warning};
use erasing::Scrubbing;
pub(crate) use erasing::{Condemned, Deleted};
pub(crate) use hands::help;
use hooks::Hooks;
use keys::Keys;
pub(crate) use people::PersonLine;
use presence::Presence;
pub(crate) use rule_list::Filter;
pub(crate) use rules::Saved;
pub(crate) use visiting::NewChat;
pub(crate) use why::{Known, Why};

/// All that the console knows.
#[derive(Debug)]
pub(crate) struct Office {
    store: Store,
    live: LiveMonitor,
    statistics: Statistics,
    chats: HashMap<ChatId, LiveChat>,
    /// The hands that are up.
    hands: HashMap<ChatId, Hand>,
    /// How many visitors' chats are live from where.
    live_from: HashMap<Origin, usize>,
    limits: Limits,
    settings: Settings,
    scrubbing: Scrubbing,
    refusals: Buckets<OperatorId>,
    names: HashMap<OperatorId, String>,
    rule_notes: HashMap<RuleId, RuleNote>,
    /// Whose rules have changed, or have done something, since that was told.
    changed_rules_of: BTreeSet<OperatorId>,
    /// Who has rules before them.
    rules_open: BTreeSet<OperatorId>,
    /// What samples are drawn from.
    secret: [u8; 32],
    departments: BTreeMap<DepartmentId, String>,
    hooks: Hooks,
    keys: Keys,
    feeds: Feeds,
    /// The administrators who look at all chats.
    look_at_all: BTreeSet<OperatorId>,
    failed: bool,
    stopping: bool,
}

/// What the host knows of a live chat beside who is in it.
#[derive(Debug)]
struct LiveChat {
    /// Shared with what is made of it outside the office's thread.
    row: Arc<ChatRow>,
    /// How many entries its public channel has.
    entries: i64,
    /// How many its internal channel has for whoever has most of them.
    internal: i64,
    /// The beginning of what the visitor said first: the list of those who wait shows it.
    first: Option<String>,
    /// What was said last: lists show it without a look at the file.
    last: Option<Arc<LastSaid>>,
    /// Since when the visitor has been waiting for an answer.
    waiting: Option<Moment>,
    presence: Presence,
}

/// Keeping.
impl Office {
    /// The state as the file has it.
    pub(crate) fn load(mut store: Store, limits: Limits) -> Result<Self, LoadError> {
        let (live, statistics) = store.load()?;
        let names: HashMap<_, _> =
            store.accounts()?.into_iter().map(|account| (account.operator, account.name)).collect();
        let mut hooks = Hooks::load(&store, &names)?;
        let keys = store.keys()?.into_iter().map(|row| (row.digest.clone(), row)).collect();
        let (mut chats, mut live_from) = (HashMap::new(), HashMap::new());
        for row in store.live_chats()? {
            let entries = store.last_entry_number(&row.id)?;
            let internal = store.last_internal_number(&row.id)?;
            hooks.add(&row);
            if row.has_visitor_here() {
                *live_from.entry(Origin::of(row.ip)).or_insert(0) += 1;
            }
            let last = store.last_said(&row.id)?.map(|entry| Arc::new(LastSaid::from(entry)));
            let first = store.first_said(&row.id)?.map(|text| beginning(&text));
            let waiting = store.waiting_since(&row.id)?;
            let (id, row, presence) = (row.id.clone(), Arc::new(row), Presence::since(now()));
            chats.insert(id, LiveChat { row, entries, internal, first, last, waiting, presence });
        }
        let hands = store.hands()?.into_iter().collect();
        let departments = store.departments()?.into_iter().collect();
        let settings = Settings::load(&store)?;
        let rule_notes = store.rule_notes()?;
        let scrubbing = Scrubbing::begin(&store)?;
        let saved_at = store.saved_at()?;
        info!(chats = chats.len(), rules = live.engine().rules().count(), ?saved_at, "state loaded");
        Ok(Office {
            store,
            live,
            statistics,
            chats,
            hands,
            live_from,
            limits,
            settings,
            scrubbing,
            refusals: Buckets::new(60.0, 0.5),
            names,
            rule_notes,
            changed_rules_of: BTreeSet::new(),
            rules_open: BTreeSet::new(),
            secret: password::random(),
            departments,
            hooks,
            keys,
            feeds: Feeds::start().map_err(LoadError::Thread)?,
            look_at_all: BTreeSet::new(),
            failed: false,
            stopping: false,
        })
    }

    /// Where the file lies.
    pub(crate) fn database(&self) -> &Path {
        self.store.path()
    }

    pub(crate) fn begin(&mut self) -> rusqlite::Result<()> {
        self.store.begin()
    }

    pub(crate) fn commit(&mut self) -> rusqlite::Result<()> {
        self.store.save_if_due(&self.live, &self.statistics)?;
        self.store.commit()
    }

    /// Tells the people in the chats what is kept now.
    pub(crate) fn tell_participants(&mut self) {
        self.feeds.tell_participants();
    }

    /// Tells everybody else.
    pub(crate) fn tell_watchers(&mut self) {
        self.tell_of_rules();
        self.feeds.tell_watchers();
    }

    pub(crate) fn fail(&mut self) {
        self.failed = true;
    }

    pub(crate) fn failed(&self) -> bool {
        self.failed
    }

    /// Ends the work when what is under way is kept and told.
    pub(crate) fn stop(&mut self) {
        self.stopping = true;
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stopping
    }

    /// Saves the state, so that the next start has nothing to replay.
    pub(crate) fn close(mut self) {
        if let Err(error) = self.save_hooks() {
            error!(%error, "what webhooks told was not saved; the next start reads them again");
        }
        if let Err(error) = self.store.save(&self.live, &self.statistics) {
            error!(%error, "the state was not saved; the next start replays the log");
        }
    }

    /// Applies a command and logs it. A refused one changes nothing and leaves no trace here.
    fn apply(&mut self, command: Command) -> Result<Vec<Event>, Denial> {
        let events = self.live.apply(command.clone())?;
        let at = now();
        self.store.log(at, &command)?;
        self.statistics.record(store::time(at), &command, &events);
        Ok(events)
    }

    /// Adds an entry to the chat itself.
    fn add_entry(
        &mut self,
        chat: &ChatId,
        kind: Kind,
        operator: Option<&OperatorId>,
        text: &str,
    ) -> Result<Entry, Denial> {
        let name = operator.map(|operator| self.name(operator).to_owned());
        let limit = self.limits.entries_per_chat;
        let known = self.chats.get_mut(chat).ok_or(Denial::NoSuchChat)?;
        if kind == Kind::Said && known.entries >= limit {
            return Err(Denial::ChatFull);
        }
        known.entries += 1;
        // Of a chat in another system, only that system knows who has ended it.
        let source = known.row.source.as_ref().filter(|_| kind == Kind::Ended);
        let name = name.unwrap_or_else(|| source.map_or(&known.row.visitor, |source| &source.vendor).clone());
        let entry = Entry { n: known.entries, at: now(), kind, operator: operator.cloned(), name, text: text.into() };
        if kind == Kind::Said {
            if operator.is_none() && known.first.is_none() {
                known.first = Some(beginning(text));
            }
            known.last = Some(Arc::new(LastSaid::from(entry.clone())));
            known.waiting = if operator.is_none() { known.waiting.or(Some(entry.at)) } else { None };
        }
        self.store.add_entry(chat, &entry)?;
        Ok(entry)
    }
}

/// As much of a text as a list shows.
fn beginning(text: &str) -> String {
    text.chars().take(120).collect()
}

/// Asking.
impl Office {
    /// What an operator is called.
    fn name<'a>(&'a self, operator: &'a OperatorId) -> &'a str {
        self.names.get(operator).map_or(operator.as_str(), String::as_str)
    }

    pub(crate) fn role(&self, operator: &OperatorId) -> Option<Role> {
        self.live.engine().role(operator).cloned()
    }

    /// Whether this operator's role may monitor anybody: whether they are offered the pages for it.
    pub(crate) fn may_monitor(&self, operator: &OperatorId) -> bool {
        let permissions = self.live.engine().policy().permissions();
        self.live.engine().role(operator).is_some_and(|role| permissions.may_monitor_anybody(role))
    }

    pub(crate) fn check_may_monitor(&self, operator: &OperatorId) -> Result<(), Denial> {
        if self.may_monitor(operator) { Ok(()) } else { Err(Denial::NotAllowed) }
    }

    pub(crate) fn check_administrator(&self, operator: &OperatorId) -> Result<(), Denial> {
        match self.role(operator) {
            Some(Role::Administrator) => Ok(()),
            Some(Role::Supervisor | Role::Associate | Role::Named(_)) | None => Err(Denial::NotAllowed),
        }
    }
}
