"""Values that cannot be are refused in the crate's words, which JavaScript has too, and the types name each."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

import chat_monitor as c

GOLDEN = Path(__file__).parents[3] / "tests" / "golden"
Form = dict[str, Any]


def chat(form: Form) -> c.Chat:
    return c.Chat(**{**form, "visitor": c.Visitor(**form.get("visitor", {}))})


def criterion(form: Form) -> c.Criterion:
    ((kind, value),) = form.items()
    classes = {"attribute": c.Attribute, "sample": c.Sample}
    return c.Criterion(kind, classes[kind](**value) if kind in classes else value)  # type: ignore[arg-type]


def rule(form: Form) -> c.Rule:
    window = form.get("window")
    bounds = window and {"from_" if name == "from" else name: bound for name, bound in window.items()}
    return c.Rule(
        form["id"],
        form["watcher"],
        when=[criterion(each) for each in form["when"]],
        window=None if bounds is None else c.Window(**bounds),
    )


def exclusion(form: Form) -> c.Exclusion:
    return c.Exclusion(form["id"], [criterion(each) for each in form["when"]], form.get("roles"))


def policy(form: Form) -> c.Policy:
    rows = {role: row if isinstance(row, list) else c.Row(**row) for role, row in form["permissions"].items()}
    return c.Policy(**{**form, "permissions": rows})


def command(form: Form) -> Any:
    ((kind, held),) = form.items()
    if kind == "start_chat":
        return c.StartChat(chat(held))
    if kind == "set_operator":
        return c.SetOperator(held["operator"], c.Operator(held["role"], oversees=held.get("oversees")))
    return {"attend": c.Attend, "set_time": c.SetTime}[kind](**held)


def event(form: Form) -> Any:
    ((kind, held),) = form.items()
    return {"advised": c.Advised, "left": c.Left, "watch_ended": c.WatchEnded}[kind](**held)


MADE: dict[str, Callable[[Form], Any]] = {
    "chat": chat,
    "command": command,
    "event": event,
    "exclusion": exclusion,
    "policy": policy,
    "rule": rule,
}
READ: dict[str, Callable[[str], Any]] = {
    "chat": c.Chat.from_json,
    "command": c.command_from_json,
    "event": c.event_from_json,
    "exclusion": c.Exclusion.from_json,
    "policy": c.Policy.from_json,
    "rule": c.Rule.from_json,
}


def fault(make: Callable[[Any], Any], form: object) -> tuple[str, str, str]:
    with pytest.raises(c.InvalidValue) as raised:
        make(form)
    return raised.value.code, raised.value.kind, str(raised.value)


def test_what_cannot_be_says_why_in_the_shared_words() -> None:
    folder = os.environ.get("CHAT_MONITOR_ANSWERS")
    if folder is None:
        pytest.skip("CHAT_MONITOR_ANSWERS names no folder")
    said = set()
    for line in Path(folder, "faulty.jsonl").read_text(encoding="utf-8").splitlines():
        expected = json.loads(line)
        of, form = expected["of"], expected["form"]
        code, kind, message = expected["code"], expected["kind"], expected["message"]
        assert fault(READ[of], json.dumps(form)) == (code, kind, message), line
        assert fault(MADE[of], form)[:2] == (code, kind), line
        said.add((code, kind))
    for text, kind in {"{]": "syntax", "{": "eof", "{}": "data"}.items():
        assert fault(c.command_from_json, text)[:2] == ("json", kind)
        said.add(("json", kind))
    assert fault(c.LiveMonitor.from_parts, [])[:2] == ("monitor", "contradiction")
    assert fault(lambda channel: c.LiveMonitor().recipients("c1", channel), "private")[:2] == ("channel", "unknown")
    said |= {("monitor", "contradiction"), ("channel", "unknown")}
    assert {code for code, _ in said} == set(get_args(c.FaultCode))
    assert {kind for _, kind in said} == set(get_args(c.FaultKind))


def test_the_types_name_each_refusal() -> None:
    codes = set()
    for name in ("refusals.jsonl", "refusals_of_scope.jsonl"):
        for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines():
            ((code, named),) = json.loads(line).items()
            codes.add(f"{code}.{next(iter(named))}" if isinstance(named, dict) else code)
    assert codes == set(get_args(c.RefusalCode))
