//! Whom the accounts are at a vendor, where that is not their own id.

use std::collections::{BTreeMap, HashMap};

use chat_monitor::OperatorId;
use serde::Serialize;
use vendors::{Agent, People};

use super::{Attempt, Office};
use crate::denial::Denial;
use crate::store::Action;

/// How many agents of a hook may be known.
const AGENTS: usize = 1000;

/// The accounts, by what the vendor calls them.
pub(super) type Agents = BTreeMap<String, OperatorId>;

/// An agent as the hooks' page lists them.
#[derive(Debug, Serialize)]
pub(crate) struct AgentLine {
    agent: String,
    operator: OperatorId,
    name: String,
}

impl Office {
    pub(super) fn agent_lines(&self, agents: &Agents) -> Vec<AgentLine> {
        let line = |(agent, operator): (&String, &OperatorId)| {
            let name = self.name(operator).to_owned();
            AgentLine { agent: agent.clone(), operator: operator.clone(), name }
        };
        agents.iter().map(line).collect()
    }

    /// Says who an agent is from the next body on, or that nobody knows.
    pub(crate) fn set_agent(
        &mut self,
        by: &OperatorId,
        hook: i64,
        agent: &str,
        operator: Option<&OperatorId>,
    ) -> Result<(), Denial> {
        self.check_administrator(by)?;
        if let Some(operator) = operator {
            self.role(operator).ok_or(Denial::NoSuchOperator)?;
        }
        // What came until now is read as it was.
        self.save_hook_if_due(hook, 1)?;
        let known = self.hooks.hook(hook).ok_or(Denial::NoSuchHook)?;
        let is_id = Agent::Person(agent).id(&known.row.vendor).is_ok();
        if operator.is_some() && (!is_id || known.agents.len() >= AGENTS) {
            return Err(Denial::OutOfBounds);
        }
        match operator {
            Some(operator) => known.agents.insert(agent.to_owned(), operator.clone()),
            None => known.agents.remove(agent),
        };
        let detail =
            format!("{} ({}): {agent} → {}", known.row.name, known.row.vendor, operator.map_or("", |one| one.as_str()));
        self.store.set_hook_agent(hook, agent, operator)?;
        self.audit(Attempt { operator: by, action: Action::SetAgent, chat: None }, String::new(), &detail)
    }

    /// Whoever gets the id of a removed account later is somebody else.
    pub(super) fn remove_agents_of(&mut self, operator: &OperatorId) -> Result<(), Denial> {
        for (hook, agent) in self.hooks.agents_of(operator) {
            self.store.set_hook_agent(hook, &agent, None)?;
        }
        Ok(())
    }
}

/// A vendor's agent is the operator whom the table names, or whose account has this very id; otherwise somebody who grants
/// nothing.
pub(super) fn people(vendor: &str, accounts: &HashMap<OperatorId, String>, agents: &Agents) -> People {
    let mut people = People::new();
    accounts.keys().for_each(|operator| people.know_plain(operator.clone()));
    for (agent, operator) in agents.iter().filter(|(_, operator)| accounts.contains_key(*operator)) {
        if let Ok(own) = Agent::Person(agent).id(vendor) {
            people.know(own, operator.clone());
        }
    }
    people.only_of(vendor);
    people
}
