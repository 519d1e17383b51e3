//! What people do: the service asks, and others read.

use super::vocabulary::item;
use super::{Pending, World};
use crate::check::Happened;
use crate::gateway::{GatewayInput, Paper};
use crate::record::{Item, Person};
use crate::shard::Log;

/// People.
impl World {
    pub(in crate::simulation) fn act(&mut self, what: usize, door: usize) -> Option<String> {
        self.acts += 1;
        let item = item(what, self.acts);
        let id = Person::Service.wish(&self.acts.to_string());
        let log = item.log(self.settings.shards);
        let known = |log| self.acknowledged.get(&log).copied().unwrap_or_default();
        self.pending
            .insert(id.clone(), Pending { item: item.clone(), least: (known(log), known(Log::Rules)), door: None });
        let said = format!("{id} is asked for: {}", serde_json::to_string(&item).unwrap_or_default());
        self.ask(id, item, door);
        Some(said)
    }

    pub(in crate::simulation) fn ask(&mut self, id: String, item: Item, door: usize) {
        let name = |door: usize| self.doors.get(door).map(|door| door.gateway.name().to_owned()).unwrap_or_default();
        let before = self.pending.get(&id).and_then(|pending| pending.door.clone());
        let door = match before {
            Some((door, asked)) if asked == name(door) => door,
            Some(_) | None => door % self.doors.len(),
        };
        let asked = name(door);
        // It presupposes all rules that were in force when it was first asked for.
        let mut g = 0;
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.door = Some((door, asked));
            g = pending.least.1;
        }
        self.gateway(door, GatewayInput::Ask { id, by: Person::Service, g, item });
    }

    pub(in crate::simulation) fn ask_again(&mut self, nth: usize, door: usize) -> Option<String> {
        let ids: Vec<&String> = self.pending.keys().collect();
        let id = (*ids.get(nth.checked_rem(ids.len())?)?).clone();
        let item = self.pending.get(&id)?.item.clone();
        self.ask(id.clone(), item, door);
        Some(format!("{id} is asked for again"))
    }

    pub(in crate::simulation) fn sign_in(&mut self, who: usize, door: usize) -> Option<String> {
        let (who, door) = (who % self.people.len(), door % self.doors.len());
        self.doors.get(door).filter(|door| door.awake)?;
        self.number += 1;
        let socket = self.number;
        let somebody = self.people.get_mut(who)?;
        let (person, seen) = (somebody.person.clone(), somebody.seen.clone());
        let older = somebody.at.replace((door, socket));
        if seen.is_empty() {
            self.history.push(Happened::Begun { who });
        } else {
            self.counts.resumed += 1;
        }
        if let Some((older, socket)) = older {
            self.gateway(older, GatewayInput::SignOut { socket });
        }
        self.gateway(door, GatewayInput::SignIn { person, socket, seen });
        Some(format!("person {who} signs in at gateway {door}"))
    }

    pub(in crate::simulation) fn cut(&mut self, who: usize) -> Option<String> {
        let who = who % self.people.len();
        let (door, socket) = self.people.get_mut(who)?.at.take()?;
        self.gateway(door, GatewayInput::SignOut { socket });
        Some(format!("the socket of person {who} breaks"))
    }

    pub(in crate::simulation) fn read(&mut self, who: usize) -> Option<String> {
        let who = who % self.people.len();
        let somebody = self.people.get_mut(who)?;
        let (door, socket) = somebody.at?;
        let door = self.doors.get_mut(door).filter(|door| door.awake)?;
        let out = door.gateway.take(self.now, socket)?;
        let said = format!("person {who} reads {}", serde_json::to_string(&out).unwrap_or_default());
        let seen = somebody.seen.entry(out.shard).or_default();
        // A list says where it begins; what was told only leads on.
        *seen = if matches!(out.paper, Paper::Chats { .. }) { out.at } else { out.at.max(*seen) };
        self.counts.read += 1;
        let in_force = self.acknowledged.get(&Log::Rules).copied().unwrap_or_default();
        self.history.push(Happened::Read { who, out, in_force });
        Some(said)
    }
}
