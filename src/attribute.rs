//! Attributes: what a host tells of a chat, by name and value.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::id::{self, ParseIdError};

/// How many attributes a chat can have.
const MAX: usize = 64;

/// A name with one of its values, told of a chat by the host: brand, channel, country, tag, a raised hand.
///
/// Name and value are opaque: 1 to 256 bytes each, no control characters, no blanks at either end, compared as written.
///
/// ```
/// use chat_monitor::Attribute;
///
/// let vip = Attribute::new("tag", "vip")?;
/// assert_eq!((vip.name(), vip.value()), ("tag", "vip"));
/// # Ok::<(), chat_monitor::ParseIdError>(())
/// ```
#[doc(alias = "tag")]
#[doc(alias = "custom field")]
#[doc(alias = "label")]
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// Name and value with [`BETWEEN`] between them, a byte that stands in no name and no value; so the order is by name, then by value.
    text: Arc<str>,
    name_len: u16,
}

const BETWEEN: char = '\0';

impl Attribute {
    /// This value of this name.
    ///
    /// # Errors
    ///
    /// [`ParseIdError`] if one of them is not 1 to 256 bytes, has a control character or has a blank at either end.
    pub fn new(name: &str, value: &str) -> Result<Self, ParseIdError> {
        id::check(name)?;
        id::check(value)?;
        let name_len = u16::try_from(name.len()).map_err(|_| id::ParseIdErrorKind::Length)?;
        Ok(Attribute { text: format!("{name}{BETWEEN}{value}").into(), name_len })
    }

    /// What the value is of.
    pub fn name(&self) -> &str {
        self.text.get(..usize::from(self.name_len)).unwrap_or_default()
    }

    /// The value.
    pub fn value(&self) -> &str {
        self.text.get(usize::from(self.name_len) + BETWEEN.len_utf8()..).unwrap_or_default()
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({:?}, {:?})", self.name(), self.value())
    }
}

/// A set of at most 64 attributes: what is told of a chat. A name can have several values.
///
/// ```
/// use chat_monitor::{Attribute, Attributes};
///
/// let attributes = Attributes::new([Attribute::new("tag", "vip")?, Attribute::new("brand", "acme")?])?;
/// assert!(attributes.contains(&Attribute::new("brand", "acme")?));
/// assert_eq!(attributes.iter().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes {
    /// Sorted, each once.
    attributes: Vec<Attribute>,
}

impl Attributes {
    pub(crate) const NONE: Attributes = Attributes { attributes: Vec::new() };

    /// These attributes. Order and repetition mean nothing.
    ///
    /// # Errors
    ///
    /// [`TooManyAttributes`] if they are more than 64, each counted once.
    pub fn new(attributes: impl IntoIterator<Item = Attribute>) -> Result<Self, TooManyAttributes> {
        let mut attributes: Vec<_> = attributes.into_iter().collect();
        attributes.sort_unstable();
        attributes.dedup();
        if attributes.len() > MAX { Err(TooManyAttributes) } else { Ok(Attributes { attributes }) }
    }

    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// Whether the chat has this value of this name.
    pub fn contains(&self, attribute: &Attribute) -> bool {
        self.attributes.binary_search(attribute).is_ok()
    }

    /// The attributes, by name and then by value.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Attribute> {
        self.attributes.iter()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = &'a Attribute;
    type IntoIter = core::slice::Iter<'a, Attribute>;

    fn into_iter(self) -> Self::IntoIter {
        self.attributes.iter()
    }
}

/// There are more than 64 attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("expected at most 64 attributes")]
#[non_exhaustive]
pub struct TooManyAttributes;

#[cfg(feature = "serde")]
mod form {
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::str::FromStr;

    use serde::de::Error;
    use serde::ser::SerializeMap;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Attribute, Attributes};
    use crate::id::{self, ParseIdError};
    use crate::wire::{entries, quiet, read_as};

    /// A name or a value.
    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct Half(String);

    impl FromStr for Half {
        type Err = ParseIdError;

        fn from_str(text: &str) -> Result<Self, ParseIdError> {
            id::check(text)?;
            Ok(Half(text.into()))
        }
    }

    impl core::fmt::Display for Half {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl<'de> Deserialize<'de> for Half {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            quiet::read_text(deserializer, "a name or a value of an attribute")
        }
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "an attribute")]
    struct AttributeForm {
        name: Half,
        value: Half,
    }

    impl TryFrom<AttributeForm> for Attribute {
        type Error = ParseIdError;

        fn try_from(form: AttributeForm) -> Result<Self, ParseIdError> {
            Attribute::new(&form.name.0, &form.value.0)
        }
    }

    read_as!(Attribute, AttributeForm);

    impl Serialize for Attribute {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut attribute = serializer.serialize_map(Some(2))?;
            attribute.serialize_entry("name", self.name())?;
            attribute.serialize_entry("value", self.value())?;
            attribute.end()
        }
    }

    /// `{"brand": ["acme"], "tag": ["refund", "vip"]}`
    impl Serialize for Attributes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let names = self.attributes.chunk_by(|one, next| one.name() == next.name());
            serializer.collect_map(names.filter_map(|of_name| {
                let values: Vec<_> = of_name.iter().map(Attribute::value).collect();
                Some((of_name.first()?.name(), values))
            }))
        }
    }

    impl<'de> Deserialize<'de> for Attributes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let names: Vec<(Half, Vec<Half>)> = entries::read(deserializer, "an object with the values of each name")?;
            let all = names.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
            let all: Result<Vec<_>, _> = all.map(|(name, value)| Attribute::new(&name.0, &value.0)).collect();
            Attributes::new(all.map_err(D::Error::custom)?).map_err(D::Error::custom)
        }
    }
}
