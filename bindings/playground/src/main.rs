//! Makes the playground: one page that needs no server, of the npm package, `page` and the models of other platforms.
//!
//! ```text
//! cargo run -p playground -- NPM_PACKAGE PAGE
//! ```

mod bundle;
mod models;

use std::error::Error;
use std::fs;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

/// The modules of the page, each after those that it imports.
const MODULES: [&str; 15] = [
    "chat_monitor_wasm.js",
    "desk.js",
    "monitor.js",
    "texts.js",
    "dom.js",
    "world.js",
    "words.js",
    "share.js",
    "fields.js",
    "forms.js",
    "setup.js",
    "timeline.js",
    "why.js",
    "screens.js",
    "main.js",
];

fn main() -> Result<(), Box<dyn Error>> {
    let [package, page] = <[_; 2]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .map_err(|_| "usage: playground PACKAGE PAGE")?;
    let (package, here) = (Path::new(&package), Path::new(env!("CARGO_MANIFEST_DIR")));
    let modules = MODULES.map(|name| {
        let own = here.join("page").join(name);
        (name, if own.exists() { own } else { package.join(name) })
    });
    let script = bundle::bundle(&modules)?;
    let style = fs::read_to_string(here.join("page/page.css"))?;
    let wasm = fs::read(package.join("chat_monitor_wasm_bg.wasm"))?;
    let made = fs::read_to_string(here.join("page/page.html"))?
        .replace("{{script-hash}}", &hash(&script))
        .replace("{{style-hash}}", &hash(&style))
        .replace("{{style}}", &style)
        .replace("{{models}}", &models::json(&here.join("../../examples/models"))?)
        .replace("{{wasm}}", &BASE64_STANDARD.encode(wasm))
        .replace("{{script}}", &script);
    if let Some(folder) = Path::new(&page).parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&page, &made)?;
    println!("{page}: {} bytes", made.len());
    Ok(())
}

/// As the page's security policy names what may run.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}
