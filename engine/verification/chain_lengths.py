"""Chains of tables, each at its full rate: what must come before one, and what after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .edges import Edges


class Chains(NamedTuple):
    """By node: when its last parent has finished, and the longest chain below it."""

    costs: Mapping[int, int]
    before: list[int]
    below: list[int]

    @property
    def longest(self) -> int:
        """The length of the longest chain."""
        return max((self.below[table] + cost for table, cost in self.costs.items()), default=0)


def chains_among(edges: Edges, costs: Mapping[int, int]) -> Chains:
    """The chains of the tables that `costs` has, in microseconds; nodes of rules take no time."""
    order = [
        (node, costs.get(node, 0)) for node in edges.order if node in costs or node >= edges.tables
    ]
    before, below = [0] * len(edges.parents), [0] * len(edges.parents)
    for node, cost in order:
        finish = before[node] + cost
        for child in edges.children[node]:
            if before[child] < finish:  # noqa: PLR1730 (max() takes thrice as long)
                before[child] = finish
    for node, cost in reversed(order):
        chain = below[node] + cost
        for parent in edges.parents[node]:
            if below[parent] < chain:  # noqa: PLR1730
                below[parent] = chain
    return Chains(costs, before, below)
