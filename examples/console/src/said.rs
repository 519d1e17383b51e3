//! What people type, checked once.

use serde::Deserialize;

/// Something said: some text, no longer than allowed, in which lines are all that controls the form.
#[derive(Clone, Debug)]
pub(crate) struct Said(pub(crate) String);

impl Said {
    /// The longest text, in characters.
    pub(crate) const LONGEST: usize = 2000;

    pub(crate) fn of(text: &str) -> Option<Self> {
        let text: String = text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || is_shown(*c)).collect();
        let text = text.trim();
        (!text.is_empty() && text.chars().count() <= Self::LONGEST).then(|| Said(text.to_owned()))
    }
}

/// The name that a page gives to what it sends. When the answer is lost and it is sent again, it is known by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Once(pub(crate) i64);

impl TryFrom<String> for Once {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let number = u64::from_str_radix(&text, 16).ok().filter(|_| text.len() == 16);
        number.map(|number| Once(i64::from_ne_bytes(number.to_ne_bytes()))).ok_or("expected 16 hexadecimal digits")
    }
}

/// What a visitor calls themselves; empty for those who do not say.
#[derive(Clone, Debug)]
pub(crate) struct Name(pub(crate) String);

impl Name {
    pub(crate) fn of(text: &str) -> Option<Self> {
        let name: String = text.chars().filter(|c| is_shown(*c) && !is_empty(*c)).collect();
        let name = name.trim();
        (name.chars().count() <= 60).then(|| Name(name.to_owned()))
    }
}

/// What has no width and joins nothing, or breaks lines: two names that look alike would be two.
fn is_empty(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{180E}' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// Neither a control character nor one that turns the direction of what stands around it.
fn is_shown(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
