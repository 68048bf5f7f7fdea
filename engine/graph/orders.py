"""An order of a knot's tables that few edges run against."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import chain

from .knots import Knot, Pair

WEIGHT = 1 << 24
"""What an edge weighs; one that the manifest states weighs one more: it is kept in a tie."""


class GreedyOrder:
    """The order of Eades, Lin and Smyth (1993): sources first, sinks last, else the best balance.

    Where neither a source nor a sink is left, the table whose outgoing edges outweigh its incoming
    ones the most comes first. The part of a balance that goes through hubs is read when the table
    comes up, because it changes for all tables of a hub at once.
    """

    def __init__(self, knot: Knot, states: Callable[[Pair], bool]) -> None:
        self._knot, self._states = knot, states
        self._above = [len(parents) for parents in knot.up]
        self._below = [len(children) for children in knot.down]
        self._gone = [False] * len(knot.up)
        self._direct = [self._direct_balance(table) for table in range(knot.tables)]
        self._heap = [(-self._balance(table), table) for table in range(knot.tables)]
        heapify(self._heap)

    def tables(self) -> list[int]:
        """All tables, parents first as far as possible."""
        first: list[int] = []
        last: list[int] = []
        sources: list[int] = []
        sinks: list[int] = []
        while (table := self._next_table()) is not None:
            sources.append(table)
            while sources or sinks:
                node, side = (sources.pop(), first) if sources else (sinks.pop(), last)
                if not self._gone[node]:
                    side.append(node)
                    self._take(node, sources, sinks)
        return [node for node in chain(first, reversed(last)) if node < self._knot.tables]

    def _next_table(self) -> int | None:
        while self._heap:
            known, table = heappop(self._heap)
            if self._gone[table]:
                continue
            balance = self._balance(table)
            if -known == balance:
                return table
            heappush(self._heap, (-balance, table))
        return None

    def _take(self, node: int, sources: list[int], sinks: list[int]) -> None:
        self._gone[node] = True
        for child in self._knot.down[node]:
            self._above[child] -= 1
            if not self._gone[child]:
                self._note(child, (child, node), 1)
                if not self._above[child]:
                    sources.append(child)
        for parent in self._knot.up[node]:
            self._below[parent] -= 1
            if not self._gone[parent]:
                self._note(parent, (node, parent), -1)
                if not self._below[parent]:
                    sinks.append(parent)

    def _note(self, table: int, pair: Pair, sign: int) -> None:
        """The pair is gone: one edge less on one side of the table's balance."""
        if max(pair) < self._knot.tables:
            self._direct[table] += sign * self._weight(pair)
            heappush(self._heap, (-self._balance(table), table))

    def _weight(self, pair: Pair) -> int:
        return WEIGHT + self._states(pair)

    def _direct_balance(self, table: int) -> int:
        up, down, tables = self._knot.up[table], self._knot.down[table], self._knot.tables
        outgoing = sum(self._weight((child, table)) for child in down if child < tables)
        return outgoing - sum(self._weight((table, parent)) for parent in up if parent < tables)

    def _balance(self, table: int) -> int:
        tables = self._knot.tables
        through = 0
        for hub in reversed(self._knot.down[table]):
            if hub < tables:
                break
            through += self._below[hub]
        for hub in reversed(self._knot.up[table]):
            if hub < tables:
                break
            through -= self._above[hub]
        return self._direct[table] + WEIGHT * through


def pairs_against(knot: Knot, order: list[int], limit: int) -> set[Pair] | None:
    """Return the pairs whose parent comes after its child in `order`; None: more than `limit`."""
    place = {table: number for number, table in enumerate(order)}
    found = {
        (child, parent)
        for child in range(knot.tables)
        for parent in knot.up[child]
        if parent < knot.tables and place[parent] > place[child]
    }
    for hub in range(knot.tables, len(knot.up)):
        children = sorted(knot.down[hub], key=place.__getitem__)
        for parent in sorted(knot.up[hub], key=place.__getitem__, reverse=True):
            for child in children:
                if place[child] > place[parent] or len(found) > limit:
                    break
                found.add((child, parent))
    return found if len(found) <= limit else None
