//! The right forms of what somebody typed, where it is plain what they mean. They choose one by a click; nothing is
//! changed unasked.

use std::net::{IpAddr, Ipv4Addr};

use chat_monitor::{EmailPattern, IpRange};

use super::typed::shares;
use super::{is_unseen, tidy};

/// Other forms for what cannot be read, each as it would be saved.
pub(crate) fn offers(kind: &str, value: &str) -> Vec<String> {
    let typed = half_width(tidy(value));
    let offered: Vec<String> = match kind {
        "visitor_ip" => networks(&typed).iter().map(ToString::to_string).collect(),
        "visitor_email" if typed.parse::<IpRange>().is_err() => patterns(&typed),
        "sample" => shares(value),
        _ => Vec::new(),
    };
    let mut offers = Vec::new();
    for offer in offered {
        if !offers.contains(&offer) {
            offers.push(offer);
        }
    }
    offers
}

/// Full-width ASCII as ASCII, as the crate reads it.
pub(super) fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            '\u{3002}' | '\u{FF61}' => '.',
            c => c,
        })
        .collect()
}

fn seen(text: &str) -> String {
    text.chars().filter(|c| !is_unseen(*c)).collect()
}

// --- Addresses and networks

fn networks(typed: &str) -> Vec<IpRange> {
    let seen = seen(typed);
    let closed: String = seen.split_whitespace().collect();
    let readings = [
        closed.parse().ok(),
        closed.replace('\\', "/").parse().ok(),
        masked(&seen),
        starred_v4(&closed),
        starred_v6(&closed),
        from_to(&closed),
        without_zone(&closed),
        without_port(&closed),
    ];
    readings.into_iter().flatten().collect()
}

/// `192.0.2.0/255.255.255.0`, `192.0.2.0 0.0.0.255`.
fn masked(text: &str) -> Option<IpRange> {
    let mut parts =
        text.split(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | ';')).filter(|part| !part.is_empty());
    let (address, mask) = (parts.next()?, parts.next()?);
    let (address, mask): (Ipv4Addr, Ipv4Addr) = (address.parse().ok()?, mask.parse().ok()?);
    let bits = [u32::from(mask), !u32::from(mask)];
    let ones =
        bits.into_iter().find(|bits| bits.leading_ones() > 0 && bits.leading_ones() + bits.trailing_zeros() == 32)?;
    let len = u8::try_from(ones.leading_ones()).ok().filter(|_| parts.next().is_none())?;
    IpRange::new(address.into(), len).ok()
}

/// `192.0.2.*`, `192.0.*`, `192.0.2.x`, `192.0.2.`: whole numbers, then stars only.
fn starred_v4(text: &str) -> Option<IpRange> {
    let parts: Vec<&str> = text.split('.').collect();
    let known: Vec<u8> = parts.iter().map_while(|part| part.parse().ok()).collect();
    let is_open = |part: &&str| matches!(*part, "" | "*" | "%" | "x" | "X");
    let (len, open) = (known.len(), parts.get(known.len()..)?);
    if !(1..=3).contains(&len) || open.is_empty() || parts.len() > 4 || !open.iter().all(is_open) {
        return None;
    }
    let mut octets = [0; 4];
    octets.iter_mut().zip(known).for_each(|(octet, known)| *octet = known);
    IpRange::new(octets.into(), u8::try_from(len * 8).ok()?).ok()
}

/// `2001:db8:*`: whole groups, then stars only. What stands behind a `::` is not known to be a beginning.
fn starred_v6(text: &str) -> Option<IpRange> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_group = |part: &&&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let len = parts.iter().take_while(is_group).count();
    let (known, open) = parts.split_at_checked(len)?;
    if !(1..=7).contains(&len) || open.is_empty() || parts.len() > 8 || open.iter().any(|part| *part != "*") {
        return None;
    }
    format!("{}::/{}", known.join(":"), len * 16).parse().ok()
}

/// `192.0.2.0-192.0.2.255`, `192.0.2.0-255`, where that is one network and nothing beside it.
fn from_to(text: &str) -> Option<IpRange> {
    let between = ["-", "~", "..", "から", "ー", "〜", "–", "—", "−"];
    let (first, last) = between.iter().find_map(|between| text.split_once(between))?;
    let last = last.trim_end_matches("まで");
    let first: IpAddr = first.parse().ok()?;
    let last: IpAddr = match (first, last.parse::<u8>()) {
        (IpAddr::V4(first), Ok(last)) => {
            let [one, two, three, _] = first.octets();
            [one, two, three, last].into()
        }
        (_, _) => last.parse().ok()?,
    };
    let bits: u8 = if first.is_ipv4() { 32 } else { 128 };
    (0..=bits)
        .filter_map(|len| IpRange::new(first, len).ok())
        .find(|range| range.first() == first && range.last() == last)
}

/// `fe80::1%eth0`.
fn without_zone(text: &str) -> Option<IpRange> {
    let (address, zone) = text.split_once('%')?;
    let network = zone.find('/').and_then(|at| zone.get(at..)).unwrap_or_default();
    address.contains(':').then(|| format!("{address}{network}").parse().ok())?
}

/// `192.0.2.9:61598`, `[2001:db8::9]:443`.
fn without_port(text: &str) -> Option<IpRange> {
    let address = match text.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?.0,
        None => text.split_once(':')?.0,
    };
    address.parse().ok()
}

// --- Email addresses and patterns

fn patterns(typed: &str) -> Vec<String> {
    let bare = bare(&seen(typed));
    let mut candidates = Vec::new();
    let words: Vec<&str> = bare.split_whitespace().collect();
    if words.len() > 1 {
        // `mika @ example.com`. In `mi ka@example.com`, nobody knows what the first word is.
        candidates.extend(is_broken_at_a_mark(&words).then(|| words.concat()));
    } else {
        candidates.push(bare.replace("@@", "@"));
        candidates.extend(whole_domain(&bare));
        if bare.matches('@').count() == 1 {
            candidates.push(bare.replace(',', "."));
        }
    }
    let read = candidates.iter().filter_map(|candidate| candidate.parse::<EmailPattern>().ok());
    read.map(|pattern| pattern.to_string()).collect()
}

/// An address without what it is often copied with: `mailto:`, a name and brackets, quotes, punctuation behind it.
fn bare(text: &str) -> String {
    let inside = match (text.rfind('<'), text.rfind('>')) {
        (Some(from), Some(to)) => text.get(from + 1..to).unwrap_or(text),
        _ => text,
    };
    let is_around = |c: char| matches!(c, '\'' | '"' | '(' | ')' | '「' | '」' | '“' | '”' | ',' | ';' | ':' | '、');
    let inside = inside.trim_matches(|c: char| c.is_whitespace() || is_around(c)).trim_end_matches('.');
    match inside.split_at_checked("mailto:".len()) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => address.to_owned(),
        _ => inside.to_owned(),
    }
}

/// Whether blanks stand only beside an `@` or a dot.
fn is_broken_at_a_mark(words: &[&str]) -> bool {
    words.windows(2).all(|pair| match pair {
        [before, after] => before.ends_with(['@', '.']) || after.starts_with(['@', '.']),
        _ => true,
    })
}

/// What means a whole domain, or all below it, without being written so.
fn whole_domain(text: &str) -> Vec<String> {
    let is_star = |c: char| matches!(c, '*' | '%');
    let (name, domain) = text.rsplit_once('@').unwrap_or(("", text));
    if !name.chars().all(|c| is_star(c) || c == '.') {
        return Vec::new();
    }
    let open = domain.trim_start_matches(is_star);
    match open.strip_prefix('.') {
        // `.example.com`, `*.example.com`, `*@%.example.com`.
        Some(below) => vec![format!("*@*.{below}")],
        // `example.com`, `@example.com`, `%@example.com`.
        None if open == domain => vec![format!("*@{domain}")],
        // `*example.com`, `*@*example.com` may mean either or both.
        None => vec![format!("*@{open}"), format!("*@*.{open}")],
    }
}

#[cfg(test)]
mod tests {
    use super::offers;

    #[test]
    fn a_plain_meaning_is_offered_as_it_would_be_saved() {
        for (typed, offered) in [
            ("192.0.2.*", "192.0.2.0/24"),
            ("192.0.*.*", "192.0.0.0/16"),
            ("10.*", "10.0.0.0/8"),
            ("192.0.2.%", "192.0.2.0/24"),
            ("192.0.2.x", "192.0.2.0/24"),
            ("192.0.2.", "192.0.2.0/24"),
            ("１９２．０．２．＊", "192.0.2.0/24"),
            ("2001:db8:*", "2001:db8::/32"),
            ("2001:db8:1:2:*:*:*:*", "2001:db8:1:2::/64"),
            ("192.0.2.0/255.255.255.0", "192.0.2.0/24"),
            ("192.0.2.9 255.255.255.128", "192.0.2.0/25"),
            ("192.0.2.0/0.0.0.255", "192.0.2.0/24"),
            ("192.0.2.0/255.255.255.255", "192.0.2.0"),
            ("192.0.2.0-192.0.2.255", "192.0.2.0/24"),
            ("192.0.2.0 - 192.0.2.127", "192.0.2.0/25"),
            ("192.0.2.0-255", "192.0.2.0/24"),
            ("192.0.2.0ー192.0.2.255", "192.0.2.0/24"),
            ("192.0.2.0から192.0.2.255まで", "192.0.2.0/24"),
            ("2001:db8::-2001:db8::ffff", "2001:db8::/112"),
            ("fe80::1%eth0", "fe80::1"),
            ("fe80::%eth0/64", "fe80::/64"),
            ("192.0.2.9:61598", "192.0.2.9"),
            ("[2001:db8::9]:443", "2001:db8::9"),
            ("192.0.2.0 / 24", "192.0.2.0/24"),
            ("192.0.2.0\\24", "192.0.2.0/24"),
            ("192.0.\u{200B}2.7", "192.0.2.7"),
        ] {
            assert_eq!(offers("visitor_ip", typed), [offered], "{typed}");
        }
        for (typed, offered) in [
            ("@example.com", "*@example.com"),
            ("＠ｅｘａｍｐｌｅ．ｃｏｍ", "*@example.com"),
            ("example.com", "*@example.com"),
            ("例え.jp", "*@xn--r8jz45g.jp"),
            ("*.example.com", "*@*.example.com"),
            (".example.com", "*@*.example.com"),
            ("@*.example.com", "*@*.example.com"),
            ("*@.example.com", "*@*.example.com"),
            ("*@%.example.com", "*@*.example.com"),
            ("%@example.com", "*@example.com"),
            (".*@example.com", "*@example.com"),
            ("**@example.com", "*@example.com"),
            ("Mika <mika@example.com>", "mika@example.com"),
            ("\"Suzuki, Mika\" <mika@example.com>", "mika@example.com"),
            ("mika @ example.com", "mika@example.com"),
            ("mika@example. com", "mika@example.com"),
            ("mailto:mika@example.com", "mika@example.com"),
            ("mika@example.com.", "mika@example.com"),
            ("mika@example.com,", "mika@example.com"),
            ("「mika@example.com」", "mika@example.com"),
            ("mika@@example.com", "mika@example.com"),
            ("mika@example,com", "mika@example.com"),
            ("mi\u{AD}ka@example.com", "mika@example.com"),
        ] {
            assert_eq!(offers("visitor_email", typed), [offered], "{typed}");
        }
        assert_eq!(offers("visitor_email", "*example.com"), ["*@example.com", "*@*.example.com"]);
        assert_eq!(offers("visitor_email", "*@*example.com"), ["*@example.com", "*@*.example.com"]);
    }

    #[test]
    fn nothing_is_offered_where_more_or_less_could_be_meant() {
        for typed in [
            "192.0.2.1-192.0.2.9",
            "192.0.2.9-192.0.2.1",
            "192.0.2.7, 192.0.2.8",
            "192.0.*.7",
            "*.0.2.7",
            "*",
            "192.0.2",
            "2001:db8::*",
            "192.0.2.0/33",
            "192.0.2.0/255.0.255.0",
            "192.000.002.007",
            "010.0.0.1",
            "mika@example.com",
            "",
        ] {
            assert_eq!(offers("visitor_ip", typed), [""; 0], "{typed}");
        }
        for typed in [
            "mika*@example.com",
            "mi%ka@example.com",
            "mika@*.example.com",
            "*@example.*",
            "*@*",
            "*",
            "mika",
            "mi ka@example.com",
            "Mika mika@example.com",
            "mika@example.com, taro@example.com",
            "mika@example.com taro@example.com",
            "192.0.2.7",
            "",
        ] {
            assert_eq!(offers("visitor_email", typed), [""; 0], "{typed}");
        }
    }
}
