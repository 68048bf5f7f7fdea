"""Whether a conflict is still there without some of its members: really left out, and bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from stowplan.model import Capacity, Manifest, PlannedWindow, ResourceRule, Rule, Streams
from stowplan.planning.bounds import proven
from stowplan.planning.edges import dependency_graph
from stowplan.planning.groundwork import Groundwork, lay_groundwork
from stowplan.planning.workload import gather
from stowplan.units import LARGEST

from .elements import Terms

EACH_TRIED = 250
"""Of more tables than these it is not tried whether each is needed."""


class Trial(Protocol):
    """Decides whether terms conflict."""

    kind: str

    def ground(self, terms: Terms) -> Groundwork:
        """The groundwork of what the terms leave."""

    def holds(self, terms: Terms) -> bool:
        """Whether the conflict is still there."""


class _Grounds:
    """The groundwork of terms; the last one is kept, since neighbours often share it."""

    def __init__(self, ground: Groundwork) -> None:
        self._whole = ground
        self._key: tuple[object, object] = (frozenset(), frozenset())
        self._last = ground

    def ground(self, terms: Terms) -> Groundwork:
        """The groundwork without the rules and edges that the terms drop."""
        key = (terms.rules, terms.edges)
        if key != self._key:
            self._last, self._key = _without(self._whole, terms), key
        return self._last


def _without(whole: Groundwork, terms: Terms) -> Groundwork:
    kept = tuple(rule for rule in whole.policy.rules if rule.id not in terms.rules)
    policy = replace(whole.policy, rules=kept)
    manifest = _manifest_without(whole.manifest, terms)
    graph = dependency_graph(manifest, policy, whole.selections)
    return lay_groundwork(manifest, policy, graph, whole.selections)


def _manifest_without(manifest: Manifest, terms: Terms) -> Manifest:
    if not terms.edges:
        return manifest
    edges = (e for e in manifest.dependencies if (e.child, e.parent) not in terms.edges)
    return replace(manifest, dependencies=tuple(edges))


class LateTrial(_Grounds):
    """Whether the bound of some required tables is past a time."""

    kind = "late"

    def __init__(self, ground: Groundwork, has_us: int) -> None:
        super().__init__(ground)
        main = ground.assessment.main
        if main is None:
            raise ValueError("no window")
        self.main: PlannedWindow = main
        self.has_us = has_us

    def workload(self, terms: Terms) -> tuple[list[int], Groundwork, Capacity]:
        """The tables that are still required, and what there is for them."""
        ground = self.ground(terms)
        named = (ground.graph.index(name) for name in terms.tables)
        placement, blame = ground.classification.placement, ground.obstacles.blame
        chosen = [i for i in named if placement(i) == "required" and blame[i] is None]
        rate, streams = self.main.capacity
        rate = LARGEST if "bandwidth" in terms.free else rate
        streams = max(1, len(chosen)) if "streams" in terms.free else streams
        return chosen, ground, Capacity(rate, streams)

    def bound(self, terms: Terms) -> int:
        """The proven lower bound of what is left, in microseconds."""
        chosen, ground, capacity = self.workload(terms)
        demands = [cost.demand for cost in ground.costs]
        return proven(gather(chosen, ground.graph, demands, capacity))

    def holds(self, terms: Terms) -> bool:
        """Whether it is past the time."""
        return self.bound(terms) > self.has_us

    def fewest(self, names: Sequence[str]) -> tuple[tuple[str, ...], bool]:
        """As few of the tables as still conflict, and whether each was tried.

        Kept are those that a rule itself requires before promoted ones, and the largest: first the
        shortest run of them, then each is tried, the least first.
        """
        ground = self.ground(Terms(()))
        demands = [cost.demand for cost in ground.costs]
        index, classed = ground.graph.index, ground.classification.tables

        def rank(name: str) -> tuple[bool, int, str]:
            table = index(name)
            return classed[table].lifted_by is not None, -demands[table].size, name

        ordered = sorted(names, key=rank)
        low, high = 0, len(ordered)
        while high - low > 1:
            middle = (low + high) // 2
            enough = self.holds(Terms(tuple(ordered[:middle])))
            low, high = (low, middle) if enough else (middle, high)
        kept = ordered[:high]
        if high > EACH_TRIED:
            return tuple(kept), False
        for name in reversed(ordered[:high]):
            rest = [other for other in kept if other != name]
            if rest and self.holds(Terms(tuple(rest))):
                kept = rest
        return tuple(kept), True


class BlockedTrial(_Grounds):
    """Whether one table is still required, and still struck by a cause of the same kind."""

    kind = "blocked"

    def __init__(self, ground: Groundwork, table: int) -> None:
        super().__init__(ground)
        self._table = table
        self._kind = self._struck(ground)

    def ground(self, terms: Terms) -> Groundwork:
        """Without the rule for streams there is one."""
        if "streams" not in terms.free:
            return super().ground(terms)
        rules = {e.id for e in self._whole.policy.rules if _limits_streams(e)}
        return super().ground(terms._replace(rules=terms.rules | rules))

    def holds(self, terms: Terms) -> bool:
        """Whether it is."""
        ground = self.ground(terms)
        required = ground.classification.placement(self._table) == "required"
        return required and self._struck(ground) == self._kind

    def _struck(self, ground: Groundwork) -> str | None:
        """The kind of cause that strikes the table itself; None where none does."""
        blame = ground.obstacles.blame[self._table]
        cause = None if blame is None else ground.obstacles.causes[blame]
        name = ground.graph.names[self._table]
        return cause.kind if cause is not None and name in cause.roots else None


def _limits_streams(rule: Rule) -> bool:
    return isinstance(rule, ResourceRule) and isinstance(rule.resource, Streams)
