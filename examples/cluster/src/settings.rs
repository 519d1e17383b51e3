//! What all processes of a cluster must agree on, and times.

/// Milliseconds of a clock that never goes back: that of the process, and of no other.
pub type Time = u64;

/// How often an owner asks for its lease again.
pub const RENEW: Time = 700;

/// How long the service that gives leases keeps one that is not renewed.
pub const LEASE: Time = 3_000;

/// How long an owner trusts its lease, from when it *sent* the wish that was granted. Less than [`LEASE`], so that clocks
/// may differ in how fast they run.
pub const LEASE_TRUSTED: Time = 2_000;

/// How often a gateway says that it lives.
pub const BEAT: Time = 500;

/// How long it rests at least, whatever has come in force.
pub const BEAT_REST: Time = 5;

/// How long a gateway may deliver, from when it sent the beat that was answered.
pub const GATEWAY_TRUSTED: Time = 5_000;

/// How long the owner of the rules waits for a gateway that it does not hear of. More than [`GATEWAY_TRUSTED`].
pub const GATEWAY_LAPSE: Time = 6_000;

/// How long an append may take before it counts as failed, and one wish to the store.
pub const STORE_LIMIT: Time = 5_000;

/// How long a loading or a saving may take, of as many rules as there may be, before it counts as failed.
pub const SNAPSHOT_LIMIT: Time = 120_000;

/// How long an owner goes on who is to give its log to another, until its snapshot is durable.
pub const LEAVE_LIMIT: Time = 5_000;

/// How long is waited before what failed is tried again.
pub const RETRY: Time = 200;

/// How long a gateway waits for an answer before it asks again.
pub const ASK_AGAIN: Time = 1_000;

/// How long it asks before it says that it does not know.
pub const ASK_LIMIT: Time = 30_000;

/// How long the ids of what was done are remembered: for so long may anybody ask again.
pub const ID_MEMORY: Time = 600_000;

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Into how many parts the chats are divided. It can never change.
    pub shards: u16,
    /// A snapshot is made after so many records,
    pub snapshot_records: u64,
    /// or after so long, if there is a record more.
    pub snapshot_time: Time,
    /// How many deliveries an owner keeps, so that gateways can ask for them again.
    pub deliveries_kept: usize,
    /// How many deliveries of a shard a gateway keeps for those who were cut off.
    pub recent_kept: usize,
    /// How much may wait for a reader before their socket is closed.
    pub outbox: usize,
    /// How many wishes go into one record.
    pub batch: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            shards: 64,
            snapshot_records: 10_000,
            snapshot_time: 300_000,
            deliveries_kept: 10_000,
            recent_kept: 10_000,
            outbox: 1_000,
            batch: 256,
        }
    }
}
