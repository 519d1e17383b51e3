//! What programs are told: the kind of each parse error, the code of each refusal; and the words of verdicts, reasons,
//! roles and rights.

use std::fmt::Display;

use chat_monitor::{
    AddExclusionRefusal, AddRuleRefusal, DuplicateRule, Email, EmailPattern, EndReason, InvalidPermissions,
    InvalidSample, InvalidWindow, IpRange, LeftReason, NoCriterion, OperatorId, ParseEmailErrorKind as OfEmail,
    ParseIdErrorKind as OfId, ParseIpErrorKind as OfIp, Permissions, Refusal, Right, Rights, Role, RoleInUse, RoleName,
    RoleRow, Sample, TimeGoesBack, TooManyAttributes, TooManyDepartments, UnknownExclusion, UnknownOperator,
    UnknownRole, UnknownRule, Verdict, Window,
};

use super::parse;

#[test]
fn an_id_that_does_not_parse_has_a_kind() {
    let kind = |text: &str| text.parse::<OperatorId>().unwrap_err().kind();
    assert_eq!([kind(""), kind(&"x".repeat(257))], [OfId::Length; 2]);
    assert_eq!([kind("ken\n"), kind(" \u{0}")], [OfId::Control; 2]);
    assert_eq!([kind(" ken"), kind("ken\u{3000}")], [OfId::Blank; 2]);
    assert_eq!("supervisor".parse::<RoleName>().unwrap_err().kind(), OfId::BuiltInRole);
    assert_eq!("super visor ".parse::<RoleName>().unwrap_err().kind(), OfId::Blank);
}

#[test]
fn an_email_that_does_not_parse_has_a_kind() {
    let kinds = [
        ("mika", OfEmail::Form),
        ("mika@example.com\n", OfEmail::Blank),
        ("mika@example.com,taro@example.com", OfEmail::Several),
        ("mika@example.com taro@example.com", OfEmail::Several),
        ("<mika@example.com>", OfEmail::Brackets),
        ("\"Mika\" <mika@example.com>", OfEmail::Brackets),
        ("mi\u{200B}ka@example.com", OfEmail::Invisible),
        ("@example.com", OfEmail::NoName),
        ("mi(ka)@example.com", OfEmail::LocalPart),
        (".mika@example.com", OfEmail::LeadingDot),
        ("mika@localhost", OfEmail::Domain),
    ];
    for (text, kind) in kinds {
        assert_eq!(text.parse::<Email>().unwrap_err().kind(), kind, "{text}");
        assert_eq!(text.parse::<EmailPattern>().unwrap_err().kind(), kind, "{text}");
    }
    let long = "x".repeat(65) + "@example.com";
    assert_eq!(long.parse::<Email>().unwrap_err().kind(), OfEmail::Length);
    assert_eq!("*@example.com".parse::<Email>().unwrap_err().kind(), OfEmail::Wildcard);
    for text in ["mika*@example.com", "%@example.com", "**@example.com"] {
        assert_eq!(text.parse::<EmailPattern>().unwrap_err().kind(), OfEmail::WildcardInName, "{text}");
        // As an address it is one.
        let pattern = EmailPattern::try_from(parse::<Email>(text));
        assert_eq!(pattern.unwrap_err().kind(), OfEmail::WildcardInName, "{text}");
    }
    for text in ["mika@*.example.com", "*@*example.com", "*@*.*.example.com", "*@%.example.com", "*@*", "mika@%"] {
        assert_eq!(text.parse::<EmailPattern>().unwrap_err().kind(), OfEmail::WildcardInDomain, "{text}");
    }
    #[cfg(not(feature = "idn"))]
    assert_eq!("mika@例え.jp".parse::<Email>().unwrap_err().kind(), OfEmail::International);
}

#[test]
fn a_pattern_means_one_address_or_a_domain_or_what_lies_below_it() {
    let matches = |pattern: &str, email: &str| parse::<EmailPattern>(pattern).matches(&parse(email));
    assert!(matches("*@*.example.com", "mika@mail.example.com"));
    assert!(matches("*@*.example.com", "mika@a.b.example.com"));
    assert!(matches("*@*.Example.com", "Mika@MAIL.example.com"));
    assert!(!matches("*@*.example.com", "mika@example.com"));
    assert!(!matches("*@*.example.com", "mika@notexample.com"));
    assert!(!matches("*@*.example.com", "mika@mail.example.com.jp"));
    assert!(!matches("*@example.com", "mika@mail.example.com"));
    assert!(matches("＊＠＊．ｅｘａｍｐｌｅ．ｃｏｍ", "mika@mail.example.com"));
    let below: EmailPattern = parse("*@*.Example.com");
    assert_eq!((below.as_str(), below.domain(), below.is_address()), ("*@*.example.com", "example.com", false));
}

#[test]
fn a_range_that_does_not_parse_has_a_kind() {
    let kinds = [
        ("mika", OfIp::Address),
        ("010.0.0.1", OfIp::LeadingZero),
        ("fe80::1%eth0", OfIp::Zone),
        ("192.0.2.9:61598", OfIp::Port),
        ("[2001:db8::9]:443", OfIp::Port),
        (" 192.0.2.7", OfIp::Blank),
        ("192.0.2.0 /24", OfIp::Blank),
        ("192.0.2.0/ 24", OfIp::Blank),
        ("\u{FEFF}192.0.2.7", OfIp::Invisible),
        ("192.0.2.0/24\u{202C}", OfIp::Invisible),
        ("192.0.2.7, 192.0.2.8", OfIp::Several),
        ("192.0.2.7\t192.0.2.8", OfIp::Several),
        ("192.0.2.0/24, 198.51.100.0/24", OfIp::Several),
        ("192.0.2.*", OfIp::Wildcard),
        ("192.0.2.%", OfIp::Wildcard),
        ("192.0.2.1-192.0.2.9", OfIp::FromTo),
        ("192.0.2.0/24-192.0.3.0/24", OfIp::FromTo),
        ("192.0.2.1～192.0.2.9", OfIp::FromTo),
        ("192.0.2.1〜192.0.2.9", OfIp::FromTo),
        ("192.0.2.0/255.255.255.0", OfIp::Mask),
        ("192.0.2.0 255.255.255.0", OfIp::Mask),
        ("192.0.2.0 0.0.0.255", OfIp::Mask),
        ("192.0.2.0/33", OfIp::PrefixLen),
    ];
    for (text, kind) in kinds {
        assert_eq!(text.parse::<IpRange>().unwrap_err().kind(), kind, "{text}");
    }
    assert_eq!(IpRange::new([192, 0, 2, 0].into(), 33).unwrap_err().kind(), OfIp::PrefixLen);
}

#[test]
fn a_value_that_cannot_be_built_is_answered_by_what_was_expected() {
    let sample = |share, salt: &str| Sample::new(share, salt).unwrap_err();
    let window = |from: Option<u64>, until: Option<u64>| Window::new(from, until).unwrap_err();
    assert_eq!([sample(0, "qa"), sample(1_000_001, ""), sample(u32::MAX, "qa")], [InvalidSample::Share; 3]);
    assert_eq!(sample(1, ""), InvalidSample::Salt(OfId::Length));
    assert_eq!(sample(1, "qa "), InvalidSample::Salt(OfId::Blank));
    assert_eq!(sample(1, "q\0a"), InvalidSample::Salt(OfId::Control));
    assert_eq!(window(None, None), InvalidWindow::Unbounded);
    assert_eq!([window(Some(5), Some(5)), window(Some(6), Some(5))], [InvalidWindow::Empty; 2]);
    assert_eq!([window(Some(1 << 53), None), window(Some(0), Some(1 << 53))], [InvalidWindow::BeyondLast; 2]);
    let lead: Role = parse("lead");
    let with = |rows: Vec<(Role, RoleRow)>| Permissions::default().with_rows(rows).unwrap_err();
    let blind = |rights: &[Right]| RoleRow::default().with_rights(rights.iter().copied().collect());
    assert_eq!(
        with(vec![(Role::Supervisor, RoleRow::new([lead.clone()]))]),
        InvalidPermissions::UnknownRole(lead.clone())
    );
    assert_eq!(with(vec![(lead.clone(), blind(&[Right::Join]))]), InvalidPermissions::RightsWithoutWatch(lead.clone()));
    assert_eq!(
        with(vec![(lead.clone(), blind(&[Right::Advise]))]),
        InvalidPermissions::RightsWithoutWatch(lead.clone())
    );
    let many = (0..30).map(|n| (parse(&format!("role-{n}")), RoleRow::default())).collect();
    assert_eq!(with(many), InvalidPermissions::TooManyRoles);
    let cell = |of: &Role, to: &Role| Permissions::default().with(of.clone(), to.clone(), true).unwrap_err();
    assert_eq!(cell(&lead, &Role::Associate), InvalidPermissions::UnknownRole(lead.clone()));
    assert_eq!(cell(&Role::Associate, &lead), InvalidPermissions::UnknownRole(lead.clone()));

    let texts: [(&dyn Display, &str); 11] = [
        (&InvalidSample::Share, "expected a share of 1 to 1000000 chats in a million"),
        (
            &InvalidSample::Salt(OfId::Blank),
            "expected a salt of 1 to 256 bytes, without control characters and without blanks at either end",
        ),
        (&InvalidWindow::Unbounded, "expected a window with `from`, `until` or both"),
        (&InvalidWindow::Empty, "expected a window whose `from` is before its `until`"),
        (&InvalidWindow::BeyondLast, "expected milliseconds since 1970, at most 9007199254740991"),
        (&InvalidPermissions::UnknownRole(lead.clone()), "role `lead` has no row"),
        (&InvalidPermissions::MissingRole(Role::Supervisor), "the row of role `supervisor` is missing"),
        (&InvalidPermissions::TooManyRoles, "expected at most 32 roles"),
        (&InvalidPermissions::RightsWithoutWatch(lead), "role `lead` cannot advise or join without the right to watch"),
        (&NO_CRITERION, "expected at least one criterion in `when`"),
        (&too_many(), "expected at most 64 departments; expected at most 64 attributes"),
    ];
    for (value, text) in texts {
        assert_eq!(value.to_string(), text);
    }
}

const NO_CRITERION: Text = Text(|| {
    let none: [chat_monitor::Criterion; 0] = [];
    chat_monitor::Exclusion::all(parse("x1"), none).map_err(|error: NoCriterion| error.to_string()).unwrap_err()
});

fn too_many() -> String {
    let departments = chat_monitor::Departments::new((0..65_u64).map(Into::into));
    let attribute = |n: u64| chat_monitor::Attribute::new("case", &n.to_string()).unwrap();
    let attributes = chat_monitor::Attributes::new((0..65).map(attribute));
    let departments = departments.map_err(|error: TooManyDepartments| error.to_string()).unwrap_err();
    departments + "; " + &attributes.map_err(|error: TooManyAttributes| error.to_string()).unwrap_err()
}

/// A text that is made when it is shown.
struct Text(fn() -> String);

impl Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&(self.0)())
    }
}

/// A refusal, its text and its code.
macro_rules! said {
    ($($refusal:expr => $code:literal, $text:literal;)*) => {
        [$(($refusal.to_string(), $refusal.code(), $text, $code)),*]
    };
}

#[test]
fn a_refusal_says_who_or_what_it_is_about_and_has_a_code() {
    use AddExclusionRefusal as Exclusion;
    use AddRuleRefusal as Rule;

    let said = said! {
        Rule::DuplicateRule(parse("r1")) => "duplicate_rule", "rule `r1` exists already";
        Rule::UnknownWatcher(parse("hana")) => "unknown_watcher", "watcher `hana` is not a known operator";
        Rule::NoRights(parse("ken")) => "no_rights", "watcher `ken` may not monitor anybody";
        Rule::OwnChats(parse("hana")) => "own_chats", "watcher `hana` cannot watch their own chats";
        Rule::UnknownOperator(parse("ken")) => "unknown_operator", "operator `ken` is not known";
        Rule::NotPermitted(parse("aya")) => "not_permitted", "operator `aya` may not be monitored by this watcher";
        Exclusion::DuplicateExclusion(parse("x1")) => "duplicate_exclusion", "exclusion `x1` exists already";
        Exclusion::UnknownRole(parse("qa")) => "unknown_role", "role `qa` has no row in the policy";
        DuplicateRule(parse("r1")) => "duplicate_rule", "rule `r1` exists already";
        UnknownRule(parse("r1")) => "unknown_rule", "rule `r1` is not known";
        UnknownOperator(parse("ken")) => "unknown_operator", "operator `ken` is not known";
        UnknownExclusion(parse("x1")) => "unknown_exclusion", "exclusion `x1` is not known";
        UnknownRole(parse("qa")) => "unknown_role", "role `qa` has no row in the policy";
        RoleInUse(parse("qa")) => "role_in_use", "role `qa` is in use";
        TimeGoesBack(7) => "time_goes_back", "the time goes back: 7 was told before";
        Refusal::UnknownChat(parse("c9")) => "unknown_chat", "chat `c9` is not live";
        Refusal::ChatIsLive(parse("c9")) => "chat_is_live", "chat `c9` is live already";
        Refusal::StartsWithJoined(parse("ken")) => "starts_with_joined",
            "operator `ken` cannot have joined a chat before it starts";
        Refusal::AlreadyGiven(parse("ken")) => "already_given", "the chat was given to operator `ken` already";
        Refusal::NotGiven(parse("ken")) => "not_given", "the chat was not given to operator `ken`";
        Refusal::NotWatching(parse("ken")) => "not_watching", "operator `ken` does not watch the chat";
        Refusal::MayNotAdvise(parse("ken")) => "may_not_advise", "operator `ken` may not advise in the chat";
        Refusal::MayNotJoin(parse("ken")) => "may_not_join", "operator `ken` may not join the chat";
        Refusal::NotJoined(parse("ken")) => "not_joined", "operator `ken` has not joined the chat";
        Refusal::NobodyAttends(parse("c9")) => "nobody_attends", "nobody who attends chat `c9` hears advice";
        Refusal::UnknownRule(parse("r1")) => "unknown_rule", "rule `r1` is not known";
        Refusal::UnknownOperator(parse("ken")) => "unknown_operator", "operator `ken` is not known";
        Refusal::UnknownRole(parse("qa")) => "unknown_role", "role `qa` has no row in the policy";
        Refusal::RoleInUse(parse("qa")) => "role_in_use", "role `qa` is in use";
        Refusal::DuplicateExclusion(parse("x1")) => "duplicate_exclusion", "exclusion `x1` exists already";
        Refusal::UnknownExclusion(parse("x1")) => "unknown_exclusion", "exclusion `x1` is not known";
        Refusal::TimeGoesBack(7) => "time_goes_back", "the time goes back: 7 was told before";
        Refusal::AddRule(Rule::OwnChats(parse("hana"))) => "add_rule.own_chats",
            "watcher `hana` cannot watch their own chats";
    };
    for (text, code, expected, expected_code) in said {
        assert_eq!((text.as_str(), code), (expected, expected_code));
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_code_is_the_key_on_the_wire() {
    fn check(code: &str, refusal: &impl serde::Serialize) {
        let mut value = &serde_json::to_value(refusal).unwrap();
        for key in code.split('.') {
            value = value.get(key).unwrap_or_else(|| panic!("{code}: {value}"));
        }
    }
    let rules = [
        AddRuleRefusal::DuplicateRule(parse("r1")),
        AddRuleRefusal::UnknownWatcher(parse("r1")),
        AddRuleRefusal::NoRights(parse("r1")),
        AddRuleRefusal::OwnChats(parse("r1")),
        AddRuleRefusal::UnknownOperator(parse("r1")),
        AddRuleRefusal::NotPermitted(parse("r1")),
    ];
    for refusal in rules {
        check(refusal.code(), &refusal);
        let live = Refusal::from(refusal);
        check(live.code(), &live);
    }
    for refusal in [AddExclusionRefusal::DuplicateExclusion(parse("x1")), AddExclusionRefusal::UnknownRole(parse("qa"))]
    {
        check(refusal.code(), &refusal);
        let live = Refusal::from(refusal);
        check(live.code(), &live);
    }
    let live = [
        Refusal::UnknownChat(parse("a")),
        Refusal::ChatIsLive(parse("a")),
        Refusal::StartsWithJoined(parse("a")),
        Refusal::AlreadyGiven(parse("a")),
        Refusal::NotGiven(parse("a")),
        Refusal::NotWatching(parse("a")),
        Refusal::MayNotAdvise(parse("a")),
        Refusal::MayNotJoin(parse("a")),
        Refusal::NotJoined(parse("a")),
        Refusal::NobodyAttends(parse("a")),
        UnknownRule(parse("a")).into(),
        UnknownOperator(parse("a")).into(),
        UnknownRole(parse("a")).into(),
        RoleInUse(parse("a")).into(),
        UnknownExclusion(parse("a")).into(),
        TimeGoesBack(7).into(),
    ];
    live.iter().for_each(|refusal| check(refusal.code(), refusal));
}

#[test]
fn verdicts_and_reasons_are_said_in_words() {
    let verdicts = [
        (Verdict::Disabled, "the rule is switched off"),
        (Verdict::OutsideWindow, "the rule does not count at this time"),
        (Verdict::NoMatch, "the chat does not meet its criteria"),
        (Verdict::Forbidden, "the chat may not be monitored"),
        (Verdict::Excluded(parse("x1")), "exclusion `x1` holds"),
        (Verdict::Unattended, "no operator attends the chat"),
        (Verdict::NoRights, "the watcher may not monitor anybody"),
        (Verdict::OwnChat, "the watcher attends the chat"),
        (Verdict::NotPermitted(parse("ken")), "the watcher may not monitor operator `ken`"),
        (Verdict::OutOfScope, "the chat is outside what the watcher oversees"),
        (Verdict::Granted, "granted"),
    ];
    for (verdict, text) in verdicts {
        assert_eq!(verdict.to_string(), text);
    }
    let reasons = [
        (EndReason::ChatEnded, "the chat is over"),
        (EndReason::Joined, "the watcher has joined the chat"),
        (EndReason::RuleRemoved, "the rule was removed"),
        (EndReason::Disabled, "the rule was switched off"),
        (EndReason::OutsideWindow, "the rule does not count at this time"),
        (EndReason::NoLongerMatches, "the chat no longer meets the rule's criteria"),
        (EndReason::Forbidden, "the chat may no longer be monitored"),
        (EndReason::Excluded(parse("x1")), "exclusion `x1` holds"),
        (EndReason::Unattended, "no operator attends the chat any more"),
        (EndReason::NoRights, "the watcher may no longer monitor anybody"),
        (EndReason::OwnChat, "the chat was given to the watcher"),
        (EndReason::NotPermitted(parse("ken")), "the watcher may not monitor operator `ken`"),
        (EndReason::OutOfScope, "the chat is outside what the watcher oversees"),
    ];
    for (reason, text) in reasons {
        assert_eq!(reason.to_string(), text);
    }
    for (reason, text) in [
        (LeftReason::Asked, "they asked to leave"),
        (LeftReason::NoRights, "their role may no longer join"),
        (LeftReason::Removed, "they are no longer an operator"),
    ] {
        assert_eq!(reason.to_string(), text);
    }
}

#[test]
fn roles_and_rights_are_said_as_they_are_written() {
    let roles = ["administrator", "supervisor", "associate", "lead", "品質"].map(parse::<Role>);
    assert_eq!(roles.each_ref().map(Role::to_string), ["administrator", "supervisor", "associate", "lead", "品質"]);
    assert_eq!(roles[..3], Role::BUILT_IN);
    assert!(matches!(&roles[3], Role::Named(name) if name.as_str() == "lead"));
    assert!(matches!(parse::<Role>("Administrator"), Role::Named(_)), "names are compared as written");
    assert_eq!(format!("{:>12}|{:<5}", Role::Supervisor, roles[3]), "  supervisor|lead ");
    // The built-in ones first, then the others by their bytes.
    let mut sorted = ["z", "a", "associate", "品質", "b", "administrator", "B", "supervisor"].map(parse::<Role>);
    sorted.sort();
    let expected = ["administrator", "supervisor", "associate", "B", "a", "b", "z", "品質"];
    assert_eq!(sorted.each_ref().map(Role::as_str), expected);

    assert_eq!(Right::ALL.map(|right| right.to_string()), ["watch", "advise", "join"]);
    assert_eq!(format!("{:>7}|{:<7}", Right::Watch, Right::Join), "  watch|join   ");
    let rights = Rights::from([Right::Join, Right::Watch, Right::Join]);
    assert!(rights.iter().eq([Right::Watch, Right::Join]));
    assert_eq!(format!("{rights:?}"), "{Watch, Join}");
    assert!(Rights::NONE.is_empty() && !rights.is_empty() && Rights::default() == Rights::NONE);
    for right in Right::ALL {
        assert_eq!(Rights::from([right]).iter().collect::<Vec<_>>(), [right]);
        assert!(Rights::ALL.contains(right) && !Rights::NONE.contains(right));
    }
}
