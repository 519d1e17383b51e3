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

/// The longest label of a domain, in bytes (RFC 1035, section 2.3.4).
const MAX_LABEL_LEN: usize = 63;

/// A visitor's email address, in canonical form.
///
/// An RFC 5321 mailbox with a dot in its domain; no display name, no domain literal. Besides:
///
/// * The case of ASCII letters is ignored, even in the local part: `Mika@Example.com` is `mika@example.com`.
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
        Mailbox::parse(text).map(Email).map_err(|kind| ParseEmailError { kind, of_pattern: false })
    }
}

/// Which email addresses a rule means: one; a whole domain, `*@example.com`; or all that lies below it,
/// `*@*.example.com`.
///
/// A domain is that domain alone, and what lies below it is not the domain itself. What follows `*@*.` needs a dot too.
/// A name with a `*` or a `%` in it is refused: people who write `mika*@example.com` mean more than that address, and a
/// rule that never fires must not be saved.
///
/// ```
/// use chat_monitor::EmailPattern;
///
/// let domain: EmailPattern = "*@Example.com".parse()?;
/// assert!(domain.matches(&"mika@example.com".parse()?));
/// assert!(!domain.matches(&"mika@mail.example.com".parse()?));
/// let below: EmailPattern = "*@*.example.com".parse()?;
/// assert!(below.matches(&"mika@mail.example.com".parse()?));
/// assert!(!below.matches(&"mika@example.com".parse()?));
/// assert!("mika*@example.com".parse::<EmailPattern>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailPattern(Mailbox);

/// What a pattern stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mailboxes<'a> {
    /// This address.
    One(&'a str),
    /// All of this domain.
    Of(&'a str),
    /// All of the domains below this one.
    Below(&'a str),
}

impl EmailPattern {
    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The domain that the address or addresses lie in, or below.
    pub fn domain(&self) -> &str {
        match self.mailboxes() {
            Mailboxes::One(_) => self.0.domain(),
            Mailboxes::Of(domain) | Mailboxes::Below(domain) => domain,
        }
    }

    /// Whether this is one address rather than a domain or what lies below it.
    pub fn is_address(&self) -> bool {
        matches!(self.mailboxes(), Mailboxes::One(_))
    }

    /// Whether `email` is this address, or lies in this domain, or below it.
    pub fn matches(&self, email: &Email) -> bool {
        match self.mailboxes() {
            Mailboxes::One(address) => address == email.as_str(),
            Mailboxes::Of(domain) => domain == email.domain(),
            Mailboxes::Below(domain) => domains_above(email.domain()).any(|above| above == domain),
        }
    }

    pub(crate) fn mailboxes(&self) -> Mailboxes<'_> {
        let domain = self.0.domain();
        match domain.strip_prefix(BELOW) {
            Some(above) => Mailboxes::Below(above),
            None if self.0.is_wildcard() => Mailboxes::Of(domain),
            None => Mailboxes::One(self.as_str()),
        }
    }
}

/// What stands before a domain whose subdomains are meant.
const BELOW: &str = "*.";

/// The domains that `domain` lies below and that a pattern can name: those with a dot in them, the nearest first.
pub(crate) fn domains_above(domain: &str) -> impl Iterator<Item = &str> {
    core::iter::successors(Some(domain), move |domain| domain.split_once('.').map(|(_, above)| above))
        .skip(1)
        .filter(|above| above.contains('.'))
}

/// An address as the pattern of itself.
impl TryFrom<Email> for EmailPattern {
    type Error = ParseEmailError;

    /// Refuses a name with a `*` or a `%` in it, as the pattern's text form does.
    fn try_from(email: Email) -> Result<Self, ParseEmailError> {
        if email.local_part().contains(WILDCARDS) {
            return Err(ParseEmailError { kind: ParseEmailErrorKind::WildcardInName, of_pattern: true });
        }
        Ok(EmailPattern(email.0))
    }
}

impl FromStr for EmailPattern {
    type Err = ParseEmailError;

    fn from_str(text: &str) -> Result<Self, ParseEmailError> {
        Mailbox::parse_pattern(text).map(EmailPattern).map_err(|kind| ParseEmailError { kind, of_pattern: true })
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
text_form!(EmailPattern, ParseEmailError, "an email address or a pattern such as `*@example.com` or `*@*.example.com`");

/// Why a text is not a valid email address or pattern. The text itself is not repeated: it may be a visitor's address.
///
/// ```
/// use chat_monitor::{EmailPattern, ParseEmailErrorKind};
///
/// let error = "mika*@example.com".parse::<EmailPattern>().unwrap_err();
/// assert_eq!(error.kind(), ParseEmailErrorKind::WildcardInName);
/// assert!(error.to_string().ends_with("`name@example.com`, `*@example.com` or `*@*.example.com`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseEmailError {
    kind: ParseEmailErrorKind,
    of_pattern: bool,
}

impl ParseEmailError {
    /// What was wrong, for programs that say it in their own words.
    pub fn kind(&self) -> ParseEmailErrorKind {
        self.kind
    }
}

impl fmt::Display for ParseEmailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        if self.of_pattern {
            f.write_str("; a rule takes `name@example.com`, `*@example.com` or `*@*.example.com`")?;
        }
        Ok(())
    }
}

impl core::error::Error for ParseEmailError {}

/// What can be wrong with the text of an email address or pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseEmailErrorKind {
    /// There is no `@` in it.
    #[error("expected an email address such as `name@example.com`")]
    Form,
    /// It has more than 254 bytes, or more than 64 before the `@`.
    #[error("expected an email address of at most 254 bytes, 64 of them before the `@`")]
    Length,
    /// There is a blank or a line break in it.
    #[error("expected an email address without blanks or line breaks")]
    Blank,
    /// There is a comma or a semicolon in it, or a blank between two addresses.
    #[error("expected one email address, without commas or semicolons")]
    Several,
    /// It has angle brackets, as behind a display name.
    #[error("expected an email address without a display name or angle brackets")]
    Brackets,
    /// There is a character in it that nobody sees.
    #[error("expected an email address without invisible or control characters")]
    Invisible,
    /// There is nothing before the `@`.
    #[error("expected a name before the `@`")]
    NoName,
    /// What stands before the `@` is not the name of a mailbox.
    #[error("expected a name of letters, digits and symbols such as `+` and `_` before the `@`, or one in quotes")]
    LocalPart,
    /// The name begins with a dot.
    #[error("expected a name before the `@` that does not begin with a dot")]
    LeadingDot,
    /// It is the pattern of a whole domain where an address is expected.
    #[error("expected an email address of one visitor, not the pattern of a whole domain")]
    Wildcard,
    /// The name of a pattern has a `*` or a `%` in it.
    #[error("expected a name without `*` and `%`, or `*` alone")]
    WildcardInName,
    /// The domain of a pattern has a `*` or a `%` in it, beside the `*.` of `*@*.example.com`.
    #[error("expected a domain without `*` and `%`, or with `*.` before it and `*` alone before the `@`")]
    WildcardInDomain,
    /// What stands behind the `@` is not a mail domain.
    #[error("expected a mail domain with a dot in it, such as `example.com`, behind the `@`")]
    Domain,
    /// The domain is not in ASCII. The feature `idn` accepts such domains.
    #[error("expected a mail domain in ASCII, such as `xn--r8jz45g.jp`, behind the `@`")]
    International,
}

type Fault = ParseEmailErrorKind;

/// What people write for "anything" in a name.
const WILDCARDS: [char; 2] = ['*', '%'];

/// A canonical address, or a pattern with the local part `*`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Mailbox {
    text: Arc<str>,
    /// Where the last `@` of `text` stands.
    at: u8,
}

impl Mailbox {
    /// An address.
    fn parse(text: &str) -> Result<Self, Fault> {
        match Mailbox::plain(text) {
            Some(plain) => Ok(plain),
            None => Mailbox::parse_any(text),
        }
    }

    /// An address as most are: a name of ASCII letters, digits, `.`, `_`, `-` and `+` in a domain of ordinary labels.
    /// [`parse_any`](Mailbox::parse_any) takes it too and makes the same of it, at many times the cost.
    fn plain(text: &str) -> Option<Self> {
        let (local, domain) = text.split_once('@')?;
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+');
        let of_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_label = |label: &str| {
            (1..=MAX_LABEL_LEN).contains(&label.len())
                && label.bytes().all(of_label)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let is_name =
            (1..=MAX_LOCAL_LEN).contains(&local.len()) && !local.starts_with('.') && local.bytes().all(of_name);
        let is_plain = is_name && text.len() <= MAX_LEN && domain.contains('.') && domain.split('.').all(is_label);
        let at = u8::try_from(local.len()).ok()?;
        is_plain.then(|| Mailbox { text: text.to_ascii_lowercase().into(), at })
    }

    /// Any address.
    fn parse_any(text: &str) -> Result<Self, Fault> {
        let text = fold_bounded(text)?;
        let (local, domain) = split(&text)?;
        if local == "*" {
            return Err(Fault::Wildcard);
        }
        Mailbox::new(&canonical_local_part(local)?, "", &canonical_domain(domain)?)
    }

    /// An address, or `*@` and a domain, or `*@*.` and a domain.
    fn parse_pattern(text: &str) -> Result<Self, Fault> {
        let text = fold_bounded(text)?;
        let (local, domain) = split(&text)?;
        if local == "*" {
            let (below, domain) = domain.strip_prefix(BELOW).map_or(("", domain), |above| (BELOW, above));
            if domain.contains(WILDCARDS) {
                return Err(Fault::WildcardInDomain);
            }
            return Mailbox::new(local, below, &canonical_domain(domain)?);
        }
        if local.contains(WILDCARDS) {
            return Err(Fault::WildcardInName);
        }
        if domain.contains(WILDCARDS) {
            return Err(Fault::WildcardInDomain);
        }
        Mailbox::new(&canonical_local_part(local)?, "", &canonical_domain(domain)?)
    }

    fn new(local: &str, below: &str, domain: &str) -> Result<Self, Fault> {
        let text = format!("{local}@{below}{domain}");
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

/// What was typed, folded. What is too long whatever it folds to is not looked into: folding and A-labels may shorten a
/// text, by less than a character's four bytes to one.
fn fold_bounded(text: &str) -> Result<Cow<'_, str>, Fault> {
    if text.len() > 4 * MAX_LEN { Err(Fault::Length) } else { Ok(fold(text)) }
}

/// What stands before and behind the last `@`.
fn split(text: &str) -> Result<(&str, &str), Fault> {
    let (local, domain) = text.rsplit_once('@').ok_or(Fault::Form)?;
    if domain.ends_with('>') {
        return Err(Fault::Brackets);
    }
    let is_between = |c: char| c.is_whitespace() || matches!(c, '/' | '|' | '・');
    let are_two = text.split(is_between).filter(|part| part.contains('@')).count() > 1;
    if !local.starts_with('"') && (are_two || text.contains([',', ';', '、'])) {
        return Err(Fault::Several);
    }
    if local.len() > MAX_LOCAL_LEN {
        return Err(Fault::Length);
    }
    if local.is_empty() { Err(Fault::NoName) } else { Ok((local, domain)) }
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
    Err(Fault::International)
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
pub(super) fn is_invisible(c: char) -> bool {
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

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::Mailbox;

    /// Whether an address is a plain one, which must be what it is by the long way.
    fn is_plain(text: &str) -> bool {
        let plain = Mailbox::plain(text);
        assert!(plain.is_none() || plain == Mailbox::parse_any(text).ok(), "{text}");
        plain.is_some()
    }

    #[test]
    fn a_plain_address_is_what_it_is_by_the_long_way() {
        let letters = ["a", "B", "1", "-", ".", "_", "+", "*", "\"", "é"];
        let mut texts = Vec::from([String::new()]);
        let mut halves = texts.clone();
        for _ in 0..4 {
            texts = texts.iter().flat_map(|text| letters.map(|letter| format!("{text}{letter}"))).collect();
            halves.extend(texts.iter().cloned());
        }
        let names = halves.iter().filter(|name| is_plain(&format!("{name}@b.c"))).count();
        let domains = halves.iter().filter(|domain| is_plain(&format!("a@{domain}"))).count();
        assert_eq!((names, domains), (2400, 63));
    }

    #[test]
    fn a_plain_address_is_no_longer_than_any() {
        for n in [1, 62, 63, 64, 65] {
            assert_eq!(is_plain(&format!("{}@b.c", "a".repeat(n))), n <= 64);
            assert_eq!(is_plain(&format!("a@b.{}", "c".repeat(n))), n <= 63);
        }
        let labels = "b".repeat(63) + ".";
        for n in 55..63 {
            let text = format!("a@{}{}", labels.repeat(3), "c".repeat(n));
            assert_eq!(is_plain(&text), text.len() <= 254, "{}", text.len());
        }
    }
}
