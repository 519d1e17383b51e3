//! What holds in every world, tried on random ones.
//!
//! The worlds are small on purpose: few operators, networks that overlap and domains that are shared, so that rules
//! really match. How often each thing happens is counted, and too rarely is a failure: a law about watchers that is tried
//! on chats nobody watches says nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use chat_monitor::{
    Chat, ChatId, Criterion, Email, EmailPattern, IpRange, MonitorEngine, OperatorId, Policy, Role, Rule, RuleId,
    Verdict, Visitor,
};
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

use super::parse;
use super::texts::{self, Texts};

/// The last two are unknown to the engine at first.
const OPERATORS: [&str; 6] = ["ken", "hana", "aya", "taro", "yet-unknown", "stranger"];

const RANGES: [&str; 13] = [
    "192.0.2.7",
    "192.0.2.0/24",
    "192.0.2.0/29",
    "192.0.2.64/26",
    "0.0.0.0/0",
    "::ffff:192.0.2.0/120",
    "2001:db8::7",
    "2001:db8::/32",
    "2001:db8::/33",
    // Others of the same lengths, which one of them removed must not take along.
    "198.51.100.0/24",
    "198.51.100.1",
    "2001:db8:8000::/33",
    "::/0",
];

const ADDRESSES: [&str; 6] =
    ["192.0.2.7", "192.0.2.99", "::ffff:192.0.2.7", "2001:db8::7", "2001:db8:8000::1", "198.51.100.1"];

const EMAILS: [&str; 4] = ["mika@example.com", "Taro@example.com", "mika@example.org", "taro@sub.example.com"];

const PATTERNS: [&str; 5] =
    ["mika@example.com", "MIKA@example.org", "*@example.com", "*@Example.com", "*@sub.example.com"];

/// One step in the history of an engine.
#[derive(Clone, Debug)]
pub(super) enum Step {
    SetPolicy(Policy),
    SetOperator(OperatorId, Role),
    RemoveOperator(OperatorId),
    AddRule(Rule),
    LoadRule(Rule),
    SetRuleEnabled(RuleId, bool),
    RemoveRule(RuleId),
}

fn operators() -> impl Strategy<Value = OperatorId> {
    select(&OPERATORS[..]).prop_map(parse)
}

/// Mostly those who may watch at first.
fn watchers() -> impl Strategy<Value = OperatorId> {
    prop_oneof![3 => Just(parse("hana")), 3 => Just(parse("aya")), 2 => operators()]
}

/// Mostly those who may be watched at first.
fn watched() -> impl Strategy<Value = OperatorId> {
    prop_oneof![3 => Just(parse("ken")), 3 => Just(parse("taro")), 4 => operators()]
}

fn roles() -> impl Strategy<Value = Role> {
    prop_oneof![2 => Just(Role::Administrator), 3 => Just(Role::Supervisor), 5 => Just(Role::Associate)]
}

fn rule_ids() -> impl Strategy<Value = RuleId> {
    (0..24_u64).prop_map(RuleId::from)
}

fn criteria() -> impl Strategy<Value = Criterion> {
    prop_oneof![
        4 => watched().prop_map(Criterion::Operator),
        2 => select(&RANGES[..]).prop_map(|range| Criterion::VisitorIp(parse(range))),
        2 => select(&PATTERNS[..]).prop_map(|pattern| Criterion::VisitorEmail(parse(pattern))),
    ]
}

/// As many as one of `counts` says, at most three.
fn few<T: Debug>(counts: &'static [usize], of: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    (select(counts), vec(of, 3)).prop_map(|(count, mut all)| {
        all.truncate(count);
        all
    })
}

fn rules() -> impl Strategy<Value = Rule> {
    let more = few(&[0, 0, 0, 0, 0, 0, 1, 1, 2], criteria());
    (rule_ids(), watchers(), criteria(), more, weighted(0.1)).prop_map(|(id, watcher, first, more, off)| {
        let rule = more.into_iter().fold(Rule::new(id, watcher, first), Rule::and);
        if off { rule.disabled() } else { rule }
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    let cells = few(&[0, 0, 1, 2], (roles(), roles(), weighted(0.7)));
    (any::<bool>(), any::<bool>(), cells).prop_map(|(watch_unattended, joined_count, cells)| {
        let mut policy = Policy::default();
        policy.watch_unattended = watch_unattended;
        policy.joined_count = joined_count;
        policy.permissions = cells.into_iter().fold(policy.permissions, |all, (of, to, may)| all.with(of, to, may));
        policy
    })
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => policies().prop_map(Step::SetPolicy),
        2 => (operators(), roles()).prop_map(|(operator, role)| Step::SetOperator(operator, role)),
        1 => operators().prop_map(Step::RemoveOperator),
        8 => rules().prop_map(Step::AddRule),
        8 => rules().prop_map(Step::LoadRule),
        2 => (rule_ids(), any::<bool>()).prop_map(|(rule, enabled)| Step::SetRuleEnabled(rule, enabled)),
        4 => rule_ids().prop_map(Step::RemoveRule),
    ]
}

/// A company as it is at first, and what became of it.
pub(super) fn histories() -> impl Strategy<Value = Vec<Step>> {
    let roles = [Role::Associate, Role::Supervisor, Role::Administrator, Role::Associate];
    let staff = OPERATORS.into_iter().zip(roles).map(|(operator, role)| Step::SetOperator(parse(operator), role));
    let staff: Vec<_> = staff.collect();
    vec(steps(), 0..60).prop_map(move |steps| staff.iter().cloned().chain(steps).collect())
}

fn visitors() -> impl Strategy<Value = Visitor> {
    let ip = option::weighted(0.8, select(&ADDRESSES[..]));
    let email = option::weighted(0.8, select(&EMAILS[..]));
    (ip, email).prop_map(|(ip, email)| {
        let visitor = ip.iter().fold(Visitor::new(), |visitor, ip| visitor.ip(ip.parse().unwrap()));
        email.iter().fold(visitor, |visitor, email| visitor.email(parse(email)))
    })
}

pub(super) fn chats() -> impl Strategy<Value = Chat> {
    let given = few(&[0, 0, 1, 1, 1, 1, 1, 1, 2, 3], watched());
    let joined = few(&[0, 0, 0, 0, 1, 2], operators());
    (visitors(), given, joined, weighted(0.9)).prop_map(|(visitor, given, joined, allowed)| {
        let chat = Chat::new(parse("c1")).visitor(visitor).allow_monitoring(allowed);
        let chat = given.into_iter().fold(chat, Chat::attended_by);
        joined.into_iter().fold(chat, Chat::joined_by)
    })
}

/// The engine after a history, and the rules that it should hold, in rule order.
pub(super) fn after(history: &[Step]) -> (MonitorEngine, Vec<RuleId>) {
    let mut engine = MonitorEngine::with_hash_seed(1);
    let mut order = Vec::new();
    for step in history.iter().cloned() {
        match step {
            Step::SetPolicy(policy) => engine.set_policy(policy),
            Step::SetOperator(operator, role) => engine.set_operator(operator, role),
            Step::RemoveOperator(operator) => drop(engine.remove_operator(&operator)),
            Step::AddRule(rule) => {
                let id = rule.id().clone();
                engine.add_rule(rule).into_iter().for_each(|()| order.push(id.clone()));
            }
            Step::LoadRule(rule) => {
                let id = rule.id().clone();
                engine.load_rule(rule).into_iter().for_each(|()| order.push(id.clone()));
            }
            Step::SetRuleEnabled(rule, enabled) => drop(engine.set_rule_enabled(&rule, enabled)),
            Step::RemoveRule(rule) => {
                drop(engine.remove_rule(&rule));
                order.retain(|other| *other != rule);
            }
        }
    }
    (engine, order)
}

/// The same engine, without its history.
fn afresh(engine: &MonitorEngine) -> MonitorEngine {
    let mut fresh = MonitorEngine::with_hash_seed(2);
    fresh.set_policy(*engine.policy());
    engine.operators().for_each(|(operator, role)| fresh.set_operator(operator.clone(), role));
    engine.rules().for_each(|rule| fresh.load_rule(rule.clone()).unwrap());
    fresh
}

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
        Verdict::NoMatch => "no match",
        Verdict::Forbidden => "forbidden",
        Verdict::Unattended => "unattended",
        Verdict::NoRights => "no rights",
        Verdict::OwnChat => "own chat",
        Verdict::NotPermitted(_) => "not permitted",
        Verdict::Granted => "granted",
    }
}

#[test]
fn the_watchers_are_exactly_those_whom_explain_grants() {
    let tally = Tally::default();
    run(500, (histories(), vec(chats(), 8)), |(history, chats)| {
        let (engine, order) = after(&history);
        let fresh = afresh(&engine);
        prop_assert_eq!(&engine, &fresh);
        for chat in &chats {
            let explained: Vec<_> = engine.explain(chat).map(|(rule, _)| rule.id().clone()).collect();
            prop_assert_eq!(&explained, &order);

            let mut granted: Vec<(&OperatorId, Vec<RuleId>)> = Vec::new();
            for (rule, verdict) in engine.explain(chat) {
                tally.count("verdicts");
                tally.count(name(&verdict));
                if verdict == Verdict::Granted {
                    match granted.iter_mut().find(|(watcher, _)| *watcher == rule.watcher()) {
                        Some((_, rules)) => rules.push(rule.id().clone()),
                        None => granted.push((rule.watcher(), vec![rule.id().clone()])),
                    }
                }
            }
            let watchers = engine.watchers_for(chat);
            let found: Vec<_> = watchers.iter().map(|watcher| (watcher.operator(), watcher.rules().to_vec())).collect();
            prop_assert_eq!(&found, &granted);
            prop_assert_eq!(&fresh.watchers_for(chat), &watchers);

            tally.count("chats");
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
        &[("chats with a watcher", 150), ("chats with two watchers", 30), ("chats with a watcher by two rules", 50)],
    );
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
}

/// Said of the answer alone, so that it holds whatever `judge` says.
#[test]
fn nobody_watches_what_they_may_not() {
    let watched = Tally::default();
    run(300, (histories(), vec(chats(), 8)), |(history, chats)| {
        let (engine, _) = after(&history);
        let Policy { watch_unattended, joined_count, permissions, .. } = engine.policy();
        for chat in &chats {
            watched.count("chats");
            for watcher in engine.watchers_for(chat) {
                watched.count("watchers");
                prop_assert!(chat.monitoring_allowed());
                prop_assert!(*watch_unattended || chat.attending().count() > 0);
                prop_assert!(!chat.attends(watcher.operator()));
                let role = engine.role(watcher.operator()).unwrap();
                let counted = chat.attending().filter(|one| *joined_count || chat.operators().contains(one));
                for target in counted {
                    prop_assert!(permissions.may_monitor(role, engine.role(target).unwrap()), "{}", target);
                }
                for rule in watcher.rules().iter().map(|rule| engine.rule(rule).unwrap()) {
                    prop_assert!(rule.enabled() && rule.watcher() == watcher.operator());
                    prop_assert!(rule.when().iter().all(|criterion| criterion.holds_for(chat)));
                }
            }
        }
        Ok(())
    });
    watched.at_least("chats", &[("watchers", 150)]);
}

#[test]
fn a_refused_step_changes_nothing() {
    let tally = Tally::default();
    run(300, (histories(), steps()), |(history, step)| {
        let (before, _) = after(&history);
        let mut engine = before.clone();
        let refused = match step {
            Step::AddRule(rule) => engine.add_rule(rule).is_err(),
            Step::LoadRule(rule) => engine.load_rule(rule).is_err(),
            Step::RemoveRule(rule) => engine.remove_rule(&rule).is_err(),
            Step::SetRuleEnabled(rule, enabled) => engine.set_rule_enabled(&rule, enabled).is_err(),
            Step::RemoveOperator(operator) => engine.remove_operator(&operator).is_err(),
            Step::SetPolicy(_) | Step::SetOperator(..) => false,
        };
        tally.count("steps");
        if refused {
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
    fn round_trip<T>(value: &T) -> Result<(), TestCaseError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug,
    {
        let text = serde_json::to_string(value).unwrap();
        prop_assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
        prop_assert_eq!(&serde_json::from_value::<T>(serde_json::to_value(value).unwrap()).unwrap(), value);
        Ok(())
    }
    run(150, (histories(), chats(), rules()), |(history, chat, rule)| {
        let (engine, _) = after(&history);
        round_trip(&engine)?;
        round_trip(&chat)?;
        round_trip(&rule)?;
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
        let holds = Criterion::VisitorIp(range).holds_for(&Chat::new(parse("c1")).visitor(Visitor::new().ip(address)));
        prop_assert_eq!(holds, expected);

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
        reads_back(&IpRange::new(network.0, network.1).unwrap())?;
        reads_back(&IpRange::from(network.0))?;

        tally.count("addresses");
        if let Ok(email) = address.parse::<Email>() {
            tally.count("emails");
            reads_back(&email)?;
            prop_assert_eq!(format!("{}@{}", email.local_part(), email.domain()), email.as_str());
            prop_assert!(EmailPattern::from(email.clone()).matches(&email));
            let domain = format!("*@{}", email.domain());
            prop_assert!(parse::<EmailPattern>(&domain).matches(&email));
        }
        if let Ok(pattern) = address.parse::<EmailPattern>() {
            tally.count("patterns");
            reads_back(&pattern)?;
            prop_assert_eq!(pattern.is_domain(), pattern.as_str().parse::<Email>().is_err());
        }
        Ok(())
    });
    tally.at_least("addresses", &[("emails", 500), ("patterns", 550)]);
}

#[test]
fn no_text_makes_a_parser_panic_and_no_refusal_repeats_one() {
    /// The few texts that are all that a refusal can say hold nothing of the input, whatever it was.
    fn answer<T: FromStr<Err: Display>>(input: &str, known: &[Texts]) -> Result<(), TestCaseError> {
        if let Err(error) = input.parse::<T>() {
            let text = error.to_string();
            prop_assert!(known.iter().copied().flatten().any(|(known, _)| *known == text), "{}", text);
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
        answer::<OperatorId>(&text, &[texts::IDS])?;
        answer::<Email>(&text, &texts::EMAILS)?;
        answer::<EmailPattern>(&text, &texts::EMAIL_PATTERNS)?;
        answer::<IpRange>(&text, &texts::IP_RANGES)
    });
}
