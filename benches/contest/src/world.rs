//! The world that all contenders are asked about: operators, rules and chats, the same on every machine.
//!
//! With N rules there are N/10 operators: 2% administrators, 18% supervisors, the others associates. N/1000 of the
//! administrators and supervisors are watchers, ten at least, and one in ten of them is an administrator.
//!
//! | rules | on |
//! |---|---|
//! | 60% | operators whom the watcher may monitor, by Zipf's law: the one most watched has a rule in twenty |
//! | 25% | emails; one visitor in eight has several |
//! | 5% | mail domains, of N/5 |
//! | 8% | addresses, a fifth of them IPv6 |
//! | 2% | networks, a fifth of them IPv6; six in ten are a /24 or a /48 |
//!
//! One rule in ten is switched off.

mod chats;
mod names;
pub(crate) mod random;

use std::net::IpAddr;

use chat_monitor::{Chat, Criterion, EmailPattern, IpRange, MonitorEngine, OperatorId, Role, Rule};

use chats::Keys;
use random::Random;

/// The rules of a company and the chats of its visitors.
#[derive(Debug)]
pub struct World {
    /// Everyone with their role.
    pub operators: Vec<(OperatorId, Role)>,
    /// Every rule, each of one criterion.
    pub rules: Vec<Rule>,
    /// Distinct chats, seven in ten of them watched.
    pub chats: Vec<Chat>,
    /// Chats of the operators whom most rules name.
    pub hot_chats: Vec<Chat>,
}

/// What its one criterion asks of a chat.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// This operator attends.
    Operator(&'a OperatorId),
    /// The visitor has this email.
    Email(&'a str),
    /// The visitor's email lies in this domain.
    Domain(&'a str),
    /// The visitor is at this address.
    Address(IpAddr),
    /// The visitor's address lies in this network.
    Network(IpRange),
}

impl World {
    /// The world of so many rules.
    pub fn of(rules: usize) -> Self {
        let mut random = Random::new(rules as u64);
        let operators = operators(rules, &mut random);
        let watchers = Watchers::among(&operators, rules, &mut random);
        let rules: Vec<Rule> = (0..rules).map(|n| rule(n, rules, &operators, &watchers, &mut random)).collect();
        let keys = Keys::of(&operators, &rules);
        let count = rules.len().clamp(200_000, 1_000_000);
        let chats = (0..count).map(|n| keys.chat(n, &mut random)).collect();
        let hot_chats = (0..count / 5).map(|n| keys.hot_chat(count + n, &mut random)).collect();
        World { operators, rules, chats, hot_chats }
    }

    /// An engine that holds it.
    pub fn engine(&self) -> MonitorEngine {
        let mut engine = MonitorEngine::with_hash_seed(7);
        for (operator, role) in &self.operators {
            engine.set_operator(operator.clone(), role.clone()).expect("the built-in roles are always there");
        }
        for rule in &self.rules {
            engine.add_rule(rule.clone()).expect("every rule of the world is acceptable");
        }
        engine
    }
}

impl<'a> Key<'a> {
    /// The key of a rule of this world.
    pub fn of(rule: &'a Rule) -> Self {
        match rule.when() {
            [Criterion::Operator(operator)] => Key::Operator(operator),
            [Criterion::VisitorEmail(pattern)] if pattern.is_address() => Key::Email(pattern.as_str()),
            [Criterion::VisitorEmail(pattern)] => Key::Domain(pattern.domain()),
            [Criterion::VisitorIp(range)] if range.is_address() => Key::Address(range.first()),
            [Criterion::VisitorIp(range)] => Key::Network(*range),
            _ => unreachable!("a rule of this world has one criterion of a known kind"),
        }
    }
}

/// One in fifty is an administrator, nine in fifty are supervisors; they are spread among the others.
fn operators(rules: usize, random: &mut Random) -> Vec<(OperatorId, Role)> {
    let count = (rules / 10).max(60);
    let roles = (0..count).map(|n| match n * 50 / count {
        0 => Role::Administrator,
        1..10 => Role::Supervisor,
        _ => Role::Associate,
    });
    let mut roles: Vec<Role> = roles.collect();
    random.shuffle(&mut roles);
    roles.into_iter().enumerate().map(|(n, role)| (names::operator(n), role)).collect()
}

/// Those who have rules.
struct Watchers {
    administrators: Vec<OperatorId>,
    all: Vec<OperatorId>,
}

impl Watchers {
    fn among(operators: &[(OperatorId, Role)], rules: usize, random: &mut Random) -> Self {
        let mut of_role = |wanted| {
            let ids = operators.iter().filter(|(_, role)| *role == wanted).map(|(id, _)| id.clone());
            let mut ids: Vec<OperatorId> = ids.collect();
            random.shuffle(&mut ids);
            ids
        };
        let count = (rules / 1000).max(10);
        let mut administrators = of_role(Role::Administrator);
        administrators.truncate(count / 10);
        let supervisors = of_role(Role::Supervisor).into_iter().take(count - administrators.len());
        let all = administrators.iter().cloned().chain(supervisors).collect();
        Watchers { administrators, all }
    }
}

fn rule(n: usize, rules: usize, operators: &[(OperatorId, Role)], watchers: &Watchers, random: &mut Random) -> Rule {
    let mut watcher = random.pick(&watchers.all).clone();
    let email_pattern = |text: String| -> EmailPattern { text.parse().expect("a made-up pattern is right") };
    let criterion = match random.below(100) {
        0..60 => loop {
            let (target, role) = &operators[random.zipf(operators.len())];
            match role {
                Role::Administrator => continue,
                Role::Supervisor => watcher = random.pick(&watchers.administrators).clone(),
                Role::Associate => {}
                Role::Named(_) => unreachable!("a world has the built-in roles alone"),
            }
            break Criterion::Operator(target.clone());
        },
        60..85 => Criterion::VisitorEmail(email_pattern(names::email(random.below(rules), rules))),
        85..90 => {
            let domain = names::domain(random.below(names::domains(rules)));
            Criterion::VisitorEmail(email_pattern(format!("*@{domain}")))
        }
        90..98 => Criterion::VisitorIp(names::address(random).into()),
        _ => Criterion::VisitorIp(names::network(random)),
    };
    let rule = Rule::new(names::rule(n), watcher, criterion);
    if random.chance(10) { rule.with_enabled(false) } else { rule }
}

#[cfg(test)]
mod tests {
    use chat_monitor::Role;

    use super::{Key, World};

    #[test]
    fn the_world_is_as_it_says() {
        let world = World::of(100_000);
        let part = |count: usize| (100.0 * count as f64 / world.rules.len() as f64).round() as usize;
        let of_kind = |is: fn(Key) -> bool| part(world.rules.iter().filter(|rule| is(Key::of(rule))).count());
        assert_eq!(of_kind(|key| matches!(key, Key::Operator(_))), 60);
        assert_eq!(of_kind(|key| matches!(key, Key::Email(_))), 25);
        assert_eq!(of_kind(|key| matches!(key, Key::Domain(_))), 5);
        assert_eq!(of_kind(|key| matches!(key, Key::Address(_))), 8);
        assert_eq!(of_kind(|key| matches!(key, Key::Network(_))), 2);
        assert_eq!(part(world.rules.iter().filter(|rule| !rule.enabled()).count()), 10);
        let of_role = |wanted| world.operators.iter().filter(|(_, role)| *role == wanted).count();
        assert_eq!([Role::Administrator, Role::Supervisor, Role::Associate].map(of_role), [200, 1_800, 8_000]);
    }

    #[test]
    fn seven_chats_in_ten_are_watched() {
        let world = World::of(20_000);
        let engine = world.engine();
        let chats = &world.chats[..5_000];
        let watched = chats.iter().filter(|chat| !engine.watchers_for(chat).is_empty()).count();
        assert!((3_350..=3_650).contains(&watched), "{watched} of 5,000");
    }

    #[test]
    fn the_world_is_the_same_every_time() {
        let (one, other) = (World::of(1_000), World::of(1_000));
        assert_eq!((one.operators, one.rules), (other.operators, other.rules));
        assert!(one.chats == other.chats && one.hot_chats == other.hot_chats);
    }
}
