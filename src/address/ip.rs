//! IP addresses and networks.

use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use ipnet::IpNet;

use super::email::is_invisible;
use super::fold;
use crate::wire::text_form;

/// The bits in front of an IPv4 address that is written as an IPv6 one (`::ffff:0:0/96`, RFC 4291, section 2.5.5.2).
const MAPPED_PREFIX_LEN: u8 = 96;

/// One IP address, or a network of them: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
///
/// * The bits behind the prefix are cleared: `192.0.2.7/24` is `192.0.2.0/24`.
/// * A network of one address is that address: `192.0.2.7/32` is `192.0.2.7`.
/// * IPv4-mapped IPv6 is IPv4, here and in a visitor's address: `::ffff:10.0.0.0/104` is `10.0.0.0/8`. Shorter
///   prefixes than 96 stay IPv6; `::/0` means every IPv6 address and no IPv4 one.
/// * No leading zeros (`010.0.0.1` is octal to some and decimal to others) and no zone ids.
/// * Full-width ASCII and ideographic full stops are folded first: `１９２．１６８．０．１` works. Nothing is trimmed.
///
/// ```
/// use chat_monitor::IpRange;
///
/// let range: IpRange = "192.0.2.7/24".parse()?;
/// assert_eq!(range.to_string(), "192.0.2.0/24");
/// assert!(range.contains([192, 0, 2, 99].into()));
/// assert!("192.0.2.0/33".parse::<IpRange>().is_err());
/// # Ok::<(), chat_monitor::ParseIpError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IpRange(IpNet);

impl IpRange {
    /// The network of `prefix_len` bits in which `address` lies.
    ///
    /// # Errors
    ///
    /// When `prefix_len` is more than the address has bits.
    pub fn new(address: IpAddr, prefix_len: u8) -> Result<Self, ParseIpError> {
        let net = IpNet::new(address, prefix_len).map_err(|_| ParseIpError::of_range(Fault::PrefixLen))?.trunc();
        let unmapped = match net.network().to_canonical() {
            IpAddr::V4(v4) => prefix_len.checked_sub(MAPPED_PREFIX_LEN).map(|len| IpNet::new(v4.into(), len)),
            IpAddr::V6(_) => None,
        };
        match (address, unmapped) {
            (IpAddr::V6(_), Some(Ok(v4))) => Ok(IpRange(v4)),
            _ => Ok(IpRange(net)),
        }
    }

    /// Whether `address` lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// The first address of the range; the address itself where it is but one.
    pub fn first(&self) -> IpAddr {
        self.0.network()
    }

    /// The last address of the range.
    ///
    /// The range [contains](IpRange::contains) all from the first to the last but IPv4-mapped ones, which are IPv4.
    pub fn last(&self) -> IpAddr {
        self.0.broadcast()
    }

    /// Whether this is one address rather than a network.
    pub fn is_address(&self) -> bool {
        self.0.prefix_len() == self.0.max_prefix_len()
    }

    /// How many leading bits all addresses of the range share: 0 to 32 for IPv4, 0 to 128 for IPv6.
    pub fn prefix_len(&self) -> u8 {
        self.0.prefix_len()
    }
}

impl From<IpAddr> for IpRange {
    fn from(address: IpAddr) -> Self {
        IpRange(IpNet::from(address.to_canonical()))
    }
}

impl From<Ipv4Addr> for IpRange {
    fn from(address: Ipv4Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl From<Ipv6Addr> for IpRange {
    fn from(address: Ipv6Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl FromStr for IpRange {
    type Err = ParseIpError;

    fn from_str(text: &str) -> Result<Self, ParseIpError> {
        let text = fold(text);
        parse_range(&text).map_err(|fault| ParseIpError::of_range(fault_of_all(&text).unwrap_or(fault)))
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_address() { self.first().fmt(f) } else { self.0.fmt(f) }
    }
}

text_form!(IpRange, ParseIpError, "an IP address or a network such as `192.0.2.0/24`");

/// Why a text is not a valid IP address or network. The text itself is not repeated: it may be a visitor's address.
///
/// ```
/// use chat_monitor::{IpRange, ParseIpErrorKind};
///
/// let error = "192.0.2.*".parse::<IpRange>().unwrap_err();
/// assert_eq!(error.kind(), ParseIpErrorKind::Wildcard);
/// assert!(error.to_string().ends_with("a rule takes `192.0.2.7` or `192.0.2.0/24`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIpError {
    kind: ParseIpErrorKind,
    of_range: bool,
}

impl ParseIpError {
    /// What was wrong, for programs that say it in their own words.
    pub fn kind(&self) -> ParseIpErrorKind {
        self.kind
    }

    fn of_range(kind: ParseIpErrorKind) -> Self {
        ParseIpError { kind, of_range: true }
    }
}

impl fmt::Display for ParseIpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        if self.of_range {
            f.write_str("; a rule takes `192.0.2.7` or `192.0.2.0/24`")?;
        }
        Ok(())
    }
}

impl core::error::Error for ParseIpError {}

/// What can be wrong with the text of an IP address or network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ParseIpErrorKind {
    /// It is nothing like an address.
    #[error("expected an IP address such as `192.0.2.7` or `2001:db8::1`")]
    Address,
    /// A number in it has a leading zero, which is octal to some.
    #[error("expected an IP address without leading zeros")]
    LeadingZero,
    /// It has a zone id, as in `fe80::1%eth0`.
    #[error("expected an IP address without a zone id")]
    Zone,
    /// It has a port, or the brackets that come with one.
    #[error("expected an IP address without a port or brackets")]
    Port,
    /// There is a blank or a line break in it.
    #[error("expected an IP address without blanks or line breaks")]
    Blank,
    /// There is a character in it that nobody sees.
    #[error("expected an IP address without invisible or control characters")]
    Invisible,
    /// There is a comma, a semicolon or a blank between two addresses.
    #[error("expected one IP address, not several")]
    Several,
    /// A part of it is a `*` or a `%`.
    #[error("expected a network with a prefix length rather than a `*` or a `%`")]
    Wildcard,
    /// It is a first address, a `-` and a last one.
    #[error("expected a network with a prefix length rather than a first and a last address")]
    FromTo,
    /// There is a mask behind the address, as in `192.0.2.0/255.255.255.0`.
    #[error("expected a prefix length such as `24` behind a `/` rather than a mask")]
    Mask,
    /// What stands behind the `/` is not a prefix length.
    #[error("expected a prefix length of 0 to 32 (IPv4) or 0 to 128 (IPv6) behind the `/`, without leading zeros")]
    PrefixLen,
}

type Fault = ParseIpErrorKind;

/// One address on the wire, understood as [`IpRange`] understands it.
#[cfg(feature = "serde")]
pub(crate) struct IpText(pub(crate) IpAddr);

#[cfg(feature = "serde")]
impl FromStr for IpText {
    type Err = ParseIpError;

    fn from_str(text: &str) -> Result<Self, ParseIpError> {
        let text = fold(text);
        let parsed = parse_address(&text).map_err(|fault| fault_of_all(&text).unwrap_or(fault));
        parsed.map(IpText).map_err(|kind| ParseIpError { kind, of_range: false })
    }
}

fn parse_range(text: &str) -> Result<IpRange, Fault> {
    match text.split_once('/') {
        None => parse_address(text).map(IpRange::from),
        Some((address, prefix_len)) => {
            let address = parse_address(address)?;
            IpRange::new(address, parse_prefix_len(prefix_len)?).map_err(|error| error.kind)
        }
    }
}

fn parse_address(text: &str) -> Result<IpAddr, Fault> {
    text.parse().map_err(|_| fault_of_address(text))
}

/// What people write between the first and the last address; some come from a Japanese keyboard, which folds to none.
const FROM_TO: [&str; 10] = ["-", "~", "..", " to ", "から", "ー", "〜", "–", "—", "−"];

/// What people mean by a text that is neither an address nor a network, where that shows in the whole of it.
fn fault_of_all(text: &str) -> Option<Fault> {
    let is_one = |text: &str| text.split('/').next().is_some_and(|address| address.trim().parse::<IpAddr>().is_ok());
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '、' | '・');
    let parts = || text.split(is_between).filter(|part| !part.is_empty());
    let first_of_two = FROM_TO.iter().find_map(|between| Some(text.split_once(between)?.0));
    if text.chars().any(|c| c.is_control() && !c.is_whitespace() || is_invisible(c)) {
        Some(Fault::Invisible)
    } else if parts().count() > 1 && parts().all(is_one) {
        Some(if parts().skip(1).all(is_mask) { Fault::Mask } else { Fault::Several })
    } else if first_of_two.is_some_and(|first| is_one(first) && !first.ends_with('/')) {
        Some(Fault::FromTo)
    } else {
        // Longer texts are nonsense, and not worth a copy.
        let is_short = text.len() <= 128 && text.contains(char::is_whitespace);
        let is_closed = || parse_range(&text.split_whitespace().collect::<String>()).is_ok();
        (is_short && is_closed()).then_some(Fault::Blank)
    }
}

/// What people mean by a text that is not an address.
fn fault_of_address(text: &str) -> Fault {
    let is_number = |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let has_leading_zero = |part: &str| part.len() > 1 && part.starts_with('0');
    let is_part_or_star = |part: &str| matches!(part, "*" | "%") || part.bytes().all(|b| b.is_ascii_hexdigit());
    let quarters = || text.split('.');
    if text.contains(['*', '%']) && text.split(['.', ':']).all(is_part_or_star) {
        Fault::Wildcard
    } else if text.contains('%') {
        Fault::Zone
    } else if text.starts_with('[') || text.split_once(':').is_some_and(|(v4, _)| v4.parse::<Ipv4Addr>().is_ok()) {
        Fault::Port
    } else if quarters().count() == 4 && quarters().all(is_number) && quarters().any(has_leading_zero) {
        Fault::LeadingZero
    } else {
        Fault::Address
    }
}

/// Whether these are ones and then zeros, or zeros and then ones: `255.255.255.0`, `0.0.0.255`.
fn is_mask(text: &str) -> bool {
    let is_masked = |bits: u32| bits != 0 && bits.leading_ones() + bits.trailing_zeros() == u32::BITS;
    text.parse::<Ipv4Addr>().map(u32::from).is_ok_and(|bits| is_masked(bits) || is_masked(!bits))
}

fn parse_prefix_len(text: &str) -> Result<u8, Fault> {
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        let [first, ..] = address.octets();
        return Err(if matches!(first, 0 | 255) || is_mask(text) { Fault::Mask } else { Fault::Several });
    }
    // `u8::from_str` takes a sign and leading zeros.
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain).ok_or(Fault::PrefixLen)
}
