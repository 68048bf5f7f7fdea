"""Manifest edges that other manifest edges imply."""

from __future__ import annotations

from stowplan.model import Dependency, Manifest

from .dependencies import DependencyGraph

VISITS_PER_EDGE = 20
"""The search may look at this many edges for each node and edge of the graph, all in all."""


def implied_edges(
    graph: DependencyGraph, manifest: Manifest
) -> tuple[tuple[Dependency, ...], bool]:
    """Find the dependencies that a longer path of manifest edges implies, in the manifest's order.

    Edges inside a strongly connected component are neither reported nor walked. The flag says that
    the bound was hit: what is reported is then true but not all there is.
    """
    above = _stated_parents(graph)
    left = VISITS_PER_EDGE * (len(above) + sum(map(len, above)))
    implied: set[tuple[int, int]] = set()
    for child, parents in enumerate(above):
        if len(parents) > 1:
            found, visits = _implied_parents(above, graph.phases, child, left)
            implied.update((child, parent) for parent in found)
            left -= visits
            if left <= 0:
                break
    return _statements(graph, manifest, implied), left <= 0


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
    lowest = min(phases[parent] for parent in wanted)
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
