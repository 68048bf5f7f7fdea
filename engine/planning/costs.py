"""What moving one table costs: its highest rate, its overheads, its chunks.

The formulas are those of the plan's contract: `u = size / (size / rate + rows / rows_per_second)`,
`chunk = min(chunk rule, memory * (1 - reserve) / (streams * 2))`,
`rows_per_chunk = max(1, chunk // mean row)`, `chunks = ceil(rows / rows_per_chunk)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from stowplan.conditions.selection import Selections
from stowplan.model import (
    Basis,
    Chunk,
    Demand,
    Policy,
    Resource,
    ResourceRule,
    Table,
    Throughput,
    Verify,
)

DEFAULT_CHUNK = 100_000_000
"""Bytes; used where no chunk rule applies."""

DEFAULT_VERIFY = Verify.CHECKSUM
"""How a copy is compared where no rule says."""

_MICRO = 1_000_000
_FIGURES = ("rate", "rows_per_second", "overhead_us", "per_chunk_us", "index_rate", "verify_rate")
_RATES = frozenset({"rate", "rows_per_second"})
_SHOWN = {"overhead_us": "overhead", "per_chunk_us": "per_chunk"}


class Cost(NamedTuple):
    """What one table demands, in what chunks, and which figures no rule gave."""

    demand: Demand
    assumed: tuple[str, ...]
    basis: Basis
    verify: Verify
    chunk: int
    chunks: int
    rows_per_chunk: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The throughput and the chunk rule that hold for each table; `effective` gave at least one."""

    throughput: tuple[Mapping[str, int], ...]
    basis: tuple[Basis, ...]
    verify: tuple[Verify, ...]
    chunk: tuple[int, ...]
    effective: frozenset[str]


def figures(tables: Sequence[Table], policy: Policy, selections: Selections) -> Figures:
    """Resolve the throughput and chunk rules: for each table and key the first in load order."""
    position = {table.name: i for i, table in enumerate(tables)}
    given: list[dict[str, Any]] = [{} for _ in tables]
    basis = [Basis.ASSUMED] * len(tables)
    effective: set[str] = set()
    for rule in policy.rules:
        if not isinstance(rule, ResourceRule):
            continue
        stated = _stated(rule)
        if isinstance(rule.resource, Throughput) and rule.resource.spread is not None:
            effective |= {rule.id} if selections.of(rule, selections.listed) else set()
        if stated:
            for at in (position[name] for name in selections.of(rule, selections.listed)):
                fresh = _add(stated, given[at])
                if fresh:
                    effective.add(rule.id)
                    basis[at] = _basis(basis[at], rule.resource, fresh)
    verify = tuple(known.pop("verify", DEFAULT_VERIFY) for known in given)
    chunk = tuple(known.get("chunk", DEFAULT_CHUNK) for known in given)
    return Figures(tuple(given), tuple(basis), verify, chunk, frozenset(effective))


def _stated(rule: ResourceRule) -> dict[str, Any]:
    """The figures that a rule gives to its tables, and how it has them compared."""
    if isinstance(rule.resource, Chunk):
        return {"chunk": rule.resource.size}
    if isinstance(rule.resource, Throughput):
        values = {key: getattr(rule.resource, key) for key in (*_FIGURES, "verify")}
        return {key: value for key, value in values.items() if value is not None}
    return {}


def _add(stated: Mapping[str, Any], known: dict[str, Any]) -> list[str]:
    """Add what is not known yet; which keys that were."""
    missing = [key for key in stated if key not in known]
    for key in missing:
        known[key] = stated[key]
    return missing


def _basis(before: Basis, resource: Resource, fresh: Iterable[str]) -> Basis:
    """What a table's rate rests on with these figures too: it is measured if all of it is."""
    if not isinstance(resource, Throughput) or _RATES.isdisjoint(fresh):
        return before
    return resource.basis if before in (Basis.ASSUMED, resource.basis) else Basis.DECLARED


def costs(
    tables: Sequence[Table], given: Figures, usable_memory: int | None, streams: int
) -> tuple[Cost, ...]:
    """The cost of each table where `streams` tables share `usable_memory` bytes."""
    ceiling = None if usable_memory is None else usable_memory // (streams * 2)
    each = zip(tables, given.throughput, given.basis, given.verify, given.chunk, strict=True)
    return tuple(
        _cost(table, known, basis, verify, chunk if ceiling is None else min(chunk, ceiling))
        for table, known, basis, verify, chunk in each
    )


def _cost(table: Table, known: Mapping[str, int], basis: Basis, verify: Verify, chunk: int) -> Cost:
    rows_per_chunk = _rows_per_chunk(table, chunk)
    chunks = -(-table.rows // rows_per_chunk) if table.rows else int(table.size > 0)
    verify_rate = None if verify is Verify.NONE else known.get("verify_rate")
    demand = Demand(
        size=table.size,
        cap=_cap(table, known.get("rate"), known.get("rows_per_second")),
        overhead_us=known.get("overhead_us", 0) + chunks * known.get("per_chunk_us", 0),
        post_us=_time(table.index_size, known.get("index_rate")) + _time(table.size, verify_rate),
    )
    assumed = _assumed(table, known, verify)
    return Cost(demand, assumed, basis, verify, chunk, chunks, rows_per_chunk)


def _rows_per_chunk(table: Table, chunk: int) -> int:
    if not table.size:
        return max(1, table.rows)
    return max(1, chunk * table.rows // table.size)


def _cap(table: Table, rate: int | None, rows_per_second: int | None) -> int | None:
    """The table's own highest rate: bytes and rows both cost, one after the other."""
    if not (rows_per_second and table.rows and table.size):
        return None if rate is None else max(1, rate)
    if rate is None:
        return max(1, table.size * rows_per_second // table.rows)
    both = table.size * rows_per_second + table.rows * rate
    return max(1, table.size * rate * rows_per_second // both)


def _time(size: int, rate: int | None) -> int:
    return -(-size * _MICRO // rate) if rate else 0


def _assumed(table: Table, known: Mapping[str, int], verify: Verify) -> tuple[str, ...]:
    """The figures that no rule gave, but for those of work that there is not."""
    idle = {"index_rate": not table.index_size, "verify_rate": verify is Verify.NONE}
    return tuple(_SHOWN.get(key, key) for key in _FIGURES if key not in known and not idle.get(key))


def fits_memory(table: Table, usable_memory: int | None, streams: int) -> bool:
    """Whether two chunks of the table's largest row fit a stream's share of the memory."""
    if usable_memory is None:
        return True
    largest_fits = 2 * table.max_row * streams <= usable_memory
    mean_fits = not table.rows or 2 * table.size * streams <= usable_memory * table.rows
    return largest_fits and mean_fits
