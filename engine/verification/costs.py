"""Costs: sizes are the manifest's, and what a table costs follows from the rules."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import DocPath, shown

from .breaches import Breach, agree, decimal, same
from .case import Case, Placed
from .cost_facts import THROUGHPUT, fits
from .stated import Deferred, Move


def breaches(case: Case) -> Iterator[Breach]:
    """Tables with other sizes, rates, overheads or chunks than they should have."""
    for key, at, record in case.plan.movable():
        yield from _size(case, record, (key, at))
    for placed in case.placed.values():
        yield from _cost(case, placed)
        yield from _assumed(case, placed)
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


def _cost(case: Case, placed: Placed) -> Iterator[Breach]:
    move, path = placed.move, placed.path
    cost = case.facts.cost(placed.table, case.windows[placed.at].streams)
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


def _assumed(case: Case, placed: Placed) -> Iterator[Breach]:
    known, table = case.facts.figures[placed.table], case.facts.tables[placed.table]
    expected = [
        name
        for key, name in THROUGHPUT.items()
        if key not in known and (key != "index_rate" or table.index_size)
    ]
    if sorted(placed.move.assumed) != sorted(expected):
        text = f"{case.name(placed.table)} assumes {', '.join(placed.move.assumed) or 'nothing'}"
        text += f", should assume {', '.join(expected) or 'nothing'}"
        yield Breach("costs", (*placed.path, "assumed"), text, (placed.move.name,))


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
