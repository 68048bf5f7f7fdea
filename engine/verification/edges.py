"""Who must come before whom, worked out from the manifest and the dependency rules.

Nodes 0 … n-1 are the tables in the order of their names. A rule that puts k tables before m others
gets a node of its own where that makes fewer edges (k + m instead of k * m).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from stowplan.model import DependencyRule, Direction, Manifest, Policy
from stowplan.patterns import Names

from .cycles import cyclic_nodes

Sides = tuple[frozenset[str], frozenset[str]]
"""Children and parents."""


class Edges(NamedTuple):
    """The graph: neighbours by node, what lies in cycles, and who lacks which parents.

    `tables` of the nodes are tables. `order` has all nodes that are in no cycle and below none,
    parents first.
    """

    tables: int
    parents: list[list[int]]
    children: list[list[int]]
    order: list[int]
    cyclic: frozenset[int]
    missing: Mapping[int, frozenset[str]]


def edges_of(
    manifest: Manifest,
    policy: Policy,
    where: Mapping[str, frozenset[str]],
    index: Mapping[str, int],
    known: Names,
) -> Edges:
    """All edges that hold; `where` has what conditions select, `known` are all listed or there."""
    stated = [(child, parent) for child, parent, _ in manifest.dependencies if child != parent]
    rules = [rule for rule in policy.rules if isinstance(rule, DependencyRule)]
    removing = [rule for rule in rules if rule.direction is Direction.NOT_AFTER]
    # What takes an edge away may also mean a parent that is missing.
    mentioned = Names([*known.sorted, *(parent for _, parent in stated)]) if removing else known
    removed = [_sides(rule, where, mentioned) for rule in removing]
    kept = _kept(stated, removed)
    there = frozenset(known.sorted)
    pairs: set[tuple[int, int]] = set()
    lacking: dict[int, set[str]] = defaultdict(set)
    for child, parent in kept:
        at, over = index.get(child), index.get(parent)
        if at is not None and over is not None:
            pairs.add((at, over))
        elif at is not None and parent not in there:
            lacking[at].add(parent)
    missing = {child: frozenset(parents) for child, parents in lacking.items()}
    blocks: list[tuple[list[int], list[int]]] = []
    for rule in rules:
        if rule.direction is not Direction.NOT_AFTER:
            for below, above in _cut(_sides(rule, where, known), removed):
                children = sorted(index[name] for name in below if name in index)
                parents = sorted(index[name] for name in above if name in index)
                if len(children) * len(parents) > len(children) + len(parents):
                    blocks.append((children, parents))
                else:
                    pairs |= {(c, p) for c in children for p in parents}
    return _graph(len(index), pairs, blocks, missing)


def _sides(rule: DependencyRule, where: Mapping[str, frozenset[str]], names: Names) -> Sides:
    """A rule's children and parents; one that adds edges makes none between its own tables."""
    own = where[rule.id] if rule.id in where else names.selected(rule.tables)
    others = names.selected(rule.others)
    if rule.direction is not Direction.NOT_AFTER:
        others -= own
    return (others, own) if rule.direction is Direction.BEFORE else (own, others)


def _kept(pairs: Iterable[tuple[str, str]], removed: Sequence[Sides]) -> Iterable[tuple[str, str]]:
    """The pairs that no `not_after` takes away."""
    by_child: dict[str, list[frozenset[str]]] = defaultdict(list)
    for children, parents in removed:
        for child in children:
            by_child[child].append(parents)
    if not by_child:
        return pairs
    return [(c, p) for c, p in pairs if not any(p in gone for gone in by_child.get(c, ()))]


def _cut(sides: Sides, removed: Sequence[Sides]) -> Iterator[Sides]:
    """What is left of a rule's pairs: its children in groups that lost the same parents."""
    children, parents = sides
    lost: dict[str, list[int]] = defaultdict(list)
    for number, (below, above) in enumerate(removed):
        if not parents.isdisjoint(above):
            for child in children & below:
                lost[child].append(number)
    groups: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for child in children:
        groups[tuple(lost.get(child, ()))].add(child)
    for numbers in sorted(groups):
        left = parents.difference(*(removed[number][1] for number in numbers))
        if left:
            yield frozenset(groups[numbers]), left


def _graph(
    size: int,
    pairs: Iterable[tuple[int, int]],
    blocks: Sequence[tuple[list[int], list[int]]],
    missing: Mapping[int, frozenset[str]],
) -> Edges:
    count = size + len(blocks)
    parents: list[list[int]] = [[] for _ in range(count)]
    children: list[list[int]] = [[] for _ in range(count)]
    for child, parent in pairs:
        parents[child].append(parent)
        children[parent].append(child)
    for node, (below, above) in enumerate(blocks, start=size):
        parents[node], children[node] = above, below
        for parent in above:
            children[parent].append(node)
        for child in below:
            parents[child].append(node)
    order = _peeled(parents, children)
    rest = frozenset(range(count)).difference(order) if len(order) < count else frozenset()
    return Edges(size, parents, children, order, cyclic_nodes(rest, children), missing)


def _peeled(parents: Sequence[Sequence[int]], children: Sequence[Sequence[int]]) -> list[int]:
    """All nodes that are in no cycle and below none, parents first."""
    waiting = [*map(len, parents)]
    order = [node for node, count in enumerate(waiting) if not count]
    for node in order:  # grows
        for child in children[node]:
            waiting[child] -= 1
            if not waiting[child]:
                order.append(child)
    return order
