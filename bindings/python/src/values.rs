//! What the engine takes and gives: chats, rules, operators, policies, and answers.

use std::net::IpAddr;

use chat_monitor as core;
use chat_monitor::{ChatId, ExclusionId, OperatorId, Rights, Role, RoleRow, RuleId};
use faults::Fault;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::classes::{crosses, record, value};
use crate::crossing::{Crosses, In, entries};
use crate::error::{expected, invalid, unknown};

type Shown<'py> = PyResult<Bound<'py, PyAny>>;

pub(crate) fn to_json(value: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(value).map_err(invalid)
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> PyResult<T> {
    faults::read(text).map_err(invalid)
}

crosses! {
    Attribute = core::Attribute;
    Chat = core::Chat;
    Criterion = core::Criterion;
    Exclusion = core::Exclusion;
    Policy = core::Policy;
    Row = RoleRow;
    Rule = core::Rule;
    Sample = core::Sample;
    Visitor = core::Visitor;
    Window = core::Window;
}

value! {
    /// The person on the web site, as far as the host knows them.
    Visitor = core::Visitor [ip, email] {
        #[new]
        #[pyo3(signature = (ip=None, email=None))]
        fn new(ip: Option<&Bound<'_, PyAny>>, email: Option<&str>) -> PyResult<Self> {
            let mut visitor = core::Visitor::new();
            if let Some(ip) = ip {
                // An address of Python's `ipaddress`, or its text, read as it is in JSON.
                visitor = faults::visitors_ip(ip.str()?.to_str()?).map_err(invalid)?;
            }
            if let Some(email) = email {
                visitor = visitor.with_email(email.parse().map_err(invalid)?);
            }
            Ok(Visitor(visitor))
        }

        #[getter]
        fn ip(&self) -> Option<String> {
            self.0.ip().as_ref().map(IpAddr::to_string)
        }

        #[getter]
        fn email(&self) -> Option<&str> {
            self.0.email().map(core::Email::as_str)
        }
    }
}

value! {
    /// One conversation of a visitor with the operators who attend it.
    Chat = core::Chat [id, visitor, operators, joined, monitoring_allowed, departments, attributes] {
        #[new]
        #[pyo3(signature = (
            id, visitor=None, operators=None, joined=None, monitoring_allowed=true, departments=None, attributes=None,
        ))]
        fn new(
            id: In<ChatId>,
            visitor: Option<In<core::Visitor>>,
            operators: Option<In<Vec<OperatorId>>>,
            joined: Option<In<Vec<OperatorId>>>,
            monitoring_allowed: bool,
            departments: Option<In<core::Departments>>,
            attributes: Option<In<core::Attributes>>,
        ) -> PyResult<Self> {
            let mut chat = core::Chat::new(id.0).with_monitoring_allowed(monitoring_allowed);
            for (attending, joined) in [(operators, false), (joined, true)] {
                for operator in attending.map(|In(attending)| attending).into_iter().flatten() {
                    if chat.attends(&operator) {
                        return Err(invalid(Fault::attends_twice(operator.as_str())));
                    }
                    chat = if joined { chat.joined_by(operator) } else { chat.attended_by(operator) };
                }
            }
            if let Some(In(visitor)) = visitor {
                chat = chat.with_visitor(visitor);
            }
            if let Some(In(departments)) = departments {
                chat = chat.with_departments(departments);
            }
            if let Some(In(attributes)) = attributes {
                chat = chat.with_attributes(attributes);
            }
            Ok(Chat(chat))
        }

        #[getter]
        fn id(&self) -> &str {
            self.0.id().as_str()
        }

        #[getter]
        fn visitor(&self) -> Visitor {
            Visitor(self.0.visitor().clone())
        }

        #[getter]
        fn operators<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.operators().to_vec().show(py)
        }

        #[getter]
        fn joined<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.joined().to_vec().show(py)
        }

        #[getter]
        fn monitoring_allowed(&self) -> bool {
            self.0.monitoring_allowed()
        }

        #[getter]
        fn departments<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.departments().show(py)
        }

        #[getter]
        fn attributes<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.attributes().show(py)
        }

        #[classmethod]
        fn from_json(_class: &Bound<'_, PyType>, text: &str) -> PyResult<Self> {
            from_json(text).map(Chat)
        }

        fn to_json(&self) -> PyResult<String> {
            to_json(&self.0)
        }
    }
}

value! {
    /// A name with one of its values.
    Attribute = core::Attribute [name, value] {
        #[new]
        fn new(name: &str, value: &str) -> PyResult<Self> {
            core::Attribute::new(name, value).map(Attribute).map_err(invalid)
        }

        #[getter]
        fn name(&self) -> &str {
            self.0.name()
        }

        #[getter]
        fn value(&self) -> &str {
            self.0.value()
        }
    }
}

value! {
    /// A share of all chats, the same one every time.
    Sample = core::Sample [per_million, salt] {
        #[new]
        fn new(per_million: u32, salt: &str) -> PyResult<Self> {
            core::Sample::new(per_million, salt).map(Sample).map_err(invalid)
        }

        #[getter]
        fn per_million(&self) -> u32 {
            self.0.per_million()
        }

        #[getter]
        fn salt(&self) -> &str {
            self.0.salt()
        }

        fn __contains__(&self, chat: In<ChatId>) -> bool {
            self.0.contains(&chat.0)
        }
    }
}

value! {
    /// When a rule counts, in milliseconds since 1970.
    Window = core::Window [from_, until] {
        #[new]
        #[pyo3(signature = (from_=None, until=None))]
        fn new(from_: Option<In<u64>>, until: Option<In<u64>>) -> PyResult<Self> {
            let bound = |bound: Option<In<u64>>| bound.map(|In(bound)| bound);
            core::Window::new(bound(from_), bound(until)).map(Window).map_err(invalid)
        }

        #[getter]
        fn from_(&self) -> Option<u64> {
            self.0.from()
        }

        #[getter]
        fn until(&self) -> Option<u64> {
            self.0.until()
        }

        fn holds_at(&self, now: In<u64>) -> bool {
            self.0.holds_at(now.0)
        }
    }
}

macro_rules! criteria {
    ($($kind:ident $variant:ident $name:literal $type:ty;)*) => {
        value! {
            /// One test in a rule: of which kind, and with what value.
            Criterion = core::Criterion [kind, value] {
                #[new]
                fn new(kind: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
                    match kind {
                        $($name => <$type>::read(value).map(core::Criterion::$variant).map(Criterion),)*
                        _ => Err(unknown("criterion", "expected a kind of criterion")),
                    }
                }

                $(
                    #[staticmethod]
                    fn $kind(value: In<$type>) -> Self {
                        Criterion(core::Criterion::$variant(value.0))
                    }
                )*

                #[getter]
                fn kind(&self) -> &'static str {
                    match &self.0 {
                        $(core::Criterion::$variant(_) => $name,)*
                        _ => "other",
                    }
                }

                #[getter]
                fn value<'py>(&self, py: Python<'py>) -> Shown<'py> {
                    match &self.0 {
                        $(core::Criterion::$variant(value) => value.show(py),)*
                        _ => Ok(py.None().into_bound(py)),
                    }
                }
            }
        }
    };
}

criteria! {
    operator Operator "operator" OperatorId;
    visitor_ip VisitorIp "visitor_ip" core::IpRange;
    visitor_email VisitorEmail "visitor_email" core::EmailPattern;
    department Department "department" core::DepartmentId;
    operator_in OperatorIn "operator_in" core::DepartmentId;
    attribute Attribute "attribute" core::Attribute;
    sample Sample "sample" core::Sample;
}

value! {
    /// One operator's standing wish to watch the chats that meet its criteria.
    Rule = core::Rule [id, watcher, when, unless, window, enabled] {
        #[new]
        #[pyo3(signature = (id, watcher, when, unless=None, window=None, enabled=true))]
        fn new(
            id: In<RuleId>,
            watcher: In<OperatorId>,
            when: In<Vec<core::Criterion>>,
            unless: Option<In<Vec<core::Criterion>>>,
            window: Option<In<core::Window>>,
            enabled: bool,
        ) -> PyResult<Self> {
            let rule = core::Rule::all(id.0, watcher.0, when.0).map_err(invalid)?;
            let rule = rule.with_window(window.map(|In(window)| window)).with_enabled(enabled);
            let unless = unless.map(|In(unless)| unless).unwrap_or_default();
            Ok(Rule(unless.into_iter().fold(rule, core::Rule::and_not)))
        }

        #[getter]
        fn id(&self) -> &str {
            self.0.id().as_str()
        }

        #[getter]
        fn watcher(&self) -> &str {
            self.0.watcher().as_str()
        }

        #[getter]
        fn when<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.when().to_vec().show(py)
        }

        #[getter]
        fn unless<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.unless().to_vec().show(py)
        }

        #[getter]
        fn window(&self) -> Option<Window> {
            self.0.window().map(Window)
        }

        #[getter]
        fn enabled(&self) -> bool {
            self.0.enabled()
        }

        #[classmethod]
        fn from_json(_class: &Bound<'_, PyType>, text: &str) -> PyResult<Self> {
            from_json(text).map(Rule)
        }

        fn to_json(&self) -> PyResult<String> {
            to_json(&self.0)
        }
    }
}

value! {
    /// A standing "never", over every rule.
    Exclusion = core::Exclusion [id, when, roles] {
        #[new]
        #[pyo3(signature = (id, when, roles=None))]
        fn new(id: In<ExclusionId>, when: In<Vec<core::Criterion>>, roles: Option<In<Vec<Role>>>) -> PyResult<Self> {
            let exclusion = core::Exclusion::all(id.0, when.0).map_err(invalid)?;
            if roles.as_ref().is_some_and(|In(roles)| roles.is_empty()) {
                return Err(invalid(Fault::no_role()));
            }
            let roles = roles.map(|In(roles)| roles).unwrap_or_default();
            Ok(Exclusion(roles.into_iter().fold(exclusion, core::Exclusion::binding)))
        }

        #[getter]
        fn id(&self) -> &str {
            self.0.id().as_str()
        }

        #[getter]
        fn when<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.when().to_vec().show(py)
        }

        #[getter]
        fn roles<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.roles().map(|roles| roles.cloned().collect::<Vec<_>>()).show(py)
        }

        #[classmethod]
        fn from_json(_class: &Bound<'_, PyType>, text: &str) -> PyResult<Self> {
            from_json(text).map(Exclusion)
        }

        fn to_json(&self) -> PyResult<String> {
            to_json(&self.0)
        }
    }
}

value! {
    /// What is known of an operator.
    Operator = core::Operator [role, departments, oversees] {
        #[new]
        #[pyo3(signature = (role, departments=None, oversees=None))]
        fn new(
            role: In<Role>,
            departments: Option<In<core::Departments>>,
            oversees: Option<In<core::Oversees>>,
        ) -> Self {
            let mut operator = core::Operator::new(role.0);
            if let Some(In(departments)) = departments {
                operator = operator.with_departments(departments);
            }
            if let Some(In(oversees)) = oversees {
                operator = operator.with_oversees(oversees);
            }
            Operator(operator)
        }

        #[getter]
        fn role(&self) -> &str {
            self.0.role().as_str()
        }

        #[getter]
        fn departments<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.departments().show(py)
        }

        #[getter]
        fn oversees<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.oversees().cloned().show(py)
        }

        fn rights_in<'py>(&self, py: Python<'py>, department: In<core::DepartmentId>) -> Shown<'py> {
            self.0.rights_in(&department.0).show(py)
        }
    }
}

impl Crosses for core::Operator {
    /// A role alone makes an operator.
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        match (object.cast::<Operator>(), object.cast::<PyString>()) {
            (Ok(operator), _) => Ok(operator.get().0.clone()),
            (_, Ok(role)) => Role::read(role).map(core::Operator::new),
            _ => Err(expected("an Operator or a role", object)),
        }
    }

    fn show<'py>(&self, py: Python<'py>) -> Shown<'py> {
        Operator(self.clone()).into_bound_py_any(py)
    }
}

value! {
    /// What a role may do.
    Row = RoleRow [monitors, within, rights, unattended, hears_advice] {
        #[new]
        #[pyo3(signature = (monitors=None, within=None, rights=None, unattended=false, hears_advice=true))]
        fn new(
            monitors: Option<In<Vec<Role>>>,
            within: Option<In<core::Within>>,
            rights: Option<In<Rights>>,
            unattended: bool,
            hears_advice: bool,
        ) -> Self {
            let row = RoleRow::new(monitors.map(|In(monitors)| monitors).unwrap_or_default());
            let row = row.with_within(within.map(|In(within)| within).unwrap_or_default());
            let row = row.with_rights(rights.map_or(Rights::ALL, |In(rights)| rights));
            Row(row.with_unattended(unattended).with_hears_advice(hears_advice))
        }

        #[getter]
        fn monitors<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.monitors().cloned().collect::<Vec<_>>().show(py)
        }

        #[getter]
        fn within<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.within().show(py)
        }

        #[getter]
        fn rights<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.rights().show(py)
        }

        #[getter]
        fn unattended(&self) -> bool {
            self.0.unattended()
        }

        #[getter]
        fn hears_advice(&self) -> bool {
            self.0.hears_advice()
        }
    }
}

impl Crosses for core::Permissions {
    fn read(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let row = |row: &Bound<'_, PyAny>| match row.cast::<Row>() {
            Ok(row) => Ok(row.get().0.clone()),
            Err(_) => {
                Vec::read(row).map(RoleRow::new).map_err(|_| expected("a Row or the roles that it monitors", row))
            }
        };
        let rows: Vec<(Role, RoleRow)> = entries(object, row)?;
        faults::permissions(rows).map_err(invalid)
    }

    fn show<'py>(&self, py: Python<'py>) -> Shown<'py> {
        let shown = PyDict::new(py);
        self.rows().try_for_each(|(role, row)| shown.set_item(role.as_str(), row.show(py)?))?;
        Ok(shown.into_any())
    }
}

value! {
    /// What all decisions go by, beside the rules.
    Policy = core::Policy [watch_unattended, joined_count, permissions] {
        #[new]
        #[pyo3(signature = (watch_unattended=false, joined_count=true, permissions=None))]
        fn new(watch_unattended: bool, joined_count: bool, permissions: Option<In<core::Permissions>>) -> Self {
            let policy = core::Policy::default().with_watch_unattended(watch_unattended).with_count_joined(joined_count);
            Policy(policy.with_permissions(permissions.map(|In(permissions)| permissions).unwrap_or_default()))
        }

        #[getter]
        fn watch_unattended(&self) -> bool {
            self.0.watch_unattended()
        }

        #[getter]
        fn joined_count(&self) -> bool {
            self.0.count_joined()
        }

        #[getter]
        fn permissions<'py>(&self, py: Python<'py>) -> Shown<'py> {
            self.0.permissions().show(py)
        }

        #[classmethod]
        fn from_json(_class: &Bound<'_, PyType>, text: &str) -> PyResult<Self> {
            from_json(text).map(Policy)
        }

        fn to_json(&self) -> PyResult<String> {
            to_json(&self.0)
        }
    }
}

record! {
    /// Why not: an exclusion holds.
    Excluded = (exclusion) { exclusion: ExclusionId }
}

record! {
    /// Why not: the watcher may not monitor this operator, who attends the chat.
    NotPermitted = (operator) { operator: OperatorId }
}

record! {
    /// An operator to whom at least one rule grants a chat, with these rules.
    Watcher = (operator, rules) { operator: OperatorId, rules: Vec<RuleId> }
}

impl From<core::Watcher> for Watcher {
    fn from(watcher: core::Watcher) -> Self {
        let (operator, rules) = watcher.into_parts();
        Watcher { operator, rules }
    }
}

record! {
    /// A line in somebody's list of monitored chats.
    MonitoredChat = (chat, rules) { chat: core::Chat, rules: Vec<RuleId> }
}

record! {
    /// All that the people in a chat may know of who is in it.
    ParticipantView = (chat, operators, joined) { chat: ChatId, operators: Vec<OperatorId>, joined: Vec<OperatorId> }
}

record! {
    /// Who receives a message. Participants must not be told of `watchers`.
    Recipients = (visitor, attending, watchers) {
        visitor: bool, attending: Vec<OperatorId>, watchers: Vec<OperatorId>,
    }
}

/// Shows what `IntoPyObject` takes.
pub(crate) fn list<'py, T: IntoPyObject<'py>>(py: Python<'py>, items: impl IntoIterator<Item = T>) -> Shown<'py> {
    items.into_iter().map(|item| item.into_bound_py_any(py)).collect::<PyResult<Vec<_>>>()?.into_bound_py_any(py)
}
