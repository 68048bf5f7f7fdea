"""Who is above or below whom: sets of tables that are worked out only as far as they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress

from .dependencies import DependencyGraph

BLOCK = 8192
"""Tables whose reach is counted in one pass: one bit for each, in a Python integer."""
WHOLE = 16_384
"""Tables up to which every table's set is kept: 32 MiB at most."""

FEW = 64
"""Members of a set up to which they are looked up one by one."""

_BITS = bytes.maketrans(b"01", b"\0\1")


class Reach:
    """The ancestors (or descendants) of every table of a graph; hubs are passed through.

    A table is never among its own, not even in a cycle. A set of tables is an integer with a bit
    for each number.
    """

    def __init__(self, graph: DependencyGraph, *, upwards: bool) -> None:
        self.graph = graph
        self.is_small = graph.size <= WHOLE
        self._towards = graph.parents if upwards else graph.children
        self._away = graph.children if upwards else graph.parents
        self._order = graph.order if upwards else graph.order[::-1]
        self._holders: dict[int, frozenset[int]] = {}

    @cached_property
    def sets(self) -> Sequence[int]:
        """By table, the tables that it reaches; for small graphs."""
        return self._reached(0, self.graph.size)

    @cached_property
    def counts(self) -> Sequence[int]:
        """By table, how many it reaches."""
        return self.counted((1 << self.graph.size) - 1)[0]

    def counted(self, *wanted: int) -> Sequence[Sequence[int]]:
        """For each of some sets, by table, how many of it the table reaches.

        This is done in blocks, so that memory stays small.
        """
        counts = [[0] * self.graph.size for _ in wanted]
        for first in range(0, self.graph.size, BLOCK):
            sets = self._reached(first, BLOCK)
            for tables, counted in zip(wanted, counts, strict=True):
                among = tables >> first & (1 << BLOCK) - 1
                for table, reached in enumerate(sets if among else ()):
                    counted[table] += (reached & among).bit_count()
        return counts

    def holders(self, number: int) -> tuple[frozenset[int], int]:
        """The tables from which a table is reached, and the edges that were looked at for it."""
        if number in self._holders:
            return self._holders[number], 0
        found, edges = _walk(number, self._away, self.graph.size)
        self._holders[number] = frozenset(found)
        return self._holders[number], edges

    def walk(self, table: int) -> tuple[list[int], int]:
        """The tables that are reached from one, sorted, and the edges that were looked at."""
        found, edges = _walk(table, self._towards, self.graph.size)
        return sorted(found), edges

    @property
    def reached_ones(self) -> Iterable[int]:
        """The tables that are reached from any."""
        return (table for table in range(self.graph.size) if self._away[table])

    def _reached(self, first: int, count: int) -> list[int]:
        """By table, those of one block that it reaches."""
        last = min(first + count, self.graph.size)
        sets = [0] * len(self._towards)
        for group in self._groups:
            # With the group's own nodes, so that an edge costs one union.
            reached = 0
            for node in group:
                if first <= node < last:
                    reached |= 1 << (node - first)
                for other in self._towards[node]:
                    reached |= sets[other]
            for node in group:
                sets[node] = reached
        for table in range(first, last):
            sets[table] ^= 1 << (table - first)
        return sets[: self.graph.size]

    @cached_property
    def _groups(self) -> Sequence[Sequence[int]]:
        """The nodes in their order; those of a component, which stand side by side, together."""
        return list(_together(self._order, self.graph.component_of))


def _together(order: Sequence[int], component_of: Mapping[int, int]) -> Iterator[Sequence[int]]:
    at = 0
    while at < len(order):
        end = at + 1
        component = component_of.get(order[at], -1)
        while component >= 0 and end < len(order) and component_of.get(order[end]) == component:
            end += 1
        yield order[at:end]
        at = end


def members(tables: int) -> Iterator[int]:
    """The numbers in a set, from the smallest."""
    if tables.bit_count() > FEW:
        yield from compress(range(tables.bit_length()), flags(tables))
        return
    while tables:
        lowest = tables & -tables
        yield lowest.bit_length() - 1
        tables ^= lowest


def flags(tables: int) -> bytes:
    """By number, 1 where it is in a set."""
    return f"{tables:b}"[::-1].encode().translate(_BITS)


def _walk(start: int, neighbours: Sequence[Sequence[int]], size: int) -> tuple[set[int], int]:
    """The tables that a walk finds, without the one that it starts from, and the edges walked."""
    seen, stack, edges = {start}, [start], 0
    while stack:
        beside = neighbours[stack.pop()]
        edges += len(beside)
        fresh = [node for node in beside if node not in seen]
        seen.update(fresh)
        stack.extend(fresh)
    return {node for node in seen if node < size and node != start}, edges
