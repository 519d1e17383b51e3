//! Which rules can match a chat at all, without looking at all rules.
//!
//! Every rule is filed under one of its criteria: the one that the fewest chats are likely to meet. A chat meets all
//! criteria of a rule only if it meets that one, so the rules filed under the chat's own operators, email, mail domain
//! and address are the only ones to ask. The index says who is to be asked, never what the answer is.
//!
//! | filed under | looked up by |
//! |---|---|
//! | an operator | each operator who attends |
//! | an email address | the visitor's email |
//! | a mail domain | the domain of that email |
//! | an address or network | the visitor's address, cut to each prefix length that some rule has |

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::hash::Hash;
use core::net::IpAddr;

use foldhash::fast::SeedableRandomState;
use hashbrown::{Equivalent, HashMap};

use super::Seq;
use crate::address::IpRange;
use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::id::OperatorId;
use crate::rule::Rule;

type Filed<K> = HashMap<K, BTreeSet<Seq>, SeedableRandomState>;

/// The rules by the criterion that they are filed under.
#[derive(Clone, Debug)]
pub(super) struct Index {
    operators: Filed<OperatorId>,
    emails: Filed<Box<str>>,
    domains: Filed<Box<str>>,
    ranges: Filed<IpRange>,
    /// How many distinct ranges there are of each prefix length, IPv4 and IPv6 apart.
    v4_prefix_lens: BTreeMap<u8, usize>,
    v6_prefix_lens: BTreeMap<u8, usize>,
}

impl Index {
    pub(super) fn new(hasher: SeedableRandomState) -> Self {
        Index {
            operators: HashMap::with_hasher(hasher.clone()),
            emails: HashMap::with_hasher(hasher.clone()),
            domains: HashMap::with_hasher(hasher.clone()),
            ranges: HashMap::with_hasher(hasher),
            v4_prefix_lens: BTreeMap::new(),
            v6_prefix_lens: BTreeMap::new(),
        }
    }

    /// Files a rule that is not filed yet.
    pub(super) fn insert(&mut self, seq: Seq, rule: &Rule) {
        match filing_criterion(rule) {
            None => {}
            Some(Criterion::Operator(operator)) => file(&mut self.operators, operator.clone(), seq),
            Some(Criterion::VisitorEmail(pattern)) if pattern.is_domain() => {
                file(&mut self.domains, pattern.domain().into(), seq);
            }
            Some(Criterion::VisitorEmail(pattern)) => file(&mut self.emails, pattern.as_str().into(), seq),
            Some(Criterion::VisitorIp(range)) => {
                if !self.ranges.contains_key(range) {
                    *self.prefix_lens(range.first()).entry(range.prefix_len()).or_default() += 1;
                }
                file(&mut self.ranges, *range, seq);
            }
        }
    }

    /// Takes out a rule that was filed.
    pub(super) fn remove(&mut self, seq: Seq, rule: &Rule) {
        match filing_criterion(rule) {
            None => {}
            Some(Criterion::Operator(operator)) => unfile(&mut self.operators, operator, seq),
            Some(Criterion::VisitorEmail(pattern)) if pattern.is_domain() => {
                unfile(&mut self.domains, pattern.domain(), seq);
            }
            Some(Criterion::VisitorEmail(pattern)) => unfile(&mut self.emails, pattern.as_str(), seq),
            Some(Criterion::VisitorIp(range)) => {
                unfile(&mut self.ranges, range, seq);
                if !self.ranges.contains_key(range) {
                    let lens = self.prefix_lens(range.first());
                    if let Some(count) = lens.get_mut(&range.prefix_len()) {
                        *count -= 1;
                    }
                    lens.retain(|_, count| *count > 0);
                }
            }
        }
    }

    /// Every rule that can match `chat`, each once, in rule order; some of them may not.
    pub(super) fn candidates(&self, chat: &Chat) -> Vec<Seq> {
        let by_operator = chat.attending().filter_map(|operator| self.operators.get(operator));
        let email = chat.known_visitor().known_email();
        let by_email = email.and_then(|email| self.emails.get(email.as_str()));
        let by_domain = email.and_then(|email| self.domains.get(email.domain()));
        let by_ip = chat.known_visitor().known_ip().into_iter().flat_map(|ip| self.covering(ip));

        let found = by_operator.chain(by_email).chain(by_domain).chain(by_ip);
        let mut candidates: Vec<Seq> = found.flatten().copied().collect();
        candidates.sort_unstable();
        candidates
    }

    fn covering(&self, ip: IpAddr) -> impl Iterator<Item = &BTreeSet<Seq>> {
        let lens = if ip.is_ipv4() { &self.v4_prefix_lens } else { &self.v6_prefix_lens };
        lens.keys().filter_map(move |len| self.ranges.get(&IpRange::new(ip, *len).ok()?))
    }

    fn prefix_lens(&mut self, ip: IpAddr) -> &mut BTreeMap<u8, usize> {
        if ip.is_ipv4() { &mut self.v4_prefix_lens } else { &mut self.v6_prefix_lens }
    }
}

/// The criterion to file a rule under: an address before an operator, an operator before a whole network or domain.
pub(crate) fn filing_criterion(rule: &Rule) -> Option<&Criterion> {
    rule.when().iter().min_by_key(|criterion| match criterion {
        Criterion::VisitorEmail(pattern) if !pattern.is_domain() => 0,
        Criterion::VisitorIp(range) if range.first() == range.last() => 1,
        Criterion::Operator(_) => 2,
        Criterion::VisitorIp(_) => 3,
        Criterion::VisitorEmail(_) => 4,
    })
}

fn file<K: Eq + Hash>(filed: &mut Filed<K>, key: K, seq: Seq) {
    filed.entry(key).or_default().insert(seq);
}

fn unfile<K: Eq + Hash, Q: Hash + Equivalent<K> + ?Sized>(filed: &mut Filed<K>, key: &Q, seq: Seq) {
    if let Some(rules) = filed.get_mut(key) {
        rules.remove(&seq);
        if rules.is_empty() {
            filed.remove(key);
        }
    }
}
