"""What cannot be planned, and for which cause: cycles, missing parents, memory, no class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stowplan.graph import DependencyGraph
from stowplan.model import DocPath, Obstacle, Placement, Table, shown
from stowplan.planning.classes import Classification
from stowplan.planning.costs import fits_memory


class _Root(NamedTuple):
    kind: str
    tables: tuple[int, ...]
    text: str
    path: DocPath


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Every cause with its tables; `blame` has each struck table's cause, by the graph's number."""

    causes: tuple[Obstacle, ...]
    blame: tuple[int | None, ...]

    def plannable(self) -> list[int]:
        """The tables that nothing stands in the way of."""
        return [table for table, cause in enumerate(self.blame) if cause is None]


def obstacles(
    tables: Sequence[Table],
    graph: DependencyGraph,
    classification: Classification,
    usable_memory: int | None,
    streams: int,
) -> Obstacles:
    """Find every cause, and everything downstream of it; a table counts for its first cause.

    Excluded tables are never moved, so nothing can stand in their way.
    """
    excluded = frozenset(
        i for i in range(graph.size) if classification.placement(i) is Placement.EXCLUDED
    )
    found = (
        *_cycles(tables, graph),
        *_missing(graph),
        *_memory(tables, usable_memory, streams),
        *_unclassified(tables, classification),
    )
    moving = (
        root._replace(tables=tuple(t for t in root.tables if t not in excluded)) for root in found
    )
    roots = [root for root in moving if root.tables]
    blame = _spread(roots, graph, excluded)
    first_struck = {table for root in roots for table in root.tables}
    struck: list[list[int]] = [[] for _ in roots]
    for table, cause in enumerate(blame):
        if cause is not None and table not in first_struck:
            struck[cause].append(table)
    causes = tuple(
        Obstacle(
            kind=root.kind,
            roots=tuple(graph.names[i] for i in root.tables),
            downstream=tuple(graph.names[i] for i in downstream),
            text=root.text,
            path=root.path,
        )
        for root, downstream in zip(roots, struck, strict=True)
    )
    return Obstacles(causes, tuple(blame))


def _cycles(tables: Sequence[Table], graph: DependencyGraph) -> Iterator[_Root]:
    for component in graph.components:
        first = tables[component[0]]
        text = f"in a dependency cycle of {len(component)} tables (D203)"
        yield _Root("cycle", component, text, ("tables", first.place))


def _missing(graph: DependencyGraph) -> Iterator[_Root]:
    """One cause for each missing parent: the tables that depend on it."""
    children: dict[str, list[int]] = {}
    paths: dict[str, DocPath] = {}
    for child, parent, path in sorted(graph.missing):
        children.setdefault(parent, []).append(graph.index(child))
        paths.setdefault(parent, path)
    for parent in sorted(children):
        text = f"parent {shown(parent)} is not in the manifest (D201)"
        yield _Root("missing", tuple(sorted(set(children[parent]))), text, paths[parent])


def _memory(tables: Sequence[Table], usable_memory: int | None, streams: int) -> Iterator[_Root]:
    for i, table in enumerate(tables):
        if not fits_memory(table, usable_memory, streams):
            text = "two of its largest rows do not fit a stream's memory (R403)"
            yield _Root("memory", (i,), text, ("tables", table.place))


def _unclassified(tables: Sequence[Table], classification: Classification) -> Iterator[_Root]:
    for i, table in enumerate(tables):
        if classification.ranks[i] is None:
            yield _Root("unclassified", (i,), "no class (P301)", ("tables", table.place))


def _spread(
    roots: Sequence[_Root], graph: DependencyGraph, excluded: frozenset[int]
) -> list[int | None]:
    """The first cause of every table: its own, else that of the parent with the least cause."""
    blame: list[int | None] = [None] * len(graph.parents)
    for cause in reversed(range(len(roots))):
        for table in roots[cause].tables:
            blame[table] = cause
    for node in graph.order:
        if blame[node] is None and node not in excluded:
            inherited = [c for parent in graph.parents[node] if (c := blame[parent]) is not None]
            blame[node] = min(inherited, default=None)
    return blame[: graph.size]
