"""The main window's plan timed again: at another rate, with other streams or chunks, or with less.

Its order is kept: the same tables, classes and ranks. How much is timed is bounded by a count of
tables, never by a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from stowplan.model import Capacity, Demand, Placement, Timing

from .costs import Cost, costs, fits_memory
from .groundwork import Groundwork
from .placing import Arrangement
from .ranking import Ranking
from .scheduling import finishes_of, last_finish
from .workload import MICROSECONDS, gather

WORK = 100_000
"""Tables placed in all schedules of one plan's contingencies together."""

LARGEST = 20_000
"""Tables up to which a plan is timed again at all."""


class Change(NamedTuple):
    """What is otherwise than planned; `chunk` is None where the rules' chunks stay."""

    capacity: Capacity
    chunk: int | None = None
    skipped: frozenset[int] = frozenset()


class Ends(NamedTuple):
    """When the required tables and all of the window end, in microseconds from its start."""

    required_us: int
    all_us: int


class Retiming:
    """One window's plan, to be timed again; `left` is how many tables may still be placed."""

    def __init__(self, ground: Groundwork, arrangement: Arrangement) -> None:
        self.ground = ground
        self.arrangement = arrangement
        self.timings = arrangement.timings
        self.limit_us = arrangement.window.window.limit_us
        self.left = WORK
        self._planned_demands = arrangement.demands
        weakest = len(ground.policy.classes)
        ranks = ground.classification.ranks
        self.levels = [weakest if rank is None else rank for rank in ranks]
        needed = ground.placed(Placement.REQUIRED)
        self.required = [table for table in needed if table in self.timings]
        self.ends = Ends(last_finish(self.timings, self.required), arrangement.makespan_us)
        self.chunked = any("per_chunk_us" in known for known in ground.figures.throughput)
        self._known: dict[Change, Ends] = {}

    @property
    def as_planned(self) -> Change:
        """The change that changes nothing."""
        return Change(self.arrangement.window.capacity)

    def same_demands(self, change: Change) -> bool:
        """Whether no table's cost is another: chunks cost nothing, or stay as they are."""
        same_share = (
            self.ground.resources.memory is None
            or change.capacity.streams == self.as_planned.capacity.streams
        )
        return not self.chunked or (change.chunk is None and same_share)

    def too_large(self, streams: int) -> list[int]:
        """The tables whose rows do not fit the memory that one of so many streams has."""
        memory, tables = self.ground.resources.usable_memory, self.ground.tables
        return [t for t in sorted(self.timings) if not fits_memory(tables[t], memory, streams)]

    def held(self, change: Change) -> int:
        """The bytes that chunks fill at once: two for each stream."""
        chunks = self.ground.figures.chunk
        largest = max((change.chunk or chunks[table] for table in self.timings), default=0)
        room = self.room(change.capacity.streams)
        return 2 * (largest if room is None else min(largest, room)) * change.capacity.streams

    def room(self, streams: int) -> int | None:
        """The bytes of the largest chunk that the memory allows; None without a limit."""
        memory = self.ground.resources.usable_memory
        return None if memory is None else memory // (streams * 2)

    def from_start(self, change: Change) -> Ends | None:
        """The ends when it holds from the window's start; None where too much has been timed."""
        if change not in self._known:
            tables = [table for table in self.timings if table not in change.skipped]
            if not self._spend(len(tables)):
                return None
            demands = self._demands(change, tables)
            finishes = self._finishes(tables, demands, change, self.arrangement.ranking)
            required = [finishes[table] for table in self.required]
            ends = Ends(max(required, default=0), max(finishes.values(), default=0))
            self._known[change] = ends
        return self._known[change]

    def rest_us(self, change: Change, at_us: int) -> int | None:
        """How long the required tables still take from the state that the plan has at a moment.

        What has begun goes on first, in the order of beginning, with what it still costs; in a
        class in which the higher rank goes first it keeps its rank.
        """
        left = [table for table in self.required if self.timings[table].finish_us > at_us]
        if not self._spend(len(left)):
            return None
        demands = self._demands(change, left)
        begun = [table for table in left if self.timings[table].start_us < at_us]
        for table in begun:
            demands[table] = self._remaining(table, demands[table], at_us)
        ranks = self.arrangement.ranking.ranks
        # Of those that begin together, the highest rank is admitted first.
        begun.sort(key=lambda t: (self.timings[t].start_us, -ranks.get(t, 0), t))
        finishes = self._finishes(left, demands, change, self.arrangement.ranking, begun)
        return max(finishes.values(), default=0)

    def downstream(self, tables: Iterable[int]) -> frozenset[int]:
        """These and all of the window that depends on them, hubs passed through."""
        todo = list(tables)
        found = set(todo)
        children, size = self.ground.graph.children, self.ground.graph.size
        while todo:
            for child in children[todo.pop()]:
                if child not in found and (child in self.timings or child >= size):
                    found.add(child)
                    todo.append(child)
        return frozenset(table for table in found if table < size)

    def _spend(self, count: int) -> bool:
        enough = count <= min(self.left, LARGEST)
        self.left -= count if enough else 0
        return enough

    def _demands(self, change: Change, tables: Sequence[int]) -> list[Demand]:
        """What every table demands; those of `tables` under the change."""
        demands = list(self._planned_demands)
        if not self.same_demands(change):
            for table, cost in zip(tables, self._costs(change, tables), strict=True):
                demands[table] = cost.demand
        return demands

    def _costs(self, change: Change, tables: Sequence[int]) -> tuple[Cost, ...]:
        given, memory = self.ground.figures, self.ground.resources.usable_memory
        figures = replace(
            given,
            throughput=tuple(given.throughput[table] for table in tables),
            basis=tuple(given.basis[table] for table in tables),
            verify=tuple(given.verify[table] for table in tables),
            chunk=tuple(change.chunk or given.chunk[table] for table in tables),
        )
        own = [self.ground.tables[table] for table in tables]
        return costs(own, figures, memory, change.capacity.streams)

    def _remaining(self, table: int, demand: Demand, at_us: int) -> Demand:
        """What a table that has begun still costs; its chunks stay as they were."""
        planned, timing = self._planned_demands[table], self.timings[table]
        if not timing.segments or timing.segments[-1].end_us <= at_us:
            return Demand(0, post_us=timing.finish_us - at_us)
        spent, moved = _spent(timing, at_us)
        return Demand(
            planned.size - moved, demand.cap, planned.overhead_us - spent, planned.post_us
        )

    def _finishes(
        self,
        tables: Sequence[int],
        demands: Sequence[Demand],
        change: Change,
        ranking: Ranking,
        begun: Sequence[int] = (),
    ) -> dict[int, int]:
        workload = gather(tables, self.ground.graph, demands, change.capacity)
        levels = [self.levels[table] for table in workload.tables]
        position = {table: at for at, table in enumerate(workload.tables)} if begun else {}
        admitted = [position[table] for table in begun]
        finishes = finishes_of(workload, levels, ranking, admitted)
        return dict(zip(workload.tables, finishes, strict=False))


def _spent(timing: Timing, at_us: int) -> tuple[int, int]:
    """The overhead in microseconds and the bytes that are done at a moment."""
    spent = moved = 0
    for start, end, rate in timing.segments:
        length = max(0, min(end, at_us) - start)
        spent += 0 if rate else length
        moved += rate * length
    return spent, moved // MICROSECONDS
