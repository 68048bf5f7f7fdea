"""What each rule comes to: what it selects of a manifest, and which earlier rules have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING, TypeVar

from stowplan.model import (
    PLANNED_SUBJECTS,
    CheckpointRule,
    CheckRule,
    DependencyRule,
    Direction,
    Policy,
    PriorityRule,
    ResourceRule,
    Rule,
    Subject,
)
from stowplan.planning.groundwork import Groundwork, effective_rules

from .limits import limit_standings, table_figures
from .rows import Selected, Standing, State, Taken, selected

if TYPE_CHECKING:
    from stowplan.conditions.judging import Judgement

_R = TypeVar("_R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Judged:
    """A manifest under the policy, and what the policy's checks came to on it."""

    ground: Groundwork
    judgements: Sequence[Judgement]


def standings(policy: Policy, judged: Judged | None) -> Mapping[str, Standing]:
    """What each rule comes to, by its id; without a manifest only what the policy itself shows."""
    found = {rule.id: Standing(State.NOT_JUDGED) for rule in policy.rules}
    found |= limit_standings(policy)
    if judged is not None:
        ground = judged.ground
        found |= _priorities(ground)
        found |= _figures(ground)
        found |= _dependencies(ground)
        found |= {r.id: _checkpoint(r, ground) for r in _of(policy, CheckpointRule)}
        found |= _checks(judged)
    return found


def _of(policy: Policy, kind: type[_R]) -> Iterator[_R]:
    return (rule for rule in policy.rules if isinstance(rule, kind))


def _priorities(ground: Groundwork) -> Iterator[tuple[str, Standing]]:
    """The first rule that selects a table decides on its class."""
    decided: dict[str, str] = {}
    every = len(ground.selections.names.sorted)
    for rule in _of(ground.policy, PriorityRule):
        names = ground.selections.of(rule)
        taken = Counter(map(decided.setdefault, names, repeat(rule.id)))
        yield rule.id, _shared(rule, taken, selected(names, every))


def _figures(ground: Groundwork) -> Iterator[tuple[str, Standing]]:
    """For each table and figure the first rule that states it decides."""
    decided: dict[str, dict[str, str]] = {}
    every, listed = len(ground.tables), ground.selections.listed
    for rule in _of(ground.policy, ResourceRule):
        keys = table_figures(rule)
        if keys:
            names = ground.selections.of(rule, listed)
            deciders = [decided.setdefault(key, {}) for key in sorted(keys)]
            taken = _deciding(rule, names, deciders)
            yield rule.id, _shared(rule, taken, selected(names, every))


def _deciding(
    rule: Rule, names: frozenset[str], deciders: Sequence[dict[str, str]]
) -> Counter[str]:
    """On how many of the tables each rule decides: this one, where it gives any figure."""
    columns = (map(first.setdefault, names, repeat(rule.id)) for first in deciders)
    taken: Counter[str] = Counter()
    # Few combinations of rules stand for many tables.
    for holders, tables in Counter(zip(*columns, strict=True)).items():
        deciding = {rule.id} if rule.id in holders else set(holders)
        taken.update(dict.fromkeys(deciding, tables))
    return taken


def _shared(rule: Rule, taken: Counter[str], selects: Selected) -> Standing:
    """What is left to a rule of what it selects."""
    wins = taken.pop(rule.id, 0)
    by = sorted(taken.items(), key=lambda pair: (-pair[1], pair[0]))
    state = State.IN_FORCE if wins else State.SHADOWED
    if not selects.count:
        state = State.SELECTS_NOTHING
    return Standing(state, selects, wins, tuple(Taken(*pair) for pair in by))


def _dependencies(ground: Groundwork) -> Iterator[tuple[str, Standing]]:
    effective = effective_rules(ground)
    every = len(ground.selections.names.sorted)
    for rule in _of(ground.policy, DependencyRule):
        selects = selected(ground.selections.of(rule), every)
        pairs = ground.graph.rule_pairs.get(rule.id, 0)
        standing = Standing(State.IN_FORCE, selects, pairs=pairs)
        if rule.id not in effective:
            standing = replace(standing, state=State.DEAD, why=_why_dead(rule))
            if not selects.count:
                standing = replace(standing, state=State.SELECTS_NOTHING, why="")
        yield rule.id, standing


def _why_dead(rule: DependencyRule) -> str:
    if rule.direction is Direction.NOT_AFTER:
        return "there is no such dependency"
    return f"{rule.direction} names no other table"


def _checkpoint(rule: CheckpointRule, ground: Groundwork) -> Standing:
    if not rule.after:
        comes = rule.id in effective_rules(ground)
        why = "" if comes else "it is after the window's end"
        return Standing(State.IN_FORCE if comes else State.DEAD, why=why)
    names = ground.selections.names
    selects = selected(names.selected(rule.after), len(names.sorted))
    return Standing(State.IN_FORCE if selects.count else State.SELECTS_NOTHING, selects)


def _checks(judged: Judged) -> Iterator[tuple[str, Standing]]:
    for rule in _of(judged.ground.policy, CheckRule):
        if rule.subject in PLANNED_SUBJECTS:
            yield rule.id, Standing(State.NEEDS_PLAN)
    for rule, count, broken in judged.judgements:
        # A check that was given up is broken without having selected anything.
        state = State.IN_FORCE if count or broken else State.SELECTS_NOTHING
        selects = Selected(count, _subjects(rule, judged.ground), _named(rule, judged.ground))
        names = selected(name for each in broken for name in each.tables)
        yield rule.id, Standing(state, selects, broken=Selected(len(broken), None, names.first))


def _subjects(rule: CheckRule, ground: Groundwork) -> int | None:
    """How many subjects there are; dependencies are not counted, for rules make very many."""
    return {Subject.TABLE: len(ground.tables), Subject.MANIFEST: 1}.get(rule.subject)


def _named(rule: CheckRule, ground: Groundwork) -> tuple[str, ...]:
    """The first tables that a check looks at; with a condition only the check itself knew them."""
    if rule.subject is not Subject.TABLE or rule.where is not None:
        return ()
    return selected(ground.selections.of(rule, ground.selections.listed)).first
