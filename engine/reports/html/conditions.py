"""What the conditions of rules came to on each table of a page: the values that decided."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

from stowplan.conditions.judging import Judgement, allowed_steps
from stowplan.conditions.selection import Situation
from stowplan.conditions.tables import STATED_TABLE, Facts, TableFacts
from stowplan.conditions.views import Views
from stowplan.conditions.words import below
from stowplan.explanation.traces import Part, Reading, Trace, trace
from stowplan.expressions import Budget, BudgetExceeded
from stowplan.model import CheckRule, Rule, Subject, shown
from stowplan.planning.groundwork import Groundwork
from stowplan.reports.text import printable

MOST_CHARACTERS = 400_000
"""Of all values together; of what is past it the page names the rule alone."""

_LONG = 60
_OF_TABLES = (Subject.TABLE, Subject.STEP)

_Tried: TypeAlias = tuple[str, Rule, str, Trace]
"""A table, a rule, which of its conditions (`where` or `require`), and what it came to."""


class Conditions:
    """Every condition once, and by table what each came to, while there is room."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.by_table: dict[str, list[list[Any]]] = {}
        self.left_out = 0
        self._numbers: dict[tuple[str, str], int] = {}
        self._room = MOST_CHARACTERS

    def add(self, tried: _Tried) -> None:
        """Note one outcome: the condition's number, its value, then for each part its values."""
        name, rule, word, found = tried
        parts = [[_value(p.value, p.failure), list(map(_reading, p.readings))] for p in found.parts]
        self._room -= sum(len(value) + sum(map(len, read)) + 12 for value, read in parts) + 12
        if self._room < 0:
            self.left_out += 1
            return
        record = [self._number(rule, word, found), _value(found.value, found.failure), parts]
        self.by_table.setdefault(name, []).append(record)

    def _number(self, rule: Rule, word: str, found: Trace) -> int:
        key = (rule.id, word)
        if key not in self._numbers:
            self._numbers[key] = len(self.texts)
            self.texts.append(
                {
                    "rule": rule.id,
                    "check": isinstance(rule, CheckRule),
                    "word": word,
                    "text": _text(found.text),
                    "parts": [_part(part) for part in found.parts],
                }
            )
        return self._numbers[key]


def _part(part: Part) -> list[Any]:
    return [_text(part.text), [reading.path for reading in part.readings]]


def _text(text: str) -> str:
    return printable(" ".join(text.split()))


def _reading(reading: Reading) -> str:
    if reading.absent:
        return "absent"
    return _value(reading.value, None) if reading.entries is None else f"{reading.entries} entries"


def _value(value: object, failure: str | None) -> str:
    if failure is not None:
        return printable(f"cannot be evaluated: {shown(failure, _LONG)}")
    return printable(shown(json.dumps(value, ensure_ascii=False), _LONG))


def tried_conditions(
    ground: Groundwork,
    situation: Situation,
    judgements: Sequence[Judgement],
    names: Sequence[str],
) -> Conditions:
    """The conditions of the rules that may mean a table, and of the checks on it."""
    found = Conditions()
    for tried in _stated(ground, names):
        found.add(tried)
    for tried in _judged(situation, judgements, frozenset(names)):
        found.add(tried)
    return found


def _stated(ground: Groundwork, names: Sequence[str]) -> Iterator[_Tried]:
    """The rules whose conditions read what the manifest states."""
    facts = Facts(ground.manifest, ground.tables)
    for rule in ground.policy.rules:
        if rule.where is None or isinstance(rule, CheckRule):
            continue
        meant = ground.selections.listed.selected(rule.tables) if rule.tables else None
        read = STATED_TABLE.reader(below(rule.where.reads, "table"))
        for name in names:
            if meant is None or name in meant:
                row = read(TableFacts(facts, ground.graph.index(name)))
                yield name, rule, "where", trace(rule.where, {"table": row})


def _judged(
    situation: Situation, judgements: Sequence[Judgement], names: Collection[str]
) -> Iterator[_Tried]:
    """The checks on tables and steps, as far as they were judged to their end."""
    rules = [each.rule for each in judgements if _is_told(each)]
    if rules:
        views = Views(situation, rules)
        for rule in rules:
            yield from _looked_at(rule, views, names)


def _looked_at(rule: CheckRule, views: Views, names: Collection[str]) -> Iterator[_Tried]:
    """What a check came to on the tables of the page; it was judged within its steps before."""
    tables = views.situation.tables
    with suppress(BudgetExceeded):
        for values, number in views.subjects(rule, Budget(allowed_steps(len(tables)))):
            name = tables[number].name
            if name in names:
                yield from _of_check(name, rule, views.named(rule, values))


def _is_told(judgement: Judgement) -> bool:
    given_up = any(broken.given_up for broken in judgement.broken)
    return judgement.rule.subject in _OF_TABLES and not given_up


def _of_check(name: str, rule: CheckRule, values: Mapping[str, object]) -> Iterator[_Tried]:
    if rule.where is not None:
        where = trace(rule.where, values)
        yield name, rule, "where", where
        if where.value is False:
            return
    yield name, rule, "require", trace(rule.require, values)
