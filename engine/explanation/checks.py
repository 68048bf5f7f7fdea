"""The policy's own checks that look at a table, each part of their conditions with its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from stowplan.conditions.judging import Judgement, allowed_steps
from stowplan.conditions.views import Views
from stowplan.expressions import Budget, BudgetExceeded
from stowplan.model import PLANNED_SUBJECTS, CheckRule, Span, Subject, Violation

from .classes import matching
from .evidence import Evidence
from .traces import Trace, trace

HELD, BROKEN, NOT_SELECTED = "held", "broken", "condition not met"
NEEDS_PLAN, GIVEN_UP = "needs a plan", "given up"

_Said: TypeAlias = tuple[str | None, str, tuple[str, ...]]
"""A violation's rule, message and tables."""

_OF_TABLES = (Subject.TABLE, Subject.DEPENDENCY, Subject.STEP)


class CheckRow(NamedTuple):
    """A check on one subject that has to do with the table.

    `tables` are the subject's: the table, or child and parent of a dependency. `require` is None
    where the check does not select the subject. `message` and `suppressed` are the finding's.
    """

    rule: CheckRule
    span: Span
    tables: tuple[str, ...]
    patterns: tuple[str, ...] | None
    where: Trace | None
    require: Trace | None
    state: str
    message: str | None = None
    suppressed: Mapping[str, str] | None = None


def table_checks(evidence: Evidence, number: int) -> Iterator[CheckRow]:
    """The checks on tables, dependencies and steps that look at a table, in load order."""
    rules = [rule for rule in evidence.ground.policy.checks if rule.subject in _OF_TABLES]
    judged = {judgement.rule.id: judgement for judgement in evidence.judgements}
    views = Views(evidence.situation, [rule for rule in rules if rule.id in judged])
    found = {(v.rule, v.message, v.tables): v for v in reversed(evidence.violations)}
    for rule in rules:
        if rule.id in judged:
            verdicts = _Verdicts(judged[rule.id], found)
            yield from _rows(evidence, views, verdicts, number)
        elif rule.subject in PLANNED_SUBJECTS and _means(rule, evidence, number):
            yield _row(evidence, rule, (evidence.ground.graph.names[number],), NEEDS_PLAN)


class _Verdicts:
    """What the command has judged by one check, by the tables of each subject."""

    def __init__(self, judgement: Judgement, found: Mapping[_Said, Violation]) -> None:
        self.rule = judgement.rule
        self._broken = {each.tables: each.message for each in reversed(judgement.broken)}
        self._found = found

    def of(self, row: CheckRow) -> CheckRow:
        """The row of a selected subject with its verdict."""
        message = self._broken.get(row.tables)
        if message is None:
            return row._replace(state=GIVEN_UP if () in self._broken else HELD)
        found = self._found.get((self.rule.id, message, tuple(sorted(row.tables))))
        suppressed = None if found is None else found.suppressed
        return row._replace(state=BROKEN, message=message, suppressed=suppressed)


def _means(rule: CheckRule, evidence: Evidence, number: int) -> bool:
    return matching(rule, evidence.ground.graph.names[number]) != ()


def _rows(evidence: Evidence, views: Views, verdicts: _Verdicts, number: int) -> Iterator[CheckRow]:
    rule = verdicts.rule
    if rule.subject is not Subject.DEPENDENCY and not _means(rule, evidence, number):
        return
    budget = Budget(allowed_steps(len(evidence.situation.tables)))
    try:
        for values, about in views.subjects(rule, budget):
            if number in (about if isinstance(about, tuple) else (about,)):
                tables = views.broken(rule.subject, about, "").tables
                row = _row(evidence, rule, tables, NOT_SELECTED)
                yield _judged(row, views.named(rule, values), verdicts)
    except BudgetExceeded:
        yield _row(evidence, rule, (evidence.ground.graph.names[number],), GIVEN_UP)


def _judged(row: CheckRow, named: Mapping[str, object], verdicts: _Verdicts) -> CheckRow:
    """The row with its conditions taken apart; whether it holds is as the command judged it."""
    rule = row.rule
    row = row._replace(where=None if rule.where is None else trace(rule.where, named))
    if row.where is not None and row.where.value is False:
        return row
    return verdicts.of(row._replace(require=trace(rule.require, named)))


def _row(evidence: Evidence, rule: CheckRule, tables: tuple[str, ...], state: str) -> CheckRow:
    patterns = matching(rule, tables[0])
    return CheckRow(rule, evidence.locate(rule.place), tables, patterns, None, None, state)
