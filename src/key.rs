//! What rules, exclusions and chats are found by.
//!
//! A rule is filed under the [`Key`] of its narrowest criterion, and a chat has [`Fact`]s. Which facts lead to which keys
//! stands here, and nowhere else: the engine looks rules up by the facts of a chat, the live monitor looks chats up by
//! the key of a rule.
//!
//! ```text
//!  fact of a chat          keys that it leads to
//!  operator ken            Operator(ken), OperatorIn(each department that ken belongs to)
//!  mika@mail.example.com   Email(…), Domain(mail.example.com), Below(example.com)
//!  192.0.2.7               Address(192.0.2.7), Network(each that it lies in)
//!  tag vip                 Attribute(tag vip)
//!  department sales        Department(sales)
//!  that it is a chat       Every
//! ```

use core::net::IpAddr;

use crate::address::{Email, IpRange, Mailboxes};
use crate::attribute::Attribute;
use crate::chat::{Chat, Visitor};
use crate::criterion::Criterion;
use crate::id::{DepartmentId, OperatorId};

/// What a rule or an exclusion is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key<'a> {
    Operator(&'a OperatorId),
    Email(&'a str),
    Domain(&'a str),
    Below(&'a str),
    Address(IpAddr),
    Network(IpRange),
    Attribute(&'a Attribute),
    Department(&'a DepartmentId),
    OperatorIn(&'a DepartmentId),
    /// Every chat: for what asks nothing but samples.
    Every,
}

impl<'a> Key<'a> {
    #[inline]
    pub(crate) fn of(criterion: &'a Criterion) -> Self {
        match criterion {
            Criterion::Operator(operator) => Key::Operator(operator),
            Criterion::VisitorEmail(pattern) => match pattern.mailboxes() {
                Mailboxes::One(address) => Key::Email(address),
                Mailboxes::Of(domain) => Key::Domain(domain),
                Mailboxes::Below(domain) => Key::Below(domain),
            },
            Criterion::VisitorIp(range) if range.is_address() => Key::Address(range.first()),
            Criterion::VisitorIp(range) => Key::Network(*range),
            Criterion::Attribute(attribute) => Key::Attribute(attribute),
            Criterion::Department(department) => Key::Department(department),
            Criterion::OperatorIn(department) => Key::OperatorIn(department),
            Criterion::Sample(_) => Key::Every,
        }
    }

    /// Whether a chat that has the key of a criterion meets it.
    pub(crate) fn is_whole(criterion: &Criterion) -> bool {
        match criterion {
            Criterion::Operator(_)
            | Criterion::VisitorEmail(_)
            | Criterion::VisitorIp(_)
            | Criterion::Attribute(_)
            | Criterion::Department(_)
            | Criterion::OperatorIn(_) => true,
            Criterion::Sample(_) => false,
        }
    }
}

/// One thing that is so of a chat, and that leads to keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fact<'a> {
    Operator(&'a OperatorId),
    Email(&'a Email),
    Ip(IpAddr),
    Attribute(&'a Attribute),
    Department(&'a DepartmentId),
    IsChat,
}

impl<'a> Fact<'a> {
    /// Every fact of a chat.
    #[inline]
    pub(crate) fn of_chat(chat: &'a Chat, mut found: impl FnMut(Fact<'a>)) {
        chat.attending().for_each(|operator| found(Fact::Operator(operator)));
        Fact::of_more(chat, found);
    }

    /// Every fact of a chat but who attends it.
    #[inline]
    pub(crate) fn of_more(chat: &'a Chat, mut found: impl FnMut(Fact<'a>)) {
        Fact::of_visitor(chat.visitor(), &mut found);
        Fact::of_told(chat, &mut found);
        found(Fact::IsChat);
    }

    /// Every fact of a visitor.
    #[inline]
    pub(crate) fn of_visitor(visitor: &'a Visitor, mut found: impl FnMut(Fact<'a>)) {
        if let Some(email) = visitor.email() {
            found(Fact::Email(email));
        }
        if let Some(ip) = visitor.ip() {
            found(Fact::Ip(ip));
        }
    }

    /// Every fact that the host tells of a chat.
    #[inline]
    pub(crate) fn of_told(chat: &'a Chat, mut found: impl FnMut(Fact<'a>)) {
        chat.departments().iter().for_each(|department| found(Fact::Department(department)));
        chat.attributes().iter().for_each(|attribute| found(Fact::Attribute(attribute)));
    }
}

#[cfg(test)]
mod tests {
    //! Each kind of criterion, found in every way that there is to find one.

    use alloc::boxed::Box;
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use core::error::Error;

    use crate::{
        Attribute, Attributes, Chat, Command, Criterion, Departments, Event, Exclusion, LiveMonitor, MonitorEngine,
        Operator, Role, Rule, Sample, Verdict, Visitor, WatcherBuffer,
    };

    type Fallible<T = ()> = Result<T, Box<dyn Error>>;

    /// A criterion, a chat that meets it, and one that does not. Their ids are `c1` and `c2`.
    struct Kind {
        name: &'static str,
        criterion: Criterion,
        meets: Chat,
        misses: Chat,
    }

    /// The list and a match without `_` are made of the same rows: a new kind does not compile until it has one.
    macro_rules! kinds {
        ($($name:ident { $($value:expr, $meets:expr, $misses:expr;)+ })*) => {
            const _: fn(&Criterion) = |criterion| match criterion {
                $(Criterion::$name(_) => {})*
            };

            fn kinds() -> Fallible<Vec<Kind>> {
                Ok(Vec::from([$($(Kind {
                    name: stringify!($name),
                    criterion: Criterion::$name($value),
                    meets: $meets(Chat::new("c1".parse()?))?,
                    misses: $misses(Chat::new("c2".parse()?))?,
                },)+)*]))
            }
        };
    }

    kinds! {
        Operator { "ken".parse()?, given_to("ken"), given_to("taro"); }
        VisitorIp {
            "192.0.2.7".parse()?, from("192.0.2.7"), from("192.0.2.8");
            "192.0.2.0/24".parse()?, from("192.0.2.7"), from("198.51.100.7");
            "2001:db8::/32".parse()?, from("2001:db8::7"), from("192.0.2.7");
        }
        VisitorEmail {
            "mika@example.com".parse()?, by("mika@example.com"), by("taro@example.com");
            "*@example.com".parse()?, by("mika@example.com"), by("mika@mail.example.com");
            "*@*.example.com".parse()?, by("mika@a.mail.example.com"), by("mika@example.com");
        }
        Department { "sales".parse()?, of_department("sales"), of_department("support"); }
        OperatorIn { "sales".parse()?, given_to("ken"), given_to("taro"); }
        Attribute { Attribute::new("tag", "vip")?, tagged("vip"), tagged("refund"); }
        // The buckets of `c1` and `c2` are 57574 and 449778.
        Sample { Sample::new(57_575, "qa")?, given_to("taro"), given_to("taro"); }
    }

    fn given_to(operator: &'static str) -> impl Fn(Chat) -> Fallible<Chat> {
        move |chat| Ok(chat.attended_by(operator.parse()?))
    }

    fn from(ip: &'static str) -> impl Fn(Chat) -> Fallible<Chat> {
        move |chat| given_to("taro")(chat.with_visitor(Visitor::new().with_ip(ip.parse()?)))
    }

    fn by(email: &'static str) -> impl Fn(Chat) -> Fallible<Chat> {
        move |chat| given_to("taro")(chat.with_visitor(Visitor::new().with_email(email.parse()?)))
    }

    fn of_department(department: &'static str) -> impl Fn(Chat) -> Fallible<Chat> {
        move |chat| given_to("taro")(chat.with_departments(Departments::new([department.parse()?])?))
    }

    fn tagged(value: &'static str) -> impl Fn(Chat) -> Fallible<Chat> {
        move |chat| given_to("taro")(chat.with_attributes(Attributes::new([Attribute::new("tag", value)?])?))
    }

    /// ken, of sales, and taro serve; hana supervises.
    fn staffed() -> Fallible<MonitorEngine> {
        let mut engine = MonitorEngine::with_hash_seed(1);
        let sales = Departments::new(["sales".parse()?])?;
        engine.set_operator("ken".parse()?, Operator::new(Role::Associate).with_departments(sales))?;
        engine.set_operator("taro".parse()?, Role::Associate)?;
        engine.set_operator("hana".parse()?, Role::Supervisor)?;
        Ok(engine)
    }

    /// Every chat, so that a rule is filed under whatever else it asks.
    fn every() -> Fallible<Criterion> {
        Ok(Criterion::Sample(Sample::new(1_000_000, "every")?))
    }

    fn rule(criterion: Criterion) -> Fallible<Rule> {
        Ok(Rule::new("r1".parse()?, "hana".parse()?, criterion))
    }

    /// What the rule of the engine says of a chat, asked in every way.
    fn verdict(engine: &MonitorEngine, chat: &Chat) -> Fallible<Verdict> {
        let rule = engine.rule(&"r1".parse()?).ok_or("no rule")?;
        let verdict = engine.judge(rule, chat);
        assert!(engine.explain(chat).eq([(rule, verdict.clone())]));
        let granted = usize::from(verdict == Verdict::Granted);
        assert_eq!(engine.watchers_for(chat).len(), granted, "{rule:?} {chat:?}");
        let mut buffer = WatcherBuffer::new();
        assert_eq!(engine.watchers_for_into(chat, &mut buffer).len(), granted, "{rule:?} {chat:?}");
        Ok(verdict)
    }

    #[test]
    fn a_rule_of_each_kind_is_found_by_the_chats_that_meet_it() -> Fallible {
        for Kind { name, criterion, meets, misses } in kinds()? {
            for rule in
                [rule(criterion.clone())?, rule(criterion.clone())?.and(every()?), rule(every()?)?.and(criterion)]
            {
                let mut engine = staffed()?;
                engine.add_rule(rule)?;
                assert_eq!(verdict(&engine, &meets)?, Verdict::Granted, "{name}");
                assert_eq!(verdict(&engine, &misses)?, Verdict::NoMatch, "{name}");
                engine.remove_rule(&"r1".parse()?)?;
                assert!(engine.watchers_for(&meets).is_empty() && engine == staffed()?, "{name}");
                assert!(engine.has_forgotten_keys(), "{name}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_rule_is_kept_from_the_chats_that_meet_its_exceptions() -> Fallible {
        for Kind { name, criterion, meets, misses } in kinds()? {
            let mut engine = staffed()?;
            engine.add_rule(rule(every()?)?.and_not(criterion))?;
            assert_eq!(verdict(&engine, &meets)?, Verdict::NoMatch, "{name}");
            assert_eq!(verdict(&engine, &misses)?, Verdict::Granted, "{name}");
        }
        Ok(())
    }

    #[test]
    fn an_exclusion_of_each_kind_is_found_by_the_chats_that_meet_it() -> Fallible {
        for Kind { name, criterion, meets, misses } in kinds()? {
            let exclusion = Exclusion::new("x1".parse()?, criterion.clone());
            for exclusion in [exclusion.clone(), exclusion.and(every()?)] {
                let mut engine = staffed()?;
                engine.add_rule(rule(every()?)?)?;
                engine.add_exclusion(exclusion)?;
                assert_eq!(verdict(&engine, &meets)?, Verdict::Excluded("x1".parse()?), "{name}");
                assert_eq!(verdict(&engine, &misses)?, Verdict::Granted, "{name}");
                engine.remove_exclusion(&"x1".parse()?)?;
                assert_eq!(verdict(&engine, &meets)?, Verdict::Granted, "{name}");
            }
        }
        Ok(())
    }

    /// Which chats' watches begin (`+`) and end (`-`).
    fn watches(events: &[Event]) -> Vec<String> {
        let watch = |event: &Event| match event {
            Event::WatchStarted { chat, .. } => format!("+{chat}"),
            Event::WatchEnded { chat, .. } => format!("-{chat}"),
            other => format!("{other:?}"),
        };
        events.iter().map(watch).collect()
    }

    #[test]
    fn live_chats_and_rules_of_each_kind_find_one_another_whichever_comes_first() -> Fallible {
        for Kind { name, criterion, meets, misses } in kinds()? {
            let whole = [rule(criterion.clone())?, rule(criterion.clone())?.and(every()?)];
            let excepting = rule(every()?)?.and_not(criterion);
            let rules = whole.map(|rule| (rule, ["+c1"])).into_iter().chain([(excepting, ["+c2"])]);
            for (rule, expected) in rules {
                let (add, start) = (Command::AddRule(rule), [meets.clone(), misses.clone()].map(Command::StartChat));
                let mut live = LiveMonitor::new(staffed()?);
                assert!(live.apply(add.clone())?.is_empty());
                let mut events = Vec::new();
                for start in start.clone() {
                    events.extend(live.apply(start)?);
                }
                assert_eq!(watches(&events), expected, "{name}: the rule came first");

                let mut live = LiveMonitor::new(staffed()?);
                for start in start {
                    assert!(live.apply(start)?.is_empty());
                }
                assert_eq!(watches(&live.apply(add)?), expected, "{name}: the chats came first");
                let ended = watches(&live.apply(Command::RemoveRule { rule: "r1".parse()? })?);
                assert_eq!(ended, expected.map(|watch| watch.replace('+', "-")), "{name}");
                // One chat ends as it is, the other after everything of it has changed.
                let other = misses.id().clone();
                live.apply(Command::EndChat { chat: meets.id().clone() })?;
                live.apply(Command::SetVisitor { chat: other.clone(), visitor: Visitor::new() })?;
                live.apply(Command::SetDepartments { chat: other.clone(), departments: Departments::default() })?;
                live.apply(Command::SetAttributes { chat: other.clone(), attributes: Attributes::default() })?;
                for operator in misses.operators() {
                    live.apply(Command::Unattend { chat: other.clone(), operator: operator.clone() })?;
                }
                live.apply(Command::EndChat { chat: other })?;
                assert!(live.has_forgotten_facts(), "{name}");
            }
        }
        Ok(())
    }

    #[test]
    fn an_exclusion_of_each_kind_ends_and_gives_back_the_watches_of_live_chats() -> Fallible {
        for Kind { name, criterion, meets, misses } in kinds()? {
            let mut live = LiveMonitor::new(staffed()?);
            live.apply(Command::AddRule(rule(every()?)?))?;
            for chat in [meets, misses] {
                live.apply(Command::StartChat(chat))?;
            }
            let add = Command::AddExclusion(Exclusion::new("x1".parse()?, criterion));
            assert_eq!(watches(&live.apply(add)?), ["-c1"], "{name}");
            let remove = Command::RemoveExclusion { exclusion: "x1".parse()? };
            assert_eq!(watches(&live.apply(remove)?), ["+c1"], "{name}");
        }
        Ok(())
    }

    /// A fact that is not saved would be lost when a host restarts, and its rules with it.
    #[cfg(feature = "serde")]
    #[test]
    fn what_is_filed_under_each_kind_is_read_as_it_was_written() -> Fallible {
        for Kind { name, criterion, meets, misses } in kinds()? {
            let mut live = LiveMonitor::new(staffed()?);
            live.apply(Command::AddRule(rule(criterion.clone())?))?;
            live.apply(Command::AddRule(Rule::new("r2".parse()?, "hana".parse()?, every()?).and_not(criterion)))?;
            for chat in [meets, misses] {
                live.apply(Command::StartChat(chat))?;
            }
            let saved = serde_json::to_string(&live)?;
            assert_eq!(serde_json::from_str::<LiveMonitor>(&saved)?, live, "{name}");
        }
        Ok(())
    }

    /// What people read in a log names the kind as the code does.
    #[test]
    fn a_kind_is_shown_by_its_name() -> Fallible {
        for Kind { name, criterion, .. } in kinds()? {
            assert!(format!("{criterion:?}").starts_with(&(name.to_string() + "(")));
        }
        Ok(())
    }
}
