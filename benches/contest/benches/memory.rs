//! What memory an engine and live chats request: `cargo bench -p contest --bench memory`.

use std::alloc::System;
use std::error::Error;

use contest::{live, memory, options};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Counts what is requested; nothing is timed in this program.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), Box<dyn Error>> {
    let options = options::of_program()?;
    let requested = || {
        let stats = ALLOCATOR.stats();
        stats.bytes_allocated - stats.bytes_deallocated
    };
    memory::run(&options, requested)?;
    live::memory::run(&options, requested)?;
    Ok(())
}
