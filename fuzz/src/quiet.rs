//! What an error may say: nothing of a visitor's address, and no more for a longer input.

use chat_monitor::{IpRange, OperatorId};
use serde_json::Value;

/// What the crate's own texts have that reads like an address.
const EXAMPLES: [&str; 7] =
    ["`name@example.com`", "`*@example.com`", "`example.com`", "`192.0.2.7`", "`2001:db8::1`", "`192.0.2.0/24`", "`@`"];

/// Two ids, or a name and the longest list of what was expected.
const LONGEST: usize = 500;

/// The addresses in an input, and its ids, as far as it can be taken apart.
pub(crate) struct Texts {
    addresses: Vec<String>,
    ids: Vec<String>,
}

impl Texts {
    /// Those of an input that may be JSON.
    pub(crate) fn of(input: &[u8]) -> Self {
        let mut texts: Vec<String> = String::from_utf8_lossy(input).split('"').map(str::to_owned).collect();
        if let Ok(tree) = serde_json::from_slice(input) {
            collect(tree, &mut texts);
        }
        texts.sort();
        texts.dedup();
        let addresses = texts.iter().filter(|text| reads_like_an_address(text)).cloned().collect();
        let ids = texts.into_iter().filter(|text| text.parse::<OperatorId>().is_ok()).collect();
        Texts { addresses, ids }
    }

    /// The one text that an input is.
    pub(crate) fn one(text: &str) -> Self {
        let addresses = Some(text.to_owned()).filter(|text| reads_like_an_address(text));
        Texts { addresses: addresses.into_iter().collect(), ids: Vec::new() }
    }

    /// Panics if `error` repeats an address, otherwise than in an id, or has grown.
    pub(crate) fn check(&self, error: &str) {
        assert!(error.len() < LONGEST, "{} bytes: {error}", error.len());
        let Some(address) = self.repeated(error) else { return };
        let mut rest = EXAMPLES.iter().fold(error.to_owned(), |rest, example| rest.replace(example, "…"));
        // An operator may be named by an address: the refusal of an id carries it, whatever it reads like.
        for (kind, id) in ["operator", "rule", "chat", "role", "exclusion"]
            .iter()
            .flat_map(|kind| self.ids.iter().map(move |id| (kind, id)))
        {
            rest = rest.replace(&format!("{kind} `{id}`"), "…");
        }
        assert_eq!(self.repeated(&rest), None, "{error:?} repeats {address:?}");
    }

    fn repeated(&self, error: &str) -> Option<&String> {
        self.addresses.iter().find(|address| error.contains(*address))
    }
}

fn collect(tree: Value, texts: &mut Vec<String>) {
    match tree {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.into_iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => fields.into_iter().for_each(|(name, value)| {
            texts.push(name);
            collect(value, texts);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn reads_like_an_address(text: &str) -> bool {
    text.len() > 1 && (text.contains('@') || text.parse::<IpRange>().is_ok())
}
