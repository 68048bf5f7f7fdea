"""Which class every table is in: the rules' own word, and then promotion by its children."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stowplan.conditions.selection import Selections
from stowplan.graph import DependencyGraph
from stowplan.model import (
    ClassedTable,
    Placement,
    Policy,
    PriorityClass,
    PriorityRule,
    Table,
)


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of each table, by the graph's numbers, and which priority rules placed any.

    `ranks` are positions in `order` (0 is the strongest), None where nothing classifies a table.
    """

    order: tuple[PriorityClass, ...]
    tables: tuple[ClassedTable, ...]
    ranks: tuple[int | None, ...]
    winners: frozenset[str]

    def placement(self, table: int) -> Placement | None:
        """The placement of a table's effective class."""
        rank = self.ranks[table]
        return None if rank is None else self.order[rank].placement


def classify(
    tables: Sequence[Table], policy: Policy, graph: DependencyGraph, selections: Selections
) -> Classification:
    """Class every table: the first priority rule that matches, else its own priority; promote."""
    rank_of = {entry.name: rank for rank, entry in enumerate(policy.classes)}
    decided_by = _first_rules(policy, selections)
    own: list[int | None] = []
    for table in tables:
        rule = decided_by.get(table.name)
        own.append(rank_of.get((rule.class_name if rule else table.priority) or ""))
    ranks, lifted_by = promote(own, policy.classes, graph)
    classed = tuple(
        ClassedTable(
            class_name=_class_name(policy.classes, own[i]),
            rule=rule.id if (rule := decided_by.get(table.name)) else None,
            effective=_class_name(policy.classes, ranks[i]),
            lifted_by=None if (child := lifted_by[i]) is None else graph.names[child],
        )
        for i, table in enumerate(tables)
    )
    winners = frozenset(rule.id for rule in decided_by.values())
    return Classification(policy.classes, classed, tuple(ranks), winners)


def _first_rules(policy: Policy, selections: Selections) -> dict[str, PriorityRule]:
    """For each table the first priority rule that selects it."""
    first: dict[str, PriorityRule] = {}
    for rule in policy.rules:
        if isinstance(rule, PriorityRule):
            for name in selections.of(rule):
                first.setdefault(name, rule)
    return first


def _class_name(classes: Sequence[PriorityClass], rank: int | None) -> str | None:
    return None if rank is None else classes[rank].name


def lifts(child: PriorityClass, parent: PriorityClass | None) -> bool:
    """Whether a child of one class takes a parent of a weaker one (None: unclassified) along.

    A required child lifts any parent. A preferred or optional child does not pull a parent out of
    the follow-up: it is deferred with it. An excluded child moves nothing.
    """
    if child.placement is Placement.EXCLUDED:
        return False
    if parent is None or child.placement is Placement.REQUIRED:
        return True
    return parent.placement in (child.placement, Placement.PREFERRED, Placement.OPTIONAL)


def promote(
    own: Sequence[int | None], classes: Sequence[PriorityClass], graph: DependencyGraph
) -> tuple[list[int | None], list[int | None]]:
    """Effective ranks by table, and the child that lifted each promoted one.

    From the strongest class to the weakest, parents are reached from their children, so that every
    table is lifted once, by the strongest class that may. Cycles are no obstacle; linear.
    """
    ranks = list(own)
    lifted_by: list[int | None] = [None] * graph.size
    hubs_seen: set[tuple[int, Placement]] = set()
    members: list[list[int]] = [[] for _ in classes]
    for table, rank in enumerate(own):
        if rank is not None:
            members[rank].append(table)
    for rank, entry in enumerate(classes):
        queue = deque(table for table in members[rank] if ranks[table] == rank)
        while queue:
            child = queue.popleft()
            for parent in _reached(child, graph, entry.placement, hubs_seen):
                held = ranks[parent]
                weaker = held is None or held > rank
                if weaker and lifts(entry, None if held is None else classes[held]):
                    ranks[parent], lifted_by[parent] = rank, child
                    queue.append(parent)
    return ranks, lifted_by


def _reached(
    child: int, graph: DependencyGraph, placement: Placement, hubs_seen: set[tuple[int, Placement]]
) -> Iterable[int]:
    """A child's parent tables; a hub is opened once for each placement."""
    above = graph.parents[child]
    if not above or above[-1] < graph.size:
        return above
    return _opened(above, graph, placement, hubs_seen)


def _opened(
    above: Sequence[int],
    graph: DependencyGraph,
    placement: Placement,
    hubs_seen: set[tuple[int, Placement]],
) -> Iterable[int]:
    for node in above:
        if node < graph.size:
            yield node
        elif (node, placement) not in hubs_seen:
            hubs_seen.add((node, placement))
            yield from graph.parents[node]
