//! What an answer costs every contender: `cargo bench -p contest --bench contest`.

use std::error::Error;

use contest::{options, race};

fn main() -> Result<(), Box<dyn Error>> {
    let options = options::of_program()?;
    race::run(&options)?;
    Ok(())
}
