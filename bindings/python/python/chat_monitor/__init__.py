"""Decides who may watch which chat, and keeps everyone's list of monitored chats, without I/O.

>>> engine = MonitorEngine()
>>> engine.set_operator("ken", "associate")
>>> engine.set_operator("hana", "supervisor")
>>> engine.add_rule(Rule("r1", watcher="hana", when=[Criterion.visitor_ip("192.0.2.0/24")]))
>>> chat = Chat("c1", visitor=Visitor(ip="192.0.2.7"), operators=["ken"])
>>> engine.watchers_for(chat)
[Watcher(operator='hana', rules=('r1',))]
>>> [verdict for rule, verdict in engine.explain(chat)]
['granted']

`LiveMonitor` follows live chats:

>>> live = LiveMonitor(engine)
>>> live.apply(StartChat(chat))
[WatchStarted(chat='c1', watcher='hana', rules=('r1',))]
>>> live.apply(Join(chat="c1", watcher="hana"))
[WatchEnded(chat='c1', watcher='hana', reason='joined'), Joined(chat='c1', operator='hana')]
>>> live.apply(Join(chat="c9", watcher="hana"))
Traceback (most recent call last):
    ...
chat_monitor._errors.Refusal: chat `c9` is not live
"""

from . import _native
from ._errors import Error, FaultCode, FaultKind, InvalidValue, Refusal, RefusalCode
from ._native import *
from ._types import (
    Audience,
    Channel,
    Command,
    CriterionKind,
    EndReason,
    Event,
    LeftReason,
    ParticipantEvent,
    Right,
    Verdict,
    Within,
)

__all__ = [
    "Audience",
    "Channel",
    "Command",
    "CriterionKind",
    "EndReason",
    "Error",
    "Event",
    "FaultCode",
    "FaultKind",
    "InvalidValue",
    "LeftReason",
    "ParticipantEvent",
    "Refusal",
    "RefusalCode",
    "Right",
    "Verdict",
    "Within",
]
__all__ += _native.__all__
