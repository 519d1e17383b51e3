//! Figures as lines of JSON, for scripts.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

/// A file of lines, each an object with a `kind`; or none.
#[derive(Debug)]
pub struct Records {
    file: Option<File>,
}

impl Records {
    /// Appends to `path`; without one, nothing is written.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened.
    pub fn append_to(path: Option<&Path>) -> io::Result<Self> {
        let open = |path| OpenOptions::new().append(true).create(true).open(path);
        Ok(Records { file: path.map(open).transpose()? })
    }

    /// Writes one line.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&mut self, kind: &str, figures: &impl Serialize) -> io::Result<()> {
        #[derive(Serialize)]
        struct Line<'a, T> {
            kind: &'a str,
            #[serde(flatten)]
            figures: &'a T,
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut line = serde_json::to_string(&Line { kind, figures })?;
        line.push('\n');
        file.write_all(line.as_bytes())
    }
}
