//! What is filed under every key but operators: those lie with what is known of them.

use alloc::boxed::Box;
use core::net::IpAddr;

use foldhash::fast::SeedableRandomState;

use super::filing::{Filed, Keyed};
use super::networks::Networks;
use crate::address::domains_above;
use crate::attribute::Attribute;
use crate::id::{DepartmentId, OperatorId};
use crate::key::{Fact, Key};
use crate::text::Text;

/// What is filed under the keys of visitors and chats.
#[derive(Clone, Debug)]
pub(super) struct Tables<F> {
    emails: Keyed<Text<38>, F>,
    domains: Keyed<Text<22>, F>,
    addresses: Keyed<IpAddr, F>,
    networks: Networks<F>,
    /// What few hosts have: absent until something is filed there, so that they alone look there.
    rare: Option<Box<Rare<F>>>,
}

#[derive(Clone, Debug)]
struct Rare<F> {
    below: Keyed<Text<22>, F>,
    attributes: Keyed<Attribute, F>,
    departments: Keyed<DepartmentId, F>,
    operators_in: Keyed<DepartmentId, F>,
    every: F,
}

impl<F> Default for Tables<F> {
    fn default() -> Self {
        Tables {
            emails: Keyed::default(),
            domains: Keyed::default(),
            addresses: Keyed::default(),
            networks: Networks::default(),
            rare: None,
        }
    }
}

impl<F: Default> Default for Rare<F> {
    fn default() -> Self {
        Rare {
            below: Keyed::default(),
            attributes: Keyed::default(),
            departments: Keyed::default(),
            operators_in: Keyed::default(),
            every: F::default(),
        }
    }
}

impl<F: Filed> Tables<F> {
    /// What is filed under a key, to file more there. An operator is handed back: they lie elsewhere.
    #[inline]
    pub(super) fn file<'k>(&mut self, key: Key<'k>, hasher: &SeedableRandomState) -> Result<&mut F, &'k OperatorId> {
        let rare = &mut self.rare;
        Ok(match key {
            Key::Operator(operator) => return Err(operator),
            Key::Email(address) => self.emails.file(address.into(), hasher).0,
            Key::Domain(domain) => self.domains.file(domain.into(), hasher).0,
            Key::Address(ip) => self.addresses.file(ip, hasher).0,
            Key::Network(range) => self.networks.file(range, hasher),
            Key::Below(domain) => rare.get_or_insert_default().below.file(domain.into(), hasher).0,
            Key::Attribute(attribute) => rare.get_or_insert_default().attributes.file(attribute.clone(), hasher).0,
            Key::Department(department) => rare.get_or_insert_default().departments.file(department.clone(), hasher).0,
            Key::OperatorIn(department) => rare.get_or_insert_default().operators_in.file(department.clone(), hasher).0,
            Key::Every => &mut rare.get_or_insert_default().every,
        })
    }

    /// What is filed under a key already. An operator is handed back.
    #[inline]
    pub(super) fn find_mut<'k>(
        &mut self,
        key: Key<'k>,
        hasher: &SeedableRandomState,
    ) -> Result<Option<&mut F>, &'k OperatorId> {
        let rare = self.rare.as_deref_mut();
        Ok(match key {
            Key::Operator(operator) => return Err(operator),
            Key::Email(address) => self.emails.find_mut(address.as_bytes(), hasher),
            Key::Domain(domain) => self.domains.find_mut(domain.as_bytes(), hasher),
            Key::Address(ip) => self.addresses.find_mut(&ip, hasher),
            Key::Network(range) => self.networks.find_mut(&range, hasher),
            Key::Below(domain) => rare.and_then(|rare| rare.below.find_mut(domain.as_bytes(), hasher)),
            Key::Attribute(attribute) => rare.and_then(|rare| rare.attributes.find_mut(attribute, hasher)),
            Key::Department(department) => rare.and_then(|rare| rare.departments.find_mut(department, hasher)),
            Key::OperatorIn(department) => rare.and_then(|rare| rare.operators_in.find_mut(department, hasher)),
            Key::Every => rare.map(|rare| &mut rare.every),
        })
    }

    /// Forgets a key under which nothing is filed any more. An operator is handed back.
    #[inline]
    pub(super) fn release<'k>(&mut self, key: Key<'k>, hasher: &SeedableRandomState) -> Result<(), &'k OperatorId> {
        let rare = self.rare.as_deref_mut();
        match key {
            Key::Operator(operator) => return Err(operator),
            Key::Email(address) => _ = self.emails.release(address.as_bytes(), hasher),
            Key::Domain(domain) => _ = self.domains.release(domain.as_bytes(), hasher),
            Key::Address(ip) => _ = self.addresses.release(&ip, hasher),
            Key::Network(range) => self.networks.release(&range, hasher),
            Key::Below(domain) => _ = rare.map(|rare| rare.below.release(domain.as_bytes(), hasher)),
            Key::Attribute(attribute) => _ = rare.map(|rare| rare.attributes.release(attribute, hasher)),
            Key::Department(department) => _ = rare.map(|rare| rare.departments.release(department, hasher)),
            Key::OperatorIn(department) => _ = rare.map(|rare| rare.operators_in.release(department, hasher)),
            Key::Every => {}
        }
        if self.rare.as_deref().is_some_and(Rare::is_empty) {
            self.rare = None;
        }
        Ok(())
    }

    /// Whether anything is filed under keys that few hosts have.
    #[inline]
    pub(super) fn has_rare(&self) -> bool {
        self.rare.is_some()
    }

    /// What is filed under each key that a fact leads to. `belongs_to` says to which departments an operator belongs.
    #[inline]
    pub(super) fn each<'a, 'd, D: Iterator<Item = &'d DepartmentId>>(
        &'a self,
        fact: Fact<'_>,
        belongs_to: impl FnOnce(&OperatorId) -> D,
        hasher: &SeedableRandomState,
        mut found: impl FnMut(&'a F),
    ) {
        let rare = self.rare.as_deref();
        match fact {
            Fact::Email(email) => {
                if let Some(filed) = self.emails.find(email.as_str().as_bytes(), hasher) {
                    found(filed);
                }
                if let Some(filed) = self.domains.find(email.domain().as_bytes(), hasher) {
                    found(filed);
                }
                if let Some(rare) = rare.filter(|rare| !rare.below.is_empty()) {
                    let above = domains_above(email.domain());
                    above.filter_map(|domain| rare.below.find(domain.as_bytes(), hasher)).for_each(found);
                }
            }
            Fact::Ip(ip) => {
                if let Some(filed) = self.addresses.find(&ip, hasher) {
                    found(filed);
                }
                self.networks.each(ip, hasher, &mut found);
            }
            Fact::Operator(operator) => {
                if let Some(rare) = rare.filter(|rare| !rare.operators_in.is_empty()) {
                    let departments = belongs_to(operator);
                    departments.filter_map(|department| rare.operators_in.find(department, hasher)).for_each(found);
                }
            }
            Fact::Department(department) => {
                if let Some(filed) = rare.and_then(|rare| rare.departments.find(department, hasher)) {
                    found(filed);
                }
            }
            Fact::Attribute(attribute) => {
                if let Some(filed) = rare.and_then(|rare| rare.attributes.find(attribute, hasher)) {
                    found(filed);
                }
            }
            Fact::IsChat => {
                if let Some(filed) = rare.map(|rare| &rare.every).filter(|filed| !filed.is_empty()) {
                    found(filed);
                }
            }
        }
    }
}

#[cfg(test)]
impl<F: Filed> Tables<F> {
    pub(super) fn is_empty(&self) -> bool {
        let Tables { emails, domains, addresses, networks, rare } = self;
        emails.is_empty() && domains.is_empty() && addresses.is_empty() && networks.is_empty() && rare.is_none()
    }
}

impl<F: Filed> Rare<F> {
    fn is_empty(&self) -> bool {
        let Rare { below, attributes, departments, operators_in, every } = self;
        below.is_empty()
            && attributes.is_empty()
            && departments.is_empty()
            && operators_in.is_empty()
            && every.is_empty()
    }
}
