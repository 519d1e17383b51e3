//! Demonstration data: two departments, a role of their own, seven operators, some rules and an exclusion, in a file that
//! has no accounts yet.

use chat_monitor::{DepartmentId, Departments, Exclusion, Operator, OperatorId, Right, Rights, Role, RoleRow};

use crate::account::{self, check_password, short_id};
use crate::console::{DemonstrationPassword, Failure};
use crate::criterion::criterion;
use crate::denial::Denial;
use crate::hub::Hub;
use crate::office::help;
use crate::password;
use crate::store::Account;

const DEPARTMENTS: [(&str, &str); 2] = [("orders", "ご注文窓口"), ("service", "サポート窓口")];

/// A role that is none of the crate's: it reads what associates write, and neither advises nor joins.
const ROLE: &str = "qa";

/// Each with their role and the department that they belong to.
const PEOPLE: [(&str, &str, &str, Option<&str>); 7] = [
    ("aoi", "木村 葵", "administrator", None),
    ("hana", "森 花", "supervisor", Some("service")),
    ("sora", "石井 空", "supervisor", Some("orders")),
    ("ken", "田中 健", "associate", Some("service")),
    ("aya", "鈴木 彩", "associate", Some("orders")),
    ("rin", "小川 凛", "associate", Some("orders")),
    ("mei", "西村 芽衣", ROLE, None),
];

/// Addresses and domains that are kept free for examples (RFC 5737, RFC 2606).
const RULES: [(&str, &str, &str); 6] = [
    ("aoi", "operator", "sora"),
    ("aoi", "visitor_ip", "203.0.113.0/24"),
    ("hana", "operator", "ken"),
    ("hana", "visitor_email", "*@example.net"),
    ("sora", "visitor_ip", "198.51.100.0/24"),
    ("mei", "visitor_ip", "192.0.2.0/24"),
];

/// What the role never sees. Its rule would match a chat of this domain.
const EXCLUSION: (&str, &str, &str) = ("x-00000001", "visitor_email", "*@example.org");

/// Fills a file without accounts. The passwords are told this once: the file has their hashes alone.
pub(crate) async fn fill(hub: &Hub) -> Result<Vec<DemonstrationPassword>, Failure> {
    if !hub.call(|office| office.accounts()).await?.is_empty() {
        return Ok(Vec::new());
    }
    let (mut accounts, mut passwords) = (Vec::new(), Vec::new());
    for (id, name, role, department) in PEOPLE {
        let role: Role = role.parse().map_err(|_| Failure::Account(role.to_owned()))?;
        let password = password::easy();
        let account = new_account(id, name, password.clone(), true).await?;
        passwords.push(shown(&account.operator, name, &role, password));
        let of = Departments::new(department.and_then(|id| id.parse().ok())).unwrap_or_default();
        accounts.push((account, Operator::new(role).with_departments(of)));
    }
    let rules: Result<Vec<_>, String> = RULES
        .into_iter()
        .map(|(watcher, kind, value)| {
            let watcher: OperatorId = watcher.parse().map_err(|_| watcher.to_owned())?;
            Ok((watcher, criterion(kind, value).map_err(|_| value.to_owned())?))
        })
        .collect();
    let rules = rules.map_err(Failure::Account)?;
    let (exclusion, kind, value) = EXCLUSION;
    let excluded = criterion(kind, value).map_err(|_| Failure::Account(value.to_owned()))?;
    let exclusion = exclusion.parse().map(|id| Exclusion::new(id, excluded));
    let exclusion = exclusion.map_err(|_| Failure::Account(EXCLUSION.0.to_owned()))?;
    // Whoever raises a hand is seen by this one.
    let sora: Option<OperatorId> = "sora".parse().ok();
    // In one transaction: a file has the whole demonstration or none of it.
    let fill = hub.call(move |office| {
        for (department, name) in departments() {
            office.put_department(department, name.to_owned())?;
        }
        office.put_role(&role()?, Some(RoleRow::new([Role::Associate]).with_rights(Rights::from([Right::Watch]))))?;
        for (account, operator) in accounts {
            office.add_operator(&account, operator)?;
        }
        for (watcher, criterion) in rules {
            office.add_rule(&watcher, criterion)?;
        }
        if let Some((watcher, help)) = sora.zip(help()) {
            office.add_rule(&watcher, help.into())?;
        }
        office.put_exclusion(exclusion.binding(role()?))?;
        Ok(())
    });
    fill.await?;
    Ok(passwords)
}

/// Gives the demonstration's accounts new passwords.
pub(crate) async fn renew(hub: &Hub) -> Result<Vec<DemonstrationPassword>, Failure> {
    let mut passwords = Vec::new();
    let accounts = hub.call(|office| office.accounts()).await?;
    // One that is disabled stays so.
    for account in accounts.into_iter().filter(|account| account.demonstration && account.disabled.is_none()) {
        let password = password::easy();
        let hash = hash(password.clone()).await?;
        let operator = account.operator.clone();
        let role = hub.call(move |office| {
            office.set_password(&operator, &hash)?;
            office.role(&operator).ok_or(Denial::NoSuchOperator)
        });
        passwords.push(shown(&account.operator, &account.name, &role.await?, password));
    }
    Ok(passwords)
}

/// Removes the demonstration: its accounts with their rules, its exclusion, and the chats that go on by themselves; its
/// departments and its role where nothing else names them.
pub(crate) async fn remove(hub: &Hub) -> Result<usize, Failure> {
    let removed = hub.call(|office| {
        office.end_demonstrations()?;
        let accounts: Vec<_> = office.accounts()?.into_iter().filter(|account| account.demonstration).collect();
        for account in &accounts {
            office.remove_operator(&account.operator)?;
        }
        if accounts.is_empty() {
            return Ok(0);
        }
        for (department, _) in departments() {
            office.drop_department(&department)?;
        }
        if let Ok(exclusion) = EXCLUSION.0.parse() {
            office.drop_exclusion(&exclusion)?;
        }
        office.put_role(&role()?, None)?;
        Ok(accounts.len())
    });
    Ok(removed.await?)
}

fn role() -> Result<Role, Denial> {
    ROLE.parse().map_err(|_| Denial::OutOfBounds)
}

fn departments() -> impl Iterator<Item = (DepartmentId, &'static str)> {
    DEPARTMENTS.into_iter().filter_map(|(id, name)| Some((id.parse().ok()?, name)))
}

fn shown(operator: &OperatorId, name: &str, role: &Role, password: String) -> DemonstrationPassword {
    DemonstrationPassword { operator: operator.to_string(), name: name.to_owned(), role: role.to_string(), password }
}

/// Adds an account that is written `ID:ROLE:NAME`.
pub(crate) async fn add_operator(hub: &Hub, text: &str, password: &str) -> Result<(), Failure> {
    let wrong = || Failure::Account("expected ID:ROLE:NAME, such as `mai:supervisor:Mai Kato`".into());
    let mut parts = text.splitn(3, ':');
    let (Some(id), Some(role), Some(name)) = (parts.next(), parts.next(), parts.next()) else { return Err(wrong()) };
    let role = Role::BUILT_IN.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(role)).ok_or_else(wrong)?;
    if check_password(password).is_err() {
        return Err(Failure::Account("expected a password of at least 8 characters on standard input".into()));
    }
    let account = new_account(id, name, password.to_owned(), false).await?;
    let taken = format!("operator `{id}` exists already");
    let added = hub.call(move |office| {
        let exists = office.accounts()?.iter().any(|known| known.operator == account.operator);
        if !exists {
            office.add_operator(&account, role)?;
        }
        Ok(exists)
    });
    if added.await? { Err(Failure::Account(taken)) } else { Ok(()) }
}

async fn new_account(id: &str, name: &str, password: String, demonstration: bool) -> Result<Account, Failure> {
    let wrong = || Failure::Account("expected an id of 1 to 32 small letters, digits and `-`, and a name".into());
    let (operator, name) = short_id(id).and_then(|id| Ok((id, account::name(name)?))).map_err(|_| wrong())?;
    Ok(account::account(operator, name, hash(password).await?, demonstration))
}

async fn hash(password: String) -> Result<String, Failure> {
    let hashed = account::hash(password).await;
    hashed.ok_or_else(|| Failure::Account("the password cannot be hashed".into()))
}
