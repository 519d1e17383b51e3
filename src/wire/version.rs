//! The version of saved states.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What this crate writes, and all that it reads.
const CURRENT: u32 = 1;

/// The `version` of a saved state. Reading any but the current one is an error, before anything behind it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(CURRENT)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            CURRENT => Ok(Version),
            other => Err(D::Error::custom(format_args!(
                "the saved state has version {other}, this crate reads version {CURRENT}"
            ))),
        }
    }
}
