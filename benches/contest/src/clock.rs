//! The clock: CPU time of this thread, which does not run while others do.

use std::hint::black_box;

use cpu_time::ThreadTime;

/// Does `work`, and returns the seconds of CPU time that it took with what it made.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = ThreadTime::now();
    let made = black_box(work());
    (start.elapsed().as_secs_f64(), made)
}
