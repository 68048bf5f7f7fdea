"""Tables into windows: the main one with the required tables, then whatever fits, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from stowplan.model import (
    Demand,
    Placement,
    PlannedWindow,
    PriorityRule,
    Timing,
)

from .bounds import Chains, chains_of, tails_of
from .choosing import Choice, choose
from .classes import promote
from .costs import Cost, fits_memory
from .groundwork import Groundwork
from .improving import improve
from .ranking import Ranking
from .scheduling import last_finish, schedule
from .workload import Graph, Workload, gather


@dataclass(frozen=True, slots=True)
class Arrangement:
    """One window's tables with their timings, and what every table would cost in it.

    `ranking` is the order that was settled within the classes: timed again, the plan keeps it.
    """

    window: PlannedWindow
    timings: Mapping[int, Timing]
    costs: tuple[Cost, ...]
    ranking: Ranking = field(default_factory=Ranking)

    @property
    def makespan_us(self) -> int:
        """When the last table ends."""
        return last_finish(self.timings, self.timings)

    @property
    def demands(self) -> list[Demand]:
        """What every table demands in this window."""
        return [cost.demand for cost in self.costs]

    def chains(self, graph: Graph) -> Chains:
        """The chains of the tables in this window, at full rate."""
        return chains_of(self._workload(graph))

    def tails(self, graph: Graph) -> dict[int, int]:
        """For each table in this window the longest chain below it there, in microseconds."""
        return tails_of(self._workload(graph))

    def _workload(self, graph: Graph) -> Workload:
        return gather(self.timings, graph, self.demands, self.window.capacity)


def fill_main(ground: Groundwork, main: PlannedWindow) -> tuple[Arrangement, bool]:
    """The main window, and whether its required tables keep it.

    Required tables come first and are never left out. Where they keep the window, preferred and
    then optional tables take what is left; where they do not, nothing weaker is placed.
    """
    required = ground.placed(Placement.REQUIRED)
    classes = _levels(ground.classification.ranks, len(ground.policy.classes))
    costs = ground.costs_in(main)
    filling = _Filling(ground, main, classes, [cost.demand for cost in costs])
    ranking = filling.improved(required)
    optional = _welcome(ground, main)
    settled = filling.timed(required, ranking)
    kept = last_finish(settled, required) <= main.window.limit_us
    if not kept or ground.assessment.required_blocked:
        return Arrangement(main, settled, costs, ranking), False
    choice = filling.chosen(required, optional, frozenset(), ranking, settled)
    return Arrangement(main, choice.timings, costs, choice.ranking), True


def _welcome(ground: Groundwork, main: PlannedWindow) -> list[int]:
    """The preferred and optional tables that the main window accepts."""
    memory = ground.resources.usable_memory
    weaker = ground.placed(Placement.PREFERRED, Placement.OPTIONAL)
    return [table for table in weaker if accepted(ground, main, table, memory)]


def fill_follow_ups(ground: Groundwork, main: Arrangement) -> tuple[Arrangement, ...]:
    """The follow-up windows, in order; each takes what it accepts of what is left."""
    arranged: list[Arrangement] = []
    moved = frozenset(main.timings)
    memory = ground.resources.usable_memory
    waiting = [table for table in ground.movable() if table not in moved]
    for window in follow_ups(ground):
        welcome = [table for table in waiting if accepted(ground, window, table, memory)]
        costs = ground.costs_in(window)
        demands = [cost.demand for cost in costs]
        filling = _Filling(ground, window, promoted_levels(ground, welcome), demands)
        choice = filling.chosen((), welcome, moved, Ranking(), {})
        arranged.append(Arrangement(window, choice.timings, costs, choice.ranking))
        moved |= choice.tables
        waiting = [table for table in waiting if table not in choice.tables]
    return tuple(arranged)


def follow_ups(ground: Groundwork) -> Iterator[PlannedWindow]:
    """The windows after the main one that have a duration, a bandwidth and streams."""
    for window in ground.resources.windows[1:]:
        settled = ground.resources.settled(window)
        if settled is not None:
            yield settled


def accepted(
    ground: Groundwork, window: PlannedWindow, table: int, usable_memory: int | None
) -> bool:
    """Whether a window takes the table's class, and a stream of it could hold its rows."""
    if not fits_memory(ground.tables[table], usable_memory, window.capacity.streams):
        return False
    return ground.takes(window.window, table)


def _levels(ranks: Iterable[int | None], weakest: int) -> list[int]:
    return [weakest if rank is None else rank for rank in ranks]


def promoted_levels(ground: Groundwork, tables: Sequence[int]) -> list[int]:
    """Classes among some tables where a child takes all its parents along, whatever their class."""
    among = frozenset(tables)
    ranks = [
        rank if table in among else None for table, rank in enumerate(ground.classification.ranks)
    ]
    equal = [entry._replace(placement=Placement.REQUIRED) for entry in ground.policy.classes]
    lifted, _ = promote(ranks, equal, ground.graph)
    return _levels(lifted, len(equal))


class _Filling(NamedTuple):
    """One window while it is being filled."""

    ground: Groundwork
    window: PlannedWindow
    classes: Sequence[int]
    demands: Sequence[Demand]

    def improved(self, tables: Iterable[int]) -> Ranking:
        """The best order found of these tables."""
        return improve(tables, self.ground.graph, self.demands, self.classes, self.window.capacity)

    def timed(self, tables: Iterable[int], ranking: Ranking) -> Mapping[int, Timing]:
        """When each of these tables moves."""
        graph, capacity = self.ground.graph, self.window.capacity
        return schedule(tables, graph, self.demands, self.classes, capacity, ranking)

    def chosen(
        self,
        fixed: Iterable[int],
        candidates: Iterable[int],
        moved: frozenset[int],
        ranking: Ranking,
        timings: Mapping[int, Timing],
    ) -> Choice:
        """The candidates that fit beside the fixed tables; `moved` are at the destination.

        `timings` are those of the fixed tables.
        """
        settled = frozenset(fixed)
        wanted = frozenset(candidates)
        known = settled | wanted | moved
        return choose(
            wanted,
            settled,
            self.ground.graph,
            self.demands,
            self.classes,
            self.window.capacity,
            self.window.window.usable_us,
            table_values(self.ground),
            [table for table in range(self.ground.graph.size) if table not in known],
            ranking,
            timings,
        )


def table_values(ground: Groundwork) -> list[Fraction]:
    """The worth of having each table in the window: that of the rule that classed it, else 1."""
    rules = {rule.id: rule for rule in ground.policy.rules if isinstance(rule, PriorityRule)}
    return [
        rules[classed.rule].value if classed.rule in rules else Fraction(1)
        for classed in ground.classification.tables
    ]
