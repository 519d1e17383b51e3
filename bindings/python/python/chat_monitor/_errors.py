"""What is raised. Every error has a message in English, and a `code` and a `kind` for programs."""

from __future__ import annotations


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


class Refusal(Error):
    """What was asked for is not done, and nothing has changed.

    `kind` is the last part of `code` (`not_permitted` of `add_rule.not_permitted`), and `named` the id, the role or the
    time that stands in the way.
    """

    def __init__(self, message: str, code: str, kind: str, named: str | int) -> None:
        super().__init__(message, code, kind, named)
        self.named = named
