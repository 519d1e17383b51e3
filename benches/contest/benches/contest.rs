//! What an answer costs every contender: `cargo bench -p contest --bench contest`.

use std::error::Error;

use contest::options::Options;
use contest::race;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_args(std::env::args().skip(1))?;
    race::run(&options)?;
    Ok(())
}
