"""What is raised. Every error has a message in English, and a `code` and a `kind` for programs."""

from __future__ import annotations

from typing import Literal, TypeAlias

FaultCode: TypeAlias = Literal[
    "id", "email", "ip", "chat", "departments", "attributes", "criterion", "right", "within", "reason", "left_reason",
    "channel", "criteria", "exclusion", "sample", "window", "time", "permissions", "monitor", "json",
]  # fmt: skip

FaultKind: TypeAlias = Literal[
    "length", "control", "blank",
    "form", "several", "brackets", "invisible", "no_name", "local_part", "leading_dot", "wildcard", "wildcard_in_name",
    "wildcard_in_domain", "domain",
    "address", "leading_zero", "zone", "port", "from_to", "mask", "prefix_len",
    "attends_twice", "too_many_departments", "too_many_attributes", "unknown", "no_criterion", "no_role", "share", "salt",
    "unbounded", "empty", "beyond_last", "unknown_role", "missing_role", "too_many_roles", "rights_without_watch",
    "contradiction", "syntax", "eof", "data",
]  # fmt: skip

RefusalCode: TypeAlias = Literal[
    "unknown_chat", "chat_is_live", "starts_with_joined", "already_given", "not_given", "not_watching",
    "may_not_advise", "may_not_join", "not_joined", "nobody_attends", "unknown_rule", "unknown_operator",
    "unknown_role", "role_in_use", "duplicate_exclusion", "unknown_exclusion", "time_goes_back",
    "add_rule.duplicate_rule", "add_rule.unknown_watcher", "add_rule.no_rights", "add_rule.own_chats",
    "add_rule.unknown_operator", "add_rule.not_permitted",
]  # fmt: skip


class Error(Exception):
    """What every error of this package is."""

    def __init__(self, message: str, code: str, kind: str, *more: object) -> None:
        super().__init__(message, code, kind, *more)
        self.code = code
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidValue(Error, ValueError):
    """A value that cannot be.

    `code` says what it should have been (`id`, `email`, `ip`, `window`, `json`, …), `kind` what is wrong with it. No
    message repeats a visitor's address.

    >>> from chat_monitor import Visitor
    >>> try:
    ...     Visitor(email="mika")
    ... except InvalidValue as error:
    ...     error.code, error.kind
    ('email', 'form')
    """

    code: FaultCode
    kind: FaultKind


class Refusal(Error):
    """What was asked for is not done, and nothing has changed.

    `kind` is the last part of `code` (`not_permitted` of `add_rule.not_permitted`), and `named` the id, the role or the
    time that stands in the way.
    """

    code: RefusalCode

    def __init__(self, message: str, code: str, kind: str, named: str | int) -> None:
        super().__init__(message, code, kind, named)
        self.named = named
