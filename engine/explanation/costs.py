"""What a table costs: each figure with the rule that gave it, or that none did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from stowplan.model import Chunk, ResourceRule, Span, Throughput, Verify
from stowplan.planning.costs import DEFAULT_CHUNK, DEFAULT_VERIFY, Cost, figures
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
    "verify",
    "spread",
    "chunk",
)


Value: TypeAlias = int | Fraction | Verify
"""Bytes, bytes/s, rows/s, microseconds; a share; how copies are compared."""


_DEFAULTS: Mapping[str, Value] = {"verify": DEFAULT_VERIFY, "chunk": DEFAULT_CHUNK}


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
    """One figure; `rule` None: no rule gave it.

    An assumed figure costs nothing; `default` ones have a value of their own.
    """

    key: str
    value: Value | None
    rule: str | None
    span: Span | None
    state: str


class TableCost(NamedTuple):
    """What the table costs in the main window's terms.

    `chunk_stated` is what the rules say, `chunk_ceiling` what memory allows.
    """

    cost: Cost
    figures: tuple[Figure, ...]
    rules: tuple[CostRule, ...]
    chunk_stated: int
    chunk_ceiling: int | None


def table_cost(evidence: Evidence, number: int) -> TableCost:
    """Everything that makes up a table's cost."""
    ground = evidence.ground
    given: dict[str, tuple[Value, ResourceRule]] = {}
    rules = tuple(_rules(evidence, number, given))
    cost, memory = ground.costs[number], ground.assessment.usable_memory
    return TableCost(
        cost,
        tuple(_figures(evidence, cost, given)),
        rules,
        ground.figures.chunk[number],
        None if memory is None else memory // (ground.assessment.streams * 2),
    )


def _rules(
    evidence: Evidence, number: int, given: dict[str, tuple[Value, ResourceRule]]
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


def _stated(rule: ResourceRule, ground: Groundwork, number: int) -> Mapping[str, Value]:
    """The figures that a rule by itself gives to the table."""
    alone = figures(ground.tables, replace(ground.policy, rules=(rule,)), ground.selections)
    known = alone.throughput[number]
    stated: dict[str, Value] = {_SHOWN.get(key, key): known[key] for key in known}
    if isinstance(rule.resource, Throughput) and rule.id in alone.effective:
        name = ground.graph.names[number]
        if name in ground.selections.of(rule, ground.selections.listed):
            more = {"verify": rule.resource.verify, "spread": rule.resource.spread}
            stated |= {key: value for key, value in more.items() if value is not None}
    return stated


def _figures(
    evidence: Evidence, cost: Cost, given: Mapping[str, tuple[Value, ResourceRule]]
) -> Iterator[Figure]:
    for key in FIGURES:
        if key in given:
            value, rule = given[key]
            yield Figure(key, value, rule.id, evidence.locate(rule.place), "given")
        elif key in cost.assumed:
            yield Figure(key, None, None, None, "assumed")
        elif key in _DEFAULTS:
            yield Figure(key, _DEFAULTS[key], None, None, "default")
