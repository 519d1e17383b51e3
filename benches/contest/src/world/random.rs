//! Numbers that look random and are the same on every machine.

use std::collections::HashSet;

/// The generator splitmix64 (Steele, Lea and Flood, 2014).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        (1..all.len()).for_each(|at| all.swap(at, self.below(at + 1)));
    }

    /// So many different numbers below `count`, or all of them.
    pub(crate) fn some(&mut self, many: usize, count: usize) -> Vec<usize> {
        let mut seen = HashSet::new();
        let numbers = std::iter::repeat_with(|| self.below(count)).filter(|number| seen.insert(*number));
        numbers.take(many.min(count)).collect()
    }

    /// A rank below `count`, the first the likeliest: Zipf's law of exponent 1, by inversion of its integral.
    pub(crate) fn zipf(&mut self, count: usize) -> usize {
        let unit = (self.bits() >> 11) as f64 / (1u64 << 53) as f64;
        (((count as f64 + 1.0).powf(unit) - 1.0) as usize).min(count - 1)
    }
}

/// Scatters the bits of a number.
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}
