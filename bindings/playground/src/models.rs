//! The models of other platforms, as the page reads them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// By their folders' names. Safe to stand in a page.
pub(crate) fn json(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut models = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            models.insert(name, model(&path)?);
        }
    }
    if models.is_empty() {
        return Err(format!("{}: no models", folder.display()).into());
    }
    Ok(serde_json::to_string(&models)?.replace('<', "\\u003c"))
}

fn model(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let read = |name: &str| fs::read_to_string(folder.join(name));
    let lines = |name: &str| -> Result<Vec<Value>, Box<dyn Error>> {
        read(name)?.lines().map(|line| serde_json::from_str(line).map_err(Into::into)).collect()
    };
    let title = read("README.md")?.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
    let policy: Value = serde_json::from_str(&read("policy.json")?)?;
    Ok(json!({
        "title": title,
        "policy": policy,
        "operators": lines("operators.jsonl")?,
        "rules": lines("rules.jsonl")?,
        "exclusions": lines("exclusions.jsonl")?,
        "chats": lines("chats.jsonl")?,
    }))
}
