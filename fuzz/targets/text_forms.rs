#![cfg_attr(fuzzing, no_main)]

fuzz::program!(text_forms);
