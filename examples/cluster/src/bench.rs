//! How many commands go through on this machine, and how long they take: what there is of it is started, asked for a
//! while, and killed.

mod bed;
mod clients;
mod floor;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::local::Servers;
use crate::program::Failure;

use bed::{Bed, Kind};
use clients::{Load, People};

/// How it is to be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BenchOptions {
    /// For how long each load is measured, in seconds.
    pub seconds: u64,
    /// The program `nats-server`; without it there are no figures of JetStream.
    pub nats: PathBuf,
}

/// What was measured of one thing.
#[derive(Clone, Debug, Default)]
struct Samples(Vec<Duration>);

/// Measures everything that can be had, and prints it as tables. `progress` hears what is being done.
///
/// # Errors
///
/// [`Failure`] if something does not start or does not answer.
pub async fn bench(options: &BenchOptions, say: fn(&str), progress: fn(&str)) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("cluster-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let done = measure(options, &folder, say, progress).await;
    std::fs::remove_dir_all(&folder)?;
    done
}

async fn measure(options: &BenchOptions, folder: &Path, say: fn(&str), progress: fn(&str)) -> Result<(), Failure> {
    let time = Duration::from_secs(options.seconds);
    progress("the floor");
    let place = folder.to_owned();
    let floor =
        tokio::task::spawn_blocking(move || floor::floor(&place, time)).await.map_err(std::io::Error::other)??;
    let mut text = "| the floor | a second | p50 ms | p99 ms |\n|---|--:|--:|--:|\n".to_owned();
    for (what, samples) in floor {
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {what} | {} | {} |", samples.rate(time), samples.waits());
    }
    say(&text);
    say("\n| | clients | accepted a second | p50 ms | p99 ms | in force p50 ms | in force p99 ms |\n\
         |---|--:|--:|--:|--:|--:|--:|\n");
    let jetstream = Servers::can_start(&options.nats).await;
    for kind in Kind::ALL.into_iter().filter(|kind| jetstream || *kind == Kind::Sqlite) {
        let folder = folder.join(format!("{kind:?}"));
        std::fs::create_dir_all(&folder)?;
        progress(&format!("{kind}: starts"));
        let bed = Bed::start(kind, &options.nats, &folder).await?;
        let mut people = People::begin(&bed).await?;
        for load in [Load::FEW, Load::MANY] {
            progress(&format!("{kind}: {load}"));
            let measured = people.work(load, time).await?;
            say(&format!(
                "| {kind} | {load} | {} | {} | {} |\n",
                measured.a_second,
                measured.commands.waits(),
                measured.revocations.waits()
            ));
        }
        bed.end().await;
    }
    if !jetstream {
        say(&format!("\nNATS JetStream is not measured: `{}` cannot be started.\n", options.nats.display()));
    }
    Ok(())
}

impl Samples {
    fn rate(&self, time: Duration) -> u64 {
        // Whole ones are enough.
        (self.0.len() as f64 / time.as_secs_f64()) as u64
    }

    /// The median and that which 99 of 100 do not exceed, in milliseconds.
    fn waits(&self) -> String {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |hundredths: usize| sorted.get((sorted.len() * hundredths / 100).min(sorted.len().saturating_sub(1)));
        let text = |wait: Option<&Duration>| {
            let ms = wait.map(|wait| wait.as_secs_f64() * 1_000.0);
            ms.map_or("none".to_owned(), |ms| if ms < 1.0 { format!("{ms:.3}") } else { format!("{ms:.1}") })
        };
        format!("{} | {}", text(at(50)), text(at(99)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Samples;

    #[test]
    fn half_of_the_waits_are_no_longer_than_the_median() {
        let samples = Samples((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!(samples.waits(), "101.0 | 199.0");
        assert_eq!(samples.rate(Duration::from_secs(4)), 50);
        assert_eq!(Samples(vec![Duration::from_micros(20)]).waits(), "0.020 | 0.020");
        assert_eq!(Samples::default().waits(), "none | none");
    }
}
