"""Threads share an engine, and go on while one of them waits for a long call."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import chat_monitor as c


def engine(rules: int) -> c.MonitorEngine:
    engine = c.MonitorEngine()
    engine.set_operator("hana", "supervisor")
    for n in range(rules):
        engine.load_rule(c.Rule(f"r{n}", "hana", [c.Criterion.visitor_email(f"visitor-{n}@example.com")]))
    return engine


def test_others_run_during_a_long_call() -> None:
    saved = engine(60_000).to_json()
    turns, done = 0, threading.Event()

    def load() -> c.MonitorEngine:
        try:
            return c.MonitorEngine.from_json(saved)
        finally:
            done.set()

    with ThreadPoolExecutor(1) as others:
        # So seldom does the interpreter take itself away from who does not let it go.
        usual = sys.getswitchinterval()
        sys.setswitchinterval(60)
        try:
            loading = others.submit(load)
            while not done.is_set():
                turns += 1
                time.sleep(0)
        finally:
            sys.setswitchinterval(usual)
        assert loading.result().rule_count == 60_000
    assert turns > 100, turns


def test_threads_may_change_and_ask_at_once() -> None:
    live = c.LiveMonitor(engine(10))
    chats = [c.Chat(f"c{n}", visitor=c.Visitor(email=f"visitor-{n % 20}@example.com")) for n in range(2_000)]

    def follow(part: int) -> int:
        watched = 0
        for n, chat in enumerate(chats[part::4]):
            live.apply(c.StartChat(chat))
            watched += len(live.engine.watchers_for(chat))
            if n % 50 == 0:
                live.apply_many([c.SetTime(0), c.SetPolicy(c.Policy(watch_unattended=n % 100 == 0))])
                live.to_json()
        return watched

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(follow, range(4)))
    live.apply(c.SetPolicy(c.Policy(watch_unattended=True)))
    assert live.chat_count == len(chats) and live.watch_count == len(chats) // 2
    assert c.LiveMonitor.from_json(live.to_json()) == live
