"""NetworkX at its job: the graph's adjacency, its strongly connected components, its order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import networkx as nx

Neighbours = tuple[tuple[int, ...], ...]


class Sorting(NamedTuple):
    """Neighbours by node (sorted), and all nodes in topological order of the condensation.

    `groups` holds the strongly connected components in that order; nearly all are single nodes.
    """

    parents: Neighbours
    children: Neighbours
    groups: tuple[tuple[int, ...], ...]


def sort_nodes(size: int, edges: Iterable[tuple[int, int]]) -> Sorting:
    """Sort the nodes 0 … size-1; `edges` are (parent, child) in a determinate order."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(edges)
    children = tuple(tuple(sorted(below)) for _, below in graph.adjacency())
    try:
        groups = _single_groups(graph)
    except nx.NetworkXUnfeasible:
        groups = _condensed_groups(graph, children)
    graph.clear()  # its views refer back to it, and a command collects no cycles
    return Sorting(_reversed(children), children, groups)


def _single_groups(graph: nx.DiGraph[int]) -> tuple[tuple[int, ...], ...]:
    return tuple((node,) for node in nx.topological_sort(graph))


def _reversed(children: Neighbours) -> Neighbours:
    parents: list[list[int]] = [[] for _ in children]
    for parent, below in enumerate(children):
        for child in below:
            parents[child].append(parent)
    return tuple(tuple(above) for above in parents)


def _condensed_groups(graph: nx.DiGraph[int], children: Neighbours) -> tuple[tuple[int, ...], ...]:
    """Sort a graph with cycles; each component stands under its least node."""
    lead = list(range(len(children)))
    members: dict[int, tuple[int, ...]] = {}
    for component in nx.strongly_connected_components(graph):
        group = tuple(sorted(component))
        members[group[0]] = group
        for node in group:
            lead[node] = group[0]
    condensation: nx.DiGraph[int] = nx.DiGraph()
    condensation.add_nodes_from(sorted(members))
    condensation.add_edges_from(
        (lead[parent], lead[child])
        for parent, below in enumerate(children)
        for child in below
        if lead[parent] != lead[child]
    )
    return tuple(members[node] for node in nx.topological_sort(condensation))
