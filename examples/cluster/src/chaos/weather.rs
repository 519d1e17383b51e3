//! What happens to the cluster.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::record::Notes;
use super::{ChaosOptions, Cluster, Part};
use crate::local::Cut;
use crate::moving::move_log;
use crate::program::Failure;
use crate::shard::{Log, Shard};

/// How long the next blow may wait until nobody feels the last one any more.
const MOST_PATIENT: Duration = Duration::from_secs(30);

/// What happens to one part.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Killed,
    /// As by `kill -STOP`.
    Paused,
    Cut(Cut),
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Harm::Killed => "killed",
            Harm::Paused => "paused",
            Harm::Cut(Cut::Servers) => "cut from the servers",
            Harm::Cut(Cut::Everybody) => "cut from everybody",
        })
    }
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Blow {
    /// These at once, for so many seconds.
    Harm(Vec<(Part, Harm)>, u64),
    /// A log goes to a host, and a while later to another.
    Move(Log, [Part; 2]),
    /// A host comes, and after so many seconds it goes: killed, or by itself.
    Guest { seconds: u64, killed: bool },
}

impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Blow::Harm(harms, _) => {
                let all: Vec<String> = harms.iter().map(|(part, harm)| format!("{part} {harm}")).collect();
                f.write_str(&all.join(", "))
            }
            Blow::Move(log, [first, second]) => write!(f, "log {log} moved to {first}, then to {second}"),
            Blow::Guest { seconds: _, killed } => {
                write!(f, "{} comes and {}", Cluster::GUEST, if *killed { "is killed" } else { "goes" })
            }
        }
    }
}

impl Blow {
    /// The same for all of its kind.
    fn kind(&self) -> String {
        match self {
            Blow::Harm(harms, _) => {
                let all: Vec<String> = harms.iter().map(|(part, harm)| format!("{} {harm}", part.role())).collect();
                all.join(", ")
            }
            Blow::Move(Log::Rules, _) => "the rules moved, twice".to_owned(),
            Blow::Move(Log::Shard(_), _) => "a shard moved, twice".to_owned(),
            Blow::Guest { seconds: _, killed: false } => "a fourth host comes and goes".to_owned(),
            Blow::Guest { seconds: _, killed: true } => "a fourth host comes and is killed".to_owned(),
        }
    }
}

/// Everything once, in an order of its own, and again, until the time is over.
pub(super) async fn weather(
    cluster: &mut Cluster,
    options: &ChaosOptions,
    notes: &Notes,
    begun: Instant,
    say: fn(&str),
) -> Result<(), Failure> {
    let mut random = Random(options.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut coming = VecDeque::new();
    sleep(Duration::from_secs(3)).await;
    while begun.elapsed().as_secs() < options.seconds {
        let Some(blow) = coming.pop_front() else {
            coming = all(&mut random, options.shards).into();
            continue;
        };
        let tell = |what: &str| say(&format!("{:6.1} s  {what}\n", begun.elapsed().as_secs_f64()));
        tell(&blow.to_string());
        notes.struck(blow.kind());
        strike(cluster, blow, &tell).await?;
        // Some blows come while the last one still hurts.
        let patient = random.below(3) == 0;
        sleep(Duration::from_millis(1_000 + 500 * random.below(8) as u64)).await;
        let healed = Instant::now();
        while patient && !notes.is_calm() && healed.elapsed() < MOST_PATIENT {
            sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(())
}

/// A blow of each class after the other, so that a minute has some of each.
fn all(random: &mut Random, shards: u16) -> Vec<Blow> {
    let one = |part, harm, seconds| Blow::Harm(vec![(part, harm)], seconds);
    let two = |first, second, seconds| Blow::Harm(vec![first, second], seconds);
    let shard = Log::Shard(Shard(u16::try_from(random.below(shards.into())).unwrap_or_default()));
    let mut classes = [
        vec![
            one(random.host(), Harm::Cut(Cut::Servers), 4),
            one(random.host(), Harm::Cut(Cut::Servers), 7),
            one(random.gateway(), Harm::Cut(Cut::Servers), 8),
            one(random.server(), Harm::Cut(Cut::Servers), 8),
            one(random.server(), Harm::Cut(Cut::Everybody), 8),
            two((random.server(), Harm::Cut(Cut::Servers)), (random.host(), Harm::Paused), 8),
        ],
        vec![
            Blow::Move(shard, random.two_hosts()),
            Blow::Move(Log::Rules, random.two_hosts()),
            Blow::Guest { seconds: 8, killed: false },
            Blow::Guest { seconds: 8, killed: true },
        ],
        vec![
            one(random.host(), Harm::Killed, 3),
            one(random.server(), Harm::Killed, 4),
            one(random.gateway(), Harm::Killed, 2),
            two((random.server(), Harm::Killed), (random.host(), Harm::Killed), 5),
        ],
        vec![
            // Until its leases have just ended, or for longer than an append may take.
            one(random.host(), Harm::Paused, 4),
            one(random.host(), Harm::Paused, 6),
            one(random.server(), Harm::Paused, 6),
            // Longer than it is waited for.
            one(random.gateway(), Harm::Paused, 8),
            two((random.gateway(), Harm::Paused), (random.host(), Harm::Paused), 7),
        ],
    ];
    let mut all = Vec::new();
    while classes.iter().any(|class| !class.is_empty()) {
        for class in classes.iter_mut().filter(|class| !class.is_empty()) {
            all.push(class.swap_remove(random.below(class.len())));
        }
    }
    all
}

async fn strike(cluster: &mut Cluster, blow: Blow, tell: &impl Fn(&str)) -> Result<(), Failure> {
    match blow {
        Blow::Harm(harms, seconds) => {
            for (part, harm) in &harms {
                match harm {
                    Harm::Killed => cluster.kill(*part).await,
                    Harm::Paused => cluster.pause(*part),
                    Harm::Cut(cut) => cluster.cut(*part, *cut)?,
                }
            }
            sleep(Duration::from_secs(seconds)).await;
            for (part, harm) in harms {
                match harm {
                    Harm::Killed => cluster.restart(part)?,
                    Harm::Paused => cluster.resume(part),
                    Harm::Cut(_) => cluster.heal(part)?,
                }
            }
            tell("it is as before");
        }
        Blow::Move(log, hosts) => {
            for host in hosts {
                let moved = move_log(&cluster.servers.addresses().into(), log, &host.name()).await?;
                tell(moved.trim_end());
                sleep(Duration::from_secs(1)).await;
            }
        }
        Blow::Guest { seconds, killed } => {
            cluster.restart(Cluster::GUEST)?;
            sleep(Duration::from_secs(seconds)).await;
            if killed {
                cluster.kill(Cluster::GUEST).await
            } else {
                cluster.stop(Cluster::GUEST).await
            }
            tell("it is gone");
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

    fn server(&mut self) -> Part {
        Part::Server(self.below(Cluster::SERVERS))
    }

    fn host(&mut self) -> Part {
        Part::Host(self.below(Cluster::HOSTS))
    }

    fn gateway(&mut self) -> Part {
        Part::Gateway(self.below(Cluster::GATEWAYS))
    }

    fn two_hosts(&mut self) -> [Part; 2] {
        let first = self.below(Cluster::HOSTS);
        let second = first + 1 + self.below(Cluster::HOSTS - 1);
        [Part::Host(first), Part::Host(second % Cluster::HOSTS)]
    }
}
