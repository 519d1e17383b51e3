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
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::net::IpAddr;

use foldhash::fast::SeedableRandomState;

use crate::address::IpRange;
use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::filed::{Filed, Seq};
use crate::id::OperatorId;
use crate::rule::Rule;

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
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        Index {
            operators: Filed::new(hasher),
            emails: Filed::new(hasher),
            domains: Filed::new(hasher),
            ranges: Filed::new(hasher),
            v4_prefix_lens: BTreeMap::new(),
            v6_prefix_lens: BTreeMap::new(),
        }
    }

    /// Files a rule that is not filed yet.
    pub(super) fn insert(&mut self, seq: Seq, rule: &Rule) {
        match rule.filing_criterion() {
            None => {}
            Some(Criterion::Operator(operator)) => self.operators.insert(operator.clone(), seq),
            Some(Criterion::VisitorEmail(pattern)) if pattern.is_domain() => {
                self.domains.insert(pattern.domain().into(), seq);
            }
            Some(Criterion::VisitorEmail(pattern)) => self.emails.insert(pattern.as_str().into(), seq),
            Some(Criterion::VisitorIp(range)) => {
                if !self.ranges.contains(range) {
                    *self.prefix_lens(range.first()).entry(range.prefix_len()).or_default() += 1;
                }
                self.ranges.insert(*range, seq);
            }
        }
    }

    /// Takes out a rule that was filed.
    pub(super) fn remove(&mut self, seq: Seq, rule: &Rule) {
        match rule.filing_criterion() {
            None => {}
            Some(Criterion::Operator(operator)) => self.operators.remove(operator, seq),
            Some(Criterion::VisitorEmail(pattern)) if pattern.is_domain() => {
                self.domains.remove(pattern.domain(), seq);
            }
            Some(Criterion::VisitorEmail(pattern)) => self.emails.remove(pattern.as_str(), seq),
            Some(Criterion::VisitorIp(range)) => {
                self.ranges.remove(range, seq);
                if !self.ranges.contains(range) {
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
        let by_operator = chat.attending().flat_map(|operator| self.operators.under(operator));
        let email = chat.known_visitor().known_email().into_iter();
        let by_email = email.clone().flat_map(|email| self.emails.under(email.as_str()));
        let by_domain = email.flat_map(|email| self.domains.under(email.domain()));
        let by_ip = chat.known_visitor().known_ip().into_iter().flat_map(|ip| self.covering(ip));

        let mut candidates: Vec<Seq> = by_operator.chain(by_email).chain(by_domain).chain(by_ip).collect();
        candidates.sort_unstable();
        candidates
    }

    fn covering(&self, ip: IpAddr) -> impl Iterator<Item = Seq> {
        let lens = if ip.is_ipv4() { &self.v4_prefix_lens } else { &self.v6_prefix_lens };
        let ranges = lens.keys().filter_map(move |len| IpRange::new(ip, *len).ok());
        ranges.flat_map(|range| self.ranges.under(&range))
    }

    fn prefix_lens(&mut self, ip: IpAddr) -> &mut BTreeMap<u8, usize> {
        if ip.is_ipv4() { &mut self.v4_prefix_lens } else { &mut self.v6_prefix_lens }
    }
}
