//! Roles, by name.

use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use crate::id::{self, ParseIdError, ParseIdErrorKind};
use crate::wire::text_form;

/// An operator's rank. It says which operators they may monitor, and what they may do.
///
/// [`Permissions`](crate::Permissions) have a row for each: the three built-in ones, and up to 29 more that a host names.
/// In order, the built-in ones come first, then the others by the bytes of their names.
///
/// Exhaustive on purpose: the named roles are there so that no other is needed.
///
/// ```
/// use chat_monitor::Role;
///
/// let quality: Role = "quality".parse()?;
/// assert_eq!("supervisor".parse(), Ok(Role::Supervisor));
/// assert!(Role::Associate < quality);
/// assert_eq!(quality.to_string(), "quality");
/// # Ok::<(), chat_monitor::ParseIdError>(())
/// ```
#[doc(alias = "profile")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums, reason = "said above")]
pub enum Role {
    /// May monitor supervisors and associates, unless the host says otherwise.
    Administrator,
    /// May monitor associates, unless the host says otherwise.
    Supervisor,
    /// May monitor nobody, unless the host says otherwise.
    Associate,
    /// A role of the host's own.
    Named(RoleName),
}

impl Role {
    /// The roles that are always there, from the highest.
    pub const BUILT_IN: [Role; 3] = [Role::Administrator, Role::Supervisor, Role::Associate];

    /// The role's name, also on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Role::Administrator => "administrator",
            Role::Supervisor => "supervisor",
            Role::Associate => "associate",
            Role::Named(name) => name.as_str(),
        }
    }
}

impl FromStr for Role {
    type Err = ParseIdError;

    /// Takes any name: whether there is a row for it is for the policy to say.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        match Role::BUILT_IN.into_iter().find(|role| role.as_str() == text) {
            Some(built_in) => Ok(built_in),
            None => text.parse().map(Role::Named),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(Role, ParseIdError, "the name of a role");

/// The name of a role of the host's own: 1 to 256 bytes, no control characters, no blanks at either end, and not the
/// name of a built-in role. Compared as written.
///
/// ```
/// use chat_monitor::{ParseIdErrorKind, RoleName};
///
/// assert_eq!("quality".parse::<RoleName>()?.as_str(), "quality");
/// assert_eq!("associate".parse::<RoleName>().unwrap_err().kind(), ParseIdErrorKind::BuiltInRole);
/// # Ok::<(), chat_monitor::ParseIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(Arc<str>);

impl RoleName {
    /// The name as the host gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleName {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        id::check(text)?;
        if Role::BUILT_IN.iter().any(|role| role.as_str() == text) {
            Err(ParseIdErrorKind::BuiltInRole)?;
        }
        Ok(RoleName(text.into()))
    }
}

impl fmt::Debug for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoleName({:?})", &*self.0)
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_form!(RoleName, ParseIdError, "the name of a role of your own");
