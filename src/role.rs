//! Who may monitor whom.

use crate::wire::wire;

wire! {
    /// An operator's rank, from which follows whom they may monitor.
    ///
    /// See [`Permissions`] for the table.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Role {
        /// May monitor supervisors and associates.
        Administrator,
        /// May monitor associates.
        Supervisor,
        /// May monitor nobody.
        Associate,
    }
}

impl Role {
    /// Every role, from the highest.
    pub const ALL: [Role; 3] = [Role::Administrator, Role::Supervisor, Role::Associate];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

wire! {
    /// The table of who may monitor whom, role by role.
    ///
    /// The default:
    ///
    /// | role | may monitor |
    /// |---|---|
    /// | [`Administrator`](Role::Administrator) | supervisors and associates |
    /// | [`Supervisor`](Role::Supervisor) | associates |
    /// | [`Associate`](Role::Associate) | nobody |
    ///
    /// ```
    /// use chat_monitor::{Permissions, Role};
    ///
    /// let strict = Permissions::default().with(Role::Administrator, Role::Supervisor, false);
    /// assert!(strict.may_monitor(Role::Administrator, Role::Associate));
    /// assert!(!strict.may_monitor(Role::Administrator, Role::Supervisor));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Permissions {
        administrator: Roles,
        supervisor: Roles,
        associate: Roles,
    }
}

impl Permissions {
    /// The table in which nobody may monitor anybody.
    pub const NONE: Permissions = Permissions { administrator: Roles(0), supervisor: Roles(0), associate: Roles(0) };

    /// The same table with one cell set: whether a `watcher` may monitor a `target`.
    #[must_use]
    pub fn with(mut self, watcher: Role, target: Role, may: bool) -> Self {
        let Roles(row) = match watcher {
            Role::Administrator => &mut self.administrator,
            Role::Supervisor => &mut self.supervisor,
            Role::Associate => &mut self.associate,
        };
        if may {
            *row |= target.bit()
        } else {
            *row &= !target.bit()
        }
        self
    }

    /// Whether a `watcher` may monitor a `target`.
    pub fn may_monitor(&self, watcher: Role, target: Role) -> bool {
        self.row(watcher).contains(target)
    }

    /// Whether a `watcher` may monitor anybody at all.
    pub fn may_monitor_anybody(&self, watcher: Role) -> bool {
        self.row(watcher) != Roles(0)
    }

    fn row(&self, watcher: Role) -> Roles {
        match watcher {
            Role::Administrator => self.administrator,
            Role::Supervisor => self.supervisor,
            Role::Associate => self.associate,
        }
    }
}

impl Default for Permissions {
    fn default() -> Self {
        Permissions::NONE
            .with(Role::Administrator, Role::Supervisor, true)
            .with(Role::Administrator, Role::Associate, true)
            .with(Role::Supervisor, Role::Associate, true)
    }
}

wire! {
    /// What a company has decided about monitoring as a whole.
    ///
    /// ```
    /// use chat_monitor::{MonitorEngine, Policy};
    ///
    /// let mut policy = Policy::default();
    /// policy.watch_unattended = true;
    ///
    /// let mut engine = MonitorEngine::new();
    /// engine.set_policy(policy);
    /// assert!(engine.policy().watch_unattended);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub struct Policy {
        /// Whether a chat that no operator attends may be watched. Default: no.
        pub watch_unattended: bool,
        /// Whether operators who joined a chat count like those whom it was given to, when it is asked whether a watcher
        /// may monitor all who attend. Default: yes.
        pub joined_count: bool,
        /// Who may monitor whom.
        pub permissions: Permissions,
    }
}

impl Default for Policy {
    fn default() -> Self {
        Policy { watch_unattended: false, joined_count: true, permissions: Permissions::default() }
    }
}

/// A set of roles.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Roles(u8);

impl Roles {
    fn contains(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl core::fmt::Debug for Roles {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Roles {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Roles {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let roles = alloc::vec::Vec::<Role>::deserialize(deserializer)?;
        Ok(Roles(roles.into_iter().fold(0, |set, role| set | role.bit())))
    }
}
