//! Settings, by name. What they mean is said in `settings_kept`.

use rusqlite::{OptionalExtension, params};

use super::Store;

impl Store {
    pub(crate) fn setting(&self, name: &str) -> rusqlite::Result<Option<String>> {
        let mut select = self.connection.prepare_cached("SELECT value FROM settings WHERE name = ?1")?;
        select.query_row([name], |row| row.get(0)).optional()
    }

    pub(crate) fn set_setting(&self, name: &str, value: &str) -> rusqlite::Result<()> {
        self.connection.execute(
            "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }
}
