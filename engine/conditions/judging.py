"""Evaluates conditions over tables, dependencies, windows and plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from stowplan.expressions import Budget, BudgetExceeded, EvaluationError, scalar_text
from stowplan.model import (
    PLANNED_SUBJECTS,
    CheckRule,
    Condition,
    Manifest,
    Rule,
    shown,
)
from stowplan.patterns import Names

from .selection import Situation
from .tables import STATED_TABLE, Facts
from .views import Broken, Views
from .words import below

STEPS = 2_000_000
STEPS_PER_TABLE = 400
"""What a rule's conditions may spend on one manifest: about a second, more for a large one."""


_TOLD = 4  # values in a message that no rule has written


def chosen_tables(
    rules: Sequence[Rule], manifest: Manifest, listed: Names
) -> Iterator[tuple[Rule, tuple[frozenset[str], Mapping[str, str]]]]:
    """For each rule the listed tables that its `tables` and `where` select, and what failed."""
    facts = Facts(manifest, manifest.tables)
    reads = [path for rule in rules if rule.where for path in below(rule.where.reads, "table")]
    reader = STATED_TABLE.reader(reads)
    rows = {each.table.name: reader(each) for each in facts.all()}
    for rule in rules:
        among = listed.selected(rule.tables) if rule.tables else frozenset(rows)
        if rule.where is not None:
            steps = allowed_steps(len(rows))
            yield rule, _chosen(rule.where, {name: rows[name] for name in sorted(among)}, steps)


def allowed_steps(tables: int) -> int:
    """The steps that one rule may take on a manifest of so many tables."""
    return STEPS + STEPS_PER_TABLE * tables


def given_up(steps: int) -> str:
    """What to say of a rule that takes more."""
    return f"takes more than {steps} steps and was given up"


def _chosen(
    where: Condition, rows: Mapping[str, dict[str, object]], steps: int
) -> tuple[frozenset[str], Mapping[str, str]]:
    budget = Budget(steps)
    chosen: list[str] = []
    failures: dict[str, str] = {}
    try:
        for name, row in rows.items():
            try:
                if where.evaluate({"table": row}, budget):
                    chosen.append(name)
            except EvaluationError as error:
                failures[name] = str(error)
    except BudgetExceeded:
        return frozenset(rows), {**failures, "": given_up(steps)}
    return frozenset((*chosen, *failures)), failures


class Judgement(NamedTuple):
    """What one check came to: how many subjects it selected, and which of them break it."""

    rule: CheckRule
    selected: int
    broken: tuple[Broken, ...]


def judge(situation: Situation, rules: Sequence[CheckRule]) -> list[Judgement]:
    """Every check that can be judged already, in load order."""
    now = [rule for rule in rules if situation.plan or rule.subject not in PLANNED_SUBJECTS]
    views = Views(situation, now) if now else None
    steps = allowed_steps(len(situation.tables))
    return [_judged(rule, views, steps) for rule in now if views]


def _judged(rule: CheckRule, views: Views, steps: int) -> Judgement:
    budget, talk = Budget(steps), Budget(steps)
    where = None if rule.where is None else rule.where.bind(budget)
    require = rule.require.bind(budget)
    broken: list[Broken] = []
    selected = 0
    try:
        for values, about in views.subjects(rule, budget):
            chosen = _outcome(where, values)
            if chosen is False:
                continue
            selected += 1
            held = _outcome(require, values) if chosen is True else chosen
            if held is True:
                continue
            failure = held if isinstance(held, str) else None
            each = views.broken(rule.subject, about, "")
            message = _message(rule, failure, each, views.named(rule, values), talk)
            broken.append(each._replace(message=message, failed=failure is not None))
    except BudgetExceeded:
        # Half an answer would pass for a whole one.
        text = f"check {rule.id} {given_up(steps)}"
        broken = [Broken(text, origin=rule.id, given_up=True)]
    return Judgement(rule, selected, tuple(broken))


def _outcome(condition: Callable[..., object] | None, values: tuple[object, ...]) -> bool | str:
    """Whether a condition is true (as none at all is); why, where it fails."""
    try:
        return condition is None or bool(condition(*values))
    except EvaluationError as error:
        return str(error)


def _message(
    rule: CheckRule,
    failure: str | None,
    broken: Broken,
    values: Mapping[str, object],
    budget: Budget,
) -> str:
    """The rule's own message; without one, or where something fails, what does not hold.

    Messages have steps of their own: one that spends them must not hide what was found.
    """
    about = " → ".join(shown(name) for name in broken.tables)
    start = f"{about}: " if about else ""
    if failure is not None:
        return f"{start}cannot be evaluated: {failure}"
    plain = f"{start}{shown(rule.require.text, 200)} does not hold"
    if rule.message is None:
        return f"{plain}{_read(rule.require, values)}"
    try:
        # An empty one may come of empty labels and the like.
        return rule.message.render(values, budget).strip() or plain
    except EvaluationError as error:
        return f"{plain}; its message fails: {error}"
    except BudgetExceeded:
        return f"{plain}; its message takes too many steps"


def _read(condition: Condition, values: Mapping[str, object]) -> str:
    """The single values that a condition looked at: they are why it does not hold."""
    told = []
    for path in sorted(path for path in condition.reads if not path.endswith(".name")):
        value: object = values
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str | bool | int | float):
            told.append(f"{path} is {shown(scalar_text(value), 60)}")
    return f": {', '.join(told[:_TOLD])}" if told else ""
