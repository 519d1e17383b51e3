#![cfg_attr(fuzzing, no_main)]

fuzz::program!(saved_states);
