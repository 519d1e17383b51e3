//! Values of every kind that is read, from JSON.

use std::fmt::Debug;

use chat_monitor::{
    AddExclusionRefusal, AddRuleRefusal, Attribute, Attributes, Chat, Command, Criterion, Departments, EndReason,
    Event, Exclusion, LeftReason, Oversees, ParticipantEvent, Permissions, Policy, Refusal, Rights, Role, RoleRow,
    Rule, Sample, Verdict, Visitor, Window, Within,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_slice, from_str, from_value, to_string, to_value};

use crate::quiet::Texts;

/// What is read, is written, and read back as the same; what is refused, is refused without repeating an address.
pub fn values(input: &[u8]) {
    let texts = Texts::of(input);
    read::<Role>(input, &texts);
    read::<Permissions>(input, &texts);
    read::<Policy>(input, &texts);
    read::<RoleRow>(input, &texts);
    read::<Within>(input, &texts);
    read::<Rights>(input, &texts);
    read::<Departments>(input, &texts);
    read::<Oversees>(input, &texts);
    read::<Attribute>(input, &texts);
    read::<Attributes>(input, &texts);
    read::<Sample>(input, &texts);
    read::<Window>(input, &texts);
    read::<Exclusion>(input, &texts);
    read::<AddExclusionRefusal>(input, &texts);
    read::<Visitor>(input, &texts);
    read::<Chat>(input, &texts);
    read::<Criterion>(input, &texts);
    read::<Rule>(input, &texts);
    read::<Verdict>(input, &texts);
    read::<AddRuleRefusal>(input, &texts);
    read::<Command>(input, &texts);
    read::<Refusal>(input, &texts);
    read::<Event>(input, &texts);
    read::<EndReason>(input, &texts);
    read::<LeftReason>(input, &texts);
    read::<ParticipantEvent>(input, &texts);
}

/// A value that can be read from `input`.
pub(crate) fn read<T>(input: &[u8], texts: &Texts) -> Option<T>
where
    T: Debug + PartialEq + Serialize + DeserializeOwned,
{
    let mut read = None;
    let taken = allocation_counter::measure(|| read = Some(from_slice::<T>(input)));
    assert!(taken.bytes_max <= most(input.len()), "{} bytes were taken for {}", taken.bytes_max, input.len());
    // A tree of values reports what it holds in other ways than a text does.
    let tree = from_slice::<Value>(input).map(from_value::<T>);
    if let Ok(Err(error)) = &tree {
        texts.check(&error.to_string());
    }
    match read? {
        Ok(value) => {
            assert_eq!(tree.unwrap().unwrap(), value);
            written(&value);
            Some(value)
        }
        Err(error) => {
            texts.check(&error.to_string());
            None
        }
    }
}

/// What is written, is read back as the same and written as the same.
pub(crate) fn written<T>(value: &T)
where
    T: Debug + PartialEq + Serialize + DeserializeOwned,
{
    let text = to_string(value).unwrap();
    let again: T = from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(again, *value);
    assert_eq!(to_string(&again).unwrap(), text);
    assert_eq!(from_value::<T>(to_value(value).unwrap()).unwrap(), *value);
}

/// How many bytes of memory reading so many bytes of input may take at a time.
fn most(input: usize) -> u64 {
    const EMPTY: u64 = 4 << 10;
    const EACH: u64 = 100;
    EMPTY + EACH * u64::try_from(input).unwrap()
}
