//! Ended chats, found again by those who may read them.

use chat_monitor::{ChatId, Email, OperatorId};
use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::Archive;
use super::archive::plain;
use crate::entry::Moment;

/// Somebody who reads.
#[derive(Clone, Debug)]
pub(crate) struct ReaderOf {
    pub(crate) operator: OperatorId,
    /// Whether their role may monitor anybody now. If not, they read what they attended alone.
    pub(crate) may_monitor: bool,
}

/// An ended chat, as its reader sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EndedChat {
    pub(crate) chat: String,
    pub(crate) name: String,
    /// None, too, for one who may read a part of the chat only: it may have become known later.
    pub(crate) email: Option<String>,
    pub(crate) ip: Option<String>,
    pub(crate) demonstration: bool,
    pub(crate) started: Moment,
    pub(crate) ended: Moment,
    /// The last entry that may be read.
    #[serde(skip)]
    pub(crate) last: i64,
    /// Whether that is all of the chat.
    pub(crate) whole: bool,
    pub(crate) attended: bool,
}

/// A chat of a person who asks what is kept of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PersonsChat {
    pub(crate) chat: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) started: Moment,
    /// None while it is live.
    pub(crate) ended: Option<Moment>,
}

/// What a person's chats are found by. A name is found by a part of it too, the others are compared as a whole.
#[derive(Clone, Debug)]
pub(crate) enum PersonBy {
    Email(Email),
    Name(String),
    Chat(ChatId),
}

const COLUMNS: &str = "SELECT c.chat, c.visitor, c.email, c.ip, c.demonstration, c.started, c.ended,
     max(coalesce(r.attended, 0), CASE WHEN ?2 THEN coalesce(r.watched, 0) ELSE 0 END) AS last,
     r.attended IS NOT NULL
     FROM chats c JOIN chat_readers r ON r.chat = c.chat AND r.operator = ?1
     WHERE c.ended IS NOT NULL AND last > 0";

impl Archive {
    /// The chats that ended last, before this one, in which these words occur.
    pub(crate) fn ended_chats(
        &self,
        reader: &ReaderOf,
        search: &str,
        before: Option<(Moment, &str)>,
        count: usize,
    ) -> rusqlite::Result<Vec<EndedChat>> {
        let mut select = self.0.prepare_cached(&format!(
            "{COLUMNS} AND (c.ended, c.chat) < (?3, ?4)
             AND (?5 = '' OR instr(plain(c.visitor), ?5) OR c.chat = ?5
                  OR (last = 9223372036854775807 AND (instr(coalesce(c.email, ''), ?5) OR c.ip = ?5)))
             ORDER BY c.ended DESC, c.chat DESC LIMIT ?6",
        ))?;
        let (moment, chat) = before.unwrap_or((i64::MAX, ""));
        let search = plain(search.trim());
        let ReaderOf { operator, may_monitor } = reader;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        select.query_map(params![operator.as_str(), may_monitor, moment, chat, search, count], read)?.collect()
    }

    /// An ended chat; none where there is no such, or it is none of theirs.
    pub(crate) fn ended_chat(&self, reader: &ReaderOf, chat: &ChatId) -> rusqlite::Result<Option<EndedChat>> {
        let mut select = self.0.prepare_cached(&format!("{COLUMNS} AND c.chat = ?3"))?;
        let ReaderOf { operator, may_monitor } = reader;
        select.query_row(params![operator.as_str(), may_monitor, chat.as_str()], read).optional()
    }

    /// The names of those who attended a chat or joined it, up to an entry.
    pub(crate) fn people_of(&self, chat: &ChatId, last: i64) -> rusqlite::Result<Vec<String>> {
        let mut select = self.0.prepare_cached(
            "SELECT name FROM entries WHERE chat = ?1 AND n <= ?2 AND operator IS NOT NULL GROUP BY operator ORDER BY min(n)",
        )?;
        select.query_map(params![chat.as_str(), last], |row| row.get(0))?.collect()
    }

    /// The chats of a person, the newest first.
    pub(crate) fn chats_of_person(&self, by: &PersonBy, count: usize) -> rusqlite::Result<Vec<PersonsChat>> {
        let (condition, value) = match by {
            PersonBy::Email(email) => ("email = ?1", email.as_str()),
            PersonBy::Name(name) => ("instr(plain(visitor), plain(?1))", &**name),
            PersonBy::Chat(chat) => ("chat = ?1", chat.as_str()),
        };
        let mut select = self.0.prepare_cached(&format!(
            "SELECT chat, visitor, email, started, ended FROM chats WHERE {condition} ORDER BY started DESC, chat LIMIT {count}"
        ))?;
        let read = |row: &Row<'_>| {
            Ok(PersonsChat {
                chat: row.get(0)?,
                name: row.get(1)?,
                email: row.get(2)?,
                started: row.get(3)?,
                ended: row.get(4)?,
            })
        };
        select.query_map([value], read)?.collect()
    }

    /// The lines of the audit in whose rules this address stands.
    pub(crate) fn lines_that_name(&self, email: &Email) -> rusqlite::Result<Vec<i64>> {
        let mut found = Vec::new();
        let mut select = self.0.prepare_cached("SELECT id, rules FROM audit WHERE instr(lower(rules), ?1)")?;
        let mut rows = select.query([email.as_str()])?;
        while let Some(row) = rows.next()? {
            if names(&row.get::<_, String>(1)?.to_lowercase(), email.as_str()) {
                found.push(row.get(0)?);
            }
        }
        Ok(found)
    }
}

/// Whether an address stands in a text, and not only as a part of another one.
pub(crate) fn names(text: &str, email: &str) -> bool {
    let of_local_part = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.@-".contains(c);
    let of_domain = |c: char| c.is_alphanumeric() || "_@-".contains(c);
    text.match_indices(email).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        // A sentence may end with it.
        let after = text.get(at + email.len()..).and_then(|after| after.trim_start_matches('.').chars().next());
        !before.is_some_and(of_local_part) && !after.is_some_and(of_domain)
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<EndedChat> {
    let last: i64 = row.get(7)?;
    let whole = last == i64::MAX;
    Ok(EndedChat {
        chat: row.get(0)?,
        name: row.get(1)?,
        email: if whole { row.get(2)? } else { None },
        ip: if whole { row.get(3)? } else { None },
        demonstration: row.get(4)?,
        started: row.get(5)?,
        ended: row.get(6)?,
        last,
        whole,
        attended: row.get(8)?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that finds something missing has failed")]
mod tests {
    use super::super::{Reads, Store};
    use super::*;

    #[test]
    fn whoever_only_watched_reads_for_as_long_as_their_role_may_monitor() {
        let path = std::env::temp_dir().join(format!("console-readers-{}.db", std::process::id()));
        let store = Store::open(&path).unwrap();
        let sql = "INSERT INTO chats (chat, visitor, email, ip, key, demonstration, started, ended)
                   VALUES ('c-1', 'Mika', 'mika@example.com', '192.0.2.7', x'00', 0, 1, 2)";
        store.connection.execute_batch(sql).unwrap();
        let chat: ChatId = "c-1".parse().unwrap();
        let [hana, ken] = ["hana", "ken"].map(|id| id.parse::<OperatorId>().unwrap());
        store.let_read(&hana, &chat, Reads::AsWatching).unwrap();
        // Ken had it, handed it on after three lines, and watched it from then on.
        store.let_read(&ken, &chat, Reads::AsAttending).unwrap();
        store.limit_reading(&ken, &chat, Reads::AsAttending, Some(3)).unwrap();
        store.let_read(&ken, &chat, Reads::AsWatching).unwrap();
        let archive = Archive::open(&path).unwrap();
        let reads = |operator: &OperatorId, may_monitor: bool| {
            let reader = ReaderOf { operator: operator.clone(), may_monitor };
            let one = archive.ended_chat(&reader, &chat).unwrap();
            let listed = archive.ended_chats(&reader, "mika", None, 9).unwrap();
            assert_eq!(one.is_some(), listed.len() == 1);
            let found = !archive.ended_chats(&reader, "192.0.2.7", None, 9).unwrap().is_empty();
            one.map(|chat| (chat.last, chat.whole, chat.email.is_some(), found))
        };
        let all = Some((i64::MAX, true, true, true));
        assert_eq!((reads(&hana, true), reads(&hana, false)), (all, None));
        assert_eq!((reads(&ken, true), reads(&ken, false)), (all, Some((3, false, false, false))));
        // Where monitoring was not allowed in the end, having watched counts for nothing.
        store.forbid_watchers(&chat).unwrap();
        assert_eq!((reads(&hana, true), reads(&ken, true)), (None, Some((3, false, false, false))));
        store.limit_reading(&ken, &chat, Reads::AsAttending, None).unwrap();
        assert_eq!(reads(&ken, true), None);
        drop((archive, store));
        for end in ["", "-wal", "-shm", "-lock"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }

    #[test]
    fn an_address_is_named_as_a_whole() {
        for text in [
            r#"[{"id":"a-1","when":[{"kind":"visitor_email","value":"a@b.example"}]}]"#,
            "田中 健, a@b.example",
            "a@b.example + 192.0.2.7",
            "aa@b.example, a@b.example",
            "Asked for by a@b.example.",
            "a@b.example... (a@b.example!)",
        ] {
            assert!(names(text, "a@b.example"), "{text}");
        }
        for text in [
            "aa@b.example",
            "a@b.example.com",
            "a@b.example.com.",
            "a@b.example-x.com",
            "a@b.example2",
            "x.a@b.example",
            "*@b.example",
            "",
        ] {
            assert!(!names(text, "a@b.example"), "{text}");
        }
    }
}
