//! The table of roles, as administrators change it.

use chat_monitor::{Command, Event, OperatorId, Policy, Refusal, Role};
use serde_json::{Value, json};

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::store::Action;

impl Office {
    /// The roles that there are: the built-in ones first.
    pub(crate) fn roles(&self) -> Vec<Role> {
        self.live.engine().policy().permissions().rows().map(|(role, _)| role.clone()).collect()
    }

    /// The whole policy: its rows in full, as the page shows them.
    pub(crate) fn policy(&self) -> Value {
        let policy = self.live.engine().policy();
        let rows = policy.permissions().rows().map(|(role, row)| {
            json!({
                "role": role,
                "monitors": row.monitors().collect::<Vec<_>>(),
                "within": row.within(),
                "rights": row.rights(),
                "unattended": row.unattended(),
                "hears_advice": row.hears_advice(),
            })
        });
        json!({
            "watch_unattended": policy.watch_unattended(),
            "joined_count": policy.count_joined(),
            "rows": rows.collect::<Vec<_>>(),
        })
    }

    pub(super) fn set_policy_of_nobody(&mut self, policy: Policy) -> Result<(), Denial> {
        self.check_disabled_roles(&policy)?;
        self.apply_to_people(Command::SetPolicy(policy))
    }

    /// Replaces the policy. What follows for watches follows at once.
    pub(crate) fn set_policy(&mut self, by: &OperatorId, policy: Policy) -> Result<(), Denial> {
        self.check_administrator(by)?;
        self.check_disabled_roles(&policy)?;
        if *self.live.engine().policy() == policy {
            return Ok(());
        }
        let detail = changes(self.live.engine().policy(), &policy);
        self.apply_to_people(Command::SetPolicy(policy))?;
        self.audit(Attempt { operator: by, action: Action::ChangedPolicy, chat: None }, String::new(), &detail)
    }

    /// How many watches would end and begin. The copy that this is tried on is made by the thread that serves everybody,
    /// the rest is for the caller to do elsewhere.
    pub(crate) fn preview_policy(
        &self,
        by: &OperatorId,
        policy: Policy,
    ) -> Result<impl FnOnce() -> Result<Value, Denial> + Send + use<>, Denial> {
        self.check_administrator(by)?;
        self.check_disabled_roles(&policy)?;
        let mut copy = self.live.clone();
        Ok(move || {
            let events = copy.apply(Command::SetPolicy(policy))?;
            let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
            Ok(json!({
                "ended": count(|event| matches!(event, Event::WatchEnded { .. })),
                "begun": count(|event| matches!(event, Event::WatchStarted { .. })),
                "left": count(|event| matches!(event, Event::Left { .. })),
            }))
        })
    }

    /// The monitor does not know of those whose accounts are disabled.
    fn check_disabled_roles(&self, policy: &Policy) -> Result<(), Denial> {
        let disabled = self.store.accounts()?.into_iter().filter_map(|account| account.disabled);
        let mut dropped = disabled.filter(|known| policy.permissions().row(known.role()).is_none());
        dropped.next().map_or(Ok(()), |_| Err(Denial::RoleInUse))
    }

    pub(super) fn check_role(&self, role: &Role) -> Result<(), Denial> {
        let row = self.live.engine().policy().permissions().row(role);
        row.map(drop).ok_or_else(|| Refusal::UnknownRole(role.clone()).into())
    }
}

/// Which roles are another way now, for the audit: `+qa` is new, `-qa` is gone, `supervisor` has changed.
fn changes(before: &Policy, after: &Policy) -> String {
    let (old, new) = (before.permissions(), after.permissions());
    let gone = old.rows().filter(|(role, _)| new.row(role).is_none()).map(|(role, _)| format!("-{role}"));
    let others = new.rows().filter_map(|(role, row)| match old.row(role) {
        None => Some(format!("+{role}")),
        Some(known) => (known != row).then(|| role.to_string()),
    });
    let unattended = before.watch_unattended() != after.watch_unattended();
    let joined = before.count_joined() != after.count_joined();
    let policy = [
        unattended.then(|| format!("watch_unattended: {}", after.watch_unattended())),
        joined.then(|| format!("joined_count: {}", after.count_joined())),
    ];
    gone.chain(others).chain(policy.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}
