//! IP addresses and networks.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;

use ipnet::IpNet;

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
        let net = IpNet::new(address, prefix_len).map_err(|_| Fault::PrefixLen)?.trunc();
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

impl FromStr for IpRange {
    type Err = ParseIpError;

    fn from_str(text: &str) -> Result<Self, ParseIpError> {
        let text = fold(text);
        match text.split_once('/') {
            None => parse_address(&text).map(IpRange::from).map_err(ParseIpError::from),
            Some((address, prefix_len)) => IpRange::new(parse_address(address)?, parse_prefix_len(prefix_len)?),
        }
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_address() { self.first().fmt(f) } else { self.0.fmt(f) }
    }
}

text_form!(IpRange, ParseIpError, "an IP address or a network such as `192.0.2.0/24`");

/// Why a text is no IP address or network. The text itself is not repeated: it may be a visitor's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct ParseIpError(#[from] Fault);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("expected an IP address such as `192.0.2.7` or `2001:db8::1`")]
    Address,
    #[error("expected an IP address without leading zeros")]
    LeadingZero,
    #[error("expected an IP address without a zone id")]
    Zone,
    #[error("expected a prefix length of 0 to 32 (IPv4) or 0 to 128 (IPv6) behind the `/`, without leading zeros")]
    PrefixLen,
}

/// One address on the wire, understood as [`IpRange`] understands it.
#[cfg(feature = "serde")]
pub(crate) struct IpText(pub(crate) IpAddr);

#[cfg(feature = "serde")]
impl FromStr for IpText {
    type Err = ParseIpError;

    fn from_str(text: &str) -> Result<Self, ParseIpError> {
        Ok(IpText(parse_address(&fold(text))?))
    }
}

fn parse_address(text: &str) -> Result<IpAddr, Fault> {
    text.parse().map_err(|_| {
        let is_number = |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        if text.contains('%') {
            Fault::Zone
        } else if text.split('.').count() == 4
            && text.split('.').all(is_number)
            && text.split('.').any(|part| part.len() > 1 && part.starts_with('0'))
        {
            Fault::LeadingZero
        } else {
            Fault::Address
        }
    })
}

fn parse_prefix_len(text: &str) -> Result<u8, Fault> {
    // `u8::from_str` takes a sign and leading zeros.
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain).ok_or(Fault::PrefixLen)
}
