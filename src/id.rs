//! The ids: opaque names that the host gives to its operators, chats and rules.

use alloc::string::ToString;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

use crate::wire::text_form;

/// The longest id, in bytes.
const MAX_LEN: usize = 128;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $expected:literal) => {
        $(#[$doc])*
        ///
        /// 1 to 128 bytes, no control characters, no blanks at either end; otherwise opaque: ids are the same when
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
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                check(text).map(|()| $name(text.into()))
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                $name(number.to_string().into())
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

/// Why a text is no id. The text itself is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ParseIdError(#[from] Fault);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("expected an id of 1 to 128 bytes")]
    Length,
    #[error("expected an id without control characters")]
    Control,
    #[error("expected an id without blanks at either end")]
    Blank,
}

fn check(text: &str) -> Result<(), ParseIdError> {
    if text.is_empty() || text.len() > MAX_LEN {
        Err(Fault::Length)?;
    }
    if text.contains(char::is_control) {
        Err(Fault::Control)?;
    }
    if text.trim().len() != text.len() {
        Err(Fault::Blank)?;
    }
    Ok(())
}
