//! Samples: a share of all chats, the same one every time.

use alloc::sync::Arc;
use core::fmt;
use core::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::id::{self, ChatId, ParseIdErrorKind};

/// Every chat.
const MILLION: u32 = 1_000_000;

/// A share of all chats, drawn by their ids: the same chats every time, on every machine.
///
/// Whether a chat is in it depends on the salt, the share and the chat's id alone. A wider share with the same salt has
/// all chats of a narrower one; other salts draw independently. The salt is as secret as the rule: who knows it knows
/// which chats are drawn.
///
/// Exactly: with `h` the SipHash-2-4, under the key 0, of the bytes of the salt, a zero byte and the bytes of the chat's
/// id, the sample holds where `h × 1,000,000 >> 64 < per_million`, in 128 bits.
///
/// ```
/// use chat_monitor::Sample;
///
/// let twentieth = Sample::new(50_000, "qa-7c1e")?;
/// let drawn = (0..10_000_u64).filter(|n| twentieth.contains(&(*n).into())).count();
/// assert!((400..600).contains(&drawn));
/// assert!(Sample::new(1_000_000, "qa-7c1e")?.contains(&"c1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "percentage")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sample {
    per_million: u32,
    salt: Arc<str>,
}

impl Sample {
    /// So many chats of a million, drawn with this salt.
    ///
    /// # Errors
    ///
    /// [`InvalidSample`] if the share is not 1 to 1,000,000, or the salt not 1 to 256 bytes without control characters
    /// and without blanks at either end.
    pub fn new(per_million: u32, salt: &str) -> Result<Self, InvalidSample> {
        if !(1..=MILLION).contains(&per_million) {
            return Err(InvalidSample::Share);
        }
        id::check(salt).map_err(InvalidSample::Salt)?;
        Ok(Sample { per_million, salt: salt.into() })
    }

    /// How many chats of a million are drawn.
    pub fn per_million(&self) -> u32 {
        self.per_million
    }

    /// What they are drawn with.
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// Whether the chat with this id is drawn.
    pub fn contains(&self, chat: &ChatId) -> bool {
        bucket(&self.salt, chat) < self.per_million
    }
}

/// Where a chat lies among a million places.
fn bucket(salt: &str, chat: &ChatId) -> u32 {
    let mut state = SipHasher24::new_with_keys(0, 0);
    state.write(salt.as_bytes());
    // The byte stands in no salt and in no id, so the two cannot run into each other.
    state.write(&[0]);
    state.write(chat.as_str().as_bytes());
    ((u128::from(state.finish()) * u128::from(MILLION)) >> u64::BITS) as u32
}

/// Without the salt, which is a secret.
impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sample").field("per_million", &self.per_million).finish_non_exhaustive()
    }
}

/// Why a sample cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSample {
    /// The share is 0 or more than a million.
    #[error("expected a share of 1 to 1000000 chats in a million")]
    Share,
    /// The salt cannot be one.
    #[error("expected a salt of 1 to 256 bytes, without control characters and without blanks at either end")]
    Salt(ParseIdErrorKind),
}

#[cfg(feature = "serde")]
mod form {
    use alloc::string::String;

    use serde::ser::SerializeStruct;
    use serde::{Deserialize, Serialize, Serializer};

    use super::{InvalidSample, Sample};
    use crate::wire::read_as;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a sample")]
    struct SampleForm {
        per_million: u32,
        salt: String,
    }

    impl TryFrom<SampleForm> for Sample {
        type Error = InvalidSample;

        fn try_from(form: SampleForm) -> Result<Self, InvalidSample> {
            Sample::new(form.per_million, &form.salt)
        }
    }

    read_as!(Sample, SampleForm);

    impl Serialize for Sample {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut sample = serializer.serialize_struct("Sample", 2)?;
            sample.serialize_field("per_million", &self.per_million)?;
            sample.serialize_field("salt", self.salt())?;
            sample.end()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bucket;

    #[test]
    fn the_contracts_vectors() {
        for (salt, chat, expected) in [
            ("qa", "c1", 57_574),
            ("qa", "c2", 449_778),
            ("qa", "c3", 14_610),
            ("qa", "42", 205_495),
            ("監査", "チャット1", 545_984),
        ] {
            assert_eq!(chat.parse().map(|chat| bucket(salt, &chat)), Ok(expected), "{salt} {chat}");
        }
    }
}
