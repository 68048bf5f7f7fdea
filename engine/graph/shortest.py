"""The shortest cycle of a knot, counted in tables."""

from __future__ import annotations

from itertools import takewhile

from .dependencies import holds
from .knots import Effort, Knot


def shortest_cycle(knot: Knot, effort: Effort) -> tuple[list[int], bool]:
    """Find a shortest cycle, from child to parent, starting at its least table.

    [] if there is none. The flag says that no other is shorter. When the effort is spent the best
    found so far stands.
    """
    best = _two_cycle(knot, effort)
    for root in _roots(knot):
        if len(best) == 2:
            break
        if best and effort.left <= 0:
            return best, False
        found = _cycle_through(knot, root, len(best) or len(knot.up) + 1, effort)
        best = found or best
    return best, True


def _two_cycle(knot: Knot, effort: Effort) -> list[int]:
    """Two tables of which one depends directly on the other; most real cycles are such pairs."""
    for child in range(knot.tables):
        for parent in knot.up[child]:
            if effort.left <= 0 or parent >= knot.tables:
                break
            effort.spend(1 + len(knot.up[parent]) // 16)
            if _depends(knot, parent, child):
                return sorted((child, parent))
    return []


def _depends(knot: Knot, child: int, parent: int) -> bool:
    above = knot.up[child]
    hubs = takewhile(lambda node: node >= knot.tables, reversed(above))
    return holds(above, parent) or any(holds(knot.up[hub], parent) for hub in hubs)


def _roots(knot: Knot) -> list[int]:
    """Nodes of which every cycle has at least one: those with a choice of parents, hubs first.

    A cycle without such a node has no way out, so one node of it stands for it.
    """
    hubs = range(knot.tables, len(knot.up))
    branching = [n for n in (*hubs, *range(knot.tables)) if len(knot.up[n]) > 1]
    return branching + _closed_rings(knot)


def _closed_rings(knot: Knot) -> list[int]:
    rings: list[int] = []
    walked: dict[int, int] = {}
    for start in range(knot.tables):
        node = start
        while node not in walked and len(knot.up[node]) == 1:
            walked[node] = start
            node = knot.up[node][0]
        if walked.get(node) == start:
            rings.append(node)
    return rings


def _cycle_through(knot: Knot, root: int, shorter_than: int, effort: Effort) -> list[int]:
    """Breadth first from `root` to its parents, until it is met again.

    A node's depth is the number of tables on the way to it, itself included; a step to a hub adds
    none, so a hub joins the layer that is being read.
    """
    came = {root: root}
    layer = [root]
    depth = 1 if root < knot.tables else 0
    while layer and depth < shorter_than:
        following: list[int] = []
        for node in layer:  # hubs are appended to it while it is read
            effort.spend(len(knot.up[node]))
            for parent in knot.up[node]:
                if parent == root:
                    return _from_least(_way_back(came, node), knot.tables)
                if parent not in came:
                    came[parent] = node
                    (following if parent < knot.tables else layer).append(parent)
        layer = following
        depth += 1
    return []


def _way_back(came: dict[int, int], node: int) -> list[int]:
    way = [node]
    while came[node] != node:
        node = came[node]
        way.append(node)
    return way[::-1]


def _from_least(way: list[int], tables: int) -> list[int]:
    cycle = [node for node in way if node < tables]
    start = cycle.index(min(cycle))
    return cycle[start:] + cycle[:start]
