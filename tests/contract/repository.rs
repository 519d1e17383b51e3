//! What the repository promises of itself. Each scan says how much it found, so that it cannot pass by finding nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module uses only those before it.
const MODULES: [&str; 23] = [
    "wire",
    "id",
    "address",
    "right",
    "role",
    "permissions",
    "policy",
    "department",
    "operator",
    "attribute",
    "chat",
    "sample",
    "window",
    "criterion",
    "rule",
    "exclusion",
    "verdict",
    "slab",
    "short",
    "text",
    "key",
    "engine",
    "live",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file under `src`, with its path from there and its text.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, files) } else { files.push(path) }
        }
    }
    let src = root().join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    assert!(files.len() >= 40, "{files:?}");
    files.iter().map(|path| (path.strip_prefix(&src).unwrap().to_owned(), read(path))).collect()
}

/// The lines of code with their numbers: no comments, no docs, no unit tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let code = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").zip(1..);
    code.map(|(line, number)| (number, line.trim())).filter(|(_, line)| !line.starts_with("//"))
}

/// The types that a file takes from other crates by name.
fn foreign_types(text: &str) -> Vec<String> {
    let dependencies: Vec<_> = manifest("dependencies").into_iter().map(|(name, _)| name.replace('-', "_")).collect();
    let imports = text.split("use ").skip(1).map(|rest| rest.split(';').next().unwrap());
    let foreign = imports.filter(|path| dependencies.iter().any(|name| path.starts_with(&format!("{name}::"))));
    let names = foreign.flat_map(|path| path.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
    names.filter(|name| name.starts_with(char::is_uppercase)).collect()
}

/// The first names after `crate::` in a line of code.
fn uses(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
}

/// The lines of one section of Cargo.toml that set something, as key and value.
fn manifest(section: &str) -> Vec<(String, String)> {
    let manifest = read("Cargo.toml");
    let lines = manifest.lines().skip_while(|line| *line != format!("[{section}]")).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('[')).filter(|line| !line.starts_with('#'));
    let set = lines.filter_map(|line| line.split_once('='));
    set.map(|(key, value)| (key.trim().to_owned(), value.trim().trim_matches('"').to_owned())).collect()
}

#[test]
fn a_module_uses_only_those_before_it() {
    let place = |module: &str| MODULES.iter().position(|known| *known == module);
    let (mut found, mut modules) = (0, BTreeSet::new());
    for (path, text) in sources() {
        let module = path.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        let own = place(&module).unwrap_or_else(|| panic!("`{module}` has no place in the order"));
        for (number, line) in code(&text) {
            for used in uses(line) {
                found += 1;
                let other = place(used).unwrap_or_else(|| panic!("{}:{number}: `{used}`", path.display()));
                assert!(other < own || used == module, "{}:{number}: {module} uses {used}", path.display());
            }
        }
        modules.insert(module);
    }
    assert!(found >= 40, "{found} uses");
    assert!(modules.len() >= 19, "{modules:?}");
}

#[test]
fn the_modules_are_declared_in_their_order() {
    let lib = read("src/lib.rs");
    let declared: Vec<_> = code(&lib).filter_map(|(_, line)| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    assert!(declared.len() >= 19, "{declared:?}");
    let ordered: Vec<_> = MODULES.into_iter().filter(|module| declared.contains(module)).collect();
    assert_eq!(declared, ordered);
}

#[test]
fn the_crate_has_no_standard_library_to_do_io_with() {
    let lib = read("src/lib.rs");
    assert!(lib.lines().any(|line| line == "#![no_std]"));
    let mut lines = 0;
    for (path, text) in sources() {
        for (number, line) in code(&text) {
            lines += 1;
            assert!(!line.contains("std::") && !line.contains("extern crate std"), "{}:{number}", path.display());
        }
    }
    assert!(lines >= 1000, "{lines} lines");
}

#[test]
fn no_code_can_panic_by_a_shortcut() {
    const SHORTCUTS: [&str; 9] = [
        ".unwrap()",
        ".expect(",
        "panic!",
        "unreachable!",
        "unimplemented!",
        "todo!",
        "unsafe",
        " assert!",
        " assert_eq!",
    ];
    let indexes = |line: &str| {
        let before = |at: usize| line[..at].chars().next_back();
        line.match_indices('[').any(|(at, _)| before(at).is_some_and(|c| c.is_alphanumeric() || "_)]?".contains(c)))
    };
    // The scan finds what it looks for.
    assert!(indexes("let a = b[0];") && indexes("f()[..2]") && !indexes("#[derive(Debug)] let a: [u8; 2] = [1, 2];"));
    let mut lines = 0;
    for (path, text) in sources() {
        for (number, line) in code(&text) {
            lines += 1;
            let shortcut = SHORTCUTS.into_iter().find(|shortcut| line.contains(shortcut));
            assert_eq!(shortcut, None, "{}:{number}: {line}", path.display());
            assert!(!indexes(line), "{}:{number}: {line}", path.display());
        }
    }
    assert!(lines >= 1000, "{lines} lines");
}

/// A literal names every field, so that the next release of its crate may have one more than it.
#[test]
fn nothing_of_another_crate_is_built_by_a_literal() {
    let literal = |line: &str, name: &str| {
        let literal = format!("{name} {{");
        let mut found = line.match_indices(&literal);
        let whole = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        found.any(|(at, _)| whole(at))
            && !["impl", "for ", "struct", "enum", "->"].iter().any(|word| line.contains(word))
    };
    // The scan finds what it looks for.
    assert_eq!(foreign_types("\nuse email_address::{EmailAddress, Options};\nuse core::fmt::Write;\n").len(), 2);
    assert!(literal("let strict = Options { minimum: 2 };", "Options") && !literal("MyOptions { a: 1 }", "Options"));
    let mut found = 0;
    for (path, text) in sources() {
        for name in foreign_types(&text) {
            found += 1;
            for (number, line) in code(&text) {
                assert!(!literal(line, &name), "{}:{number}: {line}", path.display());
            }
        }
    }
    assert!(found >= 30, "{found} names");
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    let longest = sources().into_iter().map(|(path, text)| (text.lines().count(), path)).max().unwrap();
    assert!((200..=700).contains(&longest.0), "{longest:?}");
}

#[test]
fn the_changelog_knows_this_version() {
    let changelog = read("CHANGELOG.md");
    let versions = changelog.lines().filter_map(|line| line.strip_prefix("## [")?.split_once(']'));
    let (version, date) = versions.into_iter().find(|(version, _)| *version != "Unreleased").unwrap();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    let date: Vec<_> = date.strip_prefix(" - ").unwrap().split('-').map(str::len).collect();
    assert_eq!(date, [4, 2, 2]);
}

#[test]
fn the_readme_names_every_feature_and_the_oldest_compiler() {
    let readme = read("README.md");
    let features = manifest("features");
    let features: Vec<_> =
        features.iter().map(|(feature, _)| feature.as_str()).filter(|name| *name != "default").collect();
    assert_eq!(features, ["serde", "idn"]);
    for feature in features {
        assert!(readme.contains(&format!("`{feature}`")), "the README does not name `{feature}`");
    }
    let package = manifest("package");
    let (_, oldest) = package.iter().find(|(key, _)| key == "rust-version").unwrap();
    assert!(readme.contains(oldest.as_str()), "the README does not name Rust {oldest}");
}

#[test]
fn nothing_is_depended_on_but_what_was_agreed() {
    let names = |section| manifest(section).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(
        names("dependencies"),
        ["email_address", "foldhash", "hashbrown", "idna", "indexmap", "ipnet", "serde", "siphasher", "thiserror"],
    );
    assert_eq!(names("dev-dependencies"), ["allocation-counter", "proptest", "serde_json"]);
    // A table of its own would escape the lists above.
    let tables =
        read("Cargo.toml").lines().filter(|line| line.starts_with('[') && line.contains("dependencies")).count();
    assert_eq!(tables, 2);
}

#[test]
fn every_dependency_is_used() {
    let used_in = |texts: &[String], name: &str| {
        let path = format!("{}::", name.replace('-', "_"));
        texts.iter().any(|text| code(text).any(|(_, line)| line.contains(&path)))
    };
    let sources: Vec<_> = sources().into_iter().map(|(_, text)| text).collect();
    for (name, _) in manifest("dependencies") {
        assert!(used_in(&sources, &name), "`{name}` is depended on and not used");
    }
    let tests = ["answers", "laws", "sizes", "wire"].map(|name| read(format!("tests/contract/{name}.rs")));
    for (name, _) in manifest("dev-dependencies") {
        assert!(used_in(&tests, &name), "`{name}` is depended on and not used");
    }
    assert!(!used_in(&sources, "proptest"));
}

#[test]
fn every_test_that_is_named_as_evidence_is_there() {
    let evidence = read("VERIFICATION.md");
    let mut found = 0;
    for name in evidence.split('`').filter(|name| name.contains("::") && !name.contains(' ')) {
        found += 1;
        let (module, test) = name.split_once("::").unwrap();
        let tests = read(format!("tests/contract/{module}.rs"));
        assert!(tests.contains(&format!("fn {test}(")), "`{name}` is no test");
    }
    assert!(found >= 40, "{found} tests");
}

/// The registry's page of the crate knows of no checkout, so what is in the package links to what is in the package, by
/// its address where the documentation is hosted. That serves the package's files: pictures as they are, texts as pages.
#[test]
fn every_link_of_a_document_leads_somewhere() {
    const PACKAGED: &str = "https://docs.rs/crate/chat-monitor/latest/source/";
    const ELSEWHERE: [&str; 2] = ["https://keepachangelog.com/", "https://semver.org/"];
    let package = read("tests/golden/package.txt");
    let package: BTreeSet<_> = package.lines().collect();
    let mut found = 0;
    let (in_folders, on_top): (Vec<&str>, Vec<&str>) =
        package.iter().filter(|file| file.ends_with(".md")).partition(|file| file.contains('/'));
    for document in on_top {
        for link in links(&read(document)) {
            found += 1;
            match link.strip_prefix(PACKAGED) {
                Some(file) => {
                    assert!(root().join(file).is_file(), "{document}: {file} is not in the repository");
                    assert!(package.contains(file), "{document}: {file} is not in the package");
                }
                None => assert!(ELSEWHERE.iter().any(|known| link.starts_with(known)), "{document}: {link}"),
            }
        }
    }
    assert!(["README.md", "SECURITY.md", "CHANGELOG.md"].iter().all(|document| package.contains(document)));
    assert!(found >= 8, "{found} links");
    // Those in folders are read where they lie, and link to what lies beside them.
    let mut found = 0;
    let in_a_checkout = ["examples/console/README.md", "examples/vendors/README.md", "fuzz/README.md"];
    for document in in_folders.into_iter().chain(in_a_checkout) {
        for link in links(&read(document)).iter().filter(|link| !link.contains("://")) {
            found += 1;
            let target = root().join(document).parent().unwrap().join(link);
            assert!(target.exists(), "{document}: {link} is not in the repository");
        }
    }
    assert!(found >= 5, "{found} links");
}

#[test]
fn every_document_that_the_readme_names_is_in_the_package() {
    let (readme, package) = (read("README.md"), read("tests/golden/package.txt"));
    let package: BTreeSet<_> = package.lines().collect();
    let names = readme.split(|c: char| !c.is_alphanumeric() && !"._-/:".contains(c));
    // Those of a checkout say so where they stand; links lead to addresses.
    let documents = names.filter(|name| name.ends_with(".md") && !name.contains('/'));
    let documents: BTreeSet<_> = documents.collect();
    assert!(documents.len() >= 6, "{documents:?}");
    for document in documents {
        assert!(root().join(document).is_file(), "{document} is not in the repository");
        assert!(package.contains(document), "{document} is not in the package");
    }
}

#[test]
fn every_file_and_test_that_the_lists_for_contributors_name_is_there() {
    let contributing = read("CONTRIBUTING.md");
    let named: BTreeSet<_> = contributing.split('`').skip(1).step_by(2).collect();
    let is_path = |name: &&&str| name.contains('/') && !name.contains(' ');
    for path in named.iter().filter(is_path) {
        assert!(root().join(path).exists(), "{path} is not in the repository");
    }
    let paths = named.iter().filter(is_path).count();
    assert!(paths >= 20, "{paths} paths");
    let tests = [read("src/key.rs"), read("tests/contract/gates.rs")].concat();
    let claims = named.iter().filter(|name| name.matches('_').count() >= 2 && !name.contains(['/', ' ']));
    let mut found = 0;
    for claim in claims {
        found += 1;
        assert!(tests.contains(&format!("fn {claim}(")), "`{claim}` is no test");
    }
    assert!(found >= 3, "{found} tests");
    for list in ["## Add a criterion", "## Add a gate"] {
        let (_, list) = contributing.split_once(list).unwrap();
        let list = list.split("\n## ").next().unwrap();
        assert!(list.matches("src/").count() >= 5, "{list}");
    }
}

/// The targets of a Markdown text's links and pictures: in place, by reference, and in HTML.
fn links(text: &str) -> Vec<String> {
    let until = |rest: &str, end: &[char]| rest.split(end).next().unwrap().to_owned();
    let in_place = text.split("](").skip(1).map(|rest| until(rest, &[')', ' ']));
    let html =
        ["src=\"", "href=\""].into_iter().flat_map(|name| text.split(name).skip(1)).map(|rest| until(rest, &['"']));
    let references = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    let references = references.map(|(_, target)| target.to_owned());
    let links: Vec<_> = in_place.chain(html).chain(references).collect();
    // A reference that nothing defines is shown as it is written.
    for used in text.split("][").skip(1).map(|rest| until(rest, &[']'])) {
        assert!(text.lines().any(|line| line.starts_with(&format!("[{used}]: "))), "[{used}] is not defined");
    }
    links
}

#[test]
fn both_licences_are_there() {
    assert_eq!(manifest("package").into_iter().find(|(key, _)| key == "license").unwrap().1, "MIT OR Apache-2.0");
    assert!(read("LICENSE-MIT").contains("Permission is hereby granted, free of charge"));
    let apache = read("LICENSE-APACHE");
    assert!(apache.contains("Version 2.0, January 2004") && apache.contains("END OF TERMS AND CONDITIONS"));
}
