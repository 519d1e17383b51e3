//! Ids, emails and addresses, of the lengths that real ones have.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chat_monitor::{ChatId, IpRange, OperatorId, RuleId};

use super::random::{Random, mix};

const SYLLABLES: [&str; 16] =
    ["ka", "ri", "mo", "ta", "shi", "na", "ken", "yu", "ha", "mi", "so", "ra", "to", "ko", "be", "lin"];

/// `rimo-4711`: 6 to 15 bytes.
pub(super) fn operator(n: usize) -> OperatorId {
    id(&format!("{}-{n}", word(n as u64, 2)))
}

pub(super) fn rule(n: usize) -> RuleId {
    format!("rule-{n}").parse().expect("a made-up id is right")
}

pub(super) fn chat(n: usize) -> ChatId {
    format!("chat-{n}").parse().expect("a made-up id is right")
}

fn id(text: &str) -> OperatorId {
    text.parse().expect("a made-up id is right")
}

/// How many mail domains there are with so many rules.
pub(super) fn domains(rules: usize) -> usize {
    (rules / 5).max(10)
}

/// `kenra711.example`: 10 to 23 bytes.
pub(super) fn domain(n: usize) -> String {
    let end = ["com", "jp", "co.jp", "example"][n % 4];
    format!("{}{n}.{end}", word(!(n as u64), 1 + n % 3))
}

/// The email of a visitor: 15 to 40 bytes. Only those below `rules` have domains that rules name.
pub(super) fn email(visitor: usize, rules: usize) -> String {
    let scattered = mix(visitor as u64) as usize;
    let domains = domains(rules);
    let domain = domain(if visitor < rules { scattered % domains } else { domains + scattered % domains });
    format!(
        "{}{}{visitor}@{domain}",
        word(visitor as u64, 1 + visitor % 3),
        if visitor.is_multiple_of(2) { "." } else { "" }
    )
}

/// Any address; one in five is IPv6.
pub(super) fn address(random: &mut Random) -> IpAddr {
    let bits = random.bits();
    if random.chance(20) {
        // A million providers below 2400::/12, and 2,048 customers at each.
        let provider = 0x2400_0000 | bits as u32 & 0x000F_FFFF;
        let high = u64::from(provider) << 32 | (bits >> 20 & 0x07FF) << 16 | bits >> 32 & 0xFF;
        Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(random.bits())).into()
    } else {
        // From 1.0.0.0 to 223.255.255.255.
        Ipv4Addr::from_bits(0x0100_0000 + random.below(223 << 24) as u32).into()
    }
}

/// A network around any address.
pub(super) fn network(random: &mut Random) -> IpRange {
    let address = address(random);
    let length = match (address, random.below(10)) {
        (IpAddr::V4(_), 0..6) => 24,
        (IpAddr::V4(_), 6..8) => 16 + random.below(8),
        (IpAddr::V4(_), _) => 25 + random.below(5),
        (IpAddr::V6(_), 0..6) => 48,
        (IpAddr::V6(_), 6..8) => 32 + random.below(16),
        (IpAddr::V6(_), _) => 49 + random.below(16),
    };
    IpRange::new(address, length as u8).expect("the length is one of the address's")
}

/// An address in a network.
pub(super) fn address_in(network: IpRange, random: &mut Random) -> IpAddr {
    let bits = u128::from(random.bits()) << 64 | u128::from(random.bits());
    match network.first() {
        IpAddr::V4(first) => {
            let host = (bits as u32).checked_shr(network.prefix_len().into()).unwrap_or_default();
            Ipv4Addr::from_bits(first.to_bits() | host).into()
        }
        IpAddr::V6(first) => {
            let host = bits.checked_shr(network.prefix_len().into()).unwrap_or_default();
            Ipv6Addr::from_bits(first.to_bits() | host).into()
        }
    }
}

fn word(n: u64, syllables: usize) -> String {
    let scattered = mix(n);
    (0..syllables).map(|at| SYLLABLES[(scattered >> (4 * at) & 15) as usize]).collect()
}
