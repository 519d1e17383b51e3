//! What watchers cause is done aside: later, by a little that nobody can foresee, and when nobody in a chat wants the
//! processor.

use std::time::Duration;

use crate::password;

/// Lets the other threads of the program go first. Where that cannot be had, it is done without.
pub(crate) fn step_back() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 5);
}

/// Waits before anything is done for a watcher: not at the moment at which they ask for it.
pub(crate) async fn later() {
    tokio::time::sleep(pause(Duration::from_millis(10))).await;
}

/// A pause between one and four times this long.
pub(crate) fn pause(least: Duration) -> Duration {
    let [chance] = password::random::<1>();
    least + least * 3 * u32::from(chance) / 255
}
