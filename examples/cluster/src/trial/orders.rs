//! What can be typed while a cluster is tried.

use crate::local::{Cluster, Part};
use crate::shard::{Log, Shard};

/// What `help` shows.
pub(super) const HELP: [&str; 6] = [
    "kill host 2, start host 2     ends it as by kill -9; starts it again",
    "pause host 2, resume host 2   it stands still and does not notice; it goes on",
    "cut host 2, heal host 2       nothing comes from it or gets to it; ends that",
    "    or gateway 1 to 2, or server 1 to 3, instead of `host 2`",
    "move shard 7 host 1           it is to own that log; also `move rules host 1`",
    "help, quit                    this; mends everything, and checks all of it",
];

/// What somebody wants to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Kill(Part),
    Start(Part),
    Pause(Part),
    Resume(Part),
    Cut(Part),
    Heal(Part),
    Move(Log, Part),
    Help,
    Quit,
}

impl Order {
    /// The part that it is about.
    pub(super) fn part(self) -> Option<Part> {
        match self {
            Order::Kill(part)
            | Order::Start(part)
            | Order::Pause(part)
            | Order::Resume(part)
            | Order::Cut(part)
            | Order::Heal(part)
            | Order::Move(_, part) => Some(part),
            Order::Help | Order::Quit => None,
        }
    }

    /// Reads a line; says of one that is none what was expected.
    pub(super) fn read(line: &str, shards: u16) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match *words.as_slice() {
            ["kill", kind, nth] => part(kind, nth).map(Order::Kill),
            ["start", kind, nth] => part(kind, nth).map(Order::Start),
            ["pause", kind, nth] => part(kind, nth).map(Order::Pause),
            ["resume", kind, nth] => part(kind, nth).map(Order::Resume),
            ["cut", kind, nth] => part(kind, nth).map(Order::Cut),
            ["heal", kind, nth] => part(kind, nth).map(Order::Heal),
            ["move", "rules", "host", nth] => Ok(Order::Move(Log::Rules, part("host", nth)?)),
            ["move", "shard", shard, "host", nth] => {
                let shard = shard.parse().ok().filter(|shard| *shard < shards);
                let shard =
                    shard.ok_or_else(|| format!("shards are counted from 0 to {}", shards.saturating_sub(1)))?;
                Ok(Order::Move(Log::Shard(Shard(shard)), part("host", nth)?))
            }
            ["help"] => Ok(Order::Help),
            ["quit"] => Ok(Order::Quit),
            [first, ..] => Err(format!("`{}` is not known; `help` says what is", first.escape_debug())),
            [] => Err("`help` says what can be typed".to_owned()),
        }
    }
}

fn part(kind: &str, nth: &str) -> Result<Part, String> {
    let (count, part): (usize, fn(usize) -> Part) = match kind {
        "server" => (Cluster::SERVERS, Part::Server),
        "host" => (Cluster::HOSTS, Part::Host),
        "gateway" => (Cluster::GATEWAYS, Part::Gateway),
        _ => return Err(format!("server, host or gateway was expected, not `{}`", kind.escape_debug())),
    };
    let nth = nth.parse().ok().filter(|nth| (1..=count).contains(nth));
    nth.map(|nth: usize| part(nth - 1)).ok_or_else(|| format!("there is {kind} 1 to {count}"))
}

#[cfg(test)]
mod tests {
    use super::{Log, Order, Part, Shard};

    #[test]
    fn each_order_is_read() {
        for (line, order) in [
            ("kill host 2", Order::Kill(Part::Host(1))),
            (" start  gateway 1 ", Order::Start(Part::Gateway(0))),
            ("pause server 1", Order::Pause(Part::Server(0))),
            ("resume server 1", Order::Resume(Part::Server(0))),
            ("cut server 3", Order::Cut(Part::Server(2))),
            ("heal server 3", Order::Heal(Part::Server(2))),
            ("move shard 7 host 1", Order::Move(Log::Shard(Shard(7)), Part::Host(0))),
            ("move rules host 3", Order::Move(Log::Rules, Part::Host(2))),
            ("help", Order::Help),
            ("quit", Order::Quit),
        ] {
            assert_eq!(Order::read(line, 8), Ok(order), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_order_is_named() {
        for (line, message) in [
            ("kil host 2", "`kil` is not known; `help` says what is"),
            ("kill", "`kill` is not known; `help` says what is"),
            ("kill host 4", "there is host 1 to 3"),
            ("kill gateway 0", "there is gateway 1 to 2"),
            ("kill shard 1", "server, host or gateway was expected, not `shard`"),
            ("move shard 8 host 1", "shards are counted from 0 to 7"),
            ("", "`help` says what can be typed"),
        ] {
            assert_eq!(Order::read(line, 8), Err(message.to_owned()), "{line}");
        }
    }
}
