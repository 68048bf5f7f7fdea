"""In which order preferred tables are considered: most value for each missing byte first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import lcm

from .workload import MICROSECONDS, Workload

CLOSURE = 64  # edges gone through for one closure; fewer for more than SHORT tables
SHORT = 3_000


class Queue:
    """Candidates by the density of their closure, which is what they still miss.

    A closure is a table and all its parents that are not yet taken; its density the sum of their
    values over the sum of their bytes, so that a table of much value pulls in poor parents, and a
    rich parent that is taken already adds nothing to its children. Equal densities go by depth,
    then by name. A closure that takes more than a few dozen edges to find is put off until some of
    it is taken: that bounds the work. All tables are given by position in the workload.
    """

    def __init__(self, workload: Workload, values: Sequence[Fraction]) -> None:
        self.workload = workload
        self.count = len(workload.tables)
        self.limit = max(8, min(CLOSURE, CLOSURE * SHORT // max(1, self.count)))
        scale = lcm(*{value.denominator for value in values})
        self.values = [int(value * scale) for value in values]
        self.sizes = [work // MICROSECONDS for work in workload.work]
        self.parents = _parents(workload)
        self.depths = _depths(workload)
        self.pending = list(workload.pending)
        self.gone = bytearray(len(workload.children))  # taken, or never to come
        self.barred = bytearray(len(workload.children))
        self.heap: list[tuple[int, int, int]] = []
        for at in range(self.count):
            self._push(at)
        heapify(self.heap)
        self._pass_hubs([at for at in range(self.count, len(self.pending)) if not self.pending[at]])

    def groups(self) -> Iterator[list[int]]:
        """The closures, densest first; each must be answered by `take` or `bar` before the next."""
        while self.heap:
            noted, _, at = heappop(self.heap)
            if self.gone[at]:
                continue
            closure = self._closure(at)
            if not closure:
                continue
            density = self._density(closure)
            if density < -noted:
                heappush(self.heap, (-density, self.depths[at], at))
            else:
                yield closure

    def take(self, tables: Sequence[int]) -> None:
        """These tables have come: they are no longer missing from any closure."""
        for at in tables:
            self.gone[at] = True
        self._pass_hubs(tables)

    def bar(self, table: int) -> None:
        """This table will not come, and so nothing that depends on it."""
        todo = [table]
        while todo:
            node = todo.pop()
            if not self.barred[node]:
                self.barred[node] = self.gone[node] = True
                todo.extend(self.workload.children[node])

    def _pass_hubs(self, finished: Sequence[int]) -> None:
        """Look again at tables that miss no parent any more."""
        todo = list(finished)
        while todo:
            for child in self.workload.children[todo.pop()]:
                self.pending[child] -= 1
                if self.pending[child] or self.gone[child]:
                    continue
                if child >= self.count:
                    self.gone[child] = True
                    todo.append(child)
                else:
                    self._push(child)

    def _push(self, at: int) -> None:
        closure = self._closure(at)
        if closure:
            heappush(self.heap, (-self._density(closure), self.depths[at], at))

    def _closure(self, at: int) -> list[int]:
        """A table and its missing parents, empty if there are too many edges to look at."""
        found = [at]
        if self.pending[at] == 0:
            return found
        seen = {at}
        edges = 0
        for node in found:  # grows by the parents that are met
            above = self.parents[node]
            edges += len(above)
            if edges > self.limit:
                return []
            for parent in above:
                if not self.gone[parent] and parent not in seen:
                    seen.add(parent)
                    found.append(parent)
        return [node for node in found if node < self.count]

    def _density(self, tables: Sequence[int]) -> int:
        """Value for each byte, as an integer fine enough that only equal ones are equal."""
        value = sum([self.values[at] for at in tables])
        return (value << 64) // max(1, sum([self.sizes[at] for at in tables]))


def _parents(workload: Workload) -> list[list[int]]:
    parents: list[list[int]] = [[] for _ in workload.children]
    for node, children in enumerate(workload.children):
        for child in children:
            parents[child].append(node)
    return parents


def _depths(workload: Workload) -> list[int]:
    """By node: how many tables and hubs the longest chain above it has."""
    depths = [0] * len(workload.children)
    for node in workload.order:
        for child in workload.children[node]:
            depths[child] = max(depths[child], depths[node] + 1)
    return depths
