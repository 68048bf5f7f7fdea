"""A table's dependencies: direct parents and children, who made each edge and who removed some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from stowplan.graph import DependencyGraph, explain_cycle
from stowplan.model import (
    MANIFEST_ORIGIN,
    DependencyRule,
    Direction,
    Place,
    Span,
)
from stowplan.patterns import Names
from stowplan.planning.edges import dependency_graph
from stowplan.planning.groundwork import Groundwork

from .evidence import Evidence


class Neighbour(NamedTuple):
    """A direct parent or child, who made the edge (`manifest` or a rule's id), and where.

    `state` is listed, present (at the destination already) or missing.
    """

    name: str
    origin: str
    span: Span
    state: str = "listed"


class Removed(NamedTuple):
    """An edge that a rule took away, and who had made it."""

    child: str
    parent: str
    origin: str


class EdgeRuleRow(NamedTuple):
    """A dependency rule that has to do with the table.

    `made` and `restated` are (child, parent) pairs: those that it is the first to make, and those
    that the manifest or an earlier rule has already.
    """

    rule: DependencyRule
    span: Span
    made: tuple[tuple[str, str], ...]
    restated: tuple[tuple[str, str], ...]
    removed: tuple[Removed, ...]


class Circle(NamedTuple):
    """The cycle that a table is in: its group, and a shortest way round as (child, parent, origin).

    `open` has the fewest edges found whose removal opens it.
    """

    group: tuple[str, ...]
    edges: tuple[tuple[str, str, str], ...]
    open: tuple[tuple[str, str], ...]


class Edges(NamedTuple):
    """All that is known of a table's edges; `cycle` is None where it is in none."""

    phase: int
    parents: tuple[Neighbour, ...]
    children: tuple[Neighbour, ...]
    rules: tuple[EdgeRuleRow, ...]
    cycle: Circle | None


def table_edges(evidence: Evidence, number: int) -> Edges:
    """A table's direct edges and the rules that changed them."""
    ground = evidence.ground
    origins = _Origins(evidence)
    return Edges(
        ground.graph.phases[number],
        tuple(sorted([*origins.parents(number), *origins.unlisted(number)], key=_by_name)),
        tuple(origins.children(number)),
        tuple(_rules(evidence, number)),
        circle(ground.graph, number),
    )


def _by_name(neighbour: Neighbour) -> str:
    return neighbour.name


def circle(graph: DependencyGraph, number: int) -> Circle | None:
    """The cycle that a table is in."""
    if not graph.in_cycle(number):
        return None
    group = graph.components[graph.component_of[number]]
    found, names = explain_cycle(graph, group), graph.names
    return Circle(
        tuple(names[table] for table in group),
        tuple((names[e.child], names[e.parent], e.origin) for e in found.edges),
        tuple((names[child], names[parent]) for child, parent in found.open),
    )


class _Origins:
    """Where each edge is stated."""

    def __init__(self, evidence: Evidence) -> None:
        ground = evidence.ground
        self.evidence, self.graph = evidence, ground.graph
        self.manifest = ground.manifest
        self.stated = {(d.child, d.parent): d.path for d in reversed(ground.manifest.dependencies)}
        self.places = {rule.id: rule.place for rule in ground.policy.rules}

    def span(self, child: str, parent: str, origin: str) -> Span:
        """The manifest's statement, or the rule."""
        if origin == MANIFEST_ORIGIN:
            return self.evidence.locate(Place("", self.stated.get((child, parent), ())))
        return self.evidence.locate(self.places[origin])

    def parents(self, number: int) -> Iterator[Neighbour]:
        """The listed parents."""
        child = self.graph.names[number]
        for other in self.graph.table_parents(number):
            origin, parent = self.graph.origin(number, other) or "", self.graph.names[other]
            yield Neighbour(parent, origin, self.span(child, parent, origin))

    def children(self, number: int) -> Iterator[Neighbour]:
        """The listed children."""
        parent = self.graph.names[number]
        for other in self.graph.table_children(number):
            origin, child = self.graph.origin(other, number) or "", self.graph.names[other]
            yield Neighbour(child, origin, self.span(child, parent, origin))

    def unlisted(self, number: int) -> Iterator[Neighbour]:
        """Parents that are at the destination, or nowhere; no edges of the graph."""
        name, present = self.graph.names[number], frozenset(self.manifest.present)
        missing = {parent for child, parent, _ in self.graph.missing if child == name}
        stated = {parent for child, parent in self.stated if child == name}
        settled = {p for p in stated & present if p not in self.graph.position}
        for parent in missing | settled:
            state = "present" if parent in settled else "missing"
            span = self.span(name, parent, MANIFEST_ORIGIN)
            yield Neighbour(parent, MANIFEST_ORIGIN, span, state)


def _rules(evidence: Evidence, number: int) -> Iterator[EdgeRuleRow]:
    ground = evidence.ground
    rules = [rule for rule in ground.policy.rules if isinstance(rule, DependencyRule)]
    removing = any(rule.direction is Direction.NOT_AFTER for rule in rules)
    whole = _without_removals(ground) if removing else ground.graph
    now = frozenset(_pairs(ground.graph, number))
    gone = frozenset(_pairs(whole, number)) - now
    known = Names(name for pair in now | gone for name in pair)
    for rule in rules:
        row = EdgeRuleRow(rule, evidence.locate(rule.place), (), (), ())
        if rule.direction is Direction.NOT_AFTER:
            cut = sorted(_meant(rule, ground, gone, known))
            row = row._replace(removed=tuple(_removed(whole, pair) for pair in cut))
        else:
            meant = _meant(rule, ground, now, known)
            own = {pair for pair in meant if _origin(ground.graph, pair) == rule.id}
            restated = tuple(sorted(meant - own))
            row = row._replace(made=tuple(sorted(own)), restated=restated)
        if row.made or row.restated or row.removed:
            yield row


def _without_removals(ground: Groundwork) -> DependencyGraph:
    """The graph that there would be without any `not_after`."""
    kept = tuple(
        rule
        for rule in ground.policy.rules
        if not (isinstance(rule, DependencyRule) and rule.direction is Direction.NOT_AFTER)
    )
    return dependency_graph(ground.manifest, replace(ground.policy, rules=kept), ground.selections)


def _pairs(graph: DependencyGraph, number: int) -> Iterator[tuple[str, str]]:
    """A table's edges as (child, parent), those to missing parents among them."""
    own, names = graph.names[number], graph.names
    yield from ((own, missing.parent) for missing in graph.missing if missing.child == own)
    yield from ((own, names[parent]) for parent in graph.table_parents(number))
    yield from ((names[child], own) for child in graph.table_children(number))


def _origin(graph: DependencyGraph, pair: tuple[str, str]) -> str:
    child, parent = (graph.position.get(name) for name in pair)
    if child is None or parent is None:
        return MANIFEST_ORIGIN
    return graph.origin(child, parent) or ""


def _removed(whole: DependencyGraph, pair: tuple[str, str]) -> Removed:
    return Removed(*pair, _origin(whole, pair))


def _meant(
    rule: DependencyRule, ground: Groundwork, pairs: frozenset[tuple[str, str]], known: Names
) -> set[tuple[str, str]]:
    """Which (child, parent) pairs a rule means; one that adds edges never by a glob of its own."""
    own, others = ground.selections.of(rule, known), known.selected(rule.others)
    if rule.direction is not Direction.NOT_AFTER:
        others -= own
    before = rule.direction is Direction.BEFORE
    children, parents = (others, own) if before else (own, others)
    return {(child, parent) for child, parent in pairs if child in children and parent in parents}
