"""Who is above or below whom: sets of names that are worked out only as far as they are asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from .dependencies import DependencyGraph

BLOCK = 8192
"""Tables whose reach is counted in one pass: one bit for each, in a Python integer."""


class Reach:
    """The ancestors (or descendants) of every table of a graph; hubs are passed through."""

    def __init__(self, graph: DependencyGraph, *, upwards: bool) -> None:
        self.graph = graph
        self.towards = graph.parents if upwards else graph.children
        self._away = graph.children if upwards else graph.parents
        self._order = graph.order if upwards else graph.order[::-1]
        self._holders: dict[str, frozenset[int]] = {}

    def of(self, table: int) -> Reached:
        """The tables that are reached from one, itself never among them."""
        return Reached(self, table)

    def holders(self, name: str) -> frozenset[int]:
        """The tables from which the table of that name is reached."""
        if name not in self._holders:
            start = self.graph.position.get(name)
            found = () if start is None else _walk(start, self._away, self.graph.size)
            self._holders[name] = frozenset(found)
        return self._holders[name]

    def walk(self, table: int) -> list[int]:
        """The tables that are reached from one, by number."""
        return sorted(_walk(table, self.towards, self.graph.size))

    @cached_property
    def counts(self) -> Sequence[int]:
        """By table, how many it reaches: in blocks, so that memory stays small."""
        counts = [0] * self.graph.size
        for first in range(0, self.graph.size, BLOCK):
            for table, count in enumerate(self._counted(first)):
                counts[table] += count
        return counts

    def _counted(self, first: int) -> list[int]:
        """By table, how many of one block it reaches. A component's nodes share their sets."""
        size, component_of = self.graph.size, self.graph.component_of
        sets = [0] * len(self.towards)
        order = self._order
        at = 0
        while at < len(order):
            end = at + 1
            component = component_of.get(order[at], -1)
            while component >= 0 and end < len(order) and component_of.get(order[end]) == component:
                end += 1
            group = order[at:end]
            reached = 0
            for node in group:
                for other in self.towards[node]:
                    reached |= sets[other]
                    if first <= other < first + BLOCK and other < size:
                        reached |= 1 << (other - first)
            for node in group:
                sets[node] = reached
            at = end
        # In a cycle a table reaches itself; it is none of its own ancestors.
        own = (sets[t] >> (t - first) & 1 if first <= t < first + BLOCK else 0 for t in range(size))
        return [sets[table].bit_count() - itself for table, itself in enumerate(own)]


def _walk(start: int, neighbours: Sequence[Sequence[int]], size: int) -> set[int]:
    """The tables that a walk finds, without the one that it starts from."""
    seen, stack = {start}, [start]
    while stack:
        fresh = [node for node in neighbours[stack.pop()] if node not in seen]
        seen.update(fresh)
        stack.extend(fresh)
    return {node for node in seen if node < size and node != start}


class Reached(Collection[str]):
    """The names of what one table reaches; each question is answered as cheaply as it can be."""

    __slots__ = ("_reach", "_table")

    def __init__(self, reach: Reach, table: int) -> None:
        self._reach = reach
        self._table = table

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._table in self._reach.holders(name)

    def __len__(self) -> int:
        return self._reach.counts[self._table]

    def __iter__(self) -> Iterator[str]:
        names = self._reach.graph.names
        return (names[table] for table in self._reach.walk(self._table))
