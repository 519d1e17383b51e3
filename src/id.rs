//! The ids: opaque names that the host gives to its operators, chats, rules, departments and exclusions.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;

use crate::wire::text_form;

/// The longest id, in bytes. An agent's ARN of Amazon Connect has 127 to 140.
pub(crate) const MAX_LEN: usize = 256;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        ///
        /// 1 to 256 bytes, no control characters, no blanks at either end; otherwise opaque: ids are the same when
        /// their bytes are. Cheap to clone. A host with numeric ids converts them with `From<u64>`.
        ///
        /// ```
        #[doc = concat!("use chat_monitor::", stringify!($name), ";")]
        ///
        #[doc = concat!("let id: ", stringify!($name), " = \"42\".parse()?;")]
        #[doc = concat!("assert_eq!(id, ", stringify!($name), "::from(42));")]
        #[doc = concat!("assert!(\" 42\".parse::<", stringify!($name), ">().is_err());")]
        /// # Ok::<(), chat_monitor::ParseIdError>(())
        /// ```
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as the host gave it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The number that `From<u64>` makes this id of, if there is one.
            pub fn as_u64(&self) -> Option<u64> {
                number(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                check(text)?;
                Ok($name(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;

            fn try_from(text: String) -> Result<Self, ParseIdError> {
                text.parse()
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                $name(number.to_string().into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        /// A map with these ids as keys can be asked with a `&str`.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                *self.0 == *other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                *self.0 == **other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), &*self.0)
            }
        }

        text_form!($name, ParseIdError, $expected);
    };
}

id! {
    /// Names an operator: a member of staff with an account and a [`Role`](crate::Role).
    #[doc(alias = "agent")]
    #[doc(alias = "representative")]
    OperatorId, "an operator id"
}

id! {
    /// Names a [`Chat`](crate::Chat).
    #[doc(alias = "conversation")]
    #[doc(alias = "session")]
    ChatId, "a chat id"
}

id! {
    /// Names a [`Rule`](crate::Rule).
    #[doc(alias = "monitor")]
    RuleId, "a rule id"
}

id! {
    /// Names a department: a part of the company that chats and operators belong to.
    #[doc(alias = "team")]
    #[doc(alias = "group")]
    #[doc(alias = "queue")]
    #[doc(alias = "inbox")]
    #[doc(alias = "unit")]
    #[doc(alias = "division")]
    DepartmentId, "a department id"
}

id! {
    /// Names an [`Exclusion`](crate::Exclusion). Those who watch see it in their verdicts, so it should say nothing.
    ExclusionId, "an exclusion id"
}

/// Why a text is not a valid id. The text itself is not repeated.
///
/// ```
/// use chat_monitor::{OperatorId, ParseIdErrorKind};
///
/// let error = "ken ".parse::<OperatorId>().unwrap_err();
/// assert_eq!(error.kind(), ParseIdErrorKind::Blank);
/// assert_eq!(error.to_string(), "expected an id without blanks at either end");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ParseIdError(#[from] ParseIdErrorKind);

impl ParseIdError {
    /// What was wrong, for programs that say it in their own words.
    pub fn kind(&self) -> ParseIdErrorKind {
        self.0
    }
}

/// What can be wrong with the text of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIdErrorKind {
    /// It is empty or has more than 256 bytes.
    #[error("expected an id of 1 to 256 bytes")]
    Length,
    /// It has a control character in it, such as a tab or a line break.
    #[error("expected an id without control characters")]
    Control,
    /// It begins or ends with a blank.
    #[error("expected an id without blanks at either end")]
    Blank,
    /// It names a built-in role where the name of another is expected.
    #[error("expected the name of a role of your own, not of a built-in one")]
    BuiltInRole,
}

/// Whether `text` can be an id, or anything else that is opaque and compared as written.
pub(crate) fn check(text: &str) -> Result<(), ParseIdErrorKind> {
    if text.is_empty() || text.len() > MAX_LEN {
        Err(ParseIdErrorKind::Length)
    } else if text.contains(char::is_control) {
        Err(ParseIdErrorKind::Control)
    } else if text.trim().len() != text.len() {
        Err(ParseIdErrorKind::Blank)
    } else {
        Ok(())
    }
}

/// The number whose decimal form `text` is: no sign, no leading zeros.
fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}
