//! Exclusions: what nobody, or nobody of some roles, may ever watch.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use crate::criterion::Criterion;
use crate::id::ExclusionId;
use crate::role::Role;
use crate::rule::{NoCriterion, narrower};

/// A standing "never", over every rule: nobody that it binds watches a chat that meets all its criteria.
///
/// It binds everybody, or the operators of the roles that it names. An exclusion by a fact that is not known yet does
/// not hold yet. There is at least one criterion: one for every chat cannot be written.
///
/// ```
/// use chat_monitor::{Attribute, Criterion, Exclusion, Role};
///
/// let legal = Exclusion::new("x1".parse()?, Attribute::new("tag", "legal")?.into());
/// assert!(legal.binds(&Role::Administrator));
/// let legal = legal.binding(Role::Supervisor);
/// assert!(legal.binds(&Role::Supervisor) && !legal.binds(&Role::Administrator));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "block list")]
#[doc(alias = "denylist")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exclusion {
    id: ExclusionId,
    /// The narrowest of `when`.
    key: Criterion,
    when: Vec<Criterion>,
    roles: Option<BTreeSet<Role>>,
}

impl Exclusion {
    /// An exclusion of the chats that meet `criterion`, for everybody.
    pub fn new(id: ExclusionId, criterion: Criterion) -> Self {
        Exclusion { id, key: criterion.clone(), when: vec![criterion], roles: None }
    }

    /// An exclusion of the chats that meet all `criteria`, for everybody.
    ///
    /// # Errors
    ///
    /// [`NoCriterion`] if there is none.
    pub fn all(id: ExclusionId, criteria: impl IntoIterator<Item = Criterion>) -> Result<Self, NoCriterion> {
        let mut criteria = criteria.into_iter();
        let first = Exclusion::new(id, criteria.next().ok_or(NoCriterion)?);
        Ok(criteria.fold(first, Exclusion::and))
    }

    /// The same exclusion with one more criterion, which must hold too.
    #[must_use]
    pub fn and(mut self, criterion: Criterion) -> Self {
        self.key = narrower(self.key, &criterion);
        self.when.push(criterion);
        self
    }

    /// The same exclusion, binding operators of this role as well, and nobody whose role is not named.
    #[must_use]
    pub fn binding(mut self, role: Role) -> Self {
        self.roles.get_or_insert_default().insert(role);
        self
    }

    /// The exclusion's id.
    pub fn id(&self) -> &ExclusionId {
        &self.id
    }

    /// The criteria, one at least, in the order in which they were given.
    pub fn when(&self) -> &[Criterion] {
        &self.when
    }

    /// The roles whose operators it binds, in order; none where it binds everybody.
    pub fn roles(&self) -> Option<impl ExactSizeIterator<Item = &Role>> {
        self.roles.as_ref().map(BTreeSet::iter)
    }

    /// Whether it binds the operators of a role.
    pub fn binds(&self, role: &Role) -> bool {
        self.roles.as_ref().is_none_or(|roles| roles.contains(role))
    }

    /// The criterion to find the exclusion by, in an index: the one that the fewest chats are likely to meet.
    pub(crate) fn key(&self) -> &Criterion {
        &self.key
    }
}

#[cfg(feature = "serde")]
mod form {
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

    use serde::ser::SerializeStruct;
    use serde::{Deserialize, Serialize, Serializer};

    use super::Exclusion;
    use crate::criterion::Criterion;
    use crate::id::ExclusionId;
    use crate::role::Role;
    use crate::rule::NoCriterion;
    use crate::wire::read_as;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "an exclusion")]
    struct ExclusionForm {
        id: ExclusionId,
        when: Vec<Criterion>,
        roles: Option<BTreeSet<Role>>,
    }

    #[derive(Debug, thiserror::Error)]
    enum Unbuildable {
        #[error(transparent)]
        NoCriterion(#[from] NoCriterion),
        #[error("expected at least one role in `roles`, or no `roles` for everybody")]
        NoRole,
    }

    impl TryFrom<ExclusionForm> for Exclusion {
        type Error = Unbuildable;

        fn try_from(form: ExclusionForm) -> Result<Self, Unbuildable> {
            if form.roles.as_ref().is_some_and(BTreeSet::is_empty) {
                return Err(Unbuildable::NoRole);
            }
            Ok(Exclusion { roles: form.roles, ..Exclusion::all(form.id, form.when)? })
        }
    }

    read_as!(Exclusion, ExclusionForm);

    impl Serialize for Exclusion {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut exclusion = serializer.serialize_struct("Exclusion", 3)?;
            exclusion.serialize_field("id", &self.id)?;
            exclusion.serialize_field("when", &self.when)?;
            match &self.roles {
                None => exclusion.skip_field("roles")?,
                Some(roles) => exclusion.serialize_field("roles", roles)?,
            }
            exclusion.end()
        }
    }
}
