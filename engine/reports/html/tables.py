"""Each table as the page's script reads it: seconds, MB and MB/s; others by their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from stowplan.model import (
    MANIFEST_ORIGIN,
    CheckRule,
    DeferredTable,
    PlannedTable,
    Reason,
    Unschedulable,
)
from stowplan.patterns import Names
from stowplan.planning.groundwork import Groundwork
from stowplan.reports.text import printable
from stowplan.units import megabytes, seconds

from .lanes import lanes
from .pressing import Shown

_LIFTS = 50


def table_records(shown: Shown, windows: Sequence[str], ground: Groundwork) -> list[dict[str, Any]]:
    """The tables of a page: those of the main window, then the deferred, then the others."""
    numbers = {name: number for number, name in enumerate(windows)}
    entries = [
        *(_planned(table, numbers) for table in shown.planned),
        *(_deferred(table, numbers) for table in shown.deferred),
        *map(_unschedulable, shown.unschedulable),
    ]
    names = shown.names
    at = {name: number for number, name in enumerate(names)}
    selected = _selecting(ground, names)
    for name, entry in zip(names, entries, strict=True):
        entry.update(_about(ground, name))
        entry["parents"] = list(_parents(ground, name, at))
        entry["rules"] = selected[name]
    _give_lanes(shown, entries)
    return entries


def _planned(table: PlannedTable, windows: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": printable(table.name),
        "state": "planned",
        "placement": table.placement.value,
        **_placed(table, windows),
        "rows": table.rows,
        "mb": megabytes(table.size),
        "because": _because(table.because),
    }


def _placed(table: PlannedTable, windows: Mapping[str, int]) -> dict[str, Any]:
    timing, demand = table.timing, table.demand
    return {
        "window": windows[table.window],
        "start": seconds(timing.start_us),
        "finish": seconds(timing.finish_us),
        "segments": [[seconds(s), seconds(e), megabytes(rate)] for s, e, rate in timing.segments],
        "slack": seconds(table.slack_us),
        "alone": seconds(table.alone_us),
        "overhead": seconds(demand.overhead_us),
        "post": seconds(demand.post_us),
        "cap": None if demand.cap is None else megabytes(demand.cap),
        "assumed": list(table.assumed),
        "basis": table.basis.value,
        "verify": table.verify.value,
        "chunks": table.chunks,
        "chunk_mb": megabytes(table.chunk),
        "chunk_rows": table.rows_per_chunk,
    }


def _deferred(table: DeferredTable, windows: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": printable(table.name),
        "state": "deferred",
        "window": None,
        "code": table.code,
        "needs": seconds(table.needs_us),
        "fits": table.would_fit,
        "short": seconds(table.short_us),
        **({} if table.planned is None else _placed(table.planned, windows)),
        "rows": table.rows,
        "mb": megabytes(table.size),
        "because": _because(table.because),
    }


def _unschedulable(entry: Unschedulable) -> dict[str, Any]:
    return {
        "name": printable(entry.name),
        "state": "unschedulable",
        "window": None,
        "because": [[None, printable(entry.cause)]],
    }


def _because(reasons: Iterable[Reason]) -> list[list[str | None]]:
    return [[rule, printable(text)] for rule, text in reasons]


def _about(ground: Groundwork, name: str) -> dict[str, Any]:
    """What the manifest and the classes say of a table."""
    number = ground.graph.index(name)
    table, classed = ground.tables[number], ground.classification.tables[number]
    placement = ground.classification.placement(number)
    return {
        "rows": table.rows,
        "mb": megabytes(table.size),
        "class": _named(classed.effective),
        "own": _named(classed.class_name),
        "class_rule": classed.rule,
        "placement": None if placement is None else placement.value,
        "phase": ground.graph.phases[number],
        "owner": _named(table.owner),
        **({"index_mb": megabytes(table.index_size)} if table.index_size else {}),
        "lifts": list(_lifts(ground, number)),
    }


def _named(text: str | None) -> str | None:
    return None if text is None else printable(text)


def _lifts(ground: Groundwork, number: int) -> Iterator[list[str]]:
    """The chain of a promotion: each child that takes its parent along, and who says so."""
    graph, classed = ground.graph, ground.classification.tables
    for _ in range(_LIFTS):
        name = classed[number].lifted_by
        if name is None:
            return
        child = graph.index(name)
        yield [printable(name), graph.origin(child, number) or ""]
        number = child


def _parents(
    ground: Groundwork, name: str, at: Mapping[str, int]
) -> Iterator[list[int | str | None]]:
    """The direct parents: a table's number or, where the page lacks it, its name; and who says so.

    A rule that stands for very many pairs gives its hub's number, and no origin.
    """
    graph = ground.graph
    child = graph.index(name)
    for node in graph.parents[child]:
        if node >= graph.size:
            yield [node - graph.size, None]
        else:
            parent = graph.names[node]
            origin = graph.made.get((child, node), MANIFEST_ORIGIN)
            yield [at.get(parent, printable(parent)), origin]


def hub_records(ground: Groundwork, shown: Shown) -> list[dict[str, Any]]:
    """What stands for all pairs of a rule that has very many: the parents that the page shows."""
    at = {ground.graph.index(name): number for number, name in enumerate(shown.names)}
    return [
        {
            "rule": hub.rule,
            "parents": [at[node] for node in hub.parents if node in at],
            "of": len(hub.parents),
        }
        for hub in ground.graph.hubs
    ]


def _selecting(ground: Groundwork, names: Sequence[str]) -> dict[str, list[str]]:
    """By table the rules that select it by its name, a glob or a condition; checks aside."""
    known = Names(names)
    found: dict[str, list[str]] = {name: [] for name in names}
    for rule in ground.policy.rules:
        if not isinstance(rule, CheckRule) and (rule.tables or rule.where is not None):
            choice = ground.selections.choices.get(rule.id)
            selected = known.selected(rule.tables) if choice is None else choice.tables
            for name in selected:
                if name in found:
                    found[name].append(rule.id)
    return found


def _give_lanes(shown: Shown, entries: Sequence[dict[str, Any]]) -> None:
    """Streams are numbered for each window by itself."""
    placed = [*shown.planned, *(table.planned for table in shown.deferred)]
    by_window: dict[str, list[int]] = {}
    for number, table in enumerate(placed):
        if table is not None:
            by_window.setdefault(table.window, []).append(number)
    for numbers in by_window.values():
        timings = [table.timing for number in numbers if (table := placed[number]) is not None]
        for number, taken in zip(numbers, lanes(timings), strict=True):
            entries[number]["lanes"] = taken
