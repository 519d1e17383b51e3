//! The contract of `chat-monitor`, tested through its public face alone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod contract {
    mod answers;
    mod corpora;
    mod differences;
    mod engine;
    mod gates;
    mod histories;
    mod laws;
    mod live_forgetting;
    mod live_joining;
    mod live_laws;
    mod live_search;
    #[cfg(feature = "serde")]
    mod live_single_step;
    mod live_steps;
    #[cfg(feature = "serde")]
    mod live_wire;
    mod live_words;
    mod model;
    mod repository;
    mod sizes;
    mod texts;
    #[cfg(feature = "serde")]
    mod wire;

    /// A value that the test itself wrote.
    fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }
}
