"""Manifest edges that other manifest edges imply."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Dependency, Manifest

from .dependencies import DependencyGraph
from .reach import BLOCK, members

VISITS_PER_EDGE = 20
"""The search may look at this many edges for each node and edge of the graph, all in all."""
FIRST_VISITS_PER_EDGE = 2
"""Most manifests are searched within this, for each block of tables; for those that are not, sets
of tables cost less."""
IN_SETS = VISITS_PER_EDGE * BLOCK
"""Tables up to which they do."""


def implied_edges(
    graph: DependencyGraph, manifest: Manifest
) -> tuple[tuple[Dependency, ...], bool]:
    """Find the dependencies that a longer path of manifest edges implies, in the manifest's order.

    Edges inside a strongly connected component are neither reported nor walked. The flag says that
    the bound was hit: what is reported is then true but not all there is.
    """
    above = _stated_parents(graph)
    size = len(above) + sum(map(len, above))
    blocks = -(-graph.size // BLOCK)
    implied, bounded = _searched(graph, above, FIRST_VISITS_PER_EDGE * blocks * size)
    if bounded and graph.size <= IN_SETS:
        implied, bounded = _by_sets(graph, above), False
    elif bounded:
        implied, bounded = _searched(graph, above, VISITS_PER_EDGE * size)
    return _statements(graph, manifest, implied), bounded


def _searched(
    graph: DependencyGraph, above: list[list[int]], limit: int
) -> tuple[set[tuple[int, int]], bool]:
    """The implied (child, parent) pairs that a walk from each child finds, and whether it ended."""
    left = limit
    implied: set[tuple[int, int]] = set()
    for child, parents in enumerate(above):
        if len(parents) > 1:
            found, visits = _implied_parents(above, graph.phases, child, left)
            implied.update((child, parent) for parent in found)
            left -= visits
            if left <= 0:
                break
    return implied, left <= 0


def _by_sets(graph: DependencyGraph, above: list[list[int]]) -> set[tuple[int, int]]:
    """All implied pairs: an edge costs one union of sets for each block of tables."""
    order = [node for node in graph.order if node < graph.size]
    return {
        pair for first in range(0, graph.size, BLOCK) for pair in _implied_in(above, order, first)
    }


def _implied_in(above: list[list[int]], order: list[int], first: int) -> Iterator[tuple[int, int]]:
    """The implied pairs whose parent is in one block: another parent of the child is below it."""
    bits = [0] * len(above)
    for number in range(first, min(first + BLOCK, len(above))):
        bits[number] = 1 << (number - first)
    reached = [0] * len(above)
    for child in order:
        over = own = 0
        for parent in above[child]:
            over |= reached[parent]
            own |= bits[parent]
        reached[child] = over | own
        if over & own:
            yield from ((child, first + parent) for parent in members(over & own))


def _stated_parents(graph: DependencyGraph) -> list[list[int]]:
    """By table, its parents in other components as the manifest states them."""
    component = graph.component_of
    return [
        [
            parent
            for parent in graph.parents[child]
            if parent < graph.size
            and (child, parent) not in graph.made
            and component.get(parent, -1) != component.get(child, -2)
        ]
        for child in range(graph.size)
    ]


def _implied_parents(
    above: list[list[int]], phases: tuple[int, ...], child: int, limit: int
) -> tuple[set[int], int]:
    """The child's parents that are above another of its parents, and the edges looked at.

    Every walked edge leads to a lower phase, so nothing below the lowest parent needs a look.
    """
    wanted = set(above[child])
    lowest = min([phases[parent] for parent in wanted])
    stack = [parent for parent in above[child] if phases[parent] > lowest]
    seen = set(stack)
    found: set[int] = set()
    visits = 0
    while stack and visits < limit and len(found) < len(wanted) - 1:
        node = stack.pop()
        visits += len(above[node]) + 1
        for parent in above[node]:
            if parent in wanted:
                found.add(parent)
            if parent not in seen and phases[parent] > lowest:
                seen.add(parent)
                stack.append(parent)
    return found, visits


def _statements(
    graph: DependencyGraph, manifest: Manifest, implied: set[tuple[int, int]]
) -> tuple[Dependency, ...]:
    names = {(graph.names[child], graph.names[parent]) for child, parent in implied}
    told: dict[tuple[str, str], Dependency] = {}
    for dependency in manifest.dependencies if names else ():
        pair = (dependency.child, dependency.parent)
        if pair in names:
            told.setdefault(pair, dependency)
    return tuple(told.values())
