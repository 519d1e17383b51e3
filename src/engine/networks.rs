//! The rules filed under networks. Single addresses are none: they are keys like any other.
//!
//! An address lies in at most one network of each length, so its networks are found by cutting it to each length that is
//! in use and looking that up. Few lengths are in use around any one address: they are grouped by eights, and for each
//! stretch of the address space that a group has networks in, a mask says of which of its lengths.

use core::net::IpAddr;

use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::filing::{Filed, Keyed};
use crate::address::IpRange;
use crate::text::hash;

/// How many prefix lengths share a mask.
const LENGTHS: u8 = 8;

/// The groups of IPv4, a bit for each; those of IPv6 come behind them.
const V4: u16 = 0b1111;
const FIRST_V6: u8 = 4;

/// The last group, of all lengths from 64: an IPv6 subnet has few.
const LAST: u8 = FIRST_V6 + 8;

/// What is filed under networks.
#[derive(Clone, Debug)]
pub(super) struct Networks<F> {
    networks: Keyed<IpRange, F>,
    lengths: Lengths,
}

/// Which prefix lengths have networks where.
#[derive(Clone, Debug, Default)]
struct Lengths {
    /// The groups of lengths that have networks, a bit for each.
    groups: u16,
    /// How many stretches each group has networks in.
    stretches: [u32; LAST as usize + 1],
    /// The lengths of the group that have networks in a stretch, a bit for each.
    masks: HashTable<(Stretch, u64)>,
    /// How many networks of a length there are in a stretch; only changes need to know.
    counts: HashTable<((Stretch, u8), u32)>,
}

/// A group of prefix lengths, and the bits that all its networks there have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Stretch {
    bits: u64,
    group: u8,
}

impl<F> Default for Networks<F> {
    fn default() -> Self {
        Networks { networks: Keyed::default(), lengths: Lengths::default() }
    }
}

#[cfg(test)]
impl<F: Filed> Networks<F> {
    pub(super) fn is_empty(&self) -> bool {
        let Networks { networks, lengths } = self;
        networks.is_empty() && lengths.masks.is_empty() && lengths.counts.is_empty()
    }
}

impl<F: Filed> Networks<F> {
    /// What is filed under a network, to file more there.
    pub(super) fn file(&mut self, range: IpRange, hasher: &SeedableRandomState) -> &mut F {
        let (filed, new) = self.networks.file(range, hasher);
        if new {
            self.lengths.add(range, hasher);
        }
        filed
    }

    /// What is filed under a network already.
    pub(super) fn find_mut(&mut self, range: &IpRange, hasher: &SeedableRandomState) -> Option<&mut F> {
        self.networks.find_mut(range, hasher)
    }

    /// Forgets a network under which nothing is filed any more.
    pub(super) fn release(&mut self, range: &IpRange, hasher: &SeedableRandomState) {
        if self.networks.release(range, hasher) {
            self.lengths.remove(*range, hasher);
        }
    }

    /// What is filed under each network that `ip` lies in.
    #[inline]
    pub(super) fn each<'a>(&'a self, ip: IpAddr, hasher: &SeedableRandomState, found: &mut impl FnMut(&'a F)) {
        self.lengths.around(ip, hasher, |length| {
            let network = IpRange::new(ip, length).ok().and_then(|range| self.networks.find(&range, hasher));
            if let Some(filed) = network {
                found(filed);
            }
        });
    }
}

impl Lengths {
    fn add(&mut self, network: IpRange, hasher: &SeedableRandomState) {
        let stretch = Stretch::of_network(network);
        let length = network.prefix_len();
        match self.masks.entry(hash(hasher, &stretch), |held| held.0 == stretch, |held| hash(hasher, &held.0)) {
            Entry::Occupied(mut held) => held.get_mut().1 |= stretch.bit(length),
            Entry::Vacant(vacant) => {
                vacant.insert((stretch, stretch.bit(length)));
                self.count_stretch(stretch, |stretches| *stretches += 1);
            }
        }
        let key = (stretch, length);
        match self.counts.entry(hash(hasher, &key), |held| held.0 == key, |held| hash(hasher, &held.0)) {
            Entry::Occupied(mut held) => held.get_mut().1 += 1,
            Entry::Vacant(vacant) => {
                vacant.insert((key, 1));
            }
        }
    }

    fn remove(&mut self, network: IpRange, hasher: &SeedableRandomState) {
        let stretch = Stretch::of_network(network);
        let length = network.prefix_len();
        let key = (stretch, length);
        let Ok(mut held) = self.counts.find_entry(hash(hasher, &key), |held| held.0 == key) else { return };
        held.get_mut().1 -= 1;
        if held.get().1 > 0 {
            return;
        }
        held.remove();
        let Ok(mut held) = self.masks.find_entry(hash(hasher, &stretch), |held| held.0 == stretch) else { return };
        held.get_mut().1 &= !stretch.bit(length);
        if held.get().1 == 0 {
            held.remove();
            self.count_stretch(stretch, |stretches| *stretches -= 1);
        }
    }

    /// Each prefix length of which there may be a network that `ip` lies in.
    #[inline]
    fn around(&self, ip: IpAddr, hasher: &SeedableRandomState, mut found: impl FnMut(u8)) {
        let mut groups = self.groups & if ip.is_ipv4() { V4 } else { !V4 };
        while groups != 0 {
            let group = groups.trailing_zeros() as u8;
            groups &= groups - 1;
            let stretch = Stretch::of(ip, group);
            let Some((_, mask)) = self.masks.find(hash(hasher, &stretch), |held| held.0 == stretch) else { continue };
            let mut mask = *mask;
            while mask != 0 {
                found(stretch.shortest() + mask.trailing_zeros() as u8);
                mask &= mask - 1;
            }
        }
    }

    fn count_stretch(&mut self, Stretch { group, .. }: Stretch, change: impl FnOnce(&mut u32)) {
        if let Some(stretches) = self.stretches.get_mut(usize::from(group)) {
            change(stretches);
            let bit = 1 << group;
            if *stretches > 0 { self.groups |= bit } else { self.groups &= !bit }
        }
    }
}

impl Stretch {
    fn of_network(network: IpRange) -> Self {
        let first = if network.first().is_ipv4() { 0 } else { FIRST_V6 };
        Stretch::of(network.first(), (first + network.prefix_len() / LENGTHS).min(LAST))
    }

    fn of(ip: IpAddr, group: u8) -> Self {
        let bits = match ip {
            IpAddr::V4(v4) => u64::from(v4.to_bits()) << 32,
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64,
        };
        let stretch = Stretch { group, bits: 0 };
        let behind = 64 - u32::from(stretch.shortest());
        Stretch { bits: bits.checked_shr(behind).unwrap_or(0), ..stretch }
    }

    /// The shortest length of the group.
    fn shortest(self) -> u8 {
        LENGTHS * if self.group < FIRST_V6 { self.group } else { self.group - FIRST_V6 }
    }

    /// A length's place in the mask.
    fn bit(self, length: u8) -> u64 {
        1 << (length - self.shortest())
    }
}

#[cfg(test)]
mod tests {
    use core::net::{Ipv4Addr, Ipv6Addr};

    use super::{FIRST_V6, IpRange, LAST, Lengths, SeedableRandomState, Stretch};

    #[test]
    fn where_the_last_network_was_removed_is_looked_no_more() {
        let (hasher, mut lengths) = (SeedableRandomState::random(), Lengths::default());
        let network = |n: u8, length| IpRange::new(Ipv4Addr::new(10, n, 0, 0).into(), length).ok();
        let networks = || (16..=24).filter_map(|length| network(length, length)).chain(network(1, 16));
        networks().for_each(|network| lengths.add(network, &hasher));
        assert_eq!(lengths.groups, 0b1100);
        networks().for_each(|network| lengths.remove(network, &hasher));
        assert_eq!((lengths.groups, lengths.masks.len(), lengths.counts.len()), (0, 0, 0));
        assert!(lengths.stretches.iter().all(|stretches| *stretches == 0));
    }

    #[test]
    fn a_stretch_is_as_narrow_as_its_widest_network() {
        let v4 = |group| Stretch::of(Ipv4Addr::new(192, 0, 2, 7).into(), group).bits;
        assert_eq!([0, 1, 2, 3].map(v4), [0, 0xc0, 0xc000, 0x00c0_0002]);
        let v6 = |group| Stretch::of(Ipv6Addr::from_bits(0x2001_0db8_1234_5678 << 64 | 7).into(), group).bits;
        assert_eq!([FIRST_V6, FIRST_V6 + 3, LAST].map(v6), [0, 0x0020_010d, 0x2001_0db8_1234_5678]);
    }
}
