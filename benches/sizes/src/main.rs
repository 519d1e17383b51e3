//! What sizes cost that somebody chose to hurt: `cargo run --release -p sizes`.
//!
//! Each case is run with n and with 10 n of something, and each of its steps gives the time and the memory for one of
//! them at both. What stays in proportion has ratios near 1; caches that the larger no longer fits are worth a few, and
//! anything quadratic 10. The exit status is 1 if a ratio leaves its bound. `sizes WORD` runs the cases whose name has it.

mod cases;
mod meter;

use std::process::ExitCode;

use meter::{Row, measure};

/// A time ratio that no cache explains.
const MOST_TIME: f64 = 7.0;

/// Tables double, so at worst one of the two has just done so.
const MOST_BYTES: f64 = 2.5;

/// So few bytes that the ratio says nothing.
const FEW_BYTES: usize = 4096;

fn main() -> ExitCode {
    let word = std::env::args().nth(1).unwrap_or_default();
    let cases = cases::ALL.iter().filter(|case| case.name.contains(&word));
    let mut outside = 0;
    println!(
        "{:<62} {:>9} {:>10} {:>10} {:>6} {:>10} {:>10} {:>6}",
        "", "10 n", "time at n", "at 10 n", "ratio", "bytes at n", "at 10 n", "ratio"
    );
    for case in cases {
        for (small, large) in measure(case.run, case.n).into_iter().zip(measure(case.run, 10 * case.n)) {
            let (time, bytes) = (large.nanoseconds() / small.nanoseconds(), ratio(&large, &small));
            let proportional = time <= MOST_TIME && bytes <= MOST_BYTES;
            outside += usize::from(!proportional);
            println!(
                "{:<62} {:>9} {:>7.0} ns {:>7.0} ns {time:>6.2} {:>10.1} {:>10.1} {bytes:>6.2}{}",
                format!("{}: {}", case.name, small.step),
                10 * case.n,
                small.nanoseconds(),
                large.nanoseconds(),
                small.bytes_each(),
                large.bytes_each(),
                if proportional { "" } else { "  out of proportion" },
            );
        }
    }
    println!("{outside} out of proportion");
    if outside == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn ratio(large: &Row, small: &Row) -> f64 {
    if large.bytes <= FEW_BYTES { 1.0 } else { large.bytes_each() / small.bytes_each().max(1.0) }
}
