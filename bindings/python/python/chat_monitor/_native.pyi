"""The types of what is written in Rust. Values are frozen; `==`, `hash`, `repr`, `match`, `pickle` and
`copy.replace` take them as they take Python's own dataclasses."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, final, type_check_only

from typing_extensions import Self, dataclass_transform, disjoint_base

from ._errors import Refusal
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
    "AddExclusion", "AddRule", "Advise", "Advised", "Attend", "Attribute", "Chat", "Criterion", "EndChat",
    "Engine", "Excluded", "Exclusion", "Join", "Joined", "Leave", "Left", "LiveMonitor", "MonitorEngine",
    "MonitoredChat", "NotPermitted", "Operator", "ParticipantJoined", "ParticipantLeft", "ParticipantView",
    "Parts", "Policy", "Recipients", "RemoveExclusion", "RemoveOperator", "RemoveRule", "Row", "Rule", "Sample",
    "SetAttributes", "SetDepartments", "SetMonitoringAllowed", "SetOperator", "SetPolicy", "SetRuleEnabled",
    "SetRuleWindow", "SetTime", "SetVisitor", "StartChat", "ToAdvised", "ToEveryone", "ToWatcher", "Transfer",
    "Unattend", "Visitor", "WatchChanged", "WatchEnded", "WatchStarted", "Watcher", "Window",
    "command_from_json", "event_from_json",
]  # fmt: skip

@type_check_only
@dataclass_transform(frozen_default=True)
class _Value:
    def __init_subclass__(cls, *, init: bool = True) -> None: ...
    def __replace__(self, **changes: Any) -> Self: ...

# What decides, and what it is told.

@final
class Visitor(_Value, init=False):
    """The person on the web site, as far as the host knows them."""

    ip: str | None
    email: str | None
    def __new__(cls, ip: str | IPv4Address | IPv6Address | None = None, email: str | None = None) -> Self: ...

@final
class Chat(_Value, init=False):
    """One conversation of a visitor with the operators who attend it.

    `operators` are those to whom it was given. `monitoring_allowed` is the host's fact of consent or law.
    """

    id: str
    visitor: Visitor
    operators: tuple[str, ...]
    joined: tuple[str, ...]
    monitoring_allowed: bool
    departments: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]
    def __new__(
        cls,
        id: str,
        visitor: Visitor | None = None,
        operators: Iterable[str] | None = None,
        joined: Iterable[str] | None = None,
        monitoring_allowed: bool = True,
        departments: Iterable[str] | None = None,
        attributes: Mapping[str, str | Iterable[str]] | None = None,
    ) -> Self: ...
    @classmethod
    def from_json(cls, text: str) -> Self: ...
    def to_json(self) -> str: ...

@final
class Attribute(_Value, init=False):
    """A name with one of its values, for a criterion."""

    name: str
    value: str
    def __new__(cls, name: str, value: str) -> Self: ...

@final
class Sample(_Value, init=False):
    """A share of all chats, the same one every time; the salt is as secret as the rule."""

    per_million: int
    salt: str
    def __new__(cls, per_million: int, salt: str) -> Self: ...
    def __contains__(self, chat: str, /) -> bool: ...

@final
class Window(_Value, init=False):
    """When a rule counts, in milliseconds since 1970: from an instant, until another, or both."""

    from_: int | None
    until: int | None
    def __new__(cls, from_: int | None = None, until: int | None = None) -> Self: ...
    def holds_at(self, now: int) -> bool: ...

@final
class Criterion(_Value, init=False):
    """One test in a rule or an exclusion."""

    kind: CriterionKind
    value: str | Attribute | Sample
    def __new__(cls, kind: CriterionKind, value: str | Attribute | Sample) -> Self: ...
    @staticmethod
    def operator(value: str) -> Criterion:
        """Chats that this operator attends."""
    @staticmethod
    def visitor_ip(value: str) -> Criterion:
        """Chats of visitors at an address (`192.0.2.7`) or in a network (`192.0.2.0/24`)."""
    @staticmethod
    def visitor_email(value: str) -> Criterion:
        """Chats of one visitor, of a domain (`*@example.com`), or of all below it (`*@*.example.com`)."""
    @staticmethod
    def department(value: str) -> Criterion:
        """Chats of a department."""
    @staticmethod
    def operator_in(value: str) -> Criterion:
        """Chats attended by an operator of a department."""
    @staticmethod
    def attribute(value: Attribute) -> Criterion:
        """Chats with an attribute."""
    @staticmethod
    def sample(value: Sample) -> Criterion:
        """Chats of a sample."""

@final
class Rule(_Value, init=False):
    """One operator's standing wish to watch the chats that meet all of `when`, and none of `unless`."""

    id: str
    watcher: str
    when: tuple[Criterion, ...]
    unless: tuple[Criterion, ...]
    window: Window | None
    enabled: bool
    def __new__(
        cls,
        id: str,
        watcher: str,
        when: Iterable[Criterion],
        unless: Iterable[Criterion] | None = None,
        window: Window | None = None,
        enabled: bool = True,
    ) -> Self: ...
    @classmethod
    def from_json(cls, text: str) -> Self: ...
    def to_json(self) -> str: ...

@final
class Exclusion(_Value, init=False):
    """A standing "never", over every rule: for everybody, or for some roles."""

    id: str
    when: tuple[Criterion, ...]
    roles: tuple[str, ...] | None
    def __new__(cls, id: str, when: Iterable[Criterion], roles: Iterable[str] | None = None) -> Self: ...
    @classmethod
    def from_json(cls, text: str) -> Self: ...
    def to_json(self) -> str: ...

@final
class Operator(_Value, init=False):
    """What is known of an operator. Who says nothing of what they oversee oversees their own departments."""

    role: str
    departments: tuple[str, ...]
    oversees: dict[str, tuple[Right, ...]] | None
    def __new__(
        cls,
        role: str,
        departments: Iterable[str] | None = None,
        oversees: Mapping[str, Iterable[Right]] | None = None,
    ) -> Self: ...
    def rights_in(self, department: str) -> tuple[Right, ...]: ...

@final
class Row(_Value, init=False):
    """What a role may do: which roles it may monitor, within what, with which rights (all, if left out)."""

    monitors: tuple[str, ...]
    within: Within
    rights: tuple[Right, ...]
    unattended: bool
    hears_advice: bool
    def __new__(
        cls,
        monitors: Iterable[str] | None = None,
        within: Within | None = None,
        rights: Iterable[Right] | None = None,
        unattended: bool = False,
        hears_advice: bool = True,
    ) -> Self: ...

@final
class Policy(_Value, init=False):
    """What all decisions go by, beside the rules. `permissions` has a row for each role."""

    watch_unattended: bool
    joined_count: bool
    permissions: dict[str, Row]
    def __new__(
        cls,
        watch_unattended: bool = False,
        joined_count: bool = True,
        permissions: Mapping[str, Row | Iterable[str]] | None = None,
    ) -> Self: ...
    @classmethod
    def from_json(cls, text: str) -> Self: ...
    def to_json(self) -> str: ...

# What it answers.

@final
class Excluded(_Value, init=False):
    """Why not: this exclusion holds."""

    exclusion: str
    def __new__(cls, exclusion: str) -> Self: ...

@final
class NotPermitted(_Value, init=False):
    """Why not: the watcher may not monitor this operator, who attends the chat."""

    operator: str
    def __new__(cls, operator: str) -> Self: ...

@final
class Watcher(_Value, init=False):
    """An operator to whom at least one rule grants a chat, with these rules."""

    operator: str
    rules: tuple[str, ...]
    def __new__(cls, operator: str, rules: tuple[str, ...]) -> Self: ...

@final
class MonitoredChat(_Value, init=False):
    """A line in somebody's list of monitored chats."""

    chat: Chat
    rules: tuple[str, ...]
    def __new__(cls, chat: Chat, rules: tuple[str, ...]) -> Self: ...

@final
class ParticipantView(_Value, init=False):
    """All that the people in a chat may know of who is in it."""

    chat: str
    operators: tuple[str, ...]
    joined: tuple[str, ...]
    def __new__(cls, chat: str, operators: tuple[str, ...], joined: tuple[str, ...]) -> Self: ...

@final
class Recipients(_Value, init=False):
    """Who receives a message. Participants must not be told of `watchers`."""

    visitor: bool
    attending: tuple[str, ...]
    watchers: tuple[str, ...]
    def __new__(cls, visitor: bool, attending: tuple[str, ...], watchers: tuple[str, ...]) -> Self: ...

@disjoint_base
class Engine:
    """The operators, rules and exclusions of a `MonitorEngine` or a `LiveMonitor`, which decide."""

    def __eq__(self, other: object, /) -> bool: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def now(self) -> int | None:
        """The time last told, in milliseconds since 1970."""
    @property
    def next_deadline(self) -> int | None:
        """When a rule's window opens or closes next: tell the time then."""
    @property
    def operator_count(self) -> int: ...
    @property
    def rule_count(self) -> int: ...
    def operator(self, operator: str) -> Operator | None: ...
    def operators(self) -> Iterator[tuple[str, Operator]]: ...
    def monitorable_by(self, watcher: str) -> Iterator[str]:
        """The operators whom this one may set rules on."""
    def rule(self, rule: str) -> Rule | None: ...
    def rules(self) -> Iterator[Rule]: ...
    def rules_of(self, watcher: str) -> Iterator[Rule]: ...
    def rules_on(self, operator: str) -> Iterator[Rule]: ...
    def exclusion(self, exclusion: str) -> Exclusion | None: ...
    def exclusions(self) -> Iterator[Exclusion]: ...
    def exclusions_on(self, operator: str) -> Iterator[Exclusion]: ...
    def judge(self, rule: Rule, chat: Chat) -> Verdict:
        """What one rule says of one chat: the first closed gate, or `granted`."""
    def rights(self, operator: str, chat: Chat) -> tuple[Right, ...]:
        """What this operator may do in the chat if they watch it."""
    def watchers_for(self, chat: Chat) -> list[Watcher]:
        """Each operator who may watch the chat, once, with the rules that say so, in a fixed order."""
    def watcher_ids_for(self, chat: Chat) -> tuple[str, ...]:
        """The same operators without the rules, in an order of their own, which is quicker."""
    def watchers_for_many(self, chats: Iterable[Chat]) -> list[list[Watcher]]:
        """`watchers_for` of each chat. Other threads run meanwhile."""
    def watcher_ids_for_many(self, chats: Iterable[Chat]) -> list[tuple[str, ...]]:
        """`watcher_ids_for` of each chat. Other threads run meanwhile."""
    def explain(self, chat: Chat) -> Iterator[tuple[Rule, Verdict]]:
        """What each rule says of the chat."""
    def to_json(self) -> str:
        """The saved form."""

@final
class MonitorEngine(Engine):
    """Holds operators, rules and exclusions, and says who may watch which chat. Threads may share it."""

    def __new__(cls, policy: Policy | None = None) -> Self: ...
    def set_policy(self, policy: Policy) -> None: ...
    def set_operator(self, id: str, operator: Operator | str) -> None:
        """An operator, or their role alone."""
    def remove_operator(self, operator: str) -> None: ...
    def add_rule(self, rule: Rule) -> None: ...
    def load_rule(self, rule: Rule) -> None:
        """Adds a rule that was accepted before, whatever its watcher may do by now."""
    def remove_rule(self, rule: str) -> Rule: ...
    def set_rule_enabled(self, rule: str, enabled: bool) -> None: ...
    def set_rule_window(self, rule: str, window: Window | None) -> None: ...
    def add_exclusion(self, exclusion: Exclusion) -> None: ...
    def remove_exclusion(self, exclusion: str) -> Exclusion: ...
    def set_time(self, now: int) -> None: ...
    @classmethod
    def from_json(cls, text: str) -> Self: ...

@final
class LiveMonitor:
    """Knows which chats are live, and says who starts and stops watching what, and why. Threads may share it.

    It is made of a copy of an engine.
    """

    def __new__(cls, engine: MonitorEngine | None = None) -> Self: ...
    def __eq__(self, other: object, /) -> bool: ...
    def apply(self, command: Command) -> list[Event]:
        """Does what is asked, and says what has happened. A `Refusal` has changed nothing."""
    def apply_many(self, commands: Iterable[Command]) -> list[list[Event] | Refusal]:
        """Applies one after the other; a refusal stands in its place, and the next one follows."""
    def apply_json(self, command: str) -> str:
        """The same in JSON: a command, and a list of events."""
    @property
    def engine(self) -> Engine:
        """The engine as it is now and will be; commands change it."""
    @property
    def chat_count(self) -> int: ...
    @property
    def watch_count(self) -> int: ...
    def chat(self, chat: str) -> Chat | None: ...
    def chats(self) -> Iterator[Chat]: ...
    def monitored_chats(self, watcher: str) -> Iterator[MonitoredChat]: ...
    def participant_view(self, chat: str) -> ParticipantView | None: ...
    def recipients(self, chat: str, channel: Channel = ...) -> Recipients: ...
    def to_json(self) -> str:
        """The saved form."""
    @classmethod
    def from_json(cls, text: str) -> Self:
        """Loads a saved form, which must agree with today's decision."""
    @staticmethod
    def settle(text: str) -> tuple[LiveMonitor, list[Event]]:
        """Loads what another release saved, and says what is otherwise by today's decision."""
    def save_in_parts(self, size: int = 1000) -> Parts:
        """The monitor as it is now, in parts of so many entries, while it goes on."""
    @staticmethod
    def from_parts(parts: Iterable[str]) -> LiveMonitor: ...

@final
class Parts:
    """The parts of a saving that is going on, as JSON."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> str: ...

# Commands.

@type_check_only
@dataclass_transform(frozen_default=True)
class _Command(_Value):
    def to_json(self) -> str: ...

@final
class SetPolicy(_Command, init=False):
    """Another policy."""

    policy: Policy
    def __new__(cls, policy: Policy) -> Self: ...

@final
class SetOperator(_Command, init=False):
    """An operator is known, or is known otherwise."""

    id: str
    operator: Operator
    def __new__(cls, id: str, operator: Operator | str) -> Self: ...

@final
class RemoveOperator(_Command, init=False):
    """An operator is no longer one."""

    operator: str
    def __new__(cls, operator: str) -> Self: ...

@final
class AddRule(_Command, init=False):
    """A new rule."""

    rule: Rule
    def __new__(cls, rule: Rule) -> Self: ...

@final
class SetRuleEnabled(_Command, init=False):
    """A rule is switched on or off."""

    rule: str
    enabled: bool
    def __new__(cls, rule: str, enabled: bool) -> Self: ...

@final
class SetRuleWindow(_Command, init=False):
    """A rule has another window, or none."""

    rule: str
    window: Window | None
    def __new__(cls, rule: str, window: Window | None) -> Self: ...

@final
class RemoveRule(_Command, init=False):
    """A rule is gone."""

    rule: str
    def __new__(cls, rule: str) -> Self: ...

@final
class AddExclusion(_Command, init=False):
    """A new exclusion."""

    exclusion: Exclusion
    def __new__(cls, exclusion: Exclusion) -> Self: ...

@final
class RemoveExclusion(_Command, init=False):
    """An exclusion is gone."""

    exclusion: str
    def __new__(cls, exclusion: str) -> Self: ...

@final
class SetTime(_Command, init=False):
    """The time, in milliseconds since 1970."""

    now: int
    def __new__(cls, now: int) -> Self: ...

@final
class StartChat(_Command, init=False):
    """A chat is live."""

    chat: Chat
    def __new__(cls, chat: Chat) -> Self: ...

@final
class SetVisitor(_Command, init=False):
    """A chat's visitor is known otherwise."""

    chat: str
    visitor: Visitor
    def __new__(cls, chat: str, visitor: Visitor) -> Self: ...

@final
class Attend(_Command, init=False):
    """A chat is given to an operator."""

    chat: str
    operator: str
    def __new__(cls, chat: str, operator: str) -> Self: ...

@final
class Unattend(_Command, init=False):
    """A chat is taken from an operator."""

    chat: str
    operator: str
    def __new__(cls, chat: str, operator: str) -> Self: ...

@final
class Transfer(_Command, init=False):
    """A chat is given from one operator to another."""

    chat: str
    from_: str
    to: str
    departments: tuple[str, ...] | None
    def __new__(
        cls, chat: str, from_: str, to: str, departments: Iterable[str] | None = ...
    ) -> Self: ...

@final
class SetDepartments(_Command, init=False):
    """A chat belongs to these departments."""

    chat: str
    departments: tuple[str, ...]
    def __new__(cls, chat: str, departments: Iterable[str]) -> Self: ...

@final
class SetAttributes(_Command, init=False):
    """A chat has these attributes."""

    chat: str
    attributes: dict[str, tuple[str, ...]]
    def __new__(cls, chat: str, attributes: Mapping[str, str | Iterable[str]]) -> Self: ...

@final
class SetMonitoringAllowed(_Command, init=False):
    """Whether a chat may be monitored at all."""

    chat: str
    allowed: bool
    def __new__(cls, chat: str, allowed: bool) -> Self: ...

@final
class EndChat(_Command, init=False):
    """A chat is over."""

    chat: str
    def __new__(cls, chat: str) -> Self: ...

@final
class Join(_Command, init=False):
    """A watcher enters a chat, seen by all."""

    chat: str
    watcher: str
    def __new__(cls, chat: str, watcher: str) -> Self: ...

@final
class Leave(_Command, init=False):
    """An operator who joined goes back to silence."""

    chat: str
    operator: str
    def __new__(cls, chat: str, operator: str) -> Self: ...

@final
class Advise(_Command, init=False):
    """A watcher says something to the attending operators alone."""

    chat: str
    watcher: str
    def __new__(cls, chat: str, watcher: str) -> Self: ...

# Events.

@type_check_only
@dataclass_transform(frozen_default=True)
class _Event(_Value):
    def to_json(self) -> str: ...
    @property
    def audience(self) -> Audience:
        """Who may learn of it, and nobody else."""
    def for_participants(self) -> ParticipantEvent | None:
        """What the people in the chat may learn of it, if anything."""

@final
class WatchStarted(_Event, init=False):
    """A watch has begun."""

    chat: str
    watcher: str
    rules: tuple[str, ...]
    def __new__(cls, chat: str, watcher: str, rules: tuple[str, ...]) -> Self: ...

@final
class WatchChanged(_Event, init=False):
    """A watch goes on by other rules."""

    chat: str
    watcher: str
    rules: tuple[str, ...]
    def __new__(cls, chat: str, watcher: str, rules: tuple[str, ...]) -> Self: ...

@final
class WatchEnded(_Event, init=False):
    """A watch is over."""

    chat: str
    watcher: str
    reason: EndReason
    def __new__(cls, chat: str, watcher: str, reason: EndReason) -> Self: ...

@final
class Joined(_Event, init=False):
    """An operator has joined."""

    chat: str
    operator: str
    def __new__(cls, chat: str, operator: str) -> Self: ...

@final
class Left(_Event, init=False):
    """An operator who had joined has left."""

    chat: str
    operator: str
    reason: LeftReason
    def __new__(cls, chat: str, operator: str, reason: LeftReason) -> Self: ...

@final
class Advised(_Event, init=False):
    """A watcher has advised those who attend and hear advice."""

    chat: str
    watcher: str
    to: tuple[str, ...]
    def __new__(cls, chat: str, watcher: str, to: tuple[str, ...]) -> Self: ...

# What others learn of events, and who.

@final
class ParticipantJoined(_Value, init=False):
    """For the people in the chat: an operator has joined."""

    chat: str
    operator: str
    def __new__(cls, chat: str, operator: str) -> Self: ...

@final
class ParticipantLeft(_Value, init=False):
    """For the people in the chat: an operator has left."""

    chat: str
    operator: str
    def __new__(cls, chat: str, operator: str) -> Self: ...

@final
class ToWatcher(_Value, init=False):
    """For one watcher alone."""

    watcher: str
    def __new__(cls, watcher: str) -> Self: ...

@final
class ToAdvised(_Value, init=False):
    """For those who were advised, and for the watcher who did."""

    watcher: str
    to: tuple[str, ...]
    def __new__(cls, watcher: str, to: tuple[str, ...]) -> Self: ...

@final
class ToEveryone(_Value, init=False):
    """For everyone in the chat and everyone who watches it."""

    chat: str
    def __new__(cls, chat: str) -> Self: ...

def command_from_json(text: str) -> Command:
    """A command from a line of a log."""

def event_from_json(text: str) -> Event:
    """An event from a line of a log."""
