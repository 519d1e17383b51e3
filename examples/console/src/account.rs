//! What an account must look like, whether it is added on a page or on the command line.

use chat_monitor::{Departments, Operator, OperatorId, Oversees, Role};

use crate::password;
use crate::said::Name;
use crate::store::Account;

/// What is wrong with an account: each is the key of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Id,
    Name,
    Password,
}

impl Fault {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Fault::Id => "bad_id",
            Fault::Name => "bad_name",
            Fault::Password => "bad_password",
        }
    }
}

/// An id that people type: small letters, digits and hyphens.
pub(crate) fn short_id<T: std::str::FromStr>(text: &str) -> Result<T, Fault> {
    let plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    text.parse().ok().filter(|_| plain && text.len() <= 32).ok_or(Fault::Id)
}

/// What somebody, or a department, is called.
pub(crate) fn name(text: &str) -> Result<String, Fault> {
    Name::of(text).map(|Name(name)| name).filter(|name| !name.is_empty()).ok_or(Fault::Name)
}

/// A password that somebody has chosen.
pub(crate) fn check_password(password: &str) -> Result<(), Fault> {
    if password.chars().count() >= 8 && password.len() <= 200 { Ok(()) } else { Err(Fault::Password) }
}

/// Hashes a password, which takes a while.
pub(crate) async fn hash(password: String) -> Option<String> {
    tokio::task::spawn_blocking(move || password::hash(&password)).await.ok().flatten()
}

/// What the monitor is to know of somebody. Who is said to oversee nothing in particular oversees their own departments.
pub(crate) fn operator(role: Role, departments: Departments, oversees: Option<Oversees>) -> Operator {
    let operator = Operator::new(role).with_departments(departments);
    oversees.into_iter().fold(operator, Operator::with_oversees)
}

/// An account that can sign in.
pub(crate) fn account(operator: OperatorId, name: String, hash: String, demonstration: bool) -> Account {
    Account { operator, name, password: hash, demonstration, disabled: None }
}
