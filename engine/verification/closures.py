"""What deferred tables need together with those above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .edges import Edges

STEPS = 5_000_000
"""Where walking all ancestors takes more, a plan may state less: the contract's «at least»."""


def closure_needs(needs: Mapping[int, int], edges: Edges) -> dict[int, tuple[int, int]]:
    """For each deferred table the least and the most that it and its deferred ancestors need.

    The two differ only in very large plans, where each table's ancestors are not all counted: a
    table with one parent adds itself to that one's sum, others count their ancestors one by one,
    for as long as that takes no more than `STEPS`. In cycles there are only excluded tables.
    """
    closures = _Closures(needs, edges)
    for node in (*edges.order, *needs):
        if node not in closures.most and (node in needs or node >= edges.tables):
            closures.add(node)
    full = closures.steps <= STEPS
    return {
        table: (closures.most[table] if full else closures.least[table], closures.most[table])
        for table in needs
    }


class _Closures:
    def __init__(self, needs: Mapping[int, int], edges: Edges) -> None:
        self.least: dict[int, int] = {}
        self.most: dict[int, int] = {}
        self.steps = 0
        self._needs = needs
        self._edges = edges
        self._above: dict[int, Sequence[int]] = {}

    def add(self, node: int) -> None:
        """The sums of a node; those of its parents are known, but in cycles."""
        above, own = self._parents(node), self._needs.get(node, 0)
        if not above:
            self.least[node] = self.most[node] = own
            return
        known = node not in self._edges.cyclic and all(parent in self.most for parent in above)
        self.least[node] = own + max((self.least.get(parent, 0) for parent in above), default=0)
        if len(above) < 2 and known:
            self.most[node] = own + sum(self.most[parent] for parent in above)
        elif self.steps <= STEPS or not known:
            self.most[node] = self._walked(node)
        else:
            self.most[node] = own + sum(self.most[parent] for parent in above)

    def _walked(self, node: int) -> int:
        seen, todo = {node}, [node]
        while todo:
            above = self._parents(todo.pop())
            self.steps += len(above)
            fresh = [parent for parent in above if parent not in seen]
            seen.update(fresh)
            todo += fresh
        return sum(self._needs.get(each, 0) for each in seen)

    def _parents(self, node: int) -> Sequence[int]:
        """The deferred tables, and rules' nodes, directly above."""
        if node not in self._above:
            tables, needs = self._edges.tables, self._needs
            above = self._edges.parents[node]
            self._above[node] = [p for p in above if p in needs or p >= tables]
        return self._above[node]
