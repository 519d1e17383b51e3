//! The inputs that were worth keeping, replayed without libFuzzer.

use std::fs;
use std::path::Path;

#[test]
fn every_kept_input_is_held_to_what_its_target_says() {
    for (target, check) in fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 100, "{target} has {} inputs", files.len());
        for file in &files {
            // The output of a test that fails ends with the input that failed it.
            println!("{}", file.display());
            check(&fs::read(file).unwrap());
        }
        println!("{target}: {} inputs", files.len());
    }
}
