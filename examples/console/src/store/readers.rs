//! Who may read a chat when it has ended, and up to where: written while it is live, as people attend and watch it.

use chat_monitor::{ChatId, OperatorId};
use rusqlite::params;

use super::Store;

/// The table, and what older files say of it: picked up and never handed on; watched to the end. Of what is not certain,
/// nobody reads anything.
pub(super) const READERS: &str = "
CREATE TABLE chat_readers (
    operator TEXT NOT NULL,
    chat TEXT NOT NULL,
    -- The last entry that they may read as one who attended, and as one who watched or joined; NULL: none.
    attended INTEGER,
    watched INTEGER,
    PRIMARY KEY (operator, chat)
) WITHOUT ROWID;
CREATE INDEX readers_of_chat ON chat_readers (chat);
CREATE INDEX ended_chats ON chats (ended, chat) WHERE ended IS NOT NULL;
CREATE INDEX internal_of_chat ON internal_entries (chat);
INSERT INTO chat_readers (operator, chat, watched)
SELECT operator, chat, 9223372036854775807 FROM (
    SELECT operator, chat, action, detail, max(id) FROM audit
    WHERE action IN ('watch_started', 'watch_ended') AND chat IS NOT NULL GROUP BY operator, chat
) WHERE action = 'watch_started' OR detail IN ('ended_chat_ended', 'ended_joined');
INSERT INTO chat_readers (operator, chat, attended)
SELECT DISTINCT operator, chat, 9223372036854775807 FROM entries
WHERE kind = 'picked_up' AND operator IS NOT NULL AND chat NOT IN (SELECT chat FROM entries WHERE kind = 'transferred')
ON CONFLICT DO UPDATE SET attended = excluded.attended;
";

/// What somebody is to a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    AsAttending,
    AsWatching,
}

/// All there is, and all that will come.
const EVERYTHING: i64 = i64::MAX;

impl Store {
    /// Lets somebody read all of a chat, for as long as nothing limits that.
    pub(crate) fn let_read(&self, operator: &OperatorId, chat: &ChatId, reads: Reads) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached(match reads {
            Reads::AsAttending => {
                "INSERT INTO chat_readers (operator, chat, attended) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET attended = excluded.attended"
            }
            Reads::AsWatching => {
                "INSERT INTO chat_readers (operator, chat, watched) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET watched = excluded.watched"
            }
        })?;
        insert.execute(params![operator.as_str(), chat.as_str(), EVERYTHING])?;
        Ok(())
    }

    /// Lets them read up to this entry only, or nothing.
    pub(crate) fn limit_reading(
        &self,
        operator: &OperatorId,
        chat: &ChatId,
        reads: Reads,
        last: Option<i64>,
    ) -> rusqlite::Result<()> {
        let mut update = self.connection.prepare_cached(match reads {
            Reads::AsAttending => "UPDATE chat_readers SET attended = ?3 WHERE operator = ?1 AND chat = ?2",
            Reads::AsWatching => "UPDATE chat_readers SET watched = ?3 WHERE operator = ?1 AND chat = ?2",
        })?;
        update.execute(params![operator.as_str(), chat.as_str(), last])?;
        Ok(())
    }

    /// Lets nobody read a chat for having watched it.
    pub(crate) fn forbid_watchers(&self, chat: &ChatId) -> rusqlite::Result<()> {
        self.connection.execute("UPDATE chat_readers SET watched = NULL WHERE chat = ?1", [chat.as_str()])?;
        Ok(())
    }

    /// Forgets what somebody may read: another one may get their id.
    pub(super) fn forget_reader(&self, operator: &OperatorId) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM chat_readers WHERE operator = ?1", [operator.as_str()])?;
        Ok(())
    }
}
