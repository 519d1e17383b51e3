//! What any input at all is held to. libFuzzer looks for one that breaks it; a test replays those worth keeping.

#![forbid(unsafe_code)]

mod command_streams;
#[allow(dead_code, reason = "the tests ask it for more")]
#[path = "../../tests/contract/model.rs"]
mod model;
#[path = "../../tests/contract/model_values.rs"]
mod model_values;
mod quiet;
mod saved_states;
mod text_forms;
mod values;

pub use command_streams::command_streams;
pub use saved_states::saved_states;
pub use text_forms::text_forms;
pub use values::values;

/// A function that panics when something that is promised does not hold of its input.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its folder of inputs too.
pub const TARGETS: [(&str, Target); 4] = [
    ("text_forms", text_forms),
    ("values", values),
    ("saved_states", saved_states),
    ("command_streams", command_streams),
];

/// The program of one target: libFuzzer's where `cargo fuzz` builds it, and else one that replays the files it is given.
#[macro_export]
macro_rules! program {
    ($target:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::$target(input));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            std::env::args_os().skip(1).try_for_each(|file| std::fs::read(file).map(|input| $crate::$target(&input)))
        }
    };
}
