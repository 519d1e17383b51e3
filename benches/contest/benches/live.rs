//! What a command on live chats costs every keeper of watches: `cargo bench -p contest --bench live`.

use std::error::Error;

use contest::{live, options};

fn main() -> Result<(), Box<dyn Error>> {
    let options = options::of_program()?;
    live::run(&options)?;
    Ok(())
}
