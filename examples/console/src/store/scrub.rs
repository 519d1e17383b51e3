//! What deletion leaves in the file. SQLite overwrites what it deletes (`secure_delete`), but not the copies that it left
//! when it divided pages or joined them: these lie in the gap of a page between its pointers and its cells, of which nothing
//! that is kept is a part. So the gaps are overwritten, some pages at a time, by SQLite's own table of pages.

use rusqlite::{OptionalExtension, params};

use super::Store;

/// How many pages are looked at in one act.
const PAGES: u32 = 200;

/// From so many pages on, the first byte of one that is no tree's can be that of one that is.
const TOO_MANY: u32 = 1 << 24;

impl Store {
    /// Whether gaps can be overwritten: `.cargo/config.toml` has SQLite built with its table of pages.
    pub(crate) fn can_scrub(&self) -> rusqlite::Result<bool> {
        let pages: u32 = self.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let there = "SELECT count(*) FROM pragma_module_list WHERE name = 'sqlite_dbpage'";
        Ok(pages < TOO_MANY && self.connection.query_row(there, [], |row| row.get(0))?)
    }

    /// Overwrites the gaps of some pages, from this one on, and says which is the next; none when there are no more.
    pub(crate) fn scrub(&self, from: u32) -> rusqlite::Result<Option<u32>> {
        let mut read = self.connection.prepare_cached("SELECT data FROM sqlite_dbpage('main') WHERE pgno = ?1")?;
        let mut write = self.connection.prepare_cached("UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1")?;
        for page in from..from + PAGES {
            let Some(mut data) = read.query_row([page], |row| row.get::<_, Vec<u8>>(0)).optional()? else {
                return Ok(None);
            };
            let gap = gap(&mut data, page);
            if gap.iter().any(|byte| *byte != 0) {
                gap.fill(0);
                write.execute(params![page, data])?;
            }
        }
        Ok(Some(from + PAGES))
    }

    /// Writes all that is kept into the file anew, where gaps cannot be overwritten. Everybody waits. Not within a
    /// transaction.
    pub(crate) fn rewrite(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("VACUUM")
    }

    /// Empties the log into the file. Says whether that was done: it is not while somebody reads.
    pub(crate) fn empty_log(&self) -> rusqlite::Result<bool> {
        self.connection.busy_timeout(std::time::Duration::ZERO)?;
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        self.connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(!busy?)
    }
}

/// The gap of a page: behind the pointers to its cells, before the first cell (<https://www.sqlite.org/fileformat2.html>,
/// 1.6). A page that is no tree's has none.
fn gap(data: &mut [u8], page: u32) -> &mut [u8] {
    // The first page begins with the head of the file.
    let head = if page == 1 { 100 } else { 0 };
    let number = |at: usize| {
        let bytes = data.get(head + at..head + at + 2).and_then(|bytes| bytes.first_chunk());
        usize::from(u16::from_be_bytes(bytes.copied().unwrap_or_default()))
    };
    let length = match data.get(head) {
        Some(2 | 5) => 12,
        Some(10 | 13) => 8,
        Some(_) | None => return &mut [],
    };
    let begin = head + length + 2 * number(3);
    let end = match number(5) {
        0 => 1 << 16,
        at => at,
    };
    data.get_mut(begin..end).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that finds something missing has failed")]
mod tests {
    use super::*;

    #[test]
    fn gaps_can_be_overwritten_and_nothing_else_changes() {
        let path = std::env::temp_dir().join(format!("console-scrub-{}.db", std::process::id()));
        let store = Store::open(&path).unwrap();
        assert!(store.can_scrub().unwrap(), "SQLite is built without its table of pages: see .cargo/config.toml");
        let fill = "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT);
                    WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s LIMIT 3000)
                    INSERT INTO t SELECT n, hex(zeroblob(n * 7919 % 400)) FROM s;
                    DELETE FROM t WHERE n % 3 = 0";
        store.connection.execute_batch(fill).unwrap();
        let all = || {
            let whole: String = store.connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            let sum = "SELECT group_concat(n || text) FROM t";
            (whole, store.connection.query_row(sum, [], |row| row.get::<_, String>(0)).unwrap())
        };
        let before = all();
        let mut next = Some(1);
        while let Some(from) = next {
            next = store.scrub(from).unwrap();
        }
        assert_eq!(all(), before);
        assert_eq!(before.0, "ok");
        drop(store);
        for end in ["", "-wal", "-shm", "-lock"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }
}
