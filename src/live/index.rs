//! Which live chats a rule can match, without looking at all chats: the engine's index the other way round.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use core::net::IpAddr;

use foldhash::fast::SeedableRandomState;

use crate::chat::{Chat, Visitor};
use crate::criterion::Criterion;
use crate::filed::{Filed, Seq};
use crate::id::OperatorId;
use crate::rule::Rule;

/// The live chats by what rules ask for.
#[derive(Clone, Debug)]
pub(super) struct ChatIndex {
    operators: Filed<OperatorId>,
    emails: Filed<Box<str>>,
    domains: Filed<Box<str>>,
    /// Ordered, so that the chats of a network are one stretch.
    ips: BTreeMap<IpAddr, BTreeSet<Seq>>,
}

impl ChatIndex {
    pub(super) fn new(hasher: &SeedableRandomState) -> Self {
        ChatIndex {
            operators: Filed::new(hasher),
            emails: Filed::new(hasher),
            domains: Filed::new(hasher),
            ips: BTreeMap::new(),
        }
    }

    pub(super) fn insert(&mut self, seq: Seq, chat: &Chat) {
        self.insert_visitor(seq, chat.known_visitor());
        chat.attending().for_each(|operator| self.insert_operator(seq, operator));
    }

    pub(super) fn remove(&mut self, seq: Seq, chat: &Chat) {
        self.remove_visitor(seq, chat.known_visitor());
        chat.attending().for_each(|operator| self.remove_operator(seq, operator));
    }

    pub(super) fn insert_operator(&mut self, seq: Seq, operator: &OperatorId) {
        self.operators.insert(operator.clone(), seq);
    }

    pub(super) fn remove_operator(&mut self, seq: Seq, operator: &OperatorId) {
        self.operators.remove(operator, seq);
    }

    pub(super) fn insert_visitor(&mut self, seq: Seq, visitor: &Visitor) {
        if let Some(email) = visitor.known_email() {
            self.emails.insert(email.as_str().into(), seq);
            self.domains.insert(email.domain().into(), seq);
        }
        if let Some(ip) = visitor.known_ip() {
            self.ips.entry(ip).or_default().insert(seq);
        }
    }

    pub(super) fn remove_visitor(&mut self, seq: Seq, visitor: &Visitor) {
        if let Some(email) = visitor.known_email() {
            self.emails.remove(email.as_str(), seq);
            self.domains.remove(email.domain(), seq);
        }
        if let Some(ip) = visitor.known_ip() {
            if let Some(seqs) = self.ips.get_mut(&ip) {
                seqs.remove(&seq);
                if seqs.is_empty() {
                    self.ips.remove(&ip);
                }
            }
        }
    }

    /// The chats that `operator` attends.
    pub(super) fn attended_by(&self, operator: &OperatorId) -> BTreeSet<Seq> {
        self.operators.under(operator).collect()
    }

    /// Every chat that `rule` can match; some of them it may not.
    pub(super) fn candidates(&self, rule: &Rule) -> BTreeSet<Seq> {
        match rule.key() {
            Criterion::Operator(operator) => self.attended_by(operator),
            Criterion::VisitorEmail(pattern) if pattern.is_domain() => self.domains.under(pattern.domain()).collect(),
            Criterion::VisitorEmail(pattern) => self.emails.under(pattern.as_str()).collect(),
            Criterion::VisitorIp(range) => {
                self.ips.range(range.first()..=range.last()).flat_map(|(_, seqs)| seqs).copied().collect()
            }
        }
    }
}
