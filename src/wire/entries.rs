//! Maps as they are written: each key once, in the order of the input.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::quiet;

/// Reads an object as its entries. A key that stands there twice is an error: which of the two was meant?
pub(crate) fn read<'de, K, V, D>(deserializer: D, expected: &'static str) -> Result<Vec<(K, V)>, D::Error>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    quiet::quietly(deserializer, |quiet| quiet.deserialize_map(Entries(expected, PhantomData)))
}

struct Entries<K, V>(&'static str, PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de> + Ord + fmt::Display, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
    type Value = Vec<(K, V)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<K, V>()? {
            entries.push(entry);
        }
        let mut keys: Vec<&K> = entries.iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        match keys.iter().zip(keys.iter().skip(1)).find(|(one, next)| one == next) {
            Some((twice, _)) => {
                let twice = quiet::named("the key", &twice.to_string());
                Err(A::Error::custom(format_args!("{twice} is there twice")))
            }
            None => Ok(entries),
        }
    }
}
