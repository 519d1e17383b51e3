//! What a watcher may do in a chat.

use core::fmt;

use crate::wire::wire;

wire! {
    /// One thing that a watcher may do in a chat.
    ///
    /// Exhaustive on purpose: a new right stops the build of every host that draws a button for each.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[allow(clippy::exhaustive_enums, reason = "said above")]
    pub enum Right {
        /// To read along.
        Watch,
        /// To say something to the attending operators alone.
        #[doc(alias = "whisper")]
        #[doc(alias = "coach")]
        Advise,
        /// To enter the chat, seen by all.
        #[doc(alias = "barge")]
        Join,
    }
}

impl Right {
    /// Every right, in the order in which they are written.
    pub const ALL: [Right; 3] = [Right::Watch, Right::Advise, Right::Join];

    /// The right's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Right::Watch => "watch",
            Right::Advise => "advise",
            Right::Join => "join",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of rights.
///
/// ```
/// use chat_monitor::{Right, Rights};
///
/// let quiet = Rights::from([Right::Watch, Right::Advise]);
/// assert!(quiet.contains(Right::Watch) && !quiet.contains(Right::Join));
/// assert_eq!(quiet | Rights::from([Right::Join]), Rights::ALL);
/// assert_eq!(quiet & Rights::from([Right::Join]), Rights::NONE);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Rights(u8);

impl Rights {
    /// No right.
    pub const NONE: Rights = Rights(0);

    /// Every right.
    pub const ALL: Rights = Rights(0b111);

    /// Whether the right is among these.
    pub fn contains(self, right: Right) -> bool {
        self.0 & 1 << right as u8 != 0
    }

    /// Whether this is no right at all.
    pub fn is_empty(self) -> bool {
        self == Rights::NONE
    }

    /// The rights, in the order watch, advise, join.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.into_iter().filter(move |right| self.contains(*right))
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Rights(rights.into_iter().fold(0, |set, right| set | 1 << right as u8))
    }
}

impl<const N: usize> From<[Right; N]> for Rights {
    fn from(rights: [Right; N]) -> Self {
        rights.into_iter().collect()
    }
}

/// What is in either.
impl core::ops::BitOr for Rights {
    type Output = Rights;

    fn bitor(self, other: Rights) -> Rights {
        Rights(self.0 | other.0)
    }
}

/// What is in both.
impl core::ops::BitAnd for Rights {
    type Output = Rights;

    fn bitand(self, other: Rights) -> Rights {
        Rights(self.0 & other.0)
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Rights {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Rights {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rights: alloc::vec::Vec<Right> = crate::wire::quiet::read(deserializer)?;
        Ok(rights.into_iter().collect())
    }
}
