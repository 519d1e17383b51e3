"""What a call costs from Python, beside the same decision written by hand: a dict of lists.

python cost.py FOLDER, which `cargo run --release -p answers --bin cost -- FOLDER` has filled.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import chat_monitor as c


T = TypeVar("T")


class ByHand:
    """Rules with one criterion, on an operator, an email, a domain or an address, and roles; nothing else."""

    MONITORS = {"administrator": {"supervisor", "associate"}, "supervisor": {"associate"}, "associate": set[str]()}

    def __init__(self, saved: dict[str, Any]) -> None:
        self.roles = {operator["operator"]: operator["role"] for operator in saved["operators"]}
        self.rules: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
        for place, rule in enumerate(saved["rules"]):
            (criterion,) = rule["when"][0].items()
            self.rules.setdefault(criterion, []).append((place, rule["watcher"], rule["id"]))

    def watchers_for(self, chat: dict[str, Any]) -> dict[str, list[str]]:
        email = chat["visitor"].get("email", "")
        keys = [("operator", operator) for operator in chat["operators"]]
        keys += [("visitor_email", email), ("visitor_email", "*" + email[email.find("@") :])]
        keys.append(("visitor_ip", chat["visitor"].get("ip", "")))
        attending = {self.roles.get(operator, "") for operator in chat["operators"]}
        found = sorted(rule for key in keys for rule in self.rules.get(key, ()))
        watchers: dict[str, list[str]] = {}
        for _, watcher, rule in found:
            if attending and watcher not in chat["operators"] and attending <= self.MONITORS[self.roles[watcher]]:
                watchers.setdefault(watcher, []).append(rule)
        return watchers


def report(what: str, items: Sequence[T], call: Callable[[Sequence[T]], object]) -> None:
    """The best of several rounds of each fifty: short ones, which what else the machine does leaves alone at times."""

    def once(fifty: Sequence[T]) -> int:
        begin = time.perf_counter_ns()
        call(fifty)
        return time.perf_counter_ns() - begin

    fifties = [items[start : start + 50] for start in range(0, len(items), 50)]
    best = sum(min(once(fifty) for _ in range(30)) for fifty in fifties)
    print(f"{what}: {best // len(items)} ns")


def main(folder: Path) -> None:
    saved = (folder / "engine.json").read_text(encoding="utf-8")
    lines = (folder / "chats.jsonl").read_text(encoding="utf-8").splitlines()
    engine, by_hand = c.MonitorEngine.from_json(saved), ByHand(json.loads(saved))
    chats, dicts = [c.Chat.from_json(line) for line in lines], [json.loads(line) for line in lines]
    for chat, form in zip(chats, dicts, strict=True):
        assert {w.operator: list(w.rules) for w in engine.watchers_for(chat)} == by_hand.watchers_for(form)

    report("who watches, by which rules: watchers_for", chats, lambda of: [engine.watchers_for(chat) for chat in of])
    report("who watches, by which rules: watchers_for_many", chats, engine.watchers_for_many)
    report("who watches, by which rules: by hand", dicts, lambda of: [by_hand.watchers_for(form) for form in of])
    report("who watches: watcher_ids_for", chats, lambda of: [engine.watcher_ids_for(chat) for chat in of])
    report("who watches: watcher_ids_for_many", chats, engine.watcher_ids_for_many)
    report(
        "make a Chat",
        dicts,
        lambda of: [
            c.Chat(form["id"], c.Visitor(form["visitor"]["ip"], form["visitor"]["email"]), form["operators"])
            for form in of
        ],
    )
    report("read a Chat from JSON", lines, lambda of: [c.Chat.from_json(line) for line in of])
    live = c.LiveMonitor(engine)
    both: list[c.Command] = [command for chat in chats for command in (c.StartChat(chat), c.EndChat(chat.id))]
    texts = [command.to_json() for command in both]
    report("start or end a live chat: apply", both, lambda of: [live.apply(command) for command in of])
    report("start or end a live chat: apply_many", both, live.apply_many)
    report("start or end a live chat: apply_json", texts, lambda of: [live.apply_json(text) for text in of])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
