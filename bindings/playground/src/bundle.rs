//! Makes one script of modules: each becomes a function that gives what the module exports.
//!
//! It knows the forms that our own modules and wasm-bindgen's are written in, and refuses any other.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

pub(crate) fn bundle(modules: &[(&str, PathBuf)]) -> Result<String, Box<dyn Error>> {
    let mut script = String::from("const modules = {};\n");
    for (name, path) in modules {
        let source = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let body = module(&source).map_err(|line| format!("{name}: not understood: {line}"))?;
        // The last one may await, as a module does.
        writeln!(script, "modules[\"{name}\"] = await (async () => {{\n{body}}})();")?;
    }
    if script.contains("</script") || script.contains("<!--") {
        return Err("the script would end before it ends".into());
    }
    Ok(format!("(async () => {{\n\"use strict\";\n{script}}})();"))
}

/// The body of a function, or the line that is not understood.
fn module(source: &str) -> Result<String, String> {
    let (mut body, mut exports) = (String::new(), Vec::new());
    for line in source.lines() {
        let (kept, export) = if let Some(import) = line.strip_prefix("import ") {
            (imported(import).ok_or(line)?, None)
        } else if let Some(list) = line.strip_prefix("export {") {
            let list = list.strip_suffix("};").ok_or(line)?;
            (String::new(), Some(list.split(',').map(exported).collect::<Vec<_>>().join(", ")))
        } else if let Some(declared) = line.strip_prefix("export ") {
            (declared.to_owned(), Some(name(declared).ok_or(line)?.to_owned()))
        } else {
            (line.to_owned(), None)
        };
        body.push_str(&kept);
        body.push('\n');
        exports.extend(export);
    }
    Ok(format!("{body}return {{ {} }};\n", exports.join(", ")))
}

/// `{ a, b } from "./c.js";` or `a from "./c.js";`, on one line.
fn imported(import: &str) -> Option<String> {
    let (names, from) = import.split_once(" from \"./")?;
    let file = from.strip_suffix("\";")?;
    let names = if names.starts_with('{') { names.to_owned() } else { format!("{{ default: {names} }}") };
    Some(format!("const {names} = modules[\"{file}\"];"))
}

/// `a` or `a as b`.
fn exported(entry: &str) -> String {
    let entry = entry.trim();
    entry.split_once(" as ").map_or_else(|| entry.to_owned(), |(name, outside)| format!("{outside}: {name}"))
}

/// What `class A`, `const a`, `function a`, `function* a` or `async function a` declares.
fn name(declared: &str) -> Option<&str> {
    let forms = ["class ", "const ", "let ", "function ", "function* ", "async function "];
    let rest = forms.iter().find_map(|form| declared.strip_prefix(form))?;
    rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn a_module_becomes_the_body_of_a_function() {
        let source = "import init from \"./a.js\";\nimport { b, c } from \"./d.js\";\nexport const e = 1;\n\
                      export async function f() {}\nexport { g, h as default };\n";
        let expected = "const { default: init } = modules[\"a.js\"];\nconst { b, c } = modules[\"d.js\"];\n\
                        const e = 1;\nasync function f() {}\n\nreturn { e, f, g, default: h };\n";
        assert_eq!(module(source).as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_written_in_another_form_is_refused() {
        for line in ["import \"./a.js\";", "import a from \"a\";", "export * from \"./a.js\";", "export default 1;"] {
            assert_eq!(module(line), Err(line.to_owned()));
        }
    }
}
