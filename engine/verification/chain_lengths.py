"""Chains of tables, each at its full rate: what must come before one, and what after it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from .edges import Edges


class Chains:
    """The chains of the tables that `costs` has, in microseconds; nodes of rules take no time."""

    def __init__(self, edges: Edges, costs: Mapping[int, int]) -> None:
        self.costs = costs
        self._edges = edges
        self._order = [
            (node, costs.get(node, 0))
            for node in edges.order
            if node in costs or node >= edges.tables
        ]

    @cached_property
    def before(self) -> list[int]:
        """By node, when its last parent has finished."""
        before, children = [0] * len(self._edges.parents), self._edges.children
        for node, cost in self._order:
            finish = before[node] + cost
            for child in children[node]:
                if before[child] < finish:  # noqa: PLR1730 (max() takes thrice as long)
                    before[child] = finish
        return before

    @cached_property
    def below(self) -> list[int]:
        """By node, the longest chain below it."""
        below, parents = [0] * len(self._edges.parents), self._edges.parents
        for node, cost in reversed(self._order):
            chain = below[node] + cost
            for parent in parents[node]:
                if below[parent] < chain:  # noqa: PLR1730 (as above)
                    below[parent] = chain
        return below

    @property
    def longest(self) -> int:
        """The length of the longest chain."""
        return max((self.below[table] + cost for table, cost in self.costs.items()), default=0)
