//! What building, loading and changing an engine costs: `cargo bench -p contest --bench changes`.

use std::error::Error;

use contest::{changes, options};

fn main() -> Result<(), Box<dyn Error>> {
    let options = options::of_program()?;
    changes::run(&options)?;
    Ok(())
}
