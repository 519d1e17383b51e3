//! Email addresses and whole mail domains.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use email_address::{EmailAddress, Options};

use super::fold;
use crate::wire::text_form;

/// The longest address, in bytes: RFC 5321's path of 256 less its angle brackets (RFC 3696, erratum 1690).
const MAX_LEN: usize = 254;

/// The longest local part, in bytes (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL_LEN: usize = 64;

/// A visitor's email address, in canonical form.
///
/// An RFC 5321 mailbox with a dot in its domain; no display name, no domain literal. Besides:
///
/// * The case of ASCII letters does not count, in the local part neither: `Mika@Example.com` is `mika@example.com`.
/// * Local parts with consecutive or final dots are accepted at every domain, as Japanese carriers gave them out until
///   2009 (`a..b@docomo.ne.jp`). A leading dot is refused.
/// * A quoted local part keeps its quotes and is compared as written.
/// * Letters and digits beyond ASCII may stand in a local part (RFC 6531) and are compared as written. Anything
///   else beyond ASCII is refused there, and so is what nobody can see anywhere.
/// * Full-width ASCII, the ideographic blank and full stops are folded first: `ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ` works. Nothing is
///   trimmed.
/// * A domain beyond ASCII needs the feature `idn`, which maps it to its A-labels (UTS 46); without it, it is refused.
/// * The local part `*` is refused: it would read as an [`EmailPattern`].
/// * At most 254 bytes.
///
/// ```
/// use chat_monitor::Email;
///
/// let email: Email = "Mika@Example.com".parse()?;
/// assert_eq!(email.as_str(), "mika@example.com");
/// assert_eq!(email.domain(), "example.com");
/// assert!("mika".parse::<Email>().is_err());
/// # Ok::<(), chat_monitor::ParseEmailError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(Mailbox);

impl Email {
    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// What stands before the `@`, quotes included.
    pub fn local_part(&self) -> &str {
        self.0.local_part()
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }
}

impl FromStr for Email {
    type Err = ParseEmailError;

    fn from_str(text: &str) -> Result<Self, ParseEmailError> {
        let mailbox = Mailbox::parse(text)?;
        if mailbox.is_wildcard() {
            Err(Fault::Wildcard)?;
        }
        Ok(Email(mailbox))
    }
}

/// Which email addresses a rule means: one, or a whole domain written `*@example.com`.
///
/// A domain is that domain alone: `*@example.com` does not hold for `mika@mail.example.com`.
///
/// ```
/// use chat_monitor::EmailPattern;
///
/// let pattern: EmailPattern = "*@Example.com".parse()?;
/// assert!(pattern.matches(&"mika@example.com".parse()?));
/// assert!(!pattern.matches(&"mika@mail.example.com".parse()?));
/// assert_eq!(pattern.to_string(), "*@example.com");
/// # Ok::<(), chat_monitor::ParseEmailError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailPattern(Mailbox);

impl EmailPattern {
    /// The pattern as it is written: an address, or `*@` and a domain.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The domain that the address or addresses lie in.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    /// Whether this is a whole domain rather than one address.
    pub fn is_domain(&self) -> bool {
        self.0.is_wildcard()
    }

    /// Whether `email` is this address or lies in this domain.
    pub fn matches(&self, email: &Email) -> bool {
        if self.is_domain() { self.domain() == email.domain() } else { self.as_str() == email.as_str() }
    }
}

impl From<Email> for EmailPattern {
    fn from(email: Email) -> Self {
        EmailPattern(email.0)
    }
}

impl FromStr for EmailPattern {
    type Err = ParseEmailError;

    fn from_str(text: &str) -> Result<Self, ParseEmailError> {
        Ok(EmailPattern(Mailbox::parse(text)?))
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for EmailPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(Email, ParseEmailError, "an email address");
text_form!(EmailPattern, ParseEmailError, "an email address or a domain such as `*@example.com`");

/// Why a text is no email address or pattern. The text itself is not repeated: it may be a visitor's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ParseEmailError(#[from] Fault);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("expected an email address such as `name@example.com`")]
    Form,
    #[error("expected an email address of at most 254 bytes, 64 of them before the `@`")]
    Length,
    #[error("expected an email address without blanks or line breaks")]
    Blank,
    #[error("expected an email address without a display name or angle brackets")]
    Brackets,
    #[error("expected an email address without invisible or control characters")]
    Invisible,
    #[error("expected a name of letters, digits and symbols such as `+` and `_` before the `@`, or one in quotes")]
    LocalPart,
    #[error("expected a name before the `@` that does not begin with a dot")]
    LeadingDot,
    #[error("expected an email address of one visitor, not the pattern of a whole domain")]
    Wildcard,
    #[error("expected a mail domain with a dot in it, such as `example.com`, behind the `@`")]
    Domain,
    #[cfg(not(feature = "idn"))]
    #[error("expected a mail domain in ASCII: the feature `idn` of chat-monitor accepts international ones")]
    NeedsIdn,
}

/// A canonical address, or a domain pattern with the local part `*`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Mailbox {
    text: Arc<str>,
    /// Where the last `@` of `text` stands.
    at: u8,
}

impl Mailbox {
    fn parse(text: &str) -> Result<Self, Fault> {
        // Folding and A-labels may shorten a text, by less than a character's four bytes to one.
        if text.len() > 4 * MAX_LEN {
            return Err(Fault::Length);
        }
        let text = fold(text);
        let (local, domain) = text.rsplit_once('@').ok_or(Fault::Form)?;
        if local.len() > MAX_LOCAL_LEN {
            return Err(Fault::Length);
        }
        let local = canonical_local_part(local)?;
        let domain = canonical_domain(domain)?;
        let text = format!("{local}@{domain}");
        if text.len() > MAX_LEN {
            return Err(Fault::Length);
        }
        let at = u8::try_from(local.len()).map_err(|_| Fault::Length)?;
        Ok(Mailbox { text: text.into(), at })
    }

    fn local_part(&self) -> &str {
        self.text.get(..usize::from(self.at)).unwrap_or_default()
    }

    fn domain(&self) -> &str {
        self.text.get(usize::from(self.at) + 1..).unwrap_or_default()
    }

    fn is_wildcard(&self) -> bool {
        self.local_part() == "*"
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// The local part in its one form: lower case, or as written between quotes.
fn canonical_local_part(local: &str) -> Result<Cow<'_, str>, Fault> {
    if local.starts_with('"') {
        // RFC 5321 allows printable ASCII between the quotes; `email_address` checks how it is escaped.
        let printable = local.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        return (printable && is_mailbox(local, "example.com")).then_some(local.into()).ok_or(Fault::LocalPart);
    }
    check_characters(local)?;
    if local.starts_with('.') {
        return Err(Fault::LeadingDot);
    }
    // Without the dots that the carriers allowed, it must be a local part as RFC 5321 and RFC 6531 have it.
    let strict = local.split('.').filter(|atom| !atom.is_empty()).collect::<Vec<_>>().join(".");
    let legible = local.chars().all(|c| c.is_ascii() || c.is_alphanumeric());
    (legible && is_mailbox(&strict, "example.com")).then(|| local.to_ascii_lowercase().into()).ok_or(Fault::LocalPart)
}

/// The domain in ASCII and lower case.
fn canonical_domain(domain: &str) -> Result<String, Fault> {
    check_characters(domain)?;
    let domain = if domain.is_ascii() { domain.to_ascii_lowercase() } else { to_a_labels(domain)? };
    // `email_address` takes every atom character of RFC 5322 here; RFC 5321 has letters, digits and hyphens.
    let plain = domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    (plain && is_mailbox("name", &domain)).then_some(domain).ok_or(Fault::Domain)
}

#[cfg(feature = "idn")]
fn to_a_labels(domain: &str) -> Result<String, Fault> {
    idna::domain_to_ascii_strict(domain).map_err(|_| Fault::Domain)
}

#[cfg(not(feature = "idn"))]
fn to_a_labels(_: &str) -> Result<String, Fault> {
    Err(Fault::NeedsIdn)
}

/// Refuses what `email_address` would read past: it skips a blank before `<`, and from 0.2.10 on it takes every character
/// beyond ASCII, those that nobody sees among them.
fn check_characters(text: &str) -> Result<(), Fault> {
    text.chars().try_for_each(|c| match c {
        '<' | '>' => Err(Fault::Brackets),
        c if c.is_whitespace() => Err(Fault::Blank),
        c if c.is_control() || is_invisible(c) => Err(Fault::Invisible),
        _ => Ok(()),
    })
}

/// Unicode's `Default_Ignorable_Code_Point`, and the interlinear annotations that come behind them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

fn is_mailbox(local: &str, domain: &str) -> bool {
    // By its own methods: a literal would not compile with a release that has one option more.
    let strict = Options::default().with_required_tld().without_domain_literal().without_display_text();
    EmailAddress::parse_with_options(&format!("{local}@{domain}"), strict).is_ok()
}
