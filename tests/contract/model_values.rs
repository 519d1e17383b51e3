//! What the model knows of addresses and samples, read from their texts.

use std::hash::Hasher;
use std::net::IpAddr;

use siphasher::sip::SipHasher24;

/// Where a chat lies among a million places, as the contract writes it.
pub(super) fn bucket(salt: &str, chat: &str) -> u128 {
    let mut hash = SipHasher24::new_with_keys(0, 0);
    hash.write(&[salt.as_bytes(), &[0], chat.as_bytes()].concat());
    (u128::from(hash.finish()) * 1_000_000) >> 64
}

/// `range` is an address, or an address and how many of its leading bits count.
pub(super) fn lies_in(ip: IpAddr, range: &str) -> bool {
    let (first, counting) = match range.split_once('/') {
        Some((first, counting)) => (first, Some(counting.parse::<u32>().unwrap())),
        None => (range, None),
    };
    let ((width, first), (ip_width, ip)) = (bits(first.parse().unwrap()), bits(ip));
    let behind = width - counting.unwrap_or(width);
    width == ip_width && first.checked_shr(behind) == ip.checked_shr(behind)
}

fn bits(ip: IpAddr) -> (u32, u128) {
    match ip {
        IpAddr::V4(v4) => (32, u32::from(v4).into()),
        IpAddr::V6(v6) => (128, v6.into()),
    }
}

/// `pattern` is an address, `*@` and a domain, or `*@*.` and a domain that it lies below.
pub(super) fn is_like(email: &str, pattern: &str) -> bool {
    let domain = email.rsplit_once('@').unwrap().1;
    match (pattern.strip_prefix("*@*."), pattern.strip_prefix("*@")) {
        (Some(above), _) => domain.strip_suffix(above).is_some_and(|below| below.ends_with('.')),
        (None, Some(whole)) => domain == whole,
        (None, None) => email == pattern,
    }
}
