//! What is said of JSON that cannot be read.

use chat_monitor::{
    AddRuleRefusal, Chat, Command, Criterion, MonitorEngine, OperatorId, Permissions, Policy, Right, Role, Rule,
    Verdict, Visitor,
};
use serde::Deserialize;
use serde::de::value::{
    BoolDeserializer, BorrowedBytesDeserializer, BorrowedStrDeserializer, BytesDeserializer, CharDeserializer, Error,
    F64Deserializer, I64Deserializer, I128Deserializer, MapDeserializer, SeqDeserializer, StrDeserializer,
    StringDeserializer, U64Deserializer, U128Deserializer, UnitDeserializer,
};
use serde::de::{Deserializer, IntoDeserializer, Unexpected, Visitor as Reader};
use serde_json::from_str;

/// What reading `json` as a `T` is refused with, without the place that serde_json adds.
fn refusal<T: serde::de::DeserializeOwned>(json: &str) -> String {
    let error = from_str::<T>(json).err().map(|error| error.to_string()).unwrap_or_default();
    error.rsplit_once(" at line ").map(|(text, _)| text.to_owned()).unwrap_or(error)
}

fn check<T: serde::de::DeserializeOwned>(refused: &[(&str, &str)]) {
    for (json, text) in refused {
        assert_eq!(refusal::<T>(json), *text, "{json}");
    }
}

#[test]
fn a_chat_that_cannot_be_read_is_answered_by_what_was_expected() {
    check::<Chat>(&[
        ("5", "expected a chat, found a number"),
        ("[]", "expected a chat, found a list"),
        ("null", "expected a chat, found nothing"),
        ("{}", "missing field `id`"),
        (r#"{"id": "c1", "id": "c2"}"#, "duplicate field `id`"),
        (r#"{"id": 5}"#, "expected a chat id, found a number"),
        (r#"{"id": ""}"#, "expected an id of 1 to 256 bytes"),
        (r#"{"id": "c1", "visitor": true}"#, "expected a visitor, found a boolean"),
        (r#"{"id": "c1", "operators": "ken"}"#, "expected a sequence, found a string"),
        (r#"{"id": "c1", "operators": [["ken"]]}"#, "expected an operator id, found a list"),
        (r#"{"id": "c1", "joined": {"ken": 1}}"#, "expected a sequence, found an object"),
        (r#"{"id": "c1", "monitoring_allowed": "yes"}"#, "expected a boolean, found a string"),
        (r#"{"id": "c1", "operators": ["ken", "ken"]}"#, "operator `ken` attends the chat twice"),
        (r#"{"id": "c1", "joined": ["hana", "hana"]}"#, "operator `hana` attends the chat twice"),
        (r#"{"id": "c1", "operators": ["aya", "ken"], "joined": ["ken"]}"#, "operator `ken` attends the chat twice"),
        (
            r#"{"id": "c1", "watchers": []}"#,
            "unknown field `watchers`, expected one of `id`, `visitor`, `operators`, `joined`, `monitoring_allowed`, `departments`, `attributes`",
        ),
    ]);
    check::<Visitor>(&[
        (r#"{"ip": 7}"#, "expected an IP address, found a number"),
        (r#"{"ip": "192.0.2.0/24"}"#, "expected an IP address such as `192.0.2.7` or `2001:db8::1`"),
        (r#"{"ip": "not available"}"#, "expected an IP address such as `192.0.2.7` or `2001:db8::1`"),
        (r#"{"email": ["mika@example.com"]}"#, "expected an email address, found a list"),
        (r#"{"email": ""}"#, "expected an email address such as `name@example.com`"),
        (
            r#"{"email": "*@example.com"}"#,
            "expected an email address of one visitor, not the pattern of a whole domain",
        ),
        (r#"{"name": "Mika"}"#, "unknown field `name`, expected one of `ip`, `email`"),
        (r#"{"mika@example.com": 1}"#, "unknown field, expected one of `ip`, `email`"),
    ]);
}

#[test]
fn a_rule_that_cannot_be_read_is_answered_by_what_was_expected() {
    check::<Rule>(&[
        (r#""r1""#, "expected a rule, found a string"),
        (r#"["r1", "hana", [{"operator": "ken"}]]"#, "expected a rule, found a list"),
        (r#"{"id": "r1", "watcher": "hana"}"#, "missing field `when`"),
        (r#"{"id": "r1", "watcher": "hana", "when": []}"#, "expected at least one criterion in `when`"),
        (r#"{"id": "r1", "watcher": "hana", "when": "always"}"#, "expected a sequence, found a string"),
        (r#"{"id": "r1", "watcher": 5, "when": []}"#, "expected an operator id, found a number"),
        (r#"{"id": 5}"#, "expected a rule id, found a number"),
        (
            r#"{"id": "r1", "watcher": "hana", "active": true}"#,
            "unknown field `active`, expected one of `id`, `watcher`, `when`, `unless`, `window`, `enabled`",
        ),
    ]);
    check::<Criterion>(&[
        (
            r#"{"visitor_phone": "1"}"#,
            "unknown kind `visitor_phone`, expected one of `operator`, `visitor_ip`, `visitor_email`, `department`, `operator_in`, `attribute`, `sample`",
        ),
        (
            r#"{"1": "1"}"#,
            "unknown kind, expected one of `operator`, `visitor_ip`, `visitor_email`, `department`, `operator_in`, `attribute`, `sample`",
        ),
        (r#"{"operator": 5}"#, "expected an operator id, found a number"),
        (r#"{"visitor_ip": 5}"#, "expected an IP address or a network such as `192.0.2.0/24`, found a number"),
        (
            r#"{"visitor_email": 5}"#,
            "expected an email address or a pattern such as `*@example.com` or `*@*.example.com`, found a number",
        ),
        (
            r#"{"visitor_ip": "010.0.0.1"}"#,
            "expected an IP address without leading zeros; a rule takes `192.0.2.7` or `192.0.2.0/24`",
        ),
        (r#"{"department": 5}"#, "expected a department id, found a number"),
        (r#"{"operator_in": ["sales"]}"#, "expected a department id, found a list"),
        (r#"{"attribute": "vip"}"#, "expected an attribute, found a string"),
        (r#"{"attribute": {"name": "tag"}}"#, "missing field `value`"),
        (r#"{"attribute": {"name": 5, "value": "vip"}}"#, "expected a name or a value of an attribute, found a number"),
        (r#"{"sample": 5}"#, "expected a sample, found a number"),
        (r#"{"sample": {"per_million": 0, "salt": "qa"}}"#, "expected a share of 1 to 1000000 chats in a million"),
        (
            r#"{"sample": {"per_million": 1000001, "salt": "qa"}}"#,
            "expected a share of 1 to 1000000 chats in a million",
        ),
        (
            r#"{"sample": {"per_million": 1, "salt": " qa"}}"#,
            "expected a salt of 1 to 256 bytes, without control characters and without blanks at either end",
        ),
        (r#"{"sample": {"per_million": 0.5, "salt": "qa"}}"#, "expected u32, found a number"),
    ]);
    check::<Role>(&[
        (r#""""#, "expected an id of 1 to 256 bytes"),
        ("5", "expected the name of a role, found a number"),
        ("[]", "expected the name of a role, found a list"),
    ]);
    check::<Verdict>(&[(r#"{"not_permitted": 5}"#, "expected an operator id, found a number")]);
    check::<AddRuleRefusal>(&[(r#"{"own_chats": " "}"#, "expected an id without blanks at either end")]);
}

#[test]
fn a_command_that_cannot_be_read_is_answered_by_what_was_expected() {
    check::<Command>(&[
        ("5", "expected a string or an object with one key, found a number"),
        (r#"{"join": "hana"}"#, "expected an object, found a string"),
        (r#"{"join": ["c9", "hana"]}"#, "expected an object, found a list"),
        (r#"{"join": {"chat": "c9"}}"#, "missing field `watcher`"),
        (
            r#"{"join": {"chat": "c9", "operator": "hana"}}"#,
            "unknown field `operator`, expected one of `chat`, `watcher`",
        ),
        (r#"{"set_policy": 5}"#, "expected an object, found a number"),
        (r#"{"start_chat": 5}"#, "expected a chat, found a number"),
    ]);
}

#[test]
fn a_saved_engine_that_cannot_be_read_is_answered_by_what_was_expected() {
    const POLICY: &str = r#""policy": {"watch_unattended": false, "joined_count": true,
        "permissions": {"administrator": [], "supervisor": [], "associate": []}}"#;
    const RULE: &str = r#"{"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}]}"#;
    let saved = |version, operators, rules| {
        format!(r#"{{"version": {version}, {POLICY}, "operators": [{operators}], "rules": [{rules}]}}"#)
    };
    let ken = r#"{"operator": "ken", "role": "associate"}"#;
    check::<MonitorEngine>(&[
        ("0", "expected a saved engine, found a number"),
        ("{}", "missing field `version`"),
        (r#"{"version": 1}"#, "missing field `policy`"),
        (&saved("2", "", ""), "the saved state has version 2, this crate reads version 1"),
        (&saved("0", "", ""), "the saved state has version 0, this crate reads version 1"),
        (&saved(r#""1""#, "", ""), "expected u32, found a string"),
        (&saved("1", &format!("{ken}, {ken}"), ""), "operator `ken` is there twice"),
        (&saved("1", "", &format!("{RULE}, {RULE}")), "rule `r1` exists already"),
        (&saved("1", r#""ken""#, ""), "expected an operator with a role, found a string"),
        (&saved("1", r#"{"operator": "ken"}"#, ""), "missing field `role`"),
        (
            &saved("1", r#"{"operator": "ken", "role": "associate", "name": "Ken"}"#, ""),
            "unknown field `name`, expected one of `operator`, `role`, `departments`, `oversees`",
        ),
        (
            r#"{"version": 1, "chats": []}"#,
            "unknown field `chats`, expected one of `version`, `policy`, `operators`, `rules`, `exclusions`, `now`",
        ),
    ]);
    check::<Policy>(&[
        ("5", "expected an object, found a number"),
        ("{}", "missing field `watch_unattended`"),
        (r#"{"watch_unattended": false, "joined_count": true}"#, "missing field `permissions`"),
        (r#"{"watch_unattended": 1}"#, "expected a boolean, found a number"),
        (
            r#"{"watch": true}"#,
            "unknown field `watch`, expected one of `watch_unattended`, `joined_count`, `permissions`",
        ),
    ]);
    check::<Permissions>(&[
        (r#"[[], [], []]"#, "expected an object with a row for each role, found a list"),
        (r#"{"administrator": []}"#, "the row of role `supervisor` is missing"),
        (r#"{"manager": []}"#, "the row of role `administrator` is missing"),
        (r#"{"administrator": ["manager"], "supervisor": [], "associate": []}"#, "role `manager` has no row"),
        (
            r#"{"administrator": [], "supervisor": [], "associate": {"monitors": [], "rights": ["join"]}}"#,
            "role `associate` cannot advise or join without the right to watch",
        ),
        (r#"{"administrator": [], "administrator": []}"#, "the key `administrator` is there twice"),
        (r#"{"administrator": "all"}"#, "expected a list of roles or an object with `monitors`, found a string"),
        (r#"{"administrator": {}}"#, "missing field `monitors`"),
        (
            r#"{"administrator": {"monitors": [], "within": "team"}}"#,
            "unknown kind `team`, expected one of `anywhere`, `chat`, `operators`, `either`",
        ),
        (
            r#"{"administrator": {"monitors": [], "rights": ["barge"]}}"#,
            "unknown kind `barge`, expected one of `watch`, `advise`, `join`",
        ),
        (
            r#"{"administrator": {"monitors": [], "seats": 5}}"#,
            "unknown field `seats`, expected one of `monitors`, `within`, `rights`, `unattended`, `hears_advice`",
        ),
    ]);
}

#[test]
fn a_format_that_reports_by_itself_can_say_what_was_expected() {
    struct Dates;

    impl<'de> Deserializer<'de> for Dates {
        type Error = Error;

        fn deserialize_any<V: Reader<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            Err(serde::de::Error::invalid_type(Unexpected::Other("a date"), &visitor))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }
    let refusals = [
        OperatorId::deserialize(Dates).unwrap_err(),
        Chat::deserialize(Dates).unwrap_err(),
        Role::deserialize(Dates).unwrap_err(),
    ];
    let expected = ["an operator id", "a chat", "the name of a role"];
    assert_eq!(
        refusals.map(|error| error.to_string()),
        expected.map(|what| format!("invalid type: a date, expected {what}"))
    );
}

/// JSON knows fewer kinds than serde.
#[test]
fn what_stands_in_the_place_of_a_text_is_named_by_its_kind_in_every_format() {
    fn found<'de>(deserializer: impl Deserializer<'de, Error = Error>) -> String {
        OperatorId::deserialize(deserializer).map(|id| id.to_string()).unwrap_or_else(|error| error.to_string())
    }
    let text = "ken".to_owned();
    for found in [
        found(StrDeserializer::new("ken")),
        found(BorrowedStrDeserializer::new("ken")),
        found(StringDeserializer::new(text.clone())),
    ] {
        assert_eq!(found, text);
    }
    let bytes = || b"ken".as_slice();
    let list = || SeqDeserializer::<_, Error>::new([1].into_iter());
    let object = MapDeserializer::<_, Error>::new([("ken", 1)].into_iter());
    for (found, kind) in [
        (found(BoolDeserializer::new(true)), "a boolean"),
        (found(I64Deserializer::new(-7)), "a number"),
        (found(U64Deserializer::new(7)), "a number"),
        (found(F64Deserializer::new(7.5)), "a number"),
        (found(I128Deserializer::new(-7)), "something else"),
        (found(U128Deserializer::new(7)), "something else"),
        (found(BytesDeserializer::new(bytes())), "bytes"),
        (found(BorrowedBytesDeserializer::new(bytes())), "bytes"),
        (found(UnitDeserializer::new()), "nothing"),
        (found(list()), "a list"),
        (found(object), "an object"),
    ] {
        assert_eq!(found, format!("expected an operator id, found {kind}"));
    }
    // One letter is a text.
    assert_eq!(found(CharDeserializer::new('k')), "k");
    assert_eq!(found(' '.into_deserializer()), "expected an id without blanks at either end");
    let right = |letter| Right::deserialize(CharDeserializer::<Error>::new(letter)).unwrap_err().to_string();
    assert_eq!(right('a'), "unknown kind `a`, expected one of `watch`, `advise`, `join`");
}
