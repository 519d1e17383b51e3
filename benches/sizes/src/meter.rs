//! Time and memory of the steps of a case.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Times that a case is run; the quickest counts.
const REPEATS: usize = 5;

/// Measures steps, one after the other.
#[derive(Default)]
pub(crate) struct Meter(Vec<Row>);

/// What one step took for all its items.
pub(crate) struct Row {
    pub(crate) step: &'static str,
    items: usize,
    time: Duration,
    /// The most that was held at once, beyond what was held before.
    pub(crate) bytes: usize,
}

impl Row {
    /// Time for one item.
    pub(crate) fn nanoseconds(&self) -> f64 {
        self.time.as_nanos().max(1) as f64 / self.items as f64
    }

    /// Memory for one item.
    pub(crate) fn bytes_each(&self) -> f64 {
        self.bytes as f64 / self.items as f64
    }
}

impl Meter {
    /// Runs one step that does something to so many items.
    pub(crate) fn step<T>(&mut self, step: &'static str, items: usize, run: impl FnOnce() -> T) -> T {
        let (mut result, mut time) = (None, Duration::ZERO);
        let counted = allocation_counter::measure(|| {
            let start = Instant::now();
            result = Some(black_box(run()));
            time = start.elapsed();
        });
        self.0.push(Row { step, items, time, bytes: usize::try_from(counted.bytes_max).unwrap_or_default() });
        result.unwrap_or_else(|| unreachable!("`measure` runs what it is given"))
    }
}

/// Runs a case of this size a few times.
pub(crate) fn measure(case: fn(usize, &mut Meter), n: usize) -> Vec<Row> {
    let mut best = Vec::new();
    for _ in 0..REPEATS {
        let mut meter = Meter::default();
        case(n, &mut meter);
        let Meter(rows) = meter;
        if best.is_empty() {
            best = rows;
        } else {
            best.iter_mut().zip(rows).for_each(|(best, row)| best.time = best.time.min(row.time));
        }
    }
    best
}
