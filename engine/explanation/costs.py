"""What a table costs: each figure with the rule that gave it, or that none did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from stowplan.model import Chunk, ResourceRule, Span, Throughput
from stowplan.planning.costs import DEFAULT_CHUNK, Cost, figures
from stowplan.planning.groundwork import Groundwork

from .classes import Selecting, selecting
from .evidence import Evidence

_SHOWN = {"overhead_us": "overhead", "per_chunk_us": "per_chunk"}
FIGURES = (
    "rate",
    "rows_per_second",
    "overhead",
    "per_chunk",
    "index_rate",
    "verify_rate",
    "spread",
    "chunk",
)


class CostRule(NamedTuple):
    """A throughput or chunk rule, how it comes to the table, and which of its figures hold.

    `taken` are figures that an earlier rule gave, with that rule.
    """

    rule: ResourceRule
    span: Span
    selecting: Selecting
    gives: tuple[str, ...]
    taken: tuple[tuple[str, str], ...]


class Figure(NamedTuple):
    """One figure: bytes, bytes/s, rows/s, microseconds or a share; `rule` None: no rule gave it.

    An assumed figure costs nothing; `default` ones have a value of their own.
    """

    key: str
    value: int | Fraction | None
    rule: str | None
    span: Span | None
    state: str


class TableCost(NamedTuple):
    """What the table costs in the main window's terms; `chunk_ceiling` is what memory allows."""

    cost: Cost
    figures: tuple[Figure, ...]
    rules: tuple[CostRule, ...]
    chunk_ceiling: int | None


def table_cost(evidence: Evidence, number: int) -> TableCost:
    """Everything that makes up a table's cost."""
    ground = evidence.ground
    given: dict[str, tuple[int | Fraction, ResourceRule]] = {}
    rules = tuple(_rules(evidence, number, given))
    cost, memory = ground.costs[number], ground.assessment.usable_memory
    return TableCost(
        cost,
        tuple(_figures(evidence, cost, given)),
        rules,
        None if memory is None else memory // (ground.assessment.streams * 2),
    )


def _rules(
    evidence: Evidence, number: int, given: dict[str, tuple[int | Fraction, ResourceRule]]
) -> Iterator[CostRule]:
    """The throughput and chunk rules in load order; adds what each is the first to give."""
    ground = evidence.ground
    for rule in ground.policy.rules:
        if not isinstance(rule, ResourceRule) or not isinstance(rule.resource, Chunk | Throughput):
            continue
        stated = _stated(rule, ground, number)
        taken = tuple((key, given[key][1].id) for key in stated if key in given)
        fresh = {key: (value, rule) for key, value in stated.items() if key not in given}
        given.update(fresh)
        how = selecting(rule, ground, number)
        yield CostRule(rule, evidence.locate(rule.place), how, tuple(fresh), taken)


def _stated(rule: ResourceRule, ground: Groundwork, number: int) -> Mapping[str, int | Fraction]:
    """The figures that a rule by itself gives to the table."""
    alone = figures(ground.tables, replace(ground.policy, rules=(rule,)), ground.selections)
    known = alone.throughput[number]
    stated: dict[str, int | Fraction] = {_SHOWN.get(key, key): known[key] for key in known}
    spread = rule.resource.spread if isinstance(rule.resource, Throughput) else None
    if spread is not None and rule.id in alone.effective:
        name = ground.graph.names[number]
        if name in ground.selections.of(rule, ground.selections.listed):
            stated["spread"] = spread
    return stated


def _figures(
    evidence: Evidence, cost: Cost, given: Mapping[str, tuple[int | Fraction, ResourceRule]]
) -> Iterator[Figure]:
    for key in FIGURES:
        if key in given:
            value, rule = given[key]
            yield Figure(key, value, rule.id, evidence.locate(rule.place), "given")
        elif key in cost.assumed:
            yield Figure(key, None, None, None, "assumed")
        elif key == "chunk":
            yield Figure(key, DEFAULT_CHUNK, None, None, "default")
