//! Faults that the tests plant, to see that they are caught.

/// What is done wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Records are appended wherever the log ends.
    NoFence,
    /// A command on the rules is acknowledged when it is durable, and not when it is in force.
    AcknowledgedTooSoon,
    /// A gateway delivers whatever comes.
    NoFloor,
    /// Each owner and gateway counts the shards another way.
    OtherHash,
    /// A snapshot leaves out which ids were done.
    SnapshotWithoutIds,
    /// The log is purged before the snapshot is durable.
    PurgedTooSoon,
    /// An owner whose lease may have ended answers refusals.
    StaleRefusal,
    /// A gateway whose lease has ended goes on delivering.
    StaleGateway,
    /// An owner answers from the state before its append is acknowledged.
    AnsweredTooSoon,
    /// A gateway that missed something goes on as if nothing were missing.
    GapIgnored,
    /// What was said waits for a reader who may not read it any more.
    OutboxKept,
}

#[cfg(test)]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Fault>> = const { std::cell::Cell::new(None) };
}

/// Plants one fault, or none, for what this thread does.
#[cfg(test)]
pub(crate) fn plant(fault: Option<Fault>) {
    PLANTED.set(fault);
}

/// Whether this fault is planted.
#[cfg(test)]
pub(crate) fn planted(fault: Fault) -> bool {
    PLANTED.get() == Some(fault)
}

/// Never, outside of tests.
#[cfg(not(test))]
pub(crate) const fn planted(_fault: Fault) -> bool {
    false
}
