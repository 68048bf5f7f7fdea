"""The dependency graph as plain integers, for the many passes that follow."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from stowplan.model import MANIFEST_ORIGIN, DocPath, Manifest

from .removals import Block, EdgeRule, Removals
from .sorting import Sorting, sort_nodes
from .statements import MissingParent, read_manifest, rule_blocks


class Hub(NamedTuple):
    """A node that stands for all pairs of `parents` and `children`, table indices, of one rule."""

    rule: str
    parents: tuple[int, ...]
    children: tuple[int, ...]


@dataclass(frozen=True)
class DependencyGraph:
    """Who must come before whom.

    Nodes 0 … size-1 are the listed tables in the order of their names; node size+i is `hubs[i]`. A
    rule that puts k tables before m others costs k + m edges (k -> hub -> m) instead of k * m.

    - `parents`, `children`: sorted neighbours by node, hubs among them.
    - `made`: the direct (child, parent) edges that the manifest does not state, with their rule.
    - `components`: the strongly connected components of two or more tables, without their hubs;
      `component_of` leads from a node (hubs too) to its component's number.
    - `order`: all nodes, parents first; the members of a component stand side by side.
    - `phases`: by table, its longest-path level from 1; the tables of a component share one.
    - `missing`: dependencies on a parent that is neither listed nor present; `strays`: of a child
      that is neither; `self_references`: (table, path). None of these makes an edge.
    - `rule_pairs`: by rule id, the pairs that the rule has in the graph or restates; for
      `not_after`, the edges that it removed. 0: the rule has no effect.
    - `vacuous_removals`: by id of a `not_after` rule, the (child, parent) names for which there was
      nothing to remove; empty for rules of more than 1000 pairs.
    """

    names: tuple[str, ...]
    position: Mapping[str, int]
    parents: tuple[tuple[int, ...], ...]
    children: tuple[tuple[int, ...], ...]
    hubs: tuple[Hub, ...]
    made: Mapping[tuple[int, int], str]
    components: tuple[tuple[int, ...], ...]
    component_of: Mapping[int, int]
    order: tuple[int, ...]
    phases: tuple[int, ...]
    missing: tuple[MissingParent, ...]
    strays: tuple[MissingParent, ...]
    self_references: tuple[tuple[str, DocPath], ...]
    rule_pairs: Mapping[str, int]
    vacuous_removals: Mapping[str, tuple[tuple[str, str], ...]]

    @property
    def size(self) -> int:
        """The number of tables."""
        return len(self.names)

    def index(self, name: str) -> int:
        """Return the table's node; KeyError if the manifest does not list it."""
        return self.position[name]

    def table_parents(self, table: int) -> tuple[int, ...]:
        """Return the tables that must come directly before `table`, sorted."""
        return self._tables(self.parents, table)

    def table_children(self, table: int) -> tuple[int, ...]:
        """Return the tables that must come directly after `table`, sorted."""
        return self._tables(self.children, table)

    def states(self, child: int, parent: int) -> bool:
        """Whether the manifest itself states this dependency (and no rule removed it)."""
        return holds(self.parents[child], parent) and (child, parent) not in self.made

    def origin(self, child: int, parent: int) -> str | None:
        """Who made the edge: the manifest, else the first rule that did; None: no such edge."""
        if self.states(child, parent):
            return MANIFEST_ORIGIN
        rules = [self.hubs[hub - self.size].rule for hub in self._hubs_between(child, parent)]
        if (child, parent) in self.made:
            rules.append(self.made[child, parent])
        if len(rules) > 1:
            return next(rule for rule in self.rule_pairs if rule in rules)
        return rules[0] if rules else None

    def in_cycle(self, table: int) -> bool:
        """Whether the table is in a component of two or more."""
        return table in self.component_of

    def _tables(self, neighbours: Sequence[Sequence[int]], table: int) -> tuple[int, ...]:
        direct = neighbours[table]
        if not direct or direct[-1] < self.size:
            return tuple(direct)
        beyond = [neighbours[node] if node >= self.size else (node,) for node in direct]
        return tuple(sorted(set(chain.from_iterable(beyond))))

    def _hubs_between(self, child: int, parent: int) -> list[int]:
        return [
            node
            for node in self.parents[child]
            if node >= self.size and holds(self.parents[node], parent)
        ]


def holds(numbers: Sequence[int], number: int) -> bool:
    """Whether the sorted `numbers` hold this one."""
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number


def build(manifest: Manifest, rules: Sequence[EdgeRule] = ()) -> DependencyGraph:
    """Build the graph of the manifest's dependencies and the rules, given in load order."""
    names = tuple(sorted({table.name for table in manifest.tables}))
    position = {name: index for index, name in enumerate(names)}
    removals = Removals(rule for rule in rules if rule.removes)
    stated = read_manifest(manifest, position, removals)
    blocks = rule_blocks(rules, position, removals)
    made = _direct_edges(blocks, position, stated.pairs)
    hubs = _hubs(blocks, position)
    edges = _edges(len(names), chain(stated.pairs, made), hubs)
    sorting = sort_nodes(len(names) + len(hubs), edges)
    components = _components(sorting, len(names))
    return DependencyGraph(
        names=names,
        position=position,
        parents=sorting.parents,
        children=sorting.children,
        hubs=hubs,
        made=made,
        components=tuple(
            tuple(node for node in group if node < len(names)) for group in components
        ),
        component_of={node: i for i, group in enumerate(components) for node in group},
        order=tuple(chain.from_iterable(sorting.groups)),
        phases=_phases(sorting, len(names)),
        missing=stated.missing,
        strays=stated.strays,
        self_references=stated.self_references,
        rule_pairs=_rule_pairs(rules, blocks, removals),
        vacuous_removals=removals.vacuous(
            name for name in manifest.present if name not in position
        ),
    )


def _needs_hub(block: Block) -> bool:
    above, below = len(block.parents), len(block.children)
    return above * below > above + below


def _direct_edges(
    blocks: Iterable[Block], position: Mapping[str, int], stated: set[tuple[int, int]]
) -> dict[tuple[int, int], str]:
    made: dict[tuple[int, int], str] = {}
    for block in blocks:
        if _needs_hub(block):
            continue
        for child in block.children:
            for parent in block.parents:
                pair = position[child], position[parent]
                if pair not in stated:
                    made.setdefault(pair, block.rule)
    return made


def _hubs(blocks: Iterable[Block], position: Mapping[str, int]) -> tuple[Hub, ...]:
    return tuple(
        Hub(
            block.rule,
            tuple(sorted(position[name] for name in block.parents)),
            tuple(sorted(position[name] for name in block.children)),
        )
        for block in blocks
        if _needs_hub(block)
    )


def _edges(
    size: int, pairs: Iterable[tuple[int, int]], hubs: Sequence[Hub]
) -> Iterator[tuple[int, int]]:
    """All edges as (parent, child), in no particular order."""
    for child, parent in pairs:
        yield parent, child
    for node, hub in enumerate(hubs, start=size):
        for parent in hub.parents:
            yield parent, node
        for child in hub.children:
            yield node, child


def _components(sorting: Sorting, size: int) -> list[tuple[int, ...]]:
    """The groups of two or more nodes; a hub's two sides differ, so each holds two tables."""
    return sorted(group for group in sorting.groups if len(group) > 1 and group[0] < size)


def _phases(sorting: Sorting, size: int) -> tuple[int, ...]:
    """Levels in one pass; a hub passes its parents' level on."""
    levels = [0] * len(sorting.parents)
    for group in sorting.groups:
        # The group's own nodes are still at level 0 here, so only what lies above them counts.
        above = max([levels[p] for node in group for p in sorting.parents[node]], default=0)
        level = above + 1 if group[0] < size else above
        for node in group:
            levels[node] = level
    return tuple(levels[:size])


def _rule_pairs(
    rules: Iterable[EdgeRule], blocks: Iterable[Block], removals: Removals
) -> dict[str, int]:
    pairs = {rule.id: 0 for rule in rules} | removals.counts()
    for block in blocks:
        pairs[block.rule] += len(block.parents) * len(block.children)
    return pairs
