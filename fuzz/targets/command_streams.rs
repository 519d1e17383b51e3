#![cfg_attr(fuzzing, no_main)]

fuzz::program!(command_streams);
