//! The table of permissions: which roles may monitor which, within what, with which rights.

use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use indexmap::IndexMap;

use crate::right::{Right, Rights};
use crate::role::Role;
use crate::wire::wire;

/// How many roles a policy can have.
pub(crate) const MAX_ROLES: usize = 32;

/// A fixed seed is enough: names of roles are the host's, and there are at most 32.
type Rows = IndexMap<Role, RoleRow, foldhash::fast::FixedState>;

/// What a role may do: a row for each.
///
/// The three built-in rows are always there, by default these:
///
/// | role | may monitor |
/// |---|---|
/// | [`Administrator`](Role::Administrator) | supervisors and associates |
/// | [`Supervisor`](Role::Supervisor) | associates |
/// | [`Associate`](Role::Associate) | nobody |
///
/// A host can replace them, cell by cell, and add up to 29 roles of its own.
///
/// ```
/// use chat_monitor::{Permissions, Role, RoleRow, Within};
///
/// let lead: Role = "lead".parse()?;
/// let permissions = Permissions::default()
///     .with(Role::Administrator, Role::Supervisor, false)?
///     .with_rows([(lead.clone(), RoleRow::new([Role::Associate]).with_within(Within::Chat))])?;
/// assert!(permissions.may_monitor(&lead, &Role::Associate));
/// assert!(!permissions.may_monitor(&Role::Administrator, &Role::Supervisor));
/// assert!(!permissions.may_monitor_anybody(&"stranger".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Permissions {
    /// Sorted by role.
    rows: Rows,
}

impl Permissions {
    /// The table in which nobody may monitor anybody.
    pub fn none() -> Self {
        Permissions { rows: Role::BUILT_IN.into_iter().map(|role| (role, RoleRow::default())).collect() }
    }

    /// The same table with these rows, in the place of those that the roles had.
    ///
    /// # Errors
    ///
    /// [`InvalidPermissions`] where a row names a role that has none, where a row's rights lack watching but have
    /// another, or where there would be more than 32 roles.
    pub fn with_rows(mut self, rows: impl IntoIterator<Item = (Role, RoleRow)>) -> Result<Self, InvalidPermissions> {
        self.rows.extend(rows);
        self.rows.sort_unstable_keys();
        self.check()?;
        Ok(self)
    }

    /// The same table with one cell set: whether a `watcher` may monitor a `target`.
    ///
    /// # Errors
    ///
    /// [`InvalidPermissions::UnknownRole`] if one of them has no row.
    pub fn with(mut self, watcher: Role, target: Role, may: bool) -> Result<Self, InvalidPermissions> {
        if !self.rows.contains_key(&target) {
            return Err(InvalidPermissions::UnknownRole(target));
        }
        let Some(row) = self.rows.get_mut(&watcher) else { return Err(InvalidPermissions::UnknownRole(watcher)) };
        if may {
            row.insert(target);
        } else {
            row.monitors.retain(|held| *held != target);
        }
        Ok(self)
    }

    /// The row of a role, if it has one.
    pub fn row(&self, role: &Role) -> Option<&RoleRow> {
        self.rows.get(role)
    }

    /// Every role with its row: the built-in ones first, then the others by the bytes of their names.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (&Role, &RoleRow)> {
        self.rows.iter()
    }

    /// Whether a `watcher` may monitor a `target`. A role without a row may monitor nobody.
    pub fn may_monitor(&self, watcher: &Role, target: &Role) -> bool {
        self.row(watcher).is_some_and(|row| row.monitors.contains(target))
    }

    /// Whether a `watcher` may monitor anybody at all: watching is among the row's rights, and it monitors a role or
    /// unattended chats.
    pub fn may_monitor_anybody(&self, watcher: &Role) -> bool {
        self.row(watcher).is_some_and(RoleRow::may_monitor_anybody)
    }

    fn check(&self) -> Result<(), InvalidPermissions> {
        if self.rows.len() > MAX_ROLES {
            return Err(InvalidPermissions::TooManyRoles);
        }
        if let Some(role) = Role::BUILT_IN.into_iter().find(|role| !self.rows.contains_key(role)) {
            return Err(InvalidPermissions::MissingRole(role));
        }
        for (role, row) in &self.rows {
            if let Some(unknown) = row.monitors.iter().find(|target| !self.rows.contains_key(*target)) {
                return Err(InvalidPermissions::UnknownRole(unknown.clone()));
            }
            if !row.rights.is_empty() && !row.rights.contains(Right::Watch) {
                return Err(InvalidPermissions::RightsWithoutWatch(role.clone()));
            }
        }
        Ok(())
    }
}

impl Default for Permissions {
    fn default() -> Self {
        let mut permissions = Permissions::none();
        permissions.rows.insert(Role::Administrator, RoleRow::new([Role::Supervisor, Role::Associate]));
        permissions.rows.insert(Role::Supervisor, RoleRow::new([Role::Associate]));
        permissions
    }
}

/// Tables are equal when the same roles have the same rows.
impl PartialEq for Permissions {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl Eq for Permissions {}

impl Hash for Permissions {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rows().for_each(|row| row.hash(state));
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.rows).finish()
    }
}

/// Why a table of permissions cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPermissions {
    /// A row may monitor this role, or a cell is about it, and it has no row.
    #[error("role `{0}` has no row")]
    UnknownRole(Role),
    /// This built-in role has no row.
    #[error("the row of role `{0}` is missing")]
    MissingRole(Role),
    /// There are more than 32 roles.
    #[error("expected at most 32 roles")]
    TooManyRoles,
    /// The role may advise or join without watching.
    #[error("role `{0}` cannot advise or join without the right to watch")]
    RightsWithoutWatch(Role),
}

/// One role's row in the [`Permissions`].
///
/// ```
/// use chat_monitor::{Right, Rights, Role, RoleRow, Within};
///
/// let row = RoleRow::new([Role::Associate])
///     .with_within(Within::Operators)
///     .with_rights(Rights::from([Right::Watch, Right::Advise]));
/// assert!(row.monitors().eq([&Role::Associate]));
/// assert!(row.hears_advice() && !row.unattended());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleRow {
    /// Sorted, each once.
    monitors: Vec<Role>,
    within: Within,
    rights: Rights,
    unattended: bool,
    hears_advice: bool,
}

impl RoleRow {
    /// The row of a role that may monitor operators of these roles anywhere, with all rights.
    pub fn new(monitors: impl IntoIterator<Item = Role>) -> Self {
        let (within, rights) = (Within::Anywhere, Rights::ALL);
        let row = RoleRow { monitors: Vec::new(), within, rights, unattended: false, hears_advice: true };
        monitors.into_iter().fold(row, |mut row, role| {
            row.insert(role);
            row
        })
    }

    fn insert(&mut self, role: Role) {
        if let Err(place) = self.monitors.binary_search(&role) {
            self.monitors.insert(place, role);
        }
    }

    /// The same row, limited to what the operators oversee.
    #[must_use]
    pub fn with_within(self, within: Within) -> Self {
        RoleRow { within, ..self }
    }

    /// The same row with these rights: none, or watching with or without the others.
    #[must_use]
    pub fn with_rights(self, rights: Rights) -> Self {
        RoleRow { rights, ..self }
    }

    /// The same row, which may also watch chats that nobody attends, or not.
    #[must_use]
    pub fn with_unattended(self, unattended: bool) -> Self {
        RoleRow { unattended, ..self }
    }

    /// The same row, whose operators hear advice, or not: a machine must not answer a note.
    #[must_use]
    pub fn with_hears_advice(self, hears_advice: bool) -> Self {
        RoleRow { hears_advice, ..self }
    }

    /// The roles that it may monitor, in order.
    pub fn monitors(&self) -> impl ExactSizeIterator<Item = &Role> {
        self.monitors.iter()
    }

    /// What an operator's watching is limited to.
    pub fn within(&self) -> Within {
        self.within
    }

    /// What it may do at most, whatever an operator oversees.
    pub fn rights(&self) -> Rights {
        self.rights
    }

    /// Whether it may watch chats that nobody attends even where the policy keeps others from it.
    pub fn unattended(&self) -> bool {
        self.unattended
    }

    /// Whether advice reaches its operators.
    pub fn hears_advice(&self) -> bool {
        self.hears_advice
    }

    pub(crate) fn may_monitor_anybody(&self) -> bool {
        self.rights.contains(Right::Watch) && (self.unattended || !self.monitors.is_empty())
    }
}

/// A role that may monitor nobody.
impl Default for RoleRow {
    fn default() -> Self {
        RoleRow::new([])
    }
}

wire! {
    /// What the watching of a role's operators is limited to.
    ///
    /// An operator oversees departments, each with [`Rights`] ([`Operator`](crate::Operator)).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Within {
        /// To nothing.
        #[default]
        Anywhere,
        /// To chats of the departments that they oversee.
        Chat,
        /// To operators of the departments that they oversee: every one who counts must belong to one.
        Operators,
        /// To either of these. Half of one and half of the other is not enough.
        Either,
    }
}

#[cfg(feature = "serde")]
mod form {
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use core::fmt;

    use serde::de::value::MapAccessDeserializer;
    use serde::de::{Error, MapAccess, SeqAccess, Visitor};
    use serde::ser::SerializeMap;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{InvalidPermissions, Permissions, RoleRow, Rows, Within};
    use crate::right::Rights;
    use crate::role::Role;
    use crate::wire::{entries, quiet};

    impl Serialize for Permissions {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(&self.rows)
        }
    }

    impl<'de> Deserialize<'de> for Permissions {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let entries: Vec<(Role, RoleRow)> = entries::read(deserializer, "an object with a row for each role")?;
            let permissions = Permissions { rows: Rows::default() };
            permissions.with_rows(entries).map_err(|invalid| D::Error::custom(quietly(invalid)))
        }
    }

    /// What is wrong, without repeating a name that may be something else in the wrong place.
    fn quietly(invalid: InvalidPermissions) -> String {
        match &invalid {
            InvalidPermissions::UnknownRole(role) => format!("{} has no row", quiet::named("role", role.as_str())),
            InvalidPermissions::RightsWithoutWatch(role) => {
                let role = quiet::named("role", role.as_str());
                format!("{role} cannot advise or join without the right to watch")
            }
            InvalidPermissions::MissingRole(_) | InvalidPermissions::TooManyRoles => invalid.to_string(),
        }
    }

    /// A list of the roles that it monitors where all else is the default, otherwise an object with what differs.
    impl Serialize for RoleRow {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let RoleRow { monitors, within, rights, unattended, hears_advice } = self;
            let default = RoleRow { monitors: monitors.clone(), ..RoleRow::default() };
            if *self == default {
                return serializer.collect_seq(monitors);
            }
            let mut row = serializer.serialize_map(None)?;
            row.serialize_entry("monitors", monitors)?;
            if *within != default.within {
                row.serialize_entry("within", within)?;
            }
            if *rights != default.rights {
                row.serialize_entry("rights", rights)?;
            }
            if *unattended != default.unattended {
                row.serialize_entry("unattended", unattended)?;
            }
            if *hears_advice != default.hears_advice {
                row.serialize_entry("hears_advice", hears_advice)?;
            }
            row.end()
        }
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, expecting = "a row of permissions")]
    struct RowForm {
        monitors: Vec<Role>,
        within: Option<Within>,
        rights: Option<Rights>,
        unattended: Option<bool>,
        hears_advice: Option<bool>,
    }

    impl From<RowForm> for RoleRow {
        fn from(form: RowForm) -> Self {
            let RowForm { monitors, within, rights, unattended, hears_advice } = form;
            let default = RoleRow::new(monitors);
            RoleRow {
                within: within.unwrap_or(default.within),
                rights: rights.unwrap_or(default.rights),
                unattended: unattended.unwrap_or(default.unattended),
                hears_advice: hears_advice.unwrap_or(default.hears_advice),
                ..default
            }
        }
    }

    impl<'de> Deserialize<'de> for RoleRow {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            quiet::quietly(deserializer, |quiet| quiet.deserialize_any(ListOrObject))
        }
    }

    struct ListOrObject;

    impl<'de> Visitor<'de> for ListOrObject {
        type Value = RoleRow;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of roles or an object with `monitors`")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RoleRow, A::Error> {
            let mut monitors = Vec::new();
            while let Some(role) = list.next_element()? {
                monitors.push(role);
            }
            Ok(RoleRow::new(monitors))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RoleRow, A::Error> {
            RowForm::deserialize(MapAccessDeserializer::new(map)).map(RoleRow::from)
        }
    }
}
