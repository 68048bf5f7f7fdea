"""Order: every table starts after all its parents have finished, whatever the plan lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .breaches import Breach, time
from .case import Case, Placed

_NEVER = 1 << 62


class _Last(NamedTuple):
    """The parent that is ready last: position of its window, its finish, its number."""

    at: int = -1
    finish: int = 0
    table: int = -1


def breaches(case: Case) -> Iterator[Breach]:
    """Tables that start too early, or move where a parent does not."""
    edges = case.facts.edges
    ready = {
        table: _Last(placed.at, placed.move.finish, table) for table, placed in case.placed.items()
    }
    hubs = {
        node: _last(edges.parents[node], ready) for node in range(edges.tables, len(edges.parents))
    }
    ready |= hubs
    for table, placed in case.placed.items():
        last = _last(edges.parents[table], ready)
        if last.at > placed.at:
            yield _without(case, placed, last)
        elif last.at == placed.at and last.finish > placed.move.start:
            yield _early(case, placed, last)


def _last(parents: Iterable[int], ready: dict[int, _Last]) -> _Last:
    found = _Last()
    for parent in parents:
        one = ready.get(parent) or _Last(_NEVER, 0, parent)
        found = max(found, one)
    return found


def _early(case: Case, placed: Placed, last: _Last) -> Breach:
    text = (
        f"{case.name(placed.table)} starts at {time(placed.move.start)}, before its parent "
        f"{case.name(last.table)} finishes at {time(last.finish)}"
    )
    tables = tuple(sorted((placed.move.name, case.facts.names[last.table])))
    return Breach("order", (*placed.path, "start_s"), text, tables)


def _without(case: Case, placed: Placed, last: _Last) -> Breach:
    where = "is not planned" if last.at == _NEVER else "moves in a later window"
    text = f"{case.name(placed.table)} moves, and its parent {case.name(last.table)} {where}"
    tables = tuple(sorted((placed.move.name, case.facts.names[last.table])))
    return Breach("order", (*placed.path, "window"), text, tables)
