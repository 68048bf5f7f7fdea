"""The graph's adjacency, its order, and its strongly connected components.

NetworkX is imported only for a graph with cycles: that takes as long as the rest of a small lint's
start. Without any, one walk sorts it in the same order (in a third of the time of `graphlib`, which
is a tenth of a large lint).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
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
    """Sort the nodes 0 … size-1; `edges` are (parent, child), in whatever order."""
    above: list[list[int]] = [[] for _ in range(size)]
    for parent, child in edges:
        above[child].append(parent)
    parents = tuple([tuple(sorted(set(some))) for some in above])
    children = _reversed(parents)
    order = _order(parents, children)
    has_cycle = len(order) < size
    groups = _condensed_groups(children) if has_cycle else tuple([(node,) for node in order])
    return Sorting(parents, children, groups)


def _order(parents: Neighbours, children: Neighbours) -> list[int]:
    """The nodes in topological order, but for those in a cycle or below one.

    First those without parents, in the order in which the nodes and their parents name them; then
    each as soon as its last parent has gone.
    """
    waits = [*map(len, parents)]
    named = dict.fromkeys(chain.from_iterable((node, *some) for node, some in enumerate(parents)))
    order = [node for node in named if not waits[node]]
    for node in order:  # grows by those whose parents have all gone
        for child in children[node]:
            waits[child] -= 1
            if not waits[child]:
                order.append(child)
    return order


def _reversed(parents: Neighbours) -> Neighbours:
    children: list[list[int]] = [[] for _ in parents]
    for child, above in enumerate(parents):
        for parent in above:
            children[parent].append(child)
    return tuple(map(tuple, children))


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
