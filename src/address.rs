//! Addresses of visitors, and the patterns that rules match them with.
//!
//! Each is checked and brought to one canonical form where it comes in, so that inside equal means the same.

mod email;
mod ip;

use alloc::borrow::Cow;

pub use email::{Email, EmailPattern, ParseEmailError, ParseEmailErrorKind};
pub(crate) use email::{Mailboxes, domains_above};
#[cfg(feature = "serde")]
pub(crate) use ip::IpText;
pub use ip::{IpRange, ParseIpError, ParseIpErrorKind};

/// Folds what a Japanese keyboard types to ASCII: full-width forms (U+FF01–FF5E), the ideographic blank and the
/// ideographic full stops. Never trims.
fn fold(text: &str) -> Cow<'_, str> {
    let folded = |c| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        '\u{3002}' | '\u{FF61}' => '.',
        _ => c,
    };
    if text.is_ascii() { Cow::Borrowed(text) } else { text.chars().map(folded).collect() }
}
