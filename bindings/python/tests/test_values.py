"""Values and errors behave as a Python programmer expects."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from typing_extensions import assert_never

import chat_monitor as c

CHAT = c.Chat(
    "c1",
    visitor=c.Visitor(ip="192.0.2.7", email="Mika@Example.com"),
    operators=["ken"],
    departments=["support", "sales"],
    attributes={"tag": ["vip", "refund"], "brand": "acme"},
)
RULE = c.Rule("r1", watcher="hana", when=[c.Criterion.operator("ken")], window=c.Window(until=9))


def engine() -> c.MonitorEngine:
    engine = c.MonitorEngine()
    engine.set_operator("ken", "associate")
    engine.set_operator("hana", c.Operator("supervisor", departments=["desk"]))
    engine.add_rule(c.Rule("r1", watcher="hana", when=[c.Criterion.operator("ken")]))
    return engine


def test_a_value_is_frozen_equal_hashable_and_printed() -> None:
    assert CHAT.departments == ("sales", "support")
    assert CHAT.attributes == {"brand": ("acme",), "tag": ("refund", "vip")}
    with pytest.raises(AttributeError):
        setattr(CHAT, "id", "c2")
    assert repr(c.Attend(chat="c1", operator="ken")) == "Attend(chat='c1', operator='ken')"
    # Equal is what means the same.
    assert c.Criterion.visitor_ip("192.0.2.7/24") == c.Criterion("visitor_ip", "192.0.2.0/24")
    assert {CHAT, copy.deepcopy(CHAT)} == {CHAT}
    assert len({c.Attend("c1", "ken"), c.Unattend("c1", "ken")}) == 2
    assert c.Visitor(ip_address("::ffff:192.0.2.7")) == c.Visitor("１９２.0.2.7")


def test_a_value_survives_pickling_and_can_be_changed_in_a_copy() -> None:
    values: list[Any] = [CHAT, RULE, RULE.window, RULE.when[0], c.Policy(), c.StartChat(CHAT), c.Excluded("x1")]
    values += [c.WatchEnded("c1", "hana", c.NotPermitted("ken")), c.SetRuleWindow("r1", None), c.Row(["associate"])]
    assert [pickle.loads(pickle.dumps(value)) for value in values] == values
    closed = CHAT.__replace__(monitoring_allowed=False)
    assert closed != CHAT and not closed.monitoring_allowed and closed.visitor == CHAT.visitor
    if sys.version_info >= (3, 13):
        assert copy.replace(CHAT, monitoring_allowed=False) == closed
    assert not {name for name in dir(c.ParticipantView) if not name.startswith("_")} - {"chat", "operators", "joined"}


@pytest.mark.parametrize(
    ("make", "code", "kind"),
    [
        (lambda: c.Chat(""), "id", "length"),
        (lambda: c.Chat(" c1"), "id", "blank"),
        (lambda: c.Chat("c1", operators=["ken", "ken"]), "chat", "attends_twice"),
        (lambda: c.Visitor(email="mika"), "email", "form"),
        (lambda: c.Visitor("192.0.2.0/24"), "ip", "address"),
        (lambda: c.Criterion.visitor_ip("192.0.2.*"), "ip", "wildcard"),
        (lambda: c.Criterion.visitor_email("mika*@example.com"), "email", "wildcard_in_name"),
        (lambda: c.Criterion("mood", "x"), "criterion", "unknown"),  # type: ignore[arg-type]
        (lambda: c.Rule("r1", "hana", when=[]), "criteria", "no_criterion"),
        (lambda: c.Exclusion("x1", [c.Criterion.operator("ken")], roles=[]), "exclusion", "no_role"),
        (lambda: c.Window(), "window", "unbounded"),
        (lambda: c.Window(5, 4), "window", "empty"),
        (lambda: c.SetTime(-1), "time", "beyond_last"),
        (lambda: c.SetTime(2**53), "time", "beyond_last"),
        (lambda: c.Sample(0, "qa"), "sample", "share"),
        (lambda: c.Policy(permissions={"administrator": []}), "permissions", "missing_role"),
        (lambda: c.Operator("supervisor", oversees={"sales": ["spy"]}), "right", "unknown"),  # type: ignore[list-item]
        (lambda: c.Operator("supervisor", departments=map(str, range(65))), "departments", "too_many_departments"),
        (lambda: c.command_from_json("{"), "json", "eof"),
        (lambda: c.command_from_json('{"fly":{}}'), "json", "data"),
        (lambda: c.LiveMonitor.from_json("{}"), "json", "data"),
        (lambda: c.LiveMonitor.from_parts([]), "monitor", "contradiction"),
    ],
)
def test_a_value_that_cannot_be_says_why(make: Callable[[], object], code: str, kind: str) -> None:
    with pytest.raises(c.InvalidValue) as raised:
        make()
    assert (raised.value.code, raised.value.kind) == (code, kind)
    assert isinstance(raised.value, ValueError) and "mika" not in str(raised.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: c.Chat(5),  # type: ignore[arg-type]
        lambda: c.Chat("c1", operators="ken"),
        lambda: c.Chat("c1", attributes=["tag"]),  # type: ignore[arg-type]
        lambda: c.Attend("c1"),  # type: ignore[call-arg]
        lambda: c.Rule("r1", "hana", ["ken"]),  # type: ignore[list-item]
        lambda: c.LiveMonitor().apply("attend"),  # type: ignore[arg-type]
        lambda: c.LiveMonitor(c.LiveMonitor().engine),  # type: ignore[arg-type]
        lambda: c.Policy(permissions={"administrator": "qa"}),
        lambda: engine().watchers_for_many([CHAT, "c1"]),  # type: ignore[list-item]
        lambda: c.SetTime("5"),  # type: ignore[arg-type]
    ],
)
def test_what_is_of_another_type_is_a_type_error(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        make()


def test_a_refusal_has_a_code_and_names_what_is_in_the_way() -> None:
    with pytest.raises(c.Refusal) as raised:
        engine().add_rule(c.Rule("r2", "ken", [c.Criterion.operator("hana")]))
    refusal = pickle.loads(pickle.dumps(raised.value))
    assert (refusal.code, refusal.kind, refusal.named) == ("add_rule.no_rights", "no_rights", "ken")
    assert str(refusal) == "watcher `ken` may not monitor anybody"


def test_an_engine_is_asked_and_changed() -> None:
    kept = engine()
    assert repr(kept) == "<MonitorEngine: 2 operators, 1 rules, 0 exclusions>"
    assert dict(kept.operators()).keys() == {"hana", "ken"} and list(kept.monitorable_by("hana")) == ["ken"]
    assert kept.operator("nobody") is None and kept.rule("r9") is None
    assert kept.watchers_for_many([CHAT] * 3) == [[c.Watcher("hana", ("r1",))]] * 3
    assert kept.watcher_ids_for_many([CHAT]) == [("hana",)]
    assert kept.rights("hana", CHAT) == ("watch", "advise", "join")
    kept.add_exclusion(c.Exclusion("x1", [c.Criterion.attribute(c.Attribute("tag", "vip"))]))
    assert [verdict for _, verdict in kept.explain(CHAT)] == [c.Excluded("x1")]
    kept.remove_exclusion("x1")
    kept.set_rule_window("r1", c.Window(5, 9))
    assert kept.next_deadline == 5 and kept.judge(RULE, CHAT) == "outside_window"
    kept.set_time(6)
    assert kept.watcher_ids_for(CHAT) == ("hana",) and kept.next_deadline == 9
    assert kept.remove_rule("r1").window == c.Window(5, 9)
    kept.set_policy(c.Policy(permissions={**c.Policy().permissions, "qa": ["associate"]}))
    kept.set_operator("quinn", "qa")
    assert pickle.loads(pickle.dumps(kept)) == kept == c.MonitorEngine.from_json(kept.to_json())
    assert copy.copy(kept) is not kept and kept != engine()


def seen_by_the_people_in_the_chat(event: c.Event) -> str:
    match event:
        case c.WatchStarted() | c.WatchChanged() | c.WatchEnded() | c.Advised():
            return ""
        case c.Joined(operator=operator):
            return f"{operator} joined"
        case c.Left(operator=operator):
            return f"{operator} left"
        case _:
            assert_never(event)


def test_a_live_monitor_follows_chats() -> None:
    live = c.LiveMonitor(engine())
    started = live.apply(c.StartChat(CHAT))
    assert started == [c.WatchStarted("c1", "hana", ("r1",))]
    assert started[0].audience == c.ToWatcher("hana") and started[0].for_participants() is None
    outcomes = live.apply_many([c.Advise("c1", "hana"), c.EndChat("c9"), c.Join("c1", "hana")])
    assert [type(outcome) for outcome in outcomes] == [list, c.Refusal, list]
    advised, joined = outcomes[0], outcomes[2]
    assert isinstance(advised, list) and isinstance(joined, list)
    assert [event.audience for event in advised] == [c.ToAdvised("hana", ("ken",))]
    assert [seen_by_the_people_in_the_chat(event) for event in joined] == ["", "hana joined"]
    assert joined[1].for_participants() == c.ParticipantJoined("c1", "hana")
    assert live.participant_view("c1") == c.ParticipantView("c1", ("ken",), ("hana",))
    assert live.apply_json('{"leave":{"chat":"c1","operator":"hana"}}').startswith('[{"left":{"chat":"c1"')
    assert [line.chat.id for line in live.monitored_chats("hana")] == ["c1"] == [chat.id for chat in live.chats()]
    assert live.recipients("c1", "internal") == c.Recipients(False, ("ken",), ("hana",))
    assert live.recipients("c9") == c.Recipients(False, (), ())
    # The engine is seen as it is, and changed by commands alone.
    kept = live.engine
    live.apply(c.RemoveRule("r1"))
    assert kept.rule_count == 0 and live.watch_count == 0 and not hasattr(kept, "add_rule")


def test_a_live_monitor_is_saved_and_loaded() -> None:
    live = c.LiveMonitor(engine())
    live.apply(c.StartChat(CHAT))
    assert pickle.loads(pickle.dumps(live)) == live == c.LiveMonitor.from_json(live.to_json())
    saved = live.to_json()
    parts = []
    for part in live.save_in_parts(1):
        parts.append(part)
        live.apply(c.StartChat(c.Chat(f"later-{len(parts)}")))
    assert len(parts) > 3 and c.LiveMonitor.from_parts(parts).to_json() == saved
    # Of a release that granted more.
    settled, events = c.LiveMonitor.settle(saved.replace('"operator":"ken"', '"operator":"aya"'))
    assert settled.watch_count == 0 and [type(event) for event in events] == [c.WatchEnded]
