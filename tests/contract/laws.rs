//! What holds in every world, tried on random ones.
//!
//! How often each thing happens is counted, and too rarely is a failure: a law about watchers that is tried
//! on chats nobody watches says nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use chat_monitor::{
    Attribute, Chat, ChatId, Criterion, DepartmentId, Departments, Email, EmailPattern, ExclusionId, IpRange,
    MonitorEngine, OperatorId, Right, Rights, Role, RoleName, RuleId, Sample, Verdict, WatcherBuffer, Within,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::parse;
use super::texts::{self, Texts};
use super::worlds::{Age, Step, afresh, after, chats, histories, kinds, steps, take};

/// How often each thing happened.
#[derive(Default)]
struct Tally(RefCell<BTreeMap<&'static str, u32>>);

impl Tally {
    fn count(&self, what: &'static str) {
        *self.0.borrow_mut().entry(what).or_default() += 1;
    }

    /// Fails when one thing happened in less than so many of a thousand `cases`.
    fn at_least(&self, cases: &'static str, thousandths: &[(&'static str, u32)]) {
        let tally = self.0.borrow();
        for (what, least) in thousandths {
            let (seen, all) = (tally.get(what).copied().unwrap_or(0), tally[cases]);
            assert!(seen * 1000 >= least * all, "`{what}` is rare: {seen} of {all} {cases}, of all: {tally:?}");
        }
    }
}

pub(super) fn run<S: Strategy>(cases: u32, strategy: S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&strategy, law).unwrap_or_else(|failure| panic!("{failure}"));
}

fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Disabled => "disabled",
        Verdict::OutsideWindow => "outside window",
        Verdict::NoMatch => "no match",
        Verdict::Forbidden => "forbidden",
        Verdict::Excluded(_) => "excluded",
        Verdict::Unattended => "unattended",
        Verdict::NoRights => "no rights",
        Verdict::OwnChat => "own chat",
        Verdict::NotPermitted(_) => "not permitted",
        Verdict::OutOfScope => "out of scope",
        Verdict::Granted => "granted",
    }
}

/// The name of a criterion's kind.
fn kind(criterion: &Criterion) -> &'static str {
    let shown = format!("{criterion:?}");
    let named = |kind: &&str| shown.starts_with(&format!("{kind}("));
    kinds().into_iter().find(named).unwrap_or_else(|| panic!("{shown} is no listed kind"))
}

/// What `explain` grants, by watcher.
fn granted<'a>(engine: &'a MonitorEngine, chat: &'a Chat) -> Vec<(&'a OperatorId, Vec<RuleId>)> {
    let mut granted: Vec<(&OperatorId, Vec<RuleId>)> = Vec::new();
    for (rule, verdict) in engine.explain(chat) {
        if verdict == Verdict::Granted {
            match granted.iter_mut().find(|(watcher, _)| *watcher == rule.watcher()) {
                Some((_, rules)) => rules.push(rule.id().clone()),
                None => granted.push((rule.watcher(), vec![rule.id().clone()])),
            }
        }
    }
    granted
}

/// The watchers of a chat, found in every way, are those whom `explain` grants.
fn same_watchers(engine: &MonitorEngine, chat: &Chat) -> Result<(), TestCaseError> {
    let granted = granted(engine, chat);
    let watchers = engine.watchers_for(chat);
    let found: Vec<_> = watchers.iter().map(|watcher| (watcher.operator(), watcher.rules().to_vec())).collect();
    prop_assert_eq!(&found, &granted);
    let mut buffer = WatcherBuffer::new();
    let mut quick: Vec<_> = engine.watchers_for_into(chat, &mut buffer).iter().cloned().collect();
    quick.sort_unstable();
    let mut named: Vec<_> = granted.iter().map(|(watcher, _)| (*watcher).clone()).collect();
    named.sort_unstable();
    prop_assert_eq!(quick, named);
    Ok(())
}

#[test]
fn the_watchers_are_exactly_those_whom_explain_grants() {
    let (tally, when, unless, excluding) = (Tally::default(), Tally::default(), Tally::default(), Tally::default());
    run(800, (histories(Age::New), vec(chats(Age::New), 8)), |(history, chats)| {
        let (engine, order) = after(&history);
        let fresh = afresh(&engine);
        prop_assert_eq!(&engine, &fresh);
        for chat in &chats {
            let explained: Vec<_> = engine.explain(chat).map(|(rule, _)| rule.id().clone()).collect();
            prop_assert_eq!(&explained, &order);
            same_watchers(&engine, chat)?;
            prop_assert_eq!(fresh.watchers_for(chat), engine.watchers_for(chat));

            for (rule, verdict) in engine.explain(chat) {
                tally.count("verdicts");
                tally.count(name(&verdict));
                if verdict == Verdict::Granted {
                    when.count("granted");
                    unless.count("granted");
                    rule.when().iter().for_each(|criterion| when.count(kind(criterion)));
                    rule.unless().iter().for_each(|criterion| unless.count(kind(criterion)));
                }
                if let Verdict::Excluded(exclusion) = &verdict {
                    excluding.count("excluded");
                    let exclusion = engine.exclusion(exclusion).unwrap();
                    exclusion.when().iter().for_each(|criterion| excluding.count(kind(criterion)));
                    prop_assert!(exclusion.roles().is_none() || engine.role(rule.watcher()).is_some());
                }
            }
            tally.count("chats");
            let granted = granted(&engine, chat);
            granted.first().into_iter().for_each(|_| tally.count("chats with a watcher"));
            granted.get(1).into_iter().for_each(|_| tally.count("chats with two watchers"));
            if granted.iter().any(|(_, rules)| rules.len() > 1) {
                tally.count("chats with a watcher by two rules");
            }
        }
        Ok(())
    });
    tally.at_least(
        "chats",
        &[("chats with a watcher", 100), ("chats with two watchers", 20), ("chats with a watcher by two rules", 30)],
    );
    tally.at_least(
        "verdicts",
        &[
            ("disabled", 30),
            ("outside window", 30),
            ("no match", 200),
            ("forbidden", 10),
            ("excluded", 10),
            ("unattended", 2),
            ("no rights", 10),
            ("own chat", 5),
            ("not permitted", 10),
            ("out of scope", 2),
            ("granted", 20),
        ],
    );
    for kind in kinds() {
        when.at_least("granted", &[(kind, 10)]);
        unless.at_least("granted", &[(kind, 10)]);
        excluding.at_least("excluded", &[(kind, 10)]);
    }
}

/// Law 12, as far as the engine goes: what uses nothing new gets only the verdicts of before, and plenty of each.
#[test]
fn old_worlds_get_the_verdicts_of_old() {
    let tally = Tally::default();
    run(300, (histories(Age::Old), vec(chats(Age::Old), 8)), |(history, chats)| {
        let (engine, _) = after(&history);
        for chat in &chats {
            same_watchers(&engine, chat)?;
            for (rule, verdict) in engine.explain(chat) {
                tally.count("verdicts");
                tally.count(name(&verdict));
                prop_assert!(rule.unless().is_empty() && rule.window().is_none());
            }
        }
        prop_assert_eq!(engine.next_deadline(), None);
        Ok(())
    });
    tally.at_least(
        "verdicts",
        &[
            ("disabled", 50),
            ("no match", 200),
            ("forbidden", 10),
            ("unattended", 2),
            ("no rights", 30),
            ("own chat", 10),
            ("not permitted", 30),
            ("granted", 30),
        ],
    );
    for new in ["outside window", "excluded", "out of scope"] {
        assert_eq!(tally.0.borrow().get(new), None);
    }
}

/// After every step, so that no change leaves the index behind.
#[test]
fn the_index_keeps_up_with_every_step() {
    let tally = Tally::default();
    run(150, (histories(Age::New), vec(chats(Age::New), 6)), |(history, chats)| {
        let mut engine = MonitorEngine::with_hash_seed(3);
        for step in history {
            tally.count("steps");
            if take(&mut engine, step) {
                tally.count("taken");
            }
            for chat in &chats {
                same_watchers(&engine, chat)?;
            }
        }
        // Taken apart again, in an order that is not that of building.
        let mut rules: Vec<_> = engine.rules().map(|rule| rule.id().clone()).collect();
        rules.sort_unstable();
        let exclusions: Vec<_> = engine.exclusions().map(|exclusion| exclusion.id().clone()).collect();
        let operators: Vec<_> = engine.operators().map(|(id, _)| id.clone()).collect();
        let parts = exclusions.into_iter().map(Step::RemoveExclusion);
        let parts = parts.chain(rules.into_iter().map(Step::RemoveRule));
        for part in parts.chain(operators.into_iter().rev().map(Step::RemoveOperator)) {
            prop_assert!(take(&mut engine, part));
            for chat in &chats {
                same_watchers(&engine, chat)?;
            }
        }
        prop_assert_eq!(engine.next_deadline(), None);
        prop_assert_eq!((engine.rule_count(), engine.operator_count()), (0, 0));
        Ok(())
    });
    tally.at_least("steps", &[("taken", 400)]);
}

/// Whether the chat meets a criterion, by the contract's words alone.
fn holds(criterion: &Criterion, engine: &MonitorEngine, chat: &Chat) -> bool {
    let visitor = chat.visitor();
    match criterion {
        Criterion::Operator(operator) => chat.attending().any(|one| one == operator),
        Criterion::VisitorIp(range) => visitor.ip().is_some_and(|ip| range.first() <= ip && ip <= range.last()),
        Criterion::VisitorEmail(pattern) => {
            visitor.email().is_some_and(|email| match pattern.as_str().strip_prefix("*@") {
                None => email.as_str() == pattern.as_str(),
                Some(domain) => match domain.strip_prefix("*") {
                    None => email.domain() == domain,
                    Some(below) => email.domain().ends_with(below),
                },
            })
        }
        Criterion::Department(department) => chat.departments().iter().any(|one| one == department),
        Criterion::OperatorIn(department) => chat
            .attending()
            .filter_map(|id| engine.operator(id))
            .any(|operator| operator.departments().contains(department)),
        Criterion::Attribute(attribute) => chat.attributes().iter().any(|one| one == attribute),
        Criterion::Sample(sample) => sample.contains(chat.id()),
        other => panic!("{other:?} is a kind that this test does not know"),
    }
}

/// Said of the answer alone, so that it holds whatever `judge` says.
#[test]
fn nobody_watches_what_they_may_not() {
    let watched = Tally::default();
    run(300, (histories(Age::New), vec(chats(Age::New), 8)), |(history, chats)| {
        let (engine, _) = after(&history);
        let policy = engine.policy();
        for chat in &chats {
            watched.count("chats");
            for watcher in engine.watchers_for(chat) {
                watched.count("watchers");
                let role = engine.role(watcher.operator()).unwrap();
                let row = policy.permissions().row(role).unwrap();
                prop_assert!(chat.monitoring_allowed());
                prop_assert!(policy.watch_unattended() || row.unattended() || chat.attending().count() > 0);
                prop_assert!(!chat.attends(watcher.operator()));
                prop_assert!(engine.rights(watcher.operator(), chat).contains(Right::Watch));
                let counted = chat.attending().filter(|one| policy.count_joined() || chat.operators().contains(one));
                for target in counted {
                    let target = engine.role(target).unwrap();
                    prop_assert!(policy.permissions().may_monitor(role, target), "{}", target);
                }
                for exclusion in engine.exclusions().filter(|exclusion| exclusion.binds(role)) {
                    prop_assert!(!exclusion.when().iter().all(|criterion| holds(criterion, &engine, chat)));
                }
                for rule in watcher.rules().iter().map(|rule| engine.rule(rule).unwrap()) {
                    prop_assert!(rule.enabled() && rule.watcher() == watcher.operator());
                    prop_assert!(rule.when().iter().all(|criterion| holds(criterion, &engine, chat)));
                    prop_assert!(!rule.unless().iter().any(|criterion| holds(criterion, &engine, chat)));
                    if let Some(window) = rule.window() {
                        prop_assert!(window.holds_at(engine.now().unwrap()));
                    }
                }
            }
        }
        Ok(())
    });
    watched.at_least("chats", &[("watchers", 100)]);
}

/// The function of the contract, with sets and loops.
#[test]
fn rights_are_what_the_contract_computes() {
    let tally = Tally::default();
    run(300, (histories(Age::New), vec(chats(Age::New), 8)), |(history, chats)| {
        let (engine, _) = after(&history);
        for chat in &chats {
            for watcher in ["ken", "hana", "aya", "taro", "yet-unknown", "stranger"].map(parse::<OperatorId>) {
                let rights = engine.rights(&watcher, chat);
                let Some(known) = engine.operator(&watcher) else {
                    prop_assert_eq!(rights, Rights::NONE);
                    continue;
                };
                let in_any = |departments: Option<&Departments>| {
                    let departments = departments.into_iter().flat_map(|departments| departments.iter());
                    departments.fold(Rights::NONE, |all, department| all | known.rights_in(department))
                };
                let by_chat = in_any(Some(chat.departments()));
                let count_joined = engine.policy().count_joined();
                let counted = chat.attending().filter(|one| count_joined || chat.operators().contains(one));
                let with_each: Vec<_> = counted
                    .map(|one| in_any(engine.operator(one).as_ref().map(|operator| operator.departments())))
                    .collect();
                let by_operators = if with_each.is_empty() {
                    Rights::NONE
                } else {
                    with_each.into_iter().fold(Rights::ALL, |a, b| a & b)
                };
                let row = engine.policy().permissions().row(known.role()).unwrap();
                let (scope, name) = match row.within() {
                    Within::Anywhere => (Rights::ALL, "anywhere"),
                    Within::Chat => (by_chat, "chat"),
                    Within::Operators => (by_operators, "operators"),
                    Within::Either => (by_chat | by_operators, "either"),
                    other => panic!("{other:?}"),
                };
                prop_assert_eq!(rights, row.rights() & scope, "{} in {:?}", watcher, chat);
                tally.count("rights");
                tally.count(name);
                if !rights.is_empty() {
                    tally.count(match name {
                        "anywhere" => "some anywhere",
                        "chat" => "some by chat",
                        "operators" => "some by operators",
                        _ => "some by either",
                    });
                }
            }
        }
        Ok(())
    });
    tally.at_least(
        "rights",
        &[("some anywhere", 50), ("some by chat", 10), ("some by operators", 5), ("some by either", 10)],
    );
}

#[test]
fn a_refused_step_changes_nothing() {
    let tally = Tally::default();
    run(400, (histories(Age::New), steps(Age::New)), |(history, step)| {
        let (before, _) = after(&history);
        let mut engine = before.clone();
        tally.count("steps");
        if !take(&mut engine, step) {
            tally.count("refused");
            prop_assert_eq!(engine, before);
        }
        Ok(())
    });
    tally.at_least("steps", &[("refused", 200)]);
}

#[cfg(feature = "serde")]
#[test]
fn what_is_written_is_read_as_the_same() {
    use super::worlds::{exclusions, rules};

    fn round_trip<T>(value: &T) -> Result<(), TestCaseError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
    {
        let text = serde_json::to_string(value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
        prop_assert_eq!(&serde_json::from_value::<T>(serde_json::to_value(value).unwrap()).unwrap(), value);
        Ok(())
    }
    let worlds = (histories(Age::New), chats(Age::New), rules(Age::New), exclusions());
    run(150, worlds, |(history, chat, rule, exclusion)| {
        let (engine, _) = after(&history);
        round_trip(&engine)?;
        round_trip(&chat)?;
        round_trip(&rule)?;
        round_trip(&exclusion)?;
        let loaded: MonitorEngine = serde_json::from_value(serde_json::to_value(&engine).unwrap()).unwrap();
        prop_assert_eq!(loaded.watchers_for(&chat), engine.watchers_for(&chat));
        Ok(())
    });
}

/// Texts that are mostly an address in one of the forms that people write.
fn addresses_as_written() -> impl Strategy<Value = String> {
    let local = prop_oneof![
        4 => "[A-Za-z0-9!#$%&'+/=?^_`{|}~-]{1,12}(\\.{1,3}[A-Za-z0-9*]{1,5}){0,3}\\.{0,2}",
        2 => "\"([ !#-\\[\\]-~]|\\\\[ -~]){1,10}\"",
        2 => "[a-zA-Zéñж山田太郎ｔＡ．０-９]{1,8}",
        1 => Just("*".to_owned()),
    ];
    let domain = prop_oneof![
        4 => "[a-zA-Z0-9]{1,8}(-[a-z0-9]{1,4})?(\\.[a-zA-Z][a-zA-Z0-9]{0,5}){1,3}",
        1 => "[ａ-ｚＡ-Ｚ]{1,8}[．。｡]ｊｐ",
        1 => "[a-zéñж山田]{1,8}\\.(jp|рф|みんな)",
    ];
    (local, domain).prop_map(|(local, domain)| format!("{local}@{domain}"))
}

fn ip_addresses() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).into()),
        any::<u128>().prop_map(|bits| Ipv6Addr::from_bits(bits).into()),
        any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).to_ipv6_mapped().into()),
        // Nearly mapped: one of the bits in front is another.
        (any::<u32>(), 32..128_u32).prop_map(|(low, bit)| {
            Ipv6Addr::from_bits(Ipv4Addr::from_bits(low).to_ipv6_mapped().to_bits() ^ (1 << bit)).into()
        }),
        (any::<u16>(), 0..8_u32).prop_map(|(bits, place)| Ipv6Addr::from_bits(u128::from(bits) << (16 * place)).into()),
    ]
}

/// An address, a prefix length that fits it, and another address that differs in one bit at most.
fn networks() -> impl Strategy<Value = (IpAddr, u8, IpAddr)> {
    // Around 96 bits it is decided whether IPv4-mapped IPv6 folds.
    let prefix_lens = prop_oneof![any::<u8>(), 90..=128_u8];
    (ip_addresses(), prefix_lens, option::weighted(0.9, any::<u8>()), any::<bool>()).prop_map(
        |(base, len, bit, mapped)| {
            let (bits, other): (u8, IpAddr) = match base {
                IpAddr::V4(v4) => (32, Ipv4Addr::from_bits(v4.to_bits() ^ bit.map_or(0, |bit| 1 << (bit % 32))).into()),
                IpAddr::V6(v6) => {
                    (128, Ipv6Addr::from_bits(v6.to_bits() ^ bit.map_or(0, |bit| 1 << (bit % 128))).into())
                }
            };
            let other = match other {
                IpAddr::V4(v4) if mapped => v4.to_ipv6_mapped().into(),
                other => other,
            };
            (base, len % (bits + 1), other)
        },
    )
}

/// How many bits an address has and what number they are. IPv4-mapped IPv6 is IPv4.
fn number(address: IpAddr) -> (u32, u128) {
    let bits = match address {
        IpAddr::V4(v4) => return (32, v4.to_bits().into()),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    if bits >> 32 == 0xFFFF { (32, bits & 0xFFFF_FFFF) } else { (128, bits) }
}

/// Whether an address lies in a network, by arithmetic alone.
fn lies_in(address: IpAddr, network: IpAddr, prefix_len: u8) -> bool {
    let (bits, start, fixed) = match (network, number(network)) {
        (IpAddr::V6(_), (32, start)) if prefix_len >= 96 => (32, start, u32::from(prefix_len) - 96),
        (IpAddr::V6(v6), _) => (128, v6.to_bits(), u32::from(prefix_len)),
        (IpAddr::V4(v4), _) => (32, v4.to_bits().into(), u32::from(prefix_len)),
    };
    let (address_bits, address) = number(address);
    address_bits == bits && (fixed == 0 || (address ^ start) >> (bits - fixed) == 0)
}

#[test]
fn a_range_contains_what_arithmetic_says() {
    let tally = Tally::default();
    run(20_000, networks(), |(base, prefix_len, address)| {
        let range = IpRange::new(base, prefix_len).unwrap();
        let expected = lies_in(address, base, prefix_len);
        prop_assert_eq!(range.contains(address), expected, "{} in {}/{}", address, base, prefix_len);
        prop_assert_eq!(parse::<IpRange>(&format!("{base}/{prefix_len}")), range);

        tally.count("networks");
        tally.count(if expected { "inside" } else { "outside" });
        if base.is_ipv6() && range.first().is_ipv4() {
            tally.count(if expected { "inside, folded" } else { "outside, folded" });
        }
        Ok(())
    });
    tally.at_least("networks", &[("inside", 250), ("outside", 250), ("inside, folded", 10), ("outside, folded", 10)]);
}

fn reads_back<T>(value: &T) -> Result<(), TestCaseError>
where
    T: FromStr<Err: Debug> + Display + PartialEq + Debug + for<'a> TryFrom<&'a str, Error: Debug>,
{
    let text = value.to_string();
    prop_assert_eq!(&text.parse::<T>().unwrap(), value);
    prop_assert_eq!(&T::try_from(&text).unwrap(), value);
    let padded = format!("{value:>300}");
    prop_assert_eq!(padded.trim_start(), text);
    Ok(())
}

#[test]
fn what_is_displayed_is_parsed_as_the_same() {
    let tally = Tally::default();
    let ids = "[a-zA-Z0-9_.:@\"山é-]([ a-zA-Z0-9_.:@\"山é-]{0,39}[a-zA-Z0-9_.:@\"山é-])?";
    run(5_000, (ids, any::<u64>(), addresses_as_written(), networks()), |(id, number, address, network)| {
        reads_back::<OperatorId>(&parse(&id))?;
        reads_back(&ChatId::from(number))?;
        reads_back(&RuleId::from(number))?;
        reads_back::<DepartmentId>(&parse(&id))?;
        reads_back::<ExclusionId>(&parse(&id))?;
        reads_back::<Role>(&parse(&id))?;
        Role::BUILT_IN.iter().try_for_each(reads_back)?;
        prop_assert_eq!(OperatorId::from(number).as_u64(), Some(number));
        prop_assert_eq!(&parse::<RoleName>(&parse::<RoleName>(&id).to_string()), &parse::<RoleName>(&id));
        reads_back(&IpRange::new(network.0, network.1).unwrap())?;
        reads_back(&IpRange::from(network.0))?;

        tally.count("addresses");
        if let Ok(email) = address.parse::<Email>() {
            tally.count("emails");
            reads_back(&email)?;
            prop_assert_eq!(format!("{}@{}", email.local_part(), email.domain()), email.as_str());
            // People mean more than one address by a `*` or a `%`.
            let meant = EmailPattern::try_from(email.clone());
            prop_assert_eq!(meant.is_err(), email.local_part().contains(['*', '%']));
            prop_assert!(meant.into_iter().all(|pattern| pattern.matches(&email)));
            let domain = format!("*@{}", email.domain());
            prop_assert!(parse::<EmailPattern>(&domain).matches(&email));
        }
        if let Ok(pattern) = address.parse::<EmailPattern>() {
            tally.count("patterns");
            reads_back(&pattern)?;
            prop_assert_eq!(pattern.is_address(), pattern.as_str().parse::<Email>().is_ok());
        }
        Ok(())
    });
    tally.at_least("addresses", &[("emails", 500), ("patterns", 500)]);
}

#[test]
fn no_text_makes_a_parser_panic_and_no_refusal_repeats_one() {
    /// The few texts that are all that a refusal can say hold nothing of the input, whatever it was.
    fn answer<T: FromStr<Err: Display>>(input: &str, known: &[Texts], forms: &str) -> Result<(), TestCaseError> {
        if let Err(error) = input.parse::<T>() {
            let text = error.to_string();
            let known = |text: &str| known.iter().copied().flatten().any(|(known, _)| *known == text);
            prop_assert!(text.strip_suffix(forms).is_some_and(known), "{}", text);
        }
        Ok(())
    }
    let nearly = "[ \u{3000}a-cＡ-Ｃ０-３0-3.．。:/*@＠<>\"\\\\%+\u{202E}\u{200B}\u{0}山-]{0,40}";
    let texts = prop_oneof![
        2 => any::<String>(),
        4 => nearly,
        2 => (addresses_as_written(), nearly).prop_map(|(address, more)| address + &more),
        1 => (addresses_as_written(), 0..2000_usize).prop_map(|(address, times)| address.repeat(times)),
    ];
    run(5_000, texts, |text| {
        answer::<OperatorId>(&text, &[texts::IDS], "")?;
        answer::<DepartmentId>(&text, &[texts::IDS], "")?;
        answer::<ExclusionId>(&text, &[texts::IDS], "")?;
        answer::<Role>(&text, &[texts::IDS], "")?;
        answer::<RoleName>(&text, &texts::ROLE_NAMES, "")?;
        answer::<Email>(&text, &texts::EMAILS, "")?;
        answer::<EmailPattern>(&text, &texts::EMAIL_PATTERNS, texts::PATTERN_FORMS)?;
        answer::<IpRange>(&text, &texts::IP_RANGES, texts::RANGE_FORMS)?;
        let attribute = Attribute::new(&text, "vip").is_ok();
        prop_assert_eq!(Attribute::new("tag", &text).is_ok(), attribute);
        prop_assert_eq!(Sample::new(1, &text).is_ok(), attribute);
        prop_assert_eq!(text.parse::<ChatId>().is_ok(), attribute);
        Ok(())
    });
}
