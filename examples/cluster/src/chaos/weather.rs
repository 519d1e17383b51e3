//! What happens to the cluster.

use std::io;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{ChaosOptions, Cluster, Part};

/// One thing that happens, and for how long.
#[derive(Clone, Copy, Debug)]
enum Blow {
    Kill(Part, u64),
    Pause(Part, u64),
    /// Two at once.
    KillBoth(Part, Part, u64),
    PauseBoth(Part, Part, u64),
}

/// Everything once, in an order of its own, and again, until the time is over.
pub(super) async fn weather(
    cluster: &mut Cluster,
    options: &ChaosOptions,
    begun: Instant,
    say: fn(&str),
) -> io::Result<()> {
    let mut random = Random(options.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut waiting: Vec<Blow> = Vec::new();
    sleep(Duration::from_secs(3)).await;
    while begun.elapsed().as_secs() < options.seconds {
        if waiting.is_empty() {
            waiting = all(&mut random);
        }
        let blow = waiting.swap_remove(random.below(waiting.len()));
        let tell = |what: &str| say(&format!("{:6.1} s  {what}\n", begun.elapsed().as_secs_f64()));
        strike(cluster, blow, &tell).await?;
        // Some blows come while the last one still hurts.
        sleep(Duration::from_millis(1_000 + 500 * random.below(8) as u64)).await;
    }
    Ok(())
}

fn all(random: &mut Random) -> Vec<Blow> {
    let mut server = || Part::Server(random.below(Cluster::SERVERS));
    let (killed, paused, with_host) = (server(), server(), server());
    let mut host = || Part::Host(random.below(Cluster::HOSTS));
    let hosts = [host(), host(), host(), host()];
    let gateways = [Part::Gateway(random.below(Cluster::GATEWAYS)), Part::Gateway(random.below(Cluster::GATEWAYS))];
    let [first, second, third, fourth] = hosts;
    let [dies, stands] = gateways;
    vec![
        Blow::Kill(first, 3),
        Blow::Pause(second, 6),
        Blow::Kill(killed, 4),
        Blow::Pause(paused, 6),
        Blow::KillBoth(with_host, third, 5),
        Blow::Kill(dies, 2),
        // Longer than it is waited for.
        Blow::Pause(stands, 8),
        Blow::PauseBoth(stands, fourth, 7),
    ]
}

async fn strike(cluster: &mut Cluster, blow: Blow, tell: &impl Fn(&str)) -> io::Result<()> {
    match blow {
        Blow::Kill(part, seconds) => {
            tell(&format!("{part} is killed"));
            cluster.kill(part).await;
            sleep(Duration::from_secs(seconds)).await;
            cluster.restart(part)?;
            tell(&format!("{part} is started again"));
        }
        Blow::Pause(part, seconds) => {
            tell(&format!("{part} stands still"));
            cluster.pause(part);
            sleep(Duration::from_secs(seconds)).await;
            cluster.resume(part);
            tell(&format!("{part} goes on"));
        }
        Blow::KillBoth(one, other, seconds) => {
            tell(&format!("{one} and {other} are killed"));
            cluster.kill(one).await;
            cluster.kill(other).await;
            sleep(Duration::from_secs(seconds)).await;
            cluster.restart(one)?;
            cluster.restart(other)?;
            tell("both are started again");
        }
        Blow::PauseBoth(one, other, seconds) => {
            tell(&format!("{one} and {other} stand still"));
            cluster.pause(one);
            cluster.pause(other);
            sleep(Duration::from_secs(seconds)).await;
            cluster.resume(one);
            cluster.resume(other);
            tell("both go on");
        }
    }
    Ok(())
}

/// The same numbers for the same seed.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound.max(1)
    }
}
