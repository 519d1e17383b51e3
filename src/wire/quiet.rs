//! Reading that keeps what it could not read to itself.
//!
//! serde's own messages repeat their input (`invalid type: string "mika@example.com", expected a visitor`), so a
//! visitor's address in the wrong field would land in the host's log, and a long input would make a long message.
//! [`Quiet`] wraps a deserializer, and everything that it hands out, so that an error made on the way names the kind
//! of what was found, never its content. Unknown fields and variants are named when the name reads like one.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

/// Reads a value whose errors repeat nothing of the input.
pub(crate) fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    quietly(deserializer, T::deserialize)
}

/// Runs `read` on the quiet form of a deserializer.
pub(crate) fn quietly<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(Quiet<D>) -> Result<T, Hushed<D::Error>>,
) -> Result<T, D::Error> {
    read(Quiet(deserializer)).map_err(|Hushed(error)| error)
}

/// Reads a string and parses it.
pub(crate) fn read_text<'de, T, D>(deserializer: D, expected: &'static str) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    struct Text<T>(&'static str, PhantomData<T>);

    impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    quietly(deserializer, |quiet| quiet.deserialize_str(Text(expected, PhantomData)))
}

/// A deserializer, visitor, seed or access of serde's, speaking [`Hushed`] errors inside.
pub(crate) struct Quiet<T>(T);

/// An error that was made without repeating the input.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Hushed<E>(E);

impl<E: Error> Error for Hushed<E> {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Hushed(E::custom(message))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", kind(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(unknown("field", field, expected))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(unknown("kind", variant, expected))
    }
}

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

fn unknown(what: &str, name: &str, expected: &[&str]) -> String {
    let expected: Vec<_> = expected.iter().map(|known| format!("`{known}`")).collect();
    format!("unknown {}, expected one of {}", named(what, name), expected.join(", "))
}

/// What is meant, with its name if that is one as people write it in a schema; an address has a dot, a colon or an `@`.
pub(crate) fn named(what: &str, name: &str) -> String {
    let reads_like_a_name = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if reads_like_a_name { format!("{what} `{name}`") } else { what.into() }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Quiet<D> {
    type Error = Hushed<D::Error>;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_any(Quiet(visitor)).map_err(Hushed)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.deserialize_option(Quiet(visitor)).map_err(Hushed)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_newtype_struct(name, Quiet(visitor)).map_err(Hushed)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_any(Quiet(Tagged(visitor))).map_err(Hushed)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_any(Quiet(Object(visitor))).map_err(Hushed)
    }

    // A deserializer that is told what to expect reports a mismatch by itself, with the content; asked for anything,
    // it leaves the report to the visitor.
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The visitor of a struct, who takes an object alone: what serde derives takes a list of the fields' values too.
struct Object<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Object<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }
}

/// The visitor of an externally tagged enum, who takes a string or an object with one key.
struct Tagged<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Tagged<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an object with one key")
    }

    fn visit_str<E: Error>(self, tag: &str) -> Result<V::Value, E> {
        self.0.visit_enum(tag.into_deserializer())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Quiet(MapAccessDeserializer::new(map))).map_err(|Hushed(error)| error)
    }
}

macro_rules! forward_visit {
    ($($method:ident($($type:ty)?);)*) => {$(
        forward_visit!(@ $method $($type)?);
    )*};
    (@ $method:ident $type:ty) => {
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value).map_err(|Hushed(error)| error)
        }
    };
    (@ $method:ident) => {
        fn $method<E: Error>(self) -> Result<V::Value, E> {
            self.0.$method().map_err(|Hushed(error)| error)
        }
    };
}

macro_rules! forward_visit_nested {
    ($($method:ident: $access:ident;)*) => {$(
        fn $method<A: $access<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
            self.0.$method(Quiet(inner)).map_err(|Hushed(error)| error)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Quiet<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    forward_visit! {
        visit_bool(bool);
        visit_i64(i64);
        visit_i128(i128);
        visit_u64(u64);
        visit_u128(u128);
        visit_f64(f64);
        visit_char(char);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
        visit_none();
        visit_unit();
    }

    forward_visit_nested! {
        visit_some: Deserializer;
        visit_newtype_struct: Deserializer;
        visit_seq: SeqAccess;
        visit_map: MapAccess;
        visit_enum: EnumAccess;
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Quiet<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        quietly(deserializer, |quiet| self.0.deserialize(quiet))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Quiet<A> {
    type Error = Hushed<A::Error>;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Self::Error> {
        self.0.next_element_seed(Quiet(seed)).map_err(Hushed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Quiet<A> {
    type Error = Hushed<A::Error>;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Self::Error> {
        self.0.next_key_seed(Quiet(seed)).map_err(Hushed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Self::Error> {
        self.0.next_value_seed(Quiet(seed)).map_err(Hushed)
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Quiet<A> {
    type Error = Hushed<A::Error>;
    type Variant = Quiet<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), Self::Error> {
        let (value, variant) = self.0.variant_seed(Quiet(seed)).map_err(Hushed)?;
        Ok((value, Quiet(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Quiet<A> {
    type Error = Hushed<A::Error>;

    fn unit_variant(self) -> Result<(), Self::Error> {
        self.0.unit_variant().map_err(Hushed)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Self::Error> {
        self.0.newtype_variant_seed(Quiet(seed)).map_err(Hushed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        self.0.tuple_variant(len, Quiet(visitor)).map_err(Hushed)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.struct_variant(fields, Quiet(Object(visitor))).map_err(Hushed)
    }
}
