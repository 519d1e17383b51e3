//! The contract of `chat-monitor`, tested through its public face alone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod contract {
    mod answers;
    mod changes;
    mod corpora;
    mod differences;
    mod engine;
    mod erased;
    mod gates;
    mod gates_of_facts;
    mod gates_of_scope;
    mod histories;
    mod histories_measured;
    mod index;
    mod laws;
    mod live_forgetting;
    mod live_joining;
    mod live_laws;
    mod live_laws_of_scope;
    #[cfg(feature = "serde")]
    mod live_saving;
    mod live_scope;
    mod live_search;
    #[cfg(feature = "serde")]
    mod live_single_step;
    mod live_steps;
    #[cfg(feature = "serde")]
    mod live_wire;
    #[cfg(feature = "serde")]
    mod live_wire_scope;
    mod live_words;
    mod model;
    mod model_values;
    #[cfg(feature = "serde")]
    mod models;
    mod repository;
    mod sizes;
    mod texts;
    #[cfg(feature = "serde")]
    mod texts_of_json;
    #[cfg(feature = "serde")]
    mod wire;
    #[cfg(feature = "serde")]
    mod wire_of_more;
    mod words;
    mod worlds;

    /// A value that the test itself wrote.
    fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }
}
