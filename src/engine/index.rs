//! Which rules and watchers a chat can concern at all, without looking at all of them.
//!
//! Every rule is filed under one of its criteria, its key: the one that the fewest chats are likely to meet. A chat meets
//! all criteria of a rule only if it meets that one, so what is filed under the chat's own operators, email, mail domain
//! and address is all there is to look at:
//!
//! ```text
//!  chat                 look-ups                       what is filed there
//!  ├─ ken  ───────────▶ operators ─▶ role of ken,  ┌─ watchers  hana·2  yuki·1      whom their rules of this
//!  ├─ aya  ───────────▶ operators ─▶ role of aya   │            (rules of one criterion, switched on)
//!  ├─ mika@example.com ▶ emails ──────────────────▶┤
//!  │      └ example.com ▶ domains                  ├─ one       r7 ─▶ r2            rules of one criterion
//!  └─ 192.0.2.7 ──────▶ networks                   └─ more      r9                  rules of more
//! ```
//!
//! * The **watchers** are all that most questions need: each once, however many rules they have there, by role, so that
//!   the roles permitted to monitor all who attend pick whole stretches of the list. A rule of one criterion holds
//!   because its key was found; it needs no second look.
//! * The **rules** are chains through the rules themselves. Those of more criteria are judged one by one. The others are
//!   asked only when somebody wants to know by which rules.
//!
//! An operator's role lies where their key does, so the permission check costs no look-up of its own. Every change finds
//! its key as a question does, and changes what is filed there in place.

use foldhash::fast::SeedableRandomState;

use super::filing::{Filing, Keyed};
use super::key::Text;
use super::networks::Networks;
use super::operators::{OperatorSlot, Operators};
use crate::chat::Chat;
use crate::criterion::Criterion;
use crate::id::OperatorId;

/// What is filed under every key.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) hasher: SeedableRandomState,
    pub(super) operators: Operators,
    emails: Keyed<Text<38>>,
    domains: Keyed<Text<22>>,
    networks: Networks,
}

impl Index {
    pub(super) fn new(hasher: SeedableRandomState) -> Self {
        Index {
            hasher,
            operators: Operators::default(),
            emails: Keyed::default(),
            domains: Keyed::default(),
            networks: Networks::default(),
        }
    }

    /// What is filed under a key, to file more there.
    pub(super) fn file(&mut self, key: &Criterion) -> &mut Filing {
        match key {
            Criterion::Operator(operator) => &mut self.operators.intern(operator, &self.hasher).filed,
            Criterion::VisitorEmail(pattern) if pattern.is_domain() => {
                self.domains.file(pattern.domain().into(), &self.hasher).0
            }
            Criterion::VisitorEmail(pattern) => self.emails.file(pattern.as_str().into(), &self.hasher).0,
            Criterion::VisitorIp(range) => self.networks.file(*range, &self.hasher),
        }
    }

    /// What is filed under a key already.
    pub(super) fn find_mut(&mut self, key: &Criterion) -> Option<&mut Filing> {
        match key {
            Criterion::Operator(operator) => {
                self.operators.find_mut(operator, &self.hasher).map(|slot| &mut slot.filed)
            }
            Criterion::VisitorEmail(pattern) if pattern.is_domain() => {
                self.domains.find_mut(pattern.domain().as_bytes(), &self.hasher)
            }
            Criterion::VisitorEmail(pattern) => self.emails.find_mut(pattern.as_str().as_bytes(), &self.hasher),
            Criterion::VisitorIp(range) => self.networks.find_mut(range, &self.hasher),
        }
    }

    /// Forgets a key under which nothing is filed any more.
    pub(super) fn release(&mut self, key: &Criterion) {
        match key {
            Criterion::Operator(operator) => self.operators.release(operator, &self.hasher),
            Criterion::VisitorEmail(pattern) if pattern.is_domain() => {
                self.domains.release(pattern.domain().as_bytes(), &self.hasher);
            }
            Criterion::VisitorEmail(pattern) => {
                self.emails.release(pattern.as_str().as_bytes(), &self.hasher);
            }
            Criterion::VisitorIp(range) => self.networks.release(range, &self.hasher),
        }
    }

    #[inline]
    pub(super) fn of_operator(&self, operator: &OperatorId) -> Option<&OperatorSlot> {
        self.operators.find(operator, &self.hasher)
    }

    #[inline]
    pub(super) fn of_email(&self, chat: &Chat) -> Option<&Filing> {
        self.emails.find(chat.known_visitor().known_email()?.as_str().as_bytes(), &self.hasher)
    }

    #[inline]
    pub(super) fn of_domain(&self, chat: &Chat) -> Option<&Filing> {
        self.domains.find(chat.known_visitor().known_email()?.domain().as_bytes(), &self.hasher)
    }

    #[inline]
    pub(super) fn of_address(&self, chat: &Chat) -> Option<&Filing> {
        self.networks.address(chat.known_visitor().known_ip()?, &self.hasher)
    }

    #[inline]
    pub(super) fn of_networks<'a>(&'a self, chat: &Chat, found: &mut impl FnMut(&'a Filing)) {
        if let Some(ip) = chat.known_visitor().known_ip() {
            self.networks.covering(ip, &self.hasher, found);
        }
    }

    /// What is filed under each of the chat's keys.
    pub(super) fn of_chat<'a>(&'a self, chat: &Chat, found: &mut impl FnMut(&'a Filing)) {
        chat.attending().filter_map(|operator| self.of_operator(operator)).for_each(|slot| found(&slot.filed));
        [self.of_email(chat), self.of_domain(chat), self.of_address(chat)].into_iter().flatten().for_each(&mut *found);
        self.of_networks(chat, found);
    }
}
