"""The types that are one of several."""

from __future__ import annotations

from typing import Literal, TypeAlias

from . import _native as n

Right: TypeAlias = Literal["watch", "advise", "join"]
Within: TypeAlias = Literal["anywhere", "chat", "operators", "either"]
Channel: TypeAlias = Literal["public", "internal"]
CriterionKind: TypeAlias = Literal[
    "operator", "visitor_ip", "visitor_email", "department", "operator_in", "attribute", "sample"
]

Verdict: TypeAlias = (
    Literal[
        "disabled", "outside_window", "no_match", "forbidden", "unattended", "no_rights", "own_chat", "out_of_scope",
        "granted",
    ]
    | n.Excluded
    | n.NotPermitted
)  # fmt: skip

EndReason: TypeAlias = (
    Literal[
        "chat_ended", "joined", "rule_removed", "disabled", "outside_window", "no_longer_matches", "forbidden",
        "unattended", "no_rights", "own_chat", "out_of_scope",
    ]
    | n.Excluded
    | n.NotPermitted
)  # fmt: skip

LeftReason: TypeAlias = Literal["asked", "no_rights", "removed"]

Command: TypeAlias = (
    n.SetPolicy
    | n.SetOperator
    | n.RemoveOperator
    | n.AddRule
    | n.SetRuleEnabled
    | n.SetRuleWindow
    | n.RemoveRule
    | n.AddExclusion
    | n.RemoveExclusion
    | n.SetTime
    | n.StartChat
    | n.SetVisitor
    | n.Attend
    | n.Unattend
    | n.Transfer
    | n.SetDepartments
    | n.SetAttributes
    | n.SetMonitoringAllowed
    | n.EndChat
    | n.Join
    | n.Leave
    | n.Advise
)

Event: TypeAlias = n.WatchStarted | n.WatchChanged | n.WatchEnded | n.Joined | n.Left | n.Advised

ParticipantEvent: TypeAlias = n.ParticipantJoined | n.ParticipantLeft

Audience: TypeAlias = n.ToWatcher | n.ToAdvised | n.ToEveryone
