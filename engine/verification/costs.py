"""Costs: sizes are the manifest's, and what a table costs follows from the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from stowplan.model import DocPath, shown

from .breaches import Breach, agree, decimal, same
from .case import Case, Placed
from .cost_facts import THROUGHPUT, Cost, basis_of, fits, verify_of
from .stated import Deferred, Move


def breaches(case: Case) -> Iterator[Breach]:
    """Tables with other sizes, rates, overheads or chunks than they should have."""
    tables, index = case.facts.tables, case.facts.index
    for key, at, record in case.plan.movable():
        table = tables[index[record.name]]
        if record.rows != table.rows or record.size != table.size:
            yield from _size(case, record, (key, at))
    for window, moved in zip(case.windows, case.by_window, strict=True):
        costs = case.facts.costs(window.streams)
        for placed in moved:
            yield from _cost(case, placed, costs[placed.table])
    yield from _estimates(case)
    if case.facts.memory is not None:
        yield from _memory(case, case.facts.memory.usable)


def _size(case: Case, record: Move | Deferred, path: DocPath) -> Iterator[Breach]:
    table = case.facts.tables[case.facts.index[record.name]]
    if record.rows != table.rows:
        text = f"{shown(record.name)} has {record.rows} rows, the manifest says {table.rows}"
        yield Breach("costs", (*path, "rows"), text, (record.name,))
    if not agree(record.size, table.size):
        text = f"{shown(record.name)} has {decimal(record.size)} MB, the manifest says"
        yield Breach("costs", (*path, "size_mb"), f"{text} {decimal(table.size)}", (record.name,))


def _cost(case: Case, placed: Placed, cost: Cost) -> Iterator[Breach]:
    move, path = placed.move, placed.path
    _, cap, overhead, post, *chunks = cost
    stated = [move.chunk, move.chunks, move.rows_per_chunk]
    if (move.overhead, move.post, move.cap) == (overhead, post, cap) and stated == chunks:
        return
    right = (
        agree(move.overhead, cost.overhead)
        and agree(move.post, cost.post)
        and agree(move.chunk, cost.chunk)
        and (move.chunks, move.rows_per_chunk) == (cost.chunks, cost.rows_per_chunk)
        and same(move.cap, cost.cap)
    )
    if right:
        return
    figures = (
        ("overhead_s", move.overhead, cost.overhead),
        ("post_load_s", move.post, cost.post),
        ("chunk_mb", move.chunk, cost.chunk),
        ("chunks", move.chunks * 1_000_000, cost.chunks * 1_000_000),
        ("rows_per_chunk", move.rows_per_chunk * 1_000_000, cost.rows_per_chunk * 1_000_000),
        ("cap_mb_s", move.cap, cost.cap),
    )
    for key, found, expected in figures:
        if not same(found, expected):
            text = f"{case.name(placed.table)}: {key} is {decimal(found)}, its rules make it"
            yield Breach("costs", (*path, key), f"{text} {decimal(expected)}", (move.name,))


class _Estimate(NamedTuple):
    """What an estimate assumes, what it is called, and how its copy is compared."""

    assumed: list[str]
    basis: str
    verify: str


def _estimates(case: Case) -> Iterator[Breach]:
    """What is said of each estimate beside its figures; tables with equal figures are alike."""
    alike: dict[tuple[int, bool], _Estimate] = {}
    for placed in case.placed.values():
        known, table = case.facts.figures[placed.table], case.facts.tables[placed.table]
        key = id(known), bool(table.index_size)
        if key not in alike:
            alike[key] = _estimate(known, indexed=key[1])
        expected, move = alike[key], placed.move
        if (move.assumed, move.basis, move.verify) != expected:
            yield from _estimate_breaches(case.name(placed.table), placed, expected)


def _estimate_breaches(name: str, placed: Placed, expected: _Estimate) -> Iterator[Breach]:
    move = placed.move
    if sorted(move.assumed) != sorted(expected.assumed):
        text = f"{name} assumes {', '.join(move.assumed) or 'nothing'}"
        text += f", should assume {', '.join(expected.assumed) or 'nothing'}"
        yield Breach("costs", (*placed.path, "assumed"), text, (move.name,))
    if move.basis != expected.basis:
        text = f"the estimate of {name} is called {shown(move.basis)}"
        text += f", by its rules it is {expected.basis}"
        yield Breach("costs", (*placed.path, "basis"), text, (move.name,))
    if move.verify != expected.verify:
        text = f"the copy of {name} is verified by {shown(move.verify)}"
        text += f", its rules say {expected.verify}"
        yield Breach("costs", (*placed.path, "verify"), text, (move.name,))


def _estimate(known: Mapping[str, int], *, indexed: bool) -> _Estimate:
    """By the figures that rules give; of work that there is not, none is assumed."""
    verify = verify_of(known)
    idle = {"index_rate": not indexed, "verify_rate": verify == "none"}
    lacking = [name for key, name in THROUGHPUT.items() if key not in known and not idle.get(key)]
    return _Estimate(lacking, basis_of(known), verify)


def _memory(case: Case, usable: int) -> Iterator[Breach]:
    """Two chunks for each stream at once, and two rows of each table in a stream's share."""
    for window, moved in zip(case.windows, case.by_window, strict=True):
        streams = window.streams
        for placed in moved:
            move, name = placed.move, case.facts.names[placed.table]
            held = 2 * move.chunk * streams
            if held > usable and not agree(held, usable):
                text = (
                    f"{shown(name)}: two chunks of {decimal(move.chunk)} MB in each of {streams} "
                    f"streams are more than the memory, {decimal(usable)} MB"
                )
                yield Breach("memory", (*placed.path, "chunk_mb"), text, (name,))
            if not fits(case.facts.tables[placed.table], usable, streams):
                text = f"two rows of {shown(name)} are more than a stream's share of the memory"
                yield Breach("memory", (*placed.path, "window"), text, (name,))
