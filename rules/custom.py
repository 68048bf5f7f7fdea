"""The checks that a policy makes itself: what breaks them is reported under the rule's own id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from stowplan.conditions.selection import Selections, Situation, failed
from stowplan.model import (
    CheckRule,
    Finding,
    Manifest,
    Place,
    Policy,
    ResourceRule,
    Rule,
    Severity,
    Subject,
    Window,
)

if TYPE_CHECKING:
    from stowplan.conditions.judging import Judgement
    from stowplan.conditions.views import Broken


def judged(policy: Policy, situation: Situation) -> Sequence[Judgement]:
    """What the policy's checks come to, as far as they can be judged already."""
    if not policy.checks:
        return ()
    # What it takes to evaluate conditions is slow to import, and most policies have none.
    from stowplan.conditions.judging import judge  # noqa: PLC0415

    return judge(situation, policy.checks)


def broken_checks(policy: Policy, judgements: Iterable[Judgement]) -> Iterator[Finding]:
    """One finding for each subject that breaks a check, or on which it fails."""
    rules = {rule.id: rule.place for rule in policy.rules}
    windows = {
        rule.resource.name: rule.place
        for rule in reversed(policy.rules)
        if isinstance(rule, ResourceRule) and isinstance(rule.resource, Window)
    }
    for rule, _, broken in judgements:
        for each in broken:
            yield _finding(rule, each, rules, windows)


def _finding(
    rule: CheckRule, broken: Broken, rules: Mapping[str, Place], windows: Mapping[str, Place]
) -> Finding:
    place = Place("", broken.place)
    if broken.window is not None:
        place = windows[broken.window]
    elif broken.origin is not None:
        place = rules[broken.origin]
    return Finding(
        place.path,
        broken.message,
        broken.tables,
        hint=_to_save_steps(rule) if broken.given_up else _one_line(rule.reason),
        source=place.source or None,
        rule=rule.id,
        severity=Severity.ERROR if broken.given_up else rule.severity,
        firm=broken.given_up,
    )


def _to_save_steps(rule: Rule) -> str:
    """What most likely costs a rule its steps, by what it reads, and what to do."""
    conditions = (rule.where, rule.require if isinstance(rule, CheckRule) else None)
    reads = {path for condition in conditions if condition for path in condition.reads}
    whole = any(path.startswith("manifest.tables[]") for path in reads)
    if isinstance(rule, CheckRule) and rule.subject not in _WHOLES and whole:
        return (
            f"it goes through all tables once for each {rule.subject}: "
            "with `on: manifest` it does so once"
        )
    if any(path.endswith((".ancestors", ".descendants")) for path in reads):
        return (
            "what a macro asks of ancestors or descendants by their names alone costs little; "
            "leave out what else it reads, or macros within macros"
        )
    return "leave out macros within macros, long lists, or patterns over long texts"


_WHOLES = (Subject.MANIFEST, Subject.PLAN)
"""There is one of these."""


def _one_line(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def failed_conditions(
    policy: Policy, manifest: Manifest, selections: Selections
) -> Iterator[Finding]:
    """One finding for each table on which a rule's condition fails; it counts as selected."""
    places = {table.name: table.place for table in reversed(manifest.tables)}
    for rule, table, why in failed(selections, policy.rules):
        if table:
            yield _failure(rule, why, ("tables", places[table]), (table,), None)
        else:
            failure = _failure(rule, why, (*rule.place.path, "where"), (), rule.place.source)
            yield replace(failure, hint=_to_save_steps(rule), firm=True)


def _failure(
    rule: Rule, why: str, path: tuple[str | int, ...], tables: tuple[str, ...], source: str | None
) -> Finding:
    return Finding(
        path,
        f"`where` of rule {rule.id}: {why}",
        tables,
        hint="ask has() before an optional field, or mend the condition",
        source=source,
        rule=rule.id,
        severity=Severity.ERROR,
    )
