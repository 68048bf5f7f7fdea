"""The findings that a plan records, held against the checks: as many, as grave, as accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from stowplan.documents import Document
from stowplan.evaluation import evaluate, ordered, rule_violations
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
from stowplan.rules.check import PolicyCase, PolicyUse, WaiverUse
from stowplan.rules.custom import broken_checks
from stowplan.verification import Breach, Stated
from stowplan.waiving import waive

from .places import locator
from .policies import LoadedPolicy

if TYPE_CHECKING:
    from .inspection import Inspection

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


class _Source(NamedTuple):
    """What findings are made from, and `files`: the plan's name of each file that they are in.

    `stated` is None where the plan breaks other promises: checks of plans then say nothing.
    """

    document: Document
    loaded: LoadedPolicy
    stated: Stated | None
    files: Mapping[str, str]


def recorded(
    stated: Stated, document: Document, loaded: LoadedPolicy, names: Sequence[str], *, kept: bool
) -> list[Breach]:
    """What is wrong with the findings that a plan records; nothing is planned for that.

    `names` are the plan's own of the manifest and the policy's files, in their order. `kept` says
    that all other promises are: then the checks that look at plans are held against it too.
    """
    found = [_Recorded(n, each.code, each.more) for n, each in enumerate(stated.findings)]
    wrong = [
        *_severities(found, loaded.policy),
        *_suppressed(found, loaded),
        *_places(found, frozenset(names)),
    ]
    tables = len(stated.tables) + len(stated.deferred) + len(stated.unschedulable)
    if not wrong and tables <= MOST_LINTED:
        labels = (document.path, *(file.path for file in loaded.policy.files))
        files = dict(zip(labels, names, strict=True))
        source = _Source(document, loaded, stated if kept else None, files)
        wrong = [*_compared(found, source, stated.windows[0].name)]
    return wrong


def _places(found: Sequence[_Recorded], names: frozenset[str]) -> Iterator[Breach]:
    for at, code, record in found:
        if record["path"] not in names:
            text = f"{code} is in {shown(record['path'], 200)}, which the plan was not made from"
            yield Breach("findings", (*_PATH, at, "path"), text)


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


def _compared(found: Sequence[_Recorded], source: _Source, window: str) -> list[Breach]:
    """Against what the checks find; a plan does not say that its window was asked for by name."""
    first = [*_differences(found, source)]
    if not first:
        return []
    from stowplan.planning.follow_up import for_window, window_names  # noqa: PLC0415 (seldom)

    policy = source.loaded.policy
    if window not in window_names(policy):
        return first
    other = replace(source.loaded, policy=for_window(policy, window))
    return min(first, [*_differences(found, source._replace(loaded=other))], key=len)


def _differences(found: Sequence[_Recorded], source: _Source) -> Iterator[Breach]:
    policy = source.loaded.policy
    known = {_identity(record): record for record in _expected(source)}
    for at, code, record in found:
        expected = known.pop(_identity(record), None)
        if expected is None:
            if _judged(code, policy, planned=source.stated is not None):
                text = f"{shown(code)} is recorded, and the checks do not find it:"
                text += f" {shown(record.get('message'), 200)}"
                yield Breach("findings", (*_PATH, at), f"{text}{_place_of(record)}")
            continue
        for key in ("rule", "severity", "hint", "suppressed", "details"):
            if record.get(key) != expected[key]:
                text = f"{key} of {code} is not what its check says"
                yield Breach("findings", (*_PATH, at, key), text)
    for record in known.values():
        text = f"{record['code']} is found and not among the violations:"
        text += f" {shown(record['message'], 200)}{_place_of(record)}"
        yield Breach("findings", _PATH, text, tuple(record["tables"]))


def _place_of(record: Mapping[str, Any]) -> str:
    return f" ({shown(record['path'], 200)}:{record['line']}:{record['column']})"


def _expected(source: _Source) -> Iterator[dict[str, Any]]:
    """What `lint` finds, and the checks that look at a plan, as the plan should have it."""
    from stowplan.reports.violations_json import violation_record  # noqa: PLC0415 (seldom)

    from .inspection import inspect  # noqa: PLC0415 (it brings what lint needs)

    linted = inspect(source.document, source.loaded, planning=False)
    policy = source.loaded.policy
    found = [v for v in linted.violations if _judged(v.code, policy, planned=False)]
    for violation in (*found, *_of_plan(linted, source)):
        record = _as_read(violation_record(violation))
        yield record | {"path": source.files.get(record["path"], record["path"])}


def _of_plan(linted: Inspection, source: _Source) -> tuple[Violation, ...]:
    """What the checks that look at a plan say of this one."""
    ground, loaded = linted.ground, source.loaded
    if source.stated is None or ground is None:
        return ()
    from .inspection import situation_of  # noqa: PLC0415 (as lint)
    from .recorded_plan import recorded_plan  # noqa: PLC0415 (as lint)

    plan, policy = recorded_plan(source.stated, loaded.policy), loaded.policy
    locate = locator(source.document, loaded.documents)
    others = {code: None for code in BY_CODE if not _looks_at_plans(code, policy)}
    case = PolicyCase(
        ground.manifest, ground.graph, policy, ground.assessment, planning=True, plan=plan
    )
    found = [*evaluate(case, locate, {**policy.severities, **others})]
    checks = [rule for rule in policy.checks if rule.subject in PLANNED_SUBJECTS]
    if checks:
        from stowplan.conditions.judging import judge  # noqa: PLC0415 (slow to import)

        judgements = judge(situation_of(ground, plan), checks)
        found += rule_violations(broken_checks(policy, judgements), locate)
    return waive(ordered(found), policy.waivers, loaded.today).violations


def _looks_at_plans(code: str, policy: Policy) -> bool:
    """Whether a finding says something else, or something only, where there is a plan."""
    check = BY_CODE.get(code)
    if check is not None:
        return check.planned or code == "R401"
    rules = (rule for rule in policy.checks if rule.id == code)
    return any(rule.subject in PLANNED_SUBJECTS for rule in rules)


def _judged(code: str, policy: Policy, *, planned: bool) -> bool:
    """Whether a finding is found again; what speaks of a policy on all its manifests never is."""
    if code in BY_CODE and BY_CODE[code].case in (PolicyUse, WaiverUse):
        return False
    return planned or not _looks_at_plans(code, policy)


def _as_read(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as it is read again from a plan."""
    read: dict[str, Any] = json.loads(json.dumps(record), parse_float=Decimal)
    return read


def _identity(record: Mapping[str, Any]) -> _Identity:
    """What makes a finding one."""
    keys = ("code", "message", "path", "line", "column")
    return (*(str(record.get(key)) for key in keys), *map(str, record["tables"]))
