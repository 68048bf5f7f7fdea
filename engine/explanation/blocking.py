"""Why a table cannot be planned, and how that reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stowplan.model import Place, Span
from stowplan.planning.groundwork import Groundwork

from .evidence import Evidence


class Blocked(NamedTuple):
    """Why a table cannot be planned; `path` leads from the table up to where the cause strikes."""

    kind: str
    cause: str
    span: Span
    path: tuple[str, ...]


def blocked_by(evidence: Evidence, number: int) -> Blocked | None:
    """What keeps a table out of every plan; None where nothing does."""
    ground = evidence.ground
    cause = ground.obstacles.blame[number]
    if cause is None:
        return None
    obstacle = ground.obstacles.causes[cause]
    span = evidence.locate(Place("", obstacle.path))
    path = tuple(ground.graph.names[each] for each in _way_up(ground, number, cause))
    return Blocked(obstacle.kind, obstacle.text, span, path)


def _way_up(ground: Groundwork, number: int, cause: int) -> list[int]:
    """A shortest way from a table up to one that the cause strikes first."""
    graph, blame = ground.graph, ground.obstacles.blame
    roots = {graph.index(name) for name in ground.obstacles.causes[cause].roots}
    came_from: dict[int, int | None] = {number: None}
    waiting = [number]
    for table in waiting:  # grows by the parents that are reached
        if table in roots:
            return _back(came_from, table)
        for parent in graph.table_parents(table):
            if parent not in came_from and blame[parent] == cause:
                came_from[parent] = table
                waiting.append(parent)
    return [number]


def _back(came_from: Mapping[int, int | None], table: int) -> list[int]:
    way: list[int] = []
    at: int | None = table
    while at is not None:
        way.append(at)
        at = came_from[at]
    return way[::-1]
