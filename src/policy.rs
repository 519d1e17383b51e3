//! What a company has decided about monitoring as a whole.

use crate::permissions::Permissions;
use crate::wire::wire;

wire! {
    /// What a company has decided about monitoring as a whole.
    ///
    /// ```
    /// use chat_monitor::{MonitorEngine, Policy};
    ///
    /// let mut engine = MonitorEngine::new();
    /// engine.set_policy(Policy::default().with_watch_unattended(true))?;
    /// assert!(engine.policy().watch_unattended() && engine.policy().count_joined());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub struct Policy {
        watch_unattended: bool,
        #[cfg_attr(feature = "serde", serde(rename = "joined_count"))]
        count_joined: bool,
        permissions: Permissions,
    }
}

impl Policy {
    /// The same policy, in which a chat that no operator attends may be watched, or not. Default: no.
    #[must_use]
    pub fn with_watch_unattended(self, watch_unattended: bool) -> Self {
        Policy { watch_unattended, ..self }
    }

    /// The same policy, in which a watcher must also be allowed to monitor the operators who joined a chat, or only
    /// those whom it was given to. Default: those who joined count.
    #[must_use]
    pub fn with_count_joined(self, count_joined: bool) -> Self {
        Policy { count_joined, ..self }
    }

    /// The same policy with another table of permissions.
    #[must_use]
    pub fn with_permissions(self, permissions: Permissions) -> Self {
        Policy { permissions, ..self }
    }

    /// Whether a chat that no operator attends may be watched.
    pub fn watch_unattended(&self) -> bool {
        self.watch_unattended
    }

    /// Whether a watcher must also be allowed to monitor the operators who joined a chat (`joined_count` on the wire).
    pub fn count_joined(&self) -> bool {
        self.count_joined
    }

    /// Which roles may monitor which, within what, with which rights.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }
}

impl Default for Policy {
    fn default() -> Self {
        Policy { watch_unattended: false, count_joined: true, permissions: Permissions::default() }
    }
}
