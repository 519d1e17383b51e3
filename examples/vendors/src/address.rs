//! The visitor's address, as proxies write it.
//!
//! One reader for what stands in a vendor's field and in the headers `X-Forwarded-For` and `Forwarded`: addresses with
//! ports, brackets, quotes and zones, and lists of them. The policy for a list:
//!
//! 1. Each proxy writes behind the others whom it was called by, so a list is read **from the right**.
//! 2. An address of a proxy that is [trusted](Proxies) is passed over; the next one to its left is what that proxy saw.
//! 3. The first other address is the visitor's. What stands further left was sent by them, and may say anything.
//! 4. Where that entry is `unknown`, or cannot be read, or where only proxies are left, the address is **unknown**. It
//!    is never taken from another entry, from the proxy, or from what was known before.
//!
//! The reader is its own for want of a crate that has this policy: those that were looked at fall back to the address
//! of the connection, which is a proxy's, where the list cannot be read.

use std::net::{IpAddr, Ipv6Addr};

use chat_monitor::IpRange;

/// Whose addresses in a list are not the visitor's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies {
    networks: Vec<IpRange>,
    /// Whether somebody has named them, and so knows that visitors are elsewhere.
    named: bool,
}

/// Networks in which no address is one on the internet: the host itself, a company's own, a provider's inner ones.
const PRIVATE: [&str; 9] = [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1",
    "fc00::/7",
    "fe80::/10",
];

impl Proxies {
    /// These, and no others: an address of theirs is never a visitor's, even where it stands alone.
    pub fn named(networks: impl IntoIterator<Item = IpRange>) -> Self {
        Proxies { networks: networks.into_iter().collect(), named: true }
    }

    /// Whether this is the address of a trusted proxy.
    pub fn contain(&self, ip: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(ip))
    }
}

/// Private addresses are passed over in a list. One that stands alone is believed: visitors may be in the same house.
impl Default for Proxies {
    fn default() -> Self {
        Proxies { networks: PRIVATE.iter().filter_map(|network| network.parse().ok()).collect(), named: false }
    }
}

/// What a list of addresses says of the visitor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The visitor's address; none where the list says that it is not known, or is empty.
    pub ip: Option<IpAddr>,
    /// How many entries stand to the left of it. More than none are there where the visitor sent a list of their own,
    /// or where there is another proxy, in front of the trusted ones, whose address this is.
    pub beside: usize,
}

/// Why a visitor's address cannot be told. It never repeats what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableAddress {
    /// The entry that should be the visitor's is no address.
    #[error("expected an IP address, which may have a port, or a list of them")]
    NoAddress,
    /// Every entry is the address of a trusted proxy.
    #[error("expected the visitor's address, found only those of trusted proxies")]
    OnlyProxies,
}

/// Reads what a vendor writes in its field for the visitor's address.
///
/// ```
/// use vendors::{Client, Proxies, visitor_address};
///
/// let proxies = Proxies::default();
/// let ip = |text: &str| visitor_address(text, &proxies).map(|client| client.ip);
/// assert_eq!(ip("192.0.2.9:61598"), Ok(Some("192.0.2.9".parse()?)));
/// assert_eq!(ip("\"[2001:db8::9%eth0]:443\""), Ok(Some("2001:db8::9".parse()?)));
/// assert_eq!(ip("192.0.2.9, 10.0.0.3"), Ok(Some("192.0.2.9".parse()?)));
/// assert_eq!(ip("192.0.2.9, unknown, 10.0.0.3"), Ok(None));
/// assert!(ip("10.0.0.4, 10.0.0.3").is_err());
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
///
/// # Errors
///
/// [`UnreadableAddress`]: the address is unknown then, whatever was known before.
pub fn visitor_address(text: &str, proxies: &Proxies) -> Result<Client, UnreadableAddress> {
    let entries: Vec<&str> = entries(text).collect();
    if let ([alone], false) = (entries.as_slice(), proxies.named) {
        return Ok(Client { ip: entry(alone)?, beside: 0 });
    }
    walk(&entries, proxies)
}

/// Finds whom a request came from: `peer` is the other end of its connection, `headers` the values of all its headers
/// `X-Forwarded-For`, or of all its headers `Forwarded`, in their order.
///
/// The headers of somebody who is no trusted proxy count for nothing: they are the visitor, and may write what they
/// like. A trusted proxy is never the visitor: where it does not say whom it was called by, that is unknown.
///
/// # Errors
///
/// [`UnreadableAddress`]: the address is unknown then.
pub fn caller_address<'a>(
    peer: IpAddr,
    headers: impl IntoIterator<Item = &'a str>,
    proxies: &Proxies,
) -> Result<Client, UnreadableAddress> {
    if !proxies.contain(peer) {
        return Ok(Client { ip: Some(peer.to_canonical()), beside: 0 });
    }
    let entries: Vec<&str> = headers.into_iter().flat_map(entries).collect();
    walk(&entries, proxies)
}

/// The entries of a list, without blanks and empty ones.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    split(text, ',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// Parts a text, but not within quotes: there, a proxy repeats what the visitor sent, such as the name of a host.
///
/// Quotes are paired **from the right**, where the trusted proxy wrote: what is left open further left was sent so.
fn split(text: &str, separator: char) -> impl DoubleEndedIterator<Item = &str> {
    let mut quoted = false;
    let mut end = text.len();
    let mut parts = Vec::new();
    for (at, letter) in text.char_indices().rev() {
        let before = text.get(..at).unwrap_or_default();
        let escapes = before.len() - before.trim_end_matches('\\').len();
        if letter == '"' && escapes % 2 == 0 {
            quoted = !quoted;
        } else if letter == separator && !quoted {
            parts.extend(text.get(at + letter.len_utf8()..end));
            end = at;
        }
    }
    parts.extend(text.get(..end));
    parts.into_iter().rev()
}

fn walk(entries: &[&str], proxies: &Proxies) -> Result<Client, UnreadableAddress> {
    for (beside, text) in entries.iter().enumerate().rev() {
        match entry(text)? {
            Some(ip) if proxies.contain(ip) => {}
            ip => return Ok(Client { ip, beside }),
        }
    }
    if entries.is_empty() { Ok(Client { ip: None, beside: 0 }) } else { Err(UnreadableAddress::OnlyProxies) }
}

/// One entry; none for the ways to say that an address is not known.
fn entry(text: &str) -> Result<Option<IpAddr>, UnreadableAddress> {
    let node = forwarded_for(text).trim_matches('"').trim();
    let says_unknown = ["unknown", "not available", "-"].iter().any(|word| node.eq_ignore_ascii_case(word));
    // `_hidden`: a name that a proxy uses instead of the address (RFC 7239).
    if says_unknown || node.starts_with('_') {
        return Ok(None);
    }
    let ip = address(node).ok_or(UnreadableAddress::NoAddress)?.to_canonical();
    // What a socket has for an address that it does not know.
    Ok(Some(ip).filter(|ip| !ip.is_unspecified()))
}

/// The node in an element of `Forwarded`, `for="[2001:db8::9]:443";proto=https`; anything else is the node itself.
fn forwarded_for(element: &str) -> &str {
    let pairs = split(element, ';').filter_map(|pair| pair.split_once('='));
    let mut nodes = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for")).map(|(_, node)| node.trim());
    nodes.next().unwrap_or(element)
}

/// An address, which may have brackets, a port and a zone.
fn address(node: &str) -> Option<IpAddr> {
    if let Some(bracketed) = node.strip_prefix('[') {
        let (ip, rest) = bracketed.split_once(']')?;
        let has_port = rest.strip_prefix(':').is_some_and(is_port);
        return (rest.is_empty() || has_port).then(|| v6(ip).map(IpAddr::V6))?;
    }
    match node.split_once(':') {
        // Without brackets, only IPv4 can have a port: in `2001:db8::9:443`, nobody knows what the last group is.
        Some((ip, port)) if !port.contains(':') && ip.contains('.') => ip.parse().ok().filter(|_| is_port(port)),
        Some(_) => v6(node).map(IpAddr::V6),
        None => node.parse().ok(),
    }
}

/// A port, which a proxy may hide behind a name (`_8080`, RFC 7239).
fn is_port(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    text.strip_prefix('_').is_some_and(is_name)
        || (text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok())
}

/// A zone says which of its interfaces somebody else means; it is no part of the address.
fn v6(text: &str) -> Option<Ipv6Addr> {
    match text.split_once('%') {
        Some((_, "")) => None,
        Some((ip, _)) => ip.parse().ok(),
        None => text.parse().ok(),
    }
}
