//! Makes the npm package: `javascript/js`, and beside it what wasm-bindgen makes of the WebAssembly.
//!
//! ```text
//! cargo build -p chat-monitor-javascript --target wasm32-unknown-unknown --profile wasm
//! cargo run -p package -- WASM FOLDER
//! ```

use std::error::Error;
use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let [wasm, folder] =
        <[_; 2]>::try_from(std::env::args().skip(1).collect::<Vec<_>>()).map_err(|_| "usage: package WASM FOLDER")?;
    let folder = Path::new(&folder);
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).web(true)?.typescript(false).remove_producers_section(true).remove_name_section(true);
    bindgen.generate(folder)?;
    let javascript = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in fs::read_dir(javascript.join("js"))? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    fs::copy(javascript.join("README.md"), folder.join("README.md"))?;
    let wasm = fs::metadata(folder.join("chat_monitor_wasm_bg.wasm"))?.len();
    println!("{} bytes of WebAssembly", wasm);
    Ok(())
}
