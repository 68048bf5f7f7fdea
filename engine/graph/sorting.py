"""The graph's adjacency, its order, and its strongly connected components.

NetworkX is imported only for a graph with cycles: that takes as long as the rest of a small lint's
start. Without any, the standard library sorts it in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

Neighbours = tuple[tuple[int, ...], ...]
Groups = tuple[tuple[int, ...], ...]


class Sorting(NamedTuple):
    """Neighbours by node (sorted), and all nodes in topological order of the condensation.

    `groups` holds the strongly connected components in that order; nearly all are single nodes.
    """

    parents: Neighbours
    children: Neighbours
    groups: Groups


def sort_nodes(size: int, edges: Iterable[tuple[int, int]]) -> Sorting:
    """Sort the nodes 0 … size-1; `edges` are (parent, child) in a determinate order."""
    above: list[dict[int, None]] = [{} for _ in range(size)]  # each parent once
    for parent, child in edges:
        above[child][parent] = None
    parents = tuple(tuple(sorted(some)) for some in above)
    children = _reversed(parents)
    try:
        groups = _single_groups(above)
    except CycleError:
        groups = _condensed_groups(children)
    return Sorting(parents, children, groups)


def _single_groups(above: Iterable[Iterable[int]]) -> Groups:
    """Each node by itself, in topological order. Raises CycleError."""
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for node, parents in enumerate(above):
        sorter.add(node, *parents)
    return tuple((node,) for node in sorter.static_order())


def _reversed(parents: Neighbours) -> Neighbours:
    children: list[list[int]] = [[] for _ in parents]
    for child, above in enumerate(parents):
        for parent in above:
            children[parent].append(child)
    return tuple(tuple(below) for below in children)


def _condensed_groups(children: Neighbours) -> Groups:
    """Sort a graph with cycles; each component stands under its least node."""
    import networkx as nx  # noqa: PLC0415

    edges = [(parent, child) for parent, below in enumerate(children) for child in below]
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(children)))
    graph.add_edges_from(edges)
    lead = list(range(len(children)))
    members: dict[int, tuple[int, ...]] = {}
    for component in nx.strongly_connected_components(graph):
        group = tuple(sorted(component))
        members[group[0]] = group
        for node in group:
            lead[node] = group[0]
    graph.clear()  # its views refer back to it, and a command collects no cycles
    condensation: nx.DiGraph[int] = nx.DiGraph()
    condensation.add_nodes_from(sorted(members))
    condensation.add_edges_from(
        (lead[parent], lead[child]) for parent, child in edges if lead[parent] != lead[child]
    )
    return tuple(members[node] for node in nx.topological_sort(condensation))
