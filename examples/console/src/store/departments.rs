//! The departments that there are, and what they are called.

use chat_monitor::DepartmentId;

use super::{Store, id};

impl Store {
    pub(crate) fn departments(&self) -> rusqlite::Result<Vec<(DepartmentId, String)>> {
        let mut select = self.connection.prepare("SELECT department, name FROM departments")?;
        select.query_map([], |row| Ok((id(0, &row.get::<_, String>(0)?)?, row.get(1)?)))?.collect()
    }

    /// Adds a department, or gives it another name.
    pub(crate) fn set_department(&self, department: &DepartmentId, name: &str) -> rusqlite::Result<()> {
        self.connection.execute(
            "INSERT INTO departments (department, name) VALUES (?1, ?2)
             ON CONFLICT (department) DO UPDATE SET name = excluded.name",
            [department.as_str(), name],
        )?;
        Ok(())
    }

    pub(crate) fn remove_department(&self, department: &DepartmentId) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM departments WHERE department = ?1", [department.as_str()])?;
        Ok(())
    }
}
