"""One strongly connected component as a graph of its own, small integers throughout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from .dependencies import DependencyGraph

Pair = tuple[int, int]
"""A table that depends on another: (child, parent)."""

Side = Sequence[tuple[int, ...]]


class Effort:
    """A count of edge visits that may still be made: a budget that is the same on every machine."""

    def __init__(self, visits: int) -> None:
        self.left = visits

    @classmethod
    def shared(cls, visits: int, shares: int) -> Effort:
        """One of that many equal parts, though never so little that small things stay undone."""
        return cls(max(2_000, visits // shares))

    def spend(self, visits: int) -> None:
        """Take these visits from what is left."""
        self.left -= visits


class Knot(NamedTuple):
    """Nodes 0 … tables-1 are tables, the others hubs; `up` leads to parents, `down` to children."""

    tables: int
    up: Side
    down: Side

    def turned(self) -> Knot:
        """The same knot with all its edges the other way round."""
        return Knot(self.tables, self.down, self.up)

    def without(self, pairs: Collection[Pair]) -> Knot:
        """The knot with just these pairs removed, also where they go through a hub.

        A table that loses a pair of a hub leaves it and gets direct edges for its other pairs;
        whichever side has fewer edges to make leaves.
        """
        turned = _turned(pairs)
        if self._hub_edges(pairs) <= self.turned()._hub_edges(turned):
            return self._detached(pairs)
        return self.turned()._detached(turned).turned()

    def leaving_cost(self, pairs: Collection[Pair]) -> int:
        """How many direct edges `without` would make, about."""
        return min(self._hub_edges(pairs), self.turned()._hub_edges(_turned(pairs)))

    def is_acyclic(self) -> bool:
        """Whether all nodes can be taken away, parents first."""
        waiting = [len(parents) for parents in self.up]
        ready = [node for node, count in enumerate(waiting) if not count]
        for node in ready:  # the list grows while it is read
            for child in self.down[node]:
                waiting[child] -= 1
                if not waiting[child]:
                    ready.append(child)
        return len(ready) == len(waiting)

    def weight(self) -> int:
        """What one pass costs: nodes and edges."""
        return len(self.up) + sum(map(len, self.up))

    def _hub_edges(self, pairs: Collection[Pair]) -> int:
        lost = _by_child(pairs)
        return sum(
            len(self.up[hub])
            for child, parents in lost.items()
            for hub in self.up[child]
            if hub >= self.tables and not parents.isdisjoint(self.up[hub])
        )

    def _detached(self, pairs: Collection[Pair]) -> Knot:
        up, changed = list(self.up), set[int]()
        for child, lost in _by_child(pairs).items():
            parents: set[int] = set()
            for node in self.up[child]:
                split = node >= self.tables and not lost.isdisjoint(self.up[node])
                parents.update(self.up[node] if split else (node,))
            changed.update(self.up[child], parents)
            up[child] = tuple(sorted(parents - lost))
        children = {child for child, _ in pairs}
        gained: dict[int, set[int]] = {node: set() for node in changed}
        for child in children:
            for node in up[child]:
                gained[node].add(child)
        down = list(self.down)
        for node in changed:
            down[node] = tuple(sorted((set(down[node]) - children) | gained[node]))
        return Knot(self.tables, up, down)


def tie(graph: DependencyGraph, component: tuple[int, ...]) -> Knot:
    """Cut the component of these tables out of the graph; node i is the i-th of its tables."""
    number = graph.component_of[component[0]]
    near = sorted({node for table in component for node in graph.parents[table]})
    hubs = [n for n in near if n >= graph.size and graph.component_of.get(n) == number]
    nodes = (*component, *hubs)
    local = {node: place for place, node in enumerate(nodes)}
    return Knot(
        len(component),
        [_inside(local, graph.parents[node]) for node in nodes],
        [_inside(local, graph.children[node]) for node in nodes],
    )


def _inside(local: dict[int, int], neighbours: Iterable[int]) -> tuple[int, ...]:
    return tuple(local[node] for node in neighbours if node in local)


def _turned(pairs: Iterable[Pair]) -> list[Pair]:
    return [(parent, child) for child, parent in pairs]


def _by_child(pairs: Iterable[Pair]) -> dict[int, set[int]]:
    lost: dict[int, set[int]] = {}
    for child, parent in pairs:
        lost.setdefault(child, set()).add(parent)
    return lost
