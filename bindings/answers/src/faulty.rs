//! Values that cannot be, and what every binding says is wrong with them.

use std::fmt::Write as _;

use chat_monitor::{Chat, Command, Event, Exclusion, Policy, Rule};
use faults::Fault;
use serde_json::{Value, json};

type Expected = (&'static str, Value, &'static str, &'static str);

/// The kind of value, a form of it, and the code and the kind of what is wrong: one for each that there is.
fn all() -> Vec<Expected> {
    let chat = |more: Value| ("chat", more);
    let by = |criterion: Value| ("rule", json!({"id": "r1", "watcher": "hana", "when": [criterion]}));
    let of = |email: &str| chat(json!({"id": "c1", "visitor": {"email": email}}));
    let at = |ip: &str| chat(json!({"id": "c1", "visitor": {"ip": ip}}));
    let from = |email: &str| by(json!({"visitor_email": email}));
    let within = |range: &str| by(json!({"visitor_ip": range}));
    let long = "x".repeat(257);
    let many: Vec<_> = (0..65).map(|n| n.to_string()).collect();
    let overseen: serde_json::Map<_, _> = many.iter().map(|many| (many.clone(), json!(["watch"]))).collect();
    let rows = |more: Value| {
        let built_in = ["administrator", "supervisor", "associate"].map(|role| (role.to_owned(), json!([])));
        let more = more.as_object().into_iter().flatten().map(|(role, row)| (role.clone(), row.clone()));
        let rows: serde_json::Map<_, _> = built_in.into_iter().chain(more).collect();
        ("policy", json!({"watch_unattended": false, "joined_count": true, "permissions": rows}))
    };
    let roles: serde_json::Map<_, _> = (0..30).map(|n| (format!("r{n}"), json!([]))).collect();
    let timed = |window: Value| {
        ("rule", json!({"id": "r1", "watcher": "hana", "when": [{"operator": "ken"}], "window": window}))
    };
    let sampled = |share: u64, salt: &str| by(json!({"sample": {"per_million": share, "salt": salt}}));
    let oversees =
        |of: Value| ("command", json!({"set_operator": {"operator": "hana", "role": "supervisor", "oversees": of}}));
    let told = |now: Value| ("command", json!({"set_time": {"now": now}}));
    let expected = [
        (chat(json!({"id": ""})), "id", "length"),
        (chat(json!({"id": long})), "id", "length"),
        (chat(json!({"id": "c\t1"})), "id", "control"),
        (chat(json!({"id": "c1", "operators": ["ken "]})), "id", "blank"),
        (chat(json!({"id": "c1", "departments": [""]})), "id", "length"),
        (chat(json!({"id": "c1", "attributes": {"tag": [" vip"]}})), "id", "blank"),
        (("command", json!({"attend": {"chat": "c1", "operator": ""}})), "id", "length"),
        (("command", json!({"start_chat": {"id": " c1"}})), "id", "blank"),
        (("command", json!({"set_operator": {"operator": "hana", "role": ""}})), "id", "length"),
        (("event", json!({"advised": {"chat": "c1", "watcher": "hana", "to": ["ken", ""]}})), "id", "length"),
        (by(json!({"attribute": {"name": "", "value": "vip"}})), "id", "length"),
        (chat(json!({"id": "c1", "operators": ["ken"], "joined": ["ken"]})), "chat", "attends_twice"),
        (chat(json!({"id": "c1", "departments": many})), "departments", "too_many_departments"),
        (oversees(json!(overseen)), "departments", "too_many_departments"),
        (chat(json!({"id": "c1", "attributes": {"tag": many}})), "attributes", "too_many_attributes"),
        (of("mika"), "email", "form"),
        (of(&format!("{long}@example.com")), "email", "length"),
        (of("mika @example.com"), "email", "blank"),
        (of("mika@example.com,ken@example.com"), "email", "several"),
        (of("Mika <mika@example.com>"), "email", "brackets"),
        (of("mi\u{200b}ka@example.com"), "email", "invisible"),
        (of("@example.com"), "email", "no_name"),
        (of("mi(ka@example.com"), "email", "local_part"),
        (of(".mika@example.com"), "email", "leading_dot"),
        (of("*@example.com"), "email", "wildcard"),
        (of("mika@example"), "email", "domain"),
        (from("mika*@example.com"), "email", "wildcard_in_name"),
        (from("mika@*.example.com"), "email", "wildcard_in_domain"),
        (at("192.0.2"), "ip", "address"),
        (at("192.0.2.0/24"), "ip", "address"),
        (at("192.0.2.07"), "ip", "leading_zero"),
        (at("fe80::1%eth0"), "ip", "zone"),
        (at("192.0.2.7:80"), "ip", "port"),
        (at("192.0.2.7 "), "ip", "blank"),
        (at("192.0.2.\u{200b}7"), "ip", "invisible"),
        (at("192.0.2.7, 192.0.2.8"), "ip", "several"),
        (within("192.0.2.*"), "ip", "wildcard"),
        (within("192.0.2.1-192.0.2.9"), "ip", "from_to"),
        (within("192.0.2.0/255.255.255.0"), "ip", "mask"),
        (within("192.0.2.0/33"), "ip", "prefix_len"),
        (by(json!({"mood": "x"})), "criterion", "unknown"),
        (("rule", json!({"id": "r1", "watcher": "hana", "when": []})), "criteria", "no_criterion"),
        (("exclusion", json!({"id": "x1", "when": []})), "criteria", "no_criterion"),
        (("exclusion", json!({"id": "x1", "when": [{"operator": "ken"}], "roles": []})), "exclusion", "no_role"),
        (sampled(0, "qa"), "sample", "share"),
        (sampled(1_000_001, "qa"), "sample", "share"),
        (sampled(1, ""), "sample", "salt"),
        (timed(json!({})), "window", "unbounded"),
        (timed(json!({"from": 5, "until": 5})), "window", "empty"),
        (timed(json!({"from": 9_007_199_254_740_992_u64})), "time", "beyond_last"),
        (told(json!(-1)), "time", "beyond_last"),
        (told(json!(9_007_199_254_740_992_u64)), "time", "beyond_last"),
        (oversees(json!({"sales": ["spy"]})), "right", "unknown"),
        (rows(json!({"qa": {"monitors": [], "within": "sight"}})), "within", "unknown"),
        (rows(json!({"qa": {"monitors": [], "rights": ["spy"]}})), "right", "unknown"),
        (rows(json!({"qa": {"monitors": [], "rights": ["join"]}})), "permissions", "rights_without_watch"),
        (rows(json!({"qa": ["nobody"]})), "permissions", "unknown_role"),
        (rows(json!(roles)), "permissions", "too_many_roles"),
        (
            ("policy", json!({"watch_unattended": false, "joined_count": true, "permissions": {"associate": []}})),
            "permissions",
            "missing_role",
        ),
        (("event", json!({"watch_ended": {"chat": "c1", "watcher": "hana", "reason": "bored"}})), "reason", "unknown"),
        (("event", json!({"left": {"chat": "c1", "operator": "ken", "reason": "bored"}})), "left_reason", "unknown"),
    ];
    expected.into_iter().map(|((of, form), code, kind)| (of, form, code, kind)).collect()
}

/// A line of JSON for each, with the sentence for people; or what is otherwise than expected.
pub(crate) fn lines() -> Result<String, String> {
    let mut lines = String::new();
    for (of, form, code, kind) in all() {
        let fault = fault(of, &form.to_string()).ok_or_else(|| format!("not refused: {form}"))?;
        if (fault.code, fault.kind.as_str()) != (code, kind) {
            return Err(format!("expected {code} {kind}, found {fault:?}: {form}"));
        }
        let line = json!({"of": of, "form": form, "code": code, "kind": kind, "message": fault.message});
        writeln!(lines, "{line}").map_err(|error| error.to_string())?;
    }
    Ok(lines)
}

fn fault(of: &str, text: &str) -> Option<Fault> {
    match of {
        "chat" => faults::read::<Chat>(text).err(),
        "command" => faults::read::<Command>(text).err(),
        "event" => faults::read::<Event>(text).err(),
        "exclusion" => faults::read::<Exclusion>(text).err(),
        "policy" => faults::read::<Policy>(text).err(),
        "rule" => faults::read::<Rule>(text).err(),
        _ => None,
    }
}
