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
    /// Who gives a log away does so before its snapshot is durable.
    LeftUnsaved,
    /// Who gave a log away goes on serving.
    ServesOn,
    /// A gateway is admitted that divides the chats otherwise.
    OtherShards,
    /// Chats are taken up under later rules than they were saved under.
    SpareAhead,
}

#[cfg(debug_assertions)]
impl Fault {
    const ALL: [Fault; 15] = [
        Fault::NoFence,
        Fault::AcknowledgedTooSoon,
        Fault::NoFloor,
        Fault::OtherHash,
        Fault::SnapshotWithoutIds,
        Fault::PurgedTooSoon,
        Fault::StaleRefusal,
        Fault::StaleGateway,
        Fault::AnsweredTooSoon,
        Fault::GapIgnored,
        Fault::OutboxKept,
        Fault::LeftUnsaved,
        Fault::ServesOn,
        Fault::OtherShards,
        Fault::SpareAhead,
    ];
}

/// The environment variable that names a fault to be planted in processes, in builds for development.
const CLUSTER_FAULT: &str = "CLUSTER_FAULT";

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

/// Whether this fault is the one that the environment names: only in builds for development, to see that chaos catches it.
#[cfg(all(not(test), debug_assertions))]
pub(crate) fn planted(fault: Fault) -> bool {
    static PLANTED: std::sync::OnceLock<Option<Fault>> = std::sync::OnceLock::new();
    *PLANTED.get_or_init(|| wanted().ok().flatten()) == Some(fault)
}

/// Never, in what is released.
#[cfg(not(any(test, debug_assertions)))]
pub(crate) const fn planted(_fault: Fault) -> bool {
    false
}

/// The fault that the environment names, if any.
#[cfg(debug_assertions)]
pub(crate) fn wanted() -> Result<Option<Fault>, String> {
    let Some(name) = std::env::var_os(CLUSTER_FAULT) else { return Ok(None) };
    let found = Fault::ALL.into_iter().find(|fault| *name == *format!("{fault:?}"));
    found.map(Some).ok_or_else(|| format!("{CLUSTER_FAULT} is one of {:?}", Fault::ALL))
}

/// The environment may name none.
#[cfg(not(debug_assertions))]
pub(crate) fn wanted() -> Result<Option<Fault>, String> {
    match std::env::var_os(CLUSTER_FAULT) {
        None => Ok(None),
        Some(_) => Err(format!("{CLUSTER_FAULT} is for builds for development")),
    }
}
