//! Webhook bodies, as vendors of chat software send them, become commands for the live monitor.
//!
//! ```text
//! cargo run --example webhooks -- FILE... --setup COMMANDS
//! cargo run -p vendors --bin webhooks -- FILE... --setup COMMANDS
//! ```
//!
//! The two are one: the program is a member of the workspace, in `examples/vendors`, because it depends on more than
//! this crate does; this passes the call on to it.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let program = ["run", "--quiet", "--package", "vendors", "--bin", "webhooks", "--manifest-path", manifest, "--"];
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    match Command::new(cargo).args(program).args(std::env::args_os().skip(1)).status() {
        // A program that was ended by a signal has no status of its own.
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2).into(),
        Err(error) => {
            eprintln!("webhooks: cannot run cargo, which builds the program in examples/vendors: {error}");
            ExitCode::from(2)
        }
    }
}
