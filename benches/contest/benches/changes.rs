//! What building, loading and changing an engine costs: `cargo bench -p contest --bench changes`.

use std::error::Error;

use contest::changes;
use contest::options::Options;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::from_args(std::env::args().skip(1))?;
    changes::run(&options)?;
    Ok(())
}
