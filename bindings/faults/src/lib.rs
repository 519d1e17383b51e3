//! What is wrong with a value, in the same words for every language: a code, a kind, and a sentence.
//!
//! The crate's own reading says it in a sentence alone. Where a text cannot be read, its fields are parsed here once more,
//! one by one, by the types that they have.

mod search;

pub use search::visitors_ip;

use std::fmt::{Debug, Display};

use chat_monitor::{
    InvalidMonitor, InvalidPermissions, InvalidSample, InvalidWindow, NoCriterion, ParseEmailError, ParseIdError,
    ParseIpError, Permissions, Role, RoleRow, TooManyAttributes, TooManyDepartments,
};
use serde::de::DeserializeOwned;

/// Why a value cannot be. It repeats no visitor's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it should have been: `id`, `email`, `window`, …
    pub code: &'static str,
    /// What is wrong with it, in one word: `length`, `wildcard`, …
    pub kind: String,
    /// The same for people.
    pub message: String,
}

impl Fault {
    /// Of a kind that is called as its `Debug` form is: `BuiltInRole` is `built_in_role`, and of `Salt(Blank)` the outer
    /// name counts.
    pub fn new(code: &'static str, kind: impl Debug, message: impl Display) -> Self {
        Fault { code, kind: snake(&format!("{kind:?}")), message: message.to_string() }
    }

    /// One operator stands in a chat twice.
    pub fn attends_twice(operator: &str) -> Self {
        Fault::new("chat", format_args!("AttendsTwice"), format_args!("operator `{operator}` attends the chat twice"))
    }

    /// An exclusion has an empty list of roles.
    pub fn no_role() -> Self {
        let message = "expected at least one role in `roles`, or no `roles` for everybody";
        Fault::new("exclusion", format_args!("NoRole"), message)
    }

    /// An instant is negative, or so late that not every JSON reader would keep it.
    pub fn beyond_last() -> Self {
        Fault::new("time", format_args!("BeyondLast"), "expected an instant from 0 to 2^53 - 1")
    }
}

/// Reads a value, or says what is wrong with it.
///
/// # Errors
///
/// The first fault of its fields, by their names; `json` where each is right by itself.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let form = serde_json::from_str(text).ok();
        form.and_then(|form| search::fault_of(&form)).unwrap_or_else(|| error.into())
    })
}

/// An instant, in milliseconds since 1970.
///
/// # Errors
///
/// `time` where it is later than JSON can tell.
pub fn instant(told: u64) -> Result<u64, Fault> {
    const LAST_INSTANT: u64 = (1 << 53) - 1;
    if told <= LAST_INSTANT { Ok(told) } else { Err(Fault::beyond_last()) }
}

/// The table with these rows. As on the wire, nobody takes a built-in row away by leaving it out.
///
/// # Errors
///
/// `permissions` where it cannot be.
pub fn permissions(rows: Vec<(Role, RoleRow)>) -> Result<Permissions, Fault> {
    match Role::BUILT_IN.into_iter().find(|role| !rows.iter().any(|(named, _)| named == role)) {
        Some(role) => Err(InvalidPermissions::MissingRole(role).into()),
        None => Ok(Permissions::none().with_rows(rows)?),
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Fault::new("json", error.classify(), error)
    }
}

impl From<ParseIdError> for Fault {
    fn from(error: ParseIdError) -> Self {
        Fault::new("id", error.kind(), error)
    }
}

impl From<ParseEmailError> for Fault {
    fn from(error: ParseEmailError) -> Self {
        Fault::new("email", error.kind(), error)
    }
}

impl From<ParseIpError> for Fault {
    fn from(error: ParseIpError) -> Self {
        Fault::new("ip", error.kind(), error)
    }
}

impl From<InvalidWindow> for Fault {
    fn from(error: InvalidWindow) -> Self {
        Fault::new("window", error, error)
    }
}

impl From<InvalidSample> for Fault {
    fn from(error: InvalidSample) -> Self {
        Fault::new("sample", error, error)
    }
}

impl From<NoCriterion> for Fault {
    fn from(error: NoCriterion) -> Self {
        Fault::new("criteria", error, error)
    }
}

impl From<TooManyDepartments> for Fault {
    fn from(error: TooManyDepartments) -> Self {
        Fault::new("departments", error, error)
    }
}

impl From<TooManyAttributes> for Fault {
    fn from(error: TooManyAttributes) -> Self {
        Fault::new("attributes", error, error)
    }
}

impl From<InvalidMonitor> for Fault {
    fn from(error: InvalidMonitor) -> Self {
        Fault::new("monitor", format_args!("Contradiction"), error)
    }
}

impl From<InvalidPermissions> for Fault {
    fn from(error: InvalidPermissions) -> Self {
        Fault::new("permissions", &error, &error)
    }
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars().take_while(|letter| letter.is_alphanumeric()) {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
