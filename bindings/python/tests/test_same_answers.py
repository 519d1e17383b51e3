"""The same answers as the crate gives, to the byte: its golden files, and a long log by chance."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import chat_monitor as c

GOLDEN = Path(__file__).parents[3] / "tests" / "golden"


def lines(name: str) -> Iterator[str]:
    yield from (GOLDEN / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "read", "count"),
    [
        ("commands.jsonl", c.command_from_json, 19),
        ("commands_of_scope.jsonl", c.command_from_json, 23),
        ("events.jsonl", c.event_from_json, 17),
        ("events_of_scope.jsonl", c.event_from_json, 3),
        ("chats.jsonl", c.Chat.from_json, 6),
        ("chats_with_more.jsonl", c.Chat.from_json, 3),
        ("rules.jsonl", c.Rule.from_json, 4),
        ("rules_with_more.jsonl", c.Rule.from_json, 4),
        ("exclusions.jsonl", c.Exclusion.from_json, 3),
        ("policies.jsonl", c.Policy.from_json, 2),
        ("monitor.jsonl", c.LiveMonitor.from_json, 2),
        ("monitor_of_scope.jsonl", c.LiveMonitor.from_json, 1),
    ],
)
def test_golden_lines_are_read_and_written_alike(name: str, read: Callable[[str], Any], count: int) -> None:
    read_and_written = [read(line).to_json() for line in lines(name)]
    assert read_and_written == list(lines(name))
    assert len(read_and_written) == count


@pytest.mark.parametrize("name", ["commands.jsonl", "commands_of_scope.jsonl", "events.jsonl", "rules_with_more.jsonl"])
def test_what_was_read_is_what_a_repr_makes(name: str) -> None:
    """Every value of the golden files, made anew by its constructor with keyword arguments."""
    read = {"c": c.command_from_json, "e": c.event_from_json, "r": c.Rule.from_json}[name[0]]
    for line in lines(name):
        value: Any = read(line)
        made: Any = eval(repr(value), vars(c).copy())
        assert made == value and hash(made) == hash(value) and made.to_json() == line


def test_every_golden_engine_is_read_and_written_alike() -> None:
    for name in ("engine.json", "engine_with_more.json"):
        text = (GOLDEN / name).read_text(encoding="utf-8")
        written = c.MonitorEngine.from_json(text).to_json()
        assert json.dumps(json.loads(written), ensure_ascii=False, indent=2) == text.rstrip("\n")


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def refusal_form(refusal: c.Refusal) -> object:
    form: object = refusal.named
    for part in reversed(refusal.code.split(".")):
        form = {part: form}
    return form


def verdict_form(verdict: c.Verdict) -> object:
    match verdict:
        case c.Excluded(exclusion):
            return {"excluded": exclusion}
        case c.NotPermitted(operator):
            return {"not_permitted": operator}
        case _:
            return verdict


def asked(engine: c.Engine, chat: c.Chat) -> str:
    watchers = engine.watchers_for(chat)
    assert sorted(engine.watcher_ids_for(chat)) == sorted(watcher.operator for watcher in watchers)
    explained = list(engine.explain(chat))
    assert [verdict for _, verdict in explained] == [engine.judge(rule, chat) for rule, _ in explained]
    return compact(
        {
            "watchers": [{"operator": watcher.operator, "rules": watcher.rules} for watcher in watchers],
            "verdicts": [verdict_form(verdict) for _, verdict in explained],
        }
    )


def applied(live: c.LiveMonitor, command: c.Command) -> str:
    try:
        events = live.apply(command)
    except c.Refusal as refusal:
        return compact({"refused": refusal_form(refusal)})
    return f"[{','.join(event.to_json() for event in events)}]"


def test_golden_refusals_are_codes_and_what_they_name() -> None:
    """What the log below needs to write a refusal: that nothing more is in one."""
    for line in [*lines("refusals.jsonl"), *lines("refusals_of_scope.jsonl")]:
        code, named = "", json.loads(line)
        while isinstance(named, dict):
            ((part, named),) = named.items()
            code = f"{code}.{part}" if code else part
        refusal = c.Refusal("", code, code.rsplit(".")[-1], named)
        assert compact(refusal_form(refusal)) == line


def test_a_long_log_is_answered_alike() -> None:
    """`cargo run -p answers` makes the log, and says where it lies by this variable."""
    folder = os.environ.get("CHAT_MONITOR_ANSWERS")
    if folder is None:
        pytest.skip("CHAT_MONITOR_ANSWERS names no folder")
    expected = Path(folder, "answers.jsonl").read_text(encoding="utf-8").splitlines()
    live, digest, count = c.LiveMonitor(), hashlib.sha256(), 0
    for line, answer in zip(Path(folder, "log.jsonl").open(encoding="utf-8"), expected, strict=False):
        if line.startswith('{"ask":'):
            given = asked(live.engine, c.Chat.from_json(line[len('{"ask":') : -2]))
        else:
            command = c.command_from_json(line)
            # By its constructor, so that no value has come by JSON alone.
            given = applied(live, type(command)(*(getattr(command, name) for name in type(command).__match_args__)))
        assert given == answer, line
        digest.update(f"{given}\n".encode())
        count += 1
    assert live.to_json() == expected[-1] and count == len(expected) - 1 >= 10_000
    digest.update(f"{expected[-1]}\n".encode())
    print(f"{count} lines, answers {digest.hexdigest()}")


def test_the_first_page_says_what_works(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (GOLDEN.parents[1] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    engine = c.MonitorEngine()
    engine.set_operator("ken", "associate")
    engine.set_operator("hana", "supervisor")
    engine.add_rule(c.Rule("r1", watcher="hana", when=[c.Criterion.operator("ken")]))
    exec(example, {"saved": engine.to_json()})
    assert capsys.readouterr().out == "hana ('r1',)\n"
