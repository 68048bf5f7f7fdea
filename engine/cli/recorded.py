"""The findings that a plan records, held against the checks: as many, as grave, as accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from stowplan.documents import Document
from stowplan.model import (
    PLANNED_SUBJECTS,
    CheckRule,
    Policy,
    Severity,
    Span,
    Violation,
    shown,
)
from stowplan.rules import BY_CODE
from stowplan.rules.check import PolicyUse, WaiverUse
from stowplan.verification import Breach, Stated
from stowplan.waiving import waive

from .policies import LoadedPolicy

MOST_LINTED = 20_000
"""Of more tables the checks are not run again: that would take longer than all the rest."""

_SEVERAL = frozenset({"M105", "M107", "R404", "Y609"})
"""Checks whose findings are not all as grave as each other."""

_PATH = ("violations",)
_Identity = tuple[Any, ...]


class _Recorded(NamedTuple):
    """A finding of the plan: its number there, and all of it."""

    at: int
    code: str
    record: Mapping[str, Any]


def recorded(stated: Stated, document: Document, loaded: LoadedPolicy, tables: int) -> list[Breach]:
    """What is wrong with the findings that a plan records, as far as checks without a plan tell.

    The policy's checks of steps, windows and plans are judged only by planning again.
    """
    found = [_Recorded(n, each.code, each.more) for n, each in enumerate(stated.findings)]
    wrong = [*_severities(found, loaded.policy), *_suppressed(found, loaded)]
    if not wrong and tables <= MOST_LINTED:
        wrong = [*_compared(found, document, loaded, stated.windows[0].name)]
    return wrong


def _severities(found: Sequence[_Recorded], policy: Policy) -> Iterator[Breach]:
    rules = {rule.id: rule for rule in policy.rules}
    for at, code, record in found:
        severity, check = record.get("severity"), BY_CODE.get(code)
        if check is None and code not in rules:
            yield Breach("findings", (*_PATH, at, "code"), f"{shown(code)} is no check's code")
            continue
        allowed: set[Severity | None]
        if check is None:
            rule = rules[code]
            own = rule.severity if isinstance(rule, CheckRule) else Severity.ERROR
            allowed = {Severity.ERROR, own}  # what cannot be judged is always an error
        elif code in policy.severities:
            allowed = {policy.severities[code]}
        else:
            allowed = {*Severity} if code in _SEVERAL else {check.severity}
        if severity not in allowed:
            wanted = " or ".join(sorted("off" if each is None else each for each in allowed))
            text = f"{shown(code)} is recorded as {shown(severity)}, should be {wanted}"
            yield Breach("findings", (*_PATH, at, "severity"), text)


def _suppressed(found: Sequence[_Recorded], loaded: LoadedPolicy) -> Iterator[Breach]:
    """Findings that no waiver accepts, and those that one does and that are told all the same."""
    bare = [
        Violation(
            each.code,
            Severity.ERROR,
            "",
            Span("", 1, 1),
            tables=tuple(each.record["tables"]),
            firm=each.code in BY_CODE and BY_CODE[each.code].firm,
        )
        for each in found
    ]
    answered = waive(bare, loaded.policy.waivers, loaded.today).violations
    for (at, code, record), expected in zip(found, answered, strict=True):
        said = record.get("suppressed")
        judged = code in BY_CODE or said is not None  # a rule that was given up is never waived
        if judged and said != expected.suppressed:
            what = "no waiver accepts it" if expected.suppressed is None else "a waiver accepts it"
            text = f"{shown(code)} is recorded otherwise than the waivers say: {what}"
            yield Breach("findings", (*_PATH, at, "suppressed"), text)


def _compared(
    found: Sequence[_Recorded], document: Document, loaded: LoadedPolicy, window: str
) -> list[Breach]:
    """Against what `lint` finds; a plan does not say whether its window was asked for by name."""
    first = [*_differences(found, document, loaded)]
    if not first:
        return []
    from stowplan.planning.follow_up import for_window, window_names  # noqa: PLC0415 (seldom)

    if window not in window_names(loaded.policy):
        return first
    other = replace(loaded, policy=for_window(loaded.policy, window))
    return min(first, [*_differences(found, document, other)], key=len)


def _differences(
    found: Sequence[_Recorded], document: Document, loaded: LoadedPolicy
) -> Iterator[Breach]:
    from stowplan.reports.violations_json import violation_record  # noqa: PLC0415 (seldom)

    from .inspection import inspect  # noqa: PLC0415 (it brings what lint needs)

    linted = inspect(document, loaded, planning=False).violations
    known = {
        _identity(record): record
        for record in (_as_read(violation_record(each)) for each in linted)
        if not _needs_plan(record["code"], loaded.policy)
    }
    for at, code, record in found:
        expected = known.pop(_identity(record), None)
        if expected is None:
            if not _needs_plan(code, loaded.policy):
                text = f"{shown(code)} is recorded, and the checks do not find it:"
                text += f" {shown(record.get('message'), 200)}"
                yield Breach("findings", (*_PATH, at), text)
            continue
        for key in ("rule", "severity", "hint", "suppressed", "details"):
            if record.get(key) != expected[key]:
                text = f"{key} of {code} is not what its check says"
                yield Breach("findings", (*_PATH, at, key), text)
    for record in known.values():
        text = f"{record['code']} is found and not among the violations:"
        tables = tuple(record["tables"])
        yield Breach("findings", _PATH, f"{text} {shown(record['message'], 200)}", tables)


def _needs_plan(code: str, policy: Policy) -> bool:
    """Whether a finding speaks of a plan, or of a policy on all of its manifests."""
    check = BY_CODE.get(code)
    if check is not None:
        return check.planned or code == "R401" or check.case in (PolicyUse, WaiverUse)
    rules = (rule for rule in policy.checks if rule.id == code)
    return any(rule.subject in PLANNED_SUBJECTS for rule in rules)


def _as_read(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as it is read again from a plan."""
    read: dict[str, Any] = json.loads(json.dumps(record), parse_float=Decimal)
    return read


def _identity(record: Mapping[str, Any]) -> _Identity:
    """What makes a finding one; the file's path depends on where the plan stands."""
    keys = ("code", "message", "line", "column")
    return (*(str(record.get(key)) for key in keys), *map(str, record["tables"]))
