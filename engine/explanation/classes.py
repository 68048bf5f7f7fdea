"""Which priority rule has a table, why the others have not, and who took it along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stowplan.conditions.tables import STATED_TABLE, Facts, TableFacts
from stowplan.conditions.words import below
from stowplan.model import Condition, Placement, PriorityRule, Rule, Span
from stowplan.patterns import Names
from stowplan.planning.groundwork import Groundwork

from .evidence import Evidence
from .traces import Trace, trace

WON, LATER, OTHER_TABLES, NOT_SELECTED = "won", "came later", "other tables", "condition not met"


class Selecting(NamedTuple):
    """How a rule comes to a table: which of its patterns match it, and its condition.

    `patterns` is None for a rule without `tables`; the condition is not tried where none matches.
    """

    selected: bool
    patterns: tuple[str, ...] | None
    where: Trace | None
    failure: str | None = None


class ClassRule(NamedTuple):
    """A priority rule, what it came to on the table, and which rule had it first."""

    rule: PriorityRule
    span: Span
    selecting: Selecting
    outcome: str
    earlier: str | None


class Lift(NamedTuple):
    """A step of a promotion: `child` takes `parent` along, over an edge that `origin` made."""

    child: str
    parent: str
    origin: str


class TableClass(NamedTuple):
    """A table's class. `stated` is the manifest's own priority.

    `lifts` go from the table down to the one that started its promotion.
    """

    own: str | None
    rule: str | None
    stated: str | None
    effective: str | None
    placement: Placement | None
    rules: tuple[ClassRule, ...]
    lifts: tuple[Lift, ...]


def table_class(evidence: Evidence, number: int) -> TableClass:
    """Everything that has decided on a table's class."""
    ground = evidence.ground
    classed = ground.classification.tables[number]
    return TableClass(
        classed.class_name,
        classed.rule,
        ground.tables[number].priority,
        classed.effective,
        ground.classification.placement(number),
        tuple(_rules(evidence, number)),
        tuple(_lifts(ground, number)),
    )


def _rules(evidence: Evidence, number: int) -> Iterator[ClassRule]:
    winner = evidence.ground.classification.tables[number].rule
    for rule in evidence.ground.policy.rules:
        if isinstance(rule, PriorityRule):
            how = selecting(rule, evidence.ground, number)
            outcome = _outcome(rule, how, winner)
            earlier = winner if outcome == LATER else None
            yield ClassRule(rule, evidence.locate(rule.place), how, outcome, earlier)


def _outcome(rule: Rule, how: Selecting, winner: str | None) -> str:
    if how.selected:
        return WON if rule.id == winner else LATER
    return OTHER_TABLES if how.patterns == () else NOT_SELECTED


def selecting(rule: Rule, ground: Groundwork, number: int) -> Selecting:
    """How a rule whose condition reads what the manifest states comes to a table."""
    name = ground.graph.names[number]
    selected = name in ground.selections.of(rule, ground.selections.listed)
    patterns = matching(rule, name)
    where = None
    if rule.where is not None and patterns != ():
        where = trace(rule.where, {"table": _stated(rule.where, ground, number)})
    choice = ground.selections.choices.get(rule.id)
    failures = choice.failures if choice and selected else {}
    return Selecting(selected, patterns, where, failures.get(name) or failures.get(""))


def matching(rule: Rule, name: str) -> tuple[str, ...] | None:
    """The patterns of a rule that mean a table; None where it has no `tables`."""
    if not rule.tables:
        return None
    known = Names([name])
    return tuple(pattern.text for pattern in rule.tables if known.matching(pattern))


def _stated(where: Condition, ground: Groundwork, number: int) -> dict[str, object]:
    facts = TableFacts(Facts(ground.manifest, ground.tables), number)
    return STATED_TABLE.reader(below(where.reads, "table"))(facts)


def _lifts(ground: Groundwork, number: int) -> Iterator[Lift]:
    graph, classed = ground.graph, ground.classification.tables
    parent = number
    while (child := classed[parent].lifted_by) is not None:
        below_it = graph.index(child)
        yield Lift(child, graph.names[parent], graph.origin(below_it, parent) or "")
        parent = below_it
