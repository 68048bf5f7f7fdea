"""Schedules on trial: what is fixed in a window, and whether some more tables end in time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from operator import itemgetter
from typing import NamedTuple

from stowplan.model import Capacity, Demand, Timing

from .bounds import earliest_finishes
from .ranking import Ranking
from .scheduling import last_finish, schedule
from .workload import MICROSECONDS, Graph, Workload, gather, load_us


class Terms(NamedTuple):
    """What a window and its tables are; `demands` and `classes` (0 is the strongest) by table."""

    graph: Graph
    demands: Sequence[Demand]
    classes: Sequence[int]
    capacity: Capacity
    usable_us: int

    def schedule(self, tables: Iterable[int], ranking: Ranking) -> dict[int, Timing]:
        """When each of these tables moves."""
        return schedule(tables, self.graph, self.demands, self.classes, self.capacity, ranking)

    def workload(self, tables: Iterable[int]) -> Workload:
        """These tables and what they cost."""
        return gather(tables, self.graph, self.demands, self.capacity)

    def size(self, tables: Iterable[int]) -> int:
        """The bytes of these tables."""
        return sum([self.demands[table].size for table in tables])

    def moving_us(self, tables: Iterable[int]) -> int:
        """How long these tables move bytes in sum, at least, in microseconds."""
        rate = self.capacity.rate
        return sum([load_us(self.demands[table], rate) for table in tables])


class Trial:
    """What a choice is held against: the schedule of the fixed tables and some more.

    `timings` are of what was tried last, of the fixed tables at first. `room` is how many bytes can
    still move in the usable time, `spare_us` how long streams could move them.
    """

    def __init__(self, terms: Terms, ranking: Ranking, settled: Mapping[int, Timing]) -> None:
        self.terms = terms
        self.ranking = ranking
        self.fixed = frozenset(settled)
        self.timings = settled
        self._gathered: tuple[Set[int], Workload] | None = None
        self.settled_us = last_finish(settled, settled)
        self.room, self.spare_us = _left(settled.values(), terms.capacity, terms.usable_us)

    def workload(self, tables: Set[int]) -> Workload:
        """These tables and what they cost; the last one asked for is kept."""
        if self._gathered is None or self._gathered[0] != tables:
            self._gathered = tables, self.terms.workload(tables)
        return self._gathered[1]

    def fits(self, tables: Iterable[int]) -> bool:
        """Whether each of `tables` ends in time; what they need at least is looked at first."""
        extra = list(tables)
        return self.may_fit(extra) and self.end(extra) <= self.terms.usable_us

    def may_fit(self, tables: Collection[int]) -> bool:
        """Whether the bytes of `tables` and the time that they move in are still there."""
        return (
            self.terms.size(tables) <= self.room and self.terms.moving_us(tables) <= self.spare_us
        )

    def end(self, extra: Collection[int]) -> int:
        """When the last of these tables ends beside the fixed ones."""
        self.timings = self.terms.schedule([*self.fixed, *extra], self.ranking)
        return last_finish(self.timings, extra)

    def possible(self, tables: Set[int]) -> set[int]:
        """Those that would end in time if nothing but their parents stood in their way."""
        workload = self.workload(self.fixed | tables)
        ends = zip(workload.tables, earliest_finishes(workload), strict=False)
        return {t for t, end in ends if t in tables and end <= self.terms.usable_us}


def _left(timings: Iterable[Timing], capacity: Capacity, until: int) -> tuple[int, int]:
    """Bytes that can still move up to that moment, and the microseconds of streams to do so.

    Weaker tables change nothing of these timings. Bandwidth that is free while every stream is
    held moves nothing, nor does a stream without bandwidth.
    """
    streams, rate = capacity.streams, capacity.rate
    room = spare = now = 0
    for time, taken, rate_taken in _changes(timings, until):
        if streams and rate:
            length = time - now
            room += rate * length
            spare += streams * length
        now = time
        streams -= taken
        rate -= rate_taken
    return room // MICROSECONDS, spare


def _changes(timings: Iterable[Timing], until: int) -> list[tuple[int, int, int]]:
    """What happens up to that moment: when, streams taken, bytes/s taken; by time."""
    segments = [segment for timing in timings for segment in timing.segments]
    starts = [(start, 1, rate) for start, _, rate in segments if start < until]
    ends = [(end, -1, -rate) for _, end, rate in segments if end < until]
    return sorted([*starts, *ends, (max(0, until), 0, 0)], key=itemgetter(0))
