//! The owner of a log, without I/O.
//!
//! What it adds names the place that it expects to be the last, so who has not seen all of the log can add nothing (law 1).
//! If it does not know whether something was added, it forgets everything and reads the log: only the log knows.

mod desk;
mod rules;
mod sent;
mod shard;

use std::sync::Arc;

use crate::Time;
use crate::fault::{Fault, planted};
use crate::message::{Answer, ToGateway, ToOwner};
use crate::rules::Rules;
use crate::settings::{LEASE_TRUSTED, LEAVE_LIMIT, RETRY, SNAPSHOT_LIMIT, Settings};
use crate::shard::Log;
use crate::snapshot::{RulesSnapshot, ShardSnapshot};
use crate::tail::Broken;

pub(crate) use desk::Duty;
use desk::{Desk, Seat};

pub use rules::RulesDuty;
pub use shard::ShardDuty;

/// The owner of a shard.
pub type ShardOwner = Owner<ShardDuty>;

/// The owner of the rules.
pub type RulesOwner = Owner<RulesDuty>;

/// What an owner hears.
#[derive(Clone, Debug)]
pub enum Input {
    /// Time passes: at least ten times a second.
    Tick,
    /// The lease was renewed, and nobody else had it meanwhile.
    LeaseRenewed {
        /// When the wish was sent, by the owner's clock.
        sent: Time,
    },
    /// The lease was won: others may have had it before.
    LeaseWon {
        /// When the wish was sent, by the owner's clock.
        sent: Time,
    },
    /// Somebody else has the lease, or it was given up.
    LeaseLost,
    /// Another host is to have the log: [`Effect::Release`], when little is left to read for it.
    Leave,
    /// What [`Effect::Load`] asked for.
    Loaded {
        /// The number in the effect.
        ticket: u64,
        /// None where it cannot be had now.
        loaded: Option<Box<Loaded>>,
    },
    /// A record of the rules, of those that [`Effect::Follow`] asked for.
    Rules {
        /// Its place.
        p: u64,
        /// As it stands in the log.
        record: Vec<u8>,
    },
    /// What became of [`Effect::Append`].
    Appended {
        /// The number in the effect.
        ticket: u64,
        /// What.
        appended: Appended,
    },
    /// From gateways: what came together goes into one record, as far as it fits.
    Messages(Vec<ToOwner>),
    /// The snapshot after record `p` is durable.
    Saved {
        /// Which.
        p: u64,
    },
    /// What [`Effect::AskCovered`] asked for: every shard has two snapshots at this `g` or later, or its whole log.
    Covered {
        /// The least of all.
        g: u64,
    },
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is durable, and this is its place.
    At(u64),
    /// The log does not end where it was expected to. Nothing was added.
    Refused,
    /// There was no answer in time. It may have been added, or be so later.
    Unknown,
}

/// What there is of a log.
#[derive(Clone, Debug)]
pub enum Loaded {
    /// The log of a shard.
    Shard {
        /// Its newest snapshot.
        snapshot: Option<ShardSnapshot>,
        /// The records after that.
        records: Vec<(u64, Vec<u8>)>,
        /// The rules at a place that is not after the `g` of `snapshot`.
        rules: Arc<Rules>,
        /// The records of the rules after that.
        rules_records: Vec<(u64, Vec<u8>)>,
    },
    /// The log of the rules.
    Rules {
        /// The rules at some place.
        rules: Arc<Rules>,
        /// The records after that.
        records: Vec<(u64, Vec<u8>)>,
    },
}

/// A snapshot to be saved.
#[derive(Clone, Debug)]
pub enum Snapshot {
    /// Of a shard.
    Shard(Box<ShardSnapshot>),
    /// Of the rules.
    Rules(Box<RulesSnapshot>),
}

/// What an owner wants done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// To read its log: [`Input::Loaded`].
    Load {
        /// Stands in the answer.
        ticket: u64,
    },
    /// To hear the records of the rules after this place, and whatever comes: [`Input::Rules`]. It replaces an earlier
    /// wish.
    Follow {
        /// Which.
        after: u64,
    },
    /// To add a record, if the last one is at `expected`: [`Input::Appended`].
    Append {
        /// Stands in the answer.
        ticket: u64,
        /// The place of the last record.
        expected: u64,
        /// What.
        record: Vec<u8>,
    },
    /// To tell a gateway something; all of them where none is named.
    Tell {
        /// Which.
        gateway: Option<String>,
        /// What.
        message: ToGateway,
    },
    /// To save this durably: [`Input::Saved`].
    Save(Snapshot),
    /// To remove the records up to this place, and the snapshots before it.
    Purge {
        /// The place.
        to: u64,
    },
    /// To find out which records of the rules no shard needs any more: [`Input::Covered`].
    AskCovered,
    /// To give up the lease, and then say [`Input::LeaseLost`]: the owner has ended.
    Release,
    /// Something is wrong that nobody can mend by going on: to give up the lease and tell people.
    Stop(Broken),
}

/// What people may know of an owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether it serves.
    pub serves: bool,
    /// Whether it has stopped for good.
    pub broken: bool,
    /// The last record.
    pub p: u64,
    /// The rules are applied up to here.
    pub g: u64,
    /// Records of the rules that it has heard of and that are not applied in its log yet.
    pub lag: u64,
    /// Which owner it is.
    pub epoch: u64,
    /// Records added.
    pub appends: u64,
    /// Items accepted.
    pub accepted: u64,
    /// Wishes refused.
    pub refused: u64,
    /// How often it began to serve.
    pub take_overs: u64,
}

/// Whether another host is to have the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    No,
    Since(Time),
    /// It has ended. Its lease may yet be renewed by mistake, which means nothing.
    Left,
}

#[derive(Clone, Debug)]
enum Stage<D> {
    /// Somebody else's turn.
    Away,
    /// It waits for what is in the log; without a ticket, for its next try.
    Loading {
        ticket: Option<u64>,
        since: Time,
    },
    /// It serves, or adds the record that fences others off.
    Serving(Box<Desk<D>>),
    Broken,
}

/// The owner of a log, or somebody who may become that.
#[derive(Clone, Debug)]
pub struct Owner<D> {
    seat: Seat,
    /// When the wish was sent by which the lease was last granted.
    lease: Option<Time>,
    leaving: Leaving,
    now: Time,
    stage: Stage<D>,
    status: Status,
}

#[expect(private_bounds, reason = "there are two duties, and no others are possible")]
impl<D: Duty> Owner<D> {
    /// One who has no lease yet. `host` is for people who read logs.
    pub fn new(log: Log, host: impl Into<String>, settings: Settings) -> Self {
        let seat = Seat { log, host: host.into(), settings, ticket: 0 };
        let (stage, status) = (Stage::Away, Status::default());
        Owner { seat, lease: None, leaving: Leaving::No, now: 0, stage, status }
    }

    /// What people may know.
    pub fn status(&self) -> Status {
        let (serves, broken) = match &self.stage {
            Stage::Away | Stage::Loading { .. } => (false, false),
            Stage::Serving(desk) => (desk.is_fenced(), false),
            Stage::Broken => (false, true),
        };
        let lag = if serves { self.status.lag } else { 0 };
        Status { serves, broken, lag, ..self.status }
    }

    /// Hears `input`, at `now`, and says what is to be done.
    pub fn handle(&mut self, now: Time, input: Input, out: &mut Vec<Effect>) {
        self.handle_all(now, [input], out);
    }

    /// Hears everything, and then says what is to be done: as much as fits goes into one record.
    pub fn handle_all(&mut self, now: Time, inputs: impl IntoIterator<Item = Input>, out: &mut Vec<Effect>) {
        self.now = now.max(self.now);
        inputs.into_iter().for_each(|input| self.hear(input, out));
        self.leave(out);
        self.go_on(out);
    }

    fn hear(&mut self, input: Input, out: &mut Vec<Effect>) {
        match input {
            Input::Tick => self.tick(out),
            Input::LeaseRenewed { sent } => self.lease_held(sent, false, out),
            Input::LeaseWon { sent } => self.lease_held(sent, true, out),
            Input::LeaseLost => {
                self.leaving = Leaving::No;
                self.end();
            }
            Input::Leave => {
                self.leaving = Leaving::Since(self.now);
                self.at_desk(Desk::leave);
            }
            Input::Loaded { ticket, loaded } => self.loaded(ticket, loaded, out),
            Input::Rules { p, record } => self.at_desk(|desk| desk.duty.hear_rules(p, record)),
            Input::Appended { ticket, appended } => self.appended(ticket, appended, out),
            Input::Messages(messages) => messages.into_iter().for_each(|message| self.message(message, out)),
            Input::Saved { p } => self.at_desk(|desk| desk.saved(p, out)),
            Input::Covered { g } => self.at_desk(|desk| desk.covered(g, out)),
        }
    }

    fn end(&mut self) {
        self.lease = None;
        if !matches!(self.stage, Stage::Broken) {
            self.stage = Stage::Away;
        }
    }

    fn leave(&mut self, out: &mut Vec<Effect>) {
        let Leaving::Since(since) = self.leaving else { return };
        let ready = match &self.stage {
            Stage::Serving(desk) => desk.may_leave() || planted(Fault::LeftUnsaved),
            Stage::Away | Stage::Loading { .. } | Stage::Broken => true,
        };
        if ready || self.now.saturating_sub(since) >= LEAVE_LIMIT {
            self.leaving = Leaving::Left;
            out.push(Effect::Release);
            if !planted(Fault::ServesOn) {
                self.end();
            }
        }
    }

    fn at_desk(&mut self, what: impl FnOnce(&mut Desk<D>)) {
        if let Stage::Serving(desk) = &mut self.stage {
            what(desk);
        }
    }

    fn tick(&mut self, out: &mut Vec<Effect>) {
        let now = self.now;
        match &mut self.stage {
            Stage::Loading { ticket, since } => {
                let limit = if ticket.is_some() { SNAPSHOT_LIMIT } else { RETRY };
                if now.saturating_sub(*since) >= limit {
                    self.load(out);
                }
            }
            Stage::Serving(desk) if desk.is_late(now) => self.load(out),
            Stage::Serving(desk) => desk.tick(now, out),
            Stage::Away | Stage::Broken => {}
        }
    }

    fn lease_held(&mut self, sent: Time, anew: bool, out: &mut Vec<Effect>) {
        match self.leaving {
            Leaving::Left if anew => self.leaving = Leaving::No,
            Leaving::Left => return,
            Leaving::No | Leaving::Since(_) => {}
        }
        self.lease = self.lease.max(Some(sent));
        match self.stage {
            Stage::Away => self.load(out),
            // Somebody else may have served meanwhile, and the state be older than what they acknowledged.
            Stage::Serving(_) if anew => self.load(out),
            Stage::Loading { .. } | Stage::Serving(_) | Stage::Broken => {}
        }
    }

    /// Whether nobody else has the lease, by the owner's own clock.
    fn is_trusted(&self) -> bool {
        self.lease.is_some_and(|sent| self.now < sent + LEASE_TRUSTED)
    }

    /// Forgets what it knows and reads the log, if it is its turn.
    fn load(&mut self, out: &mut Vec<Effect>) {
        self.stage = Stage::Away;
        if self.is_trusted() {
            let ticket = self.seat.ticket();
            self.stage = Stage::Loading { ticket: Some(ticket), since: self.now };
            out.push(Effect::Load { ticket });
        }
    }

    fn loaded(&mut self, answered: u64, loaded: Option<Box<Loaded>>, out: &mut Vec<Effect>) {
        match &self.stage {
            Stage::Loading { ticket: Some(ticket), .. } if *ticket == answered => {}
            Stage::Loading { .. } | Stage::Away | Stage::Serving(_) | Stage::Broken => return,
        }
        let opened = match loaded {
            Some(loaded) => Desk::open(&mut self.seat, *loaded, self.now, out),
            None => Err(Broken::Gap(0)),
        };
        match opened {
            Ok(desk) => self.stage = Stage::Serving(Box::new(desk)),
            // It was purged while it was read.
            Err(Broken::Gap(_)) => self.stage = Stage::Loading { ticket: None, since: self.now },
            Err(broken) => self.stop(broken, out),
        }
    }

    fn stop(&mut self, broken: Broken, out: &mut Vec<Effect>) {
        self.stage = Stage::Broken;
        out.push(Effect::Stop(broken));
    }

    fn appended(&mut self, ticket: u64, appended: Appended, out: &mut Vec<Effect>) {
        let Stage::Serving(desk) = &mut self.stage else { return };
        if !desk.flies(ticket) {
            return;
        }
        match appended {
            Appended::At(p) => {
                self.status.appends += 1;
                self.status.take_overs += u64::from(!desk.is_fenced());
                self.status.accepted += desk.landed(p, self.now, out);
            }
            Appended::Refused | Appended::Unknown => self.load(out),
        }
    }

    fn message(&mut self, message: ToOwner, out: &mut Vec<Effect>) {
        let Stage::Serving(desk) = &mut self.stage else { return };
        match message {
            ToOwner::Ask(ask) if ask.epoch == desk.epoch() => desk.asked.push_back(ask),
            ToOwner::Ask(ask) if ask.epoch < desk.epoch() && desk.is_fenced() => {
                let answer = Answer::Moved { epoch: desk.epoch() };
                out.push(Effect::Tell {
                    gateway: Some(ask.gateway),
                    message: ToGateway::Answer { id: ask.id, answer },
                });
            }
            ToOwner::Ask(_) => {}
            ToOwner::Again { gateway, floor } => desk.again(gateway, floor, out),
            ToOwner::Look(look) => desk.looks.push(look),
        }
    }

    fn go_on(&mut self, out: &mut Vec<Effect>) {
        let valid = self.is_trusted();
        let Stage::Serving(desk) = &mut self.stage else { return };
        match desk.go_on(&mut self.seat, self.now, valid, out) {
            Ok(refused) => self.status.refused += refused,
            Err(broken) => return self.stop(broken, out),
        }
        let tail = desk.tail();
        let lag = desk.duty.heard(tail).saturating_sub(tail.g);
        self.status = Status { p: tail.p, g: tail.g, lag, epoch: tail.epoch, ..self.status };
    }
}
