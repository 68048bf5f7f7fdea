"""What a manifest and a policy mean: classes, limits, costs, and what cannot be planned.

Tables go by number, in the order of their names; bytes, bytes/s, microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple, TypeVar

from stowplan.model import (
    Bandwidth,
    Chunk,
    Disk,
    Manifest,
    Memory,
    Placement,
    Policy,
    PriorityClass,
    Resource,
    ResourceRule,
    Rule,
    Streams,
    Throughput,
    Window,
)
from stowplan.patterns import Names

from .class_facts import Classes, classes_of
from .cost_facts import Cost, Figures, cost_of, figures_of, fits
from .edges import Edges, edges_of

_R = TypeVar("_R", bound=Resource)
_STRENGTH = {placement: strength for strength, placement in enumerate(Placement)}


class NothingToPlanAgainstError(ValueError):
    """A policy that leaves nothing to plan against."""


class WindowFacts(NamedTuple):
    """A window with everything that it inherits filled in; `usable` is the time for a plan."""

    window: Window
    rate: int
    streams: int
    usable: int

    @property
    def name(self) -> str:
        """Its name."""
        return self.window.name

    def accepts(self, classes: Classes, table: int) -> bool:
        """Whether it takes a table: by its own class, or by the one that it is promoted to."""
        named = {classes.own[table], classes.effective[table]}
        return self.window.accepts is None or not named.isdisjoint(self.window.accepts)


class Facts:
    """A manifest under a policy; `night` is the window that was asked for, None for the first.

    Windows before it are over, and what classes leave to the follow-up is wanted now. Raises
    NothingToPlanAgainstError.
    """

    def __init__(
        self,
        manifest: Manifest,
        policy: Policy,
        where: Mapping[str, frozenset[str]],
        night: str | None = None,
    ) -> None:
        self.manifest, self.policy, self.where = manifest, policy, where
        by_name = {table.name: table for table in manifest.tables}
        self.names = sorted(by_name)
        self.tables = [by_name[name] for name in self.names]
        self.index = {name: at for at, name in enumerate(self.names)}
        self.listed = Names(self.names)
        present = manifest.present
        self.known = Names([*self.names, *present]) if present else self.listed
        self.night = night
        self.bandwidth = self._first(Bandwidth)
        self.memory = self._first(Memory)
        self.disk = self._first(Disk)
        self.usable_memory = None if self.memory is None else self.memory.usable
        streams = self._first(Streams)
        self.streams = 1 if streams is None else streams.limit
        self.windows = self._windows()
        self.main = self.windows[0]
        self.edges: Edges = edges_of(manifest, policy, where, self.index, self.known)
        self.classes: Classes = classes_of(self)
        self.figures: Figures = figures_of(self)
        self._costs: dict[int, list[Cost]] = {}

    def _first(self, kind: type[_R]) -> _R | None:
        rules = (rule.resource for rule in self.policy.rules if isinstance(rule, ResourceRule))
        return next((resource for resource in rules if isinstance(resource, kind)), None)

    def chosen(self, rule: Rule, names: Names) -> frozenset[str]:
        """The tables that a rule selects of these."""
        if rule.id in self.where:
            return self.where[rule.id]
        return names.selected(rule.tables) if rule.tables else frozenset(self.listed.sorted)

    def _windows(self) -> list[WindowFacts]:
        """The windows that have a duration, a rate and streams; of two with one name the first."""
        found: dict[str, Window] = {}
        for rule in self._resources():
            if isinstance(rule.resource, Window) and not rule.packed:
                found.setdefault(rule.resource.name, rule.resource)
        names = [*found]
        if self.night is not None and self.night not in found:
            raise NothingToPlanAgainstError("the policy has no window of that name")
        first = 0 if self.night is None else names.index(self.night)
        windows = [self._settled(found[name]) for name in names[first:]]
        if not windows or not _is_open(windows[0]):
            raise NothingToPlanAgainstError("the policy states no window or no bandwidth")
        if any(_is_nothing(rule.resource) for rule in self._resources()):
            raise NothingToPlanAgainstError("the policy sets a chunk or a rate to zero")
        return [window for window in windows if _is_open(window)]

    def _resources(self) -> list[ResourceRule]:
        return [rule for rule in self.policy.rules if isinstance(rule, ResourceRule)]

    def _settled(self, window: Window) -> WindowFacts:
        target = self.bandwidth.target if self.bandwidth else 0
        rate = target if window.bandwidth is None else window.bandwidth
        streams = self.streams if window.streams is None else window.streams
        return WindowFacts(window, rate, streams, window.usable_us)

    @cached_property
    def class_order(self) -> list[PriorityClass]:
        """The classes, strongest first; for a night asked for, follow-up ones are preferred."""
        classes = list(self.policy.classes)
        if self.night is not None:
            classes = [
                entry._replace(placement=Placement.PREFERRED)
                if entry.placement is Placement.FOLLOW_UP
                else entry
                for entry in classes
            ]
        return sorted(classes, key=lambda entry: _STRENGTH[entry.placement])

    def cost(self, table: int, streams: int) -> Cost:
        """What a table costs in a window with so many streams."""
        return self.costs(streams)[table]

    def costs(self, streams: int) -> list[Cost]:
        """What every table costs in a window with so many streams."""
        if streams not in self._costs:
            memory = self.usable_memory
            ceiling = None if memory is None else memory // (2 * streams)
            both = zip(self.tables, self.figures, strict=True)
            self._costs[streams] = [cost_of(table, figures, ceiling) for table, figures in both]
        return self._costs[streams]

    def alone(self, table: int, window: WindowFacts) -> int:
        """How long a table takes in a window by itself."""
        return self.cost(table, window.streams).alone(window.rate)

    def fits_memory(self, table: int, streams: int) -> bool:
        """Whether a stream's share of the memory holds two of the table's largest rows."""
        return self.usable_memory is None or fits(self.tables[table], self.usable_memory, streams)

    @cached_property
    def excluded(self) -> frozenset[int]:
        """The tables that never move."""
        placement = self.classes.placement
        tables = range(len(placement))
        return frozenset(at for at in tables if placement[at] is Placement.EXCLUDED)

    @cached_property
    def blocked(self) -> frozenset[int]:
        """The tables that cannot be planned: something is in their way, or in a parent's."""
        placement, excluded = self.classes.placement, self.excluded
        todo = [
            at
            for at in range(len(self.names))
            if at not in excluded
            and (
                at in self.edges.cyclic
                or at in self.edges.missing
                or placement[at] is None
                or (self.memory is not None and not self.fits_memory(at, self.main.streams))
            )
        ]
        found = set(todo)
        while todo:
            for child in self.edges.children[todo.pop()]:
                if child not in found and child not in excluded:
                    found.add(child)
                    todo.append(child)
        return frozenset(node for node in found if node < len(self.names))


def _is_open(window: WindowFacts) -> bool:
    return bool(window.rate and window.streams and window.window.duration_us)


def _is_nothing(resource: Resource) -> bool:
    if isinstance(resource, Throughput):
        rates = (resource.rate, resource.rows_per_second, resource.index_rate, resource.verify_rate)
        return 0 in rates
    return isinstance(resource, Chunk) and resource.size == 0
