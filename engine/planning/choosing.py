"""Which preferred and optional tables come into a window: as much of their value as fits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from itertools import accumulate, chain
from typing import NamedTuple

from stowplan.model import Capacity, Demand

from .bounds import earliest_finishes
from .densities import Queue
from .improving import FITTED, improve
from .ranking import Ranking
from .scheduling import finishes, schedule
from .workload import MICROSECONDS, Graph, ceiling, gather

PROBES = 24
RETRIES = 64
FEWEST = 1
MORE = 2
WORK = 20_000  # tables placed in all schedules of one class's choice together


class Choice(NamedTuple):
    """The candidates that come, and the ranking with which they and the fixed tables fit."""

    tables: frozenset[int]
    ranking: Ranking


def choose(
    candidates: Iterable[int],
    fixed: Iterable[int],
    graph: Graph,
    demands: Sequence[Demand],
    classes: Sequence[int],
    capacity: Capacity,
    usable_us: int,
    values: Sequence[Fraction],
    forbidden: Collection[int] = (),
    ranking: Ranking | None = None,
    settled: Mapping[int, int] | None = None,
) -> Choice:
    """The candidates that come into the window, every one finished by `usable_us`.

    `fixed` tables are in it already; they stay where they are, being of stronger classes. A
    candidate below a `forbidden` table stays out. What is neither candidate, fixed nor forbidden
    counts as moved. `demands`, `classes` and `values` are by table.

    Class by class from the strongest, so that no weaker table matters to a stronger one: if all of
    a class fit, all come; else the longest prefix that ends in time, by value for each missing
    byte (see `Queue`), and then single closures for as long as schedules may be tried. The order
    within the class is then improved, and settled before the next class is looked at. The order of
    the fixed tables is what `ranking` settles; where it does not, it is settled first. `settled`
    are their finishes, where these are known already.
    """
    wanted = frozenset(candidates)
    chosen = set(fixed)
    ranking = improve(chosen, graph, demands, classes, capacity, ranking)
    for level in sorted({classes[table] for table in wanted}):
        members = {table for table in wanted if classes[table] == level}
        barred = {*forbidden, *(wanted - chosen - members)}
        members -= _downstream(barred, members, graph)
        fixed_now = frozenset(chosen)
        trial = _Trial(fixed_now, graph, demands, classes, capacity, usable_us, ranking, settled)
        chosen |= _choose_of_class(members, trial, values)
        # Among so many tables `improve` changes nothing: what was tried last is what there is.
        settled = trial.ends if chosen == trial.ends.keys() and len(chosen) > FITTED else None
        ranking = improve(chosen, graph, demands, classes, capacity, ranking)
    return Choice(frozenset(chosen & wanted), ranking)


def _downstream(barred: Iterable[int], members: Set[int], graph: Graph) -> set[int]:
    """The members that depend on a barred table, hubs passed through."""
    todo = list(barred)
    found = set(todo)
    while todo:
        for child in graph.children[todo.pop()]:
            if child not in found and (child in members or child >= graph.size):
                found.add(child)
                todo.append(child)
    return found


class _Trial:
    """What a choice is held against: the schedule of the fixed tables and some more."""

    def __init__(
        self,
        fixed: frozenset[int],
        graph: Graph,
        demands: Sequence[Demand],
        classes: Sequence[int],
        capacity: Capacity,
        usable_us: int,
        ranking: Ranking,
        settled: Mapping[int, int] | None,
    ) -> None:
        self.fixed = fixed
        self.graph = graph
        self.demands = demands
        self.classes = classes
        self.capacity = capacity
        self.usable_us = usable_us
        self.ranking = ranking
        self.ends = self._finishes(fixed) if settled is None else settled  # of what was tried last
        self.settled_us = max(self.ends.values(), default=0)
        self.room = self._room(self.ends)

    def fits(self, tables: Iterable[int]) -> bool:
        """Whether each of `tables` ends in time; their bytes are looked at first."""
        extra = list(tables)
        return self.size(extra) <= self.room and self.end(extra) <= self.usable_us

    def size(self, tables: Iterable[int]) -> int:
        """The bytes of these tables."""
        return sum(self.demands[table].size for table in tables)

    def possible(self, tables: Set[int]) -> set[int]:
        """Those that would end in time if nothing but their parents stood in their way."""
        workload = gather([*self.fixed, *tables], self.graph, self.demands, self.capacity)
        ends = zip(workload.tables, earliest_finishes(workload), strict=False)
        return {table for table, end in ends if table in tables and end <= self.usable_us}

    def end(self, extra: Collection[int]) -> int:
        """When the last of these tables ends beside the fixed ones."""
        self.ends = self._finishes([*self.fixed, *extra])
        return max((self.ends[table] for table in extra), default=0)

    def _finishes(self, tables: Iterable[int]) -> Mapping[int, int]:
        return finishes(tables, self.graph, self.demands, self.classes, self.capacity, self.ranking)

    def _room(self, settled: Mapping[int, int]) -> int:
        """Bytes that can still move within the usable time."""
        late = [table for table in self.fixed if settled[table] > self.usable_us]
        moved = self.size(self.fixed) - (self._left_of(late) if late else 0)
        return self.capacity.rate * max(0, self.usable_us) // MICROSECONDS - moved

    def _left_of(self, late: Iterable[int]) -> int:
        """The bytes of some fixed tables that move only after the usable time, rounded up."""
        timings = schedule(
            self.fixed, self.graph, self.demands, self.classes, self.capacity, self.ranking
        )
        times = [
            (segment.rate, segment.end_us - max(segment.start_us, self.usable_us))
            for table in late
            for segment in timings[table].segments
        ]
        return sum(ceiling(rate * time, MICROSECONDS) for rate, time in times if time > 0)


def _choose_of_class(members: Set[int], trial: _Trial, values: Sequence[Fraction]) -> set[int]:
    if not members or trial.fits(members):
        return set(members)
    members = trial.possible(members)
    queue = _queue(members, trial, values)
    groups = []
    for group in queue.groups():
        queue.take(group)
        groups.append([queue.workload.tables[at] for at in group])
    budget = max(FEWEST, WORK // max(1, len(members) + len(trial.fixed)))
    tried, prefix = _longest_prefix(groups, trial, min(budget, PROBES))
    chosen = set(chain.from_iterable(groups[:prefix]))
    retries = min(max(0, budget - tried), RETRIES)
    return _fill(chosen, _queue(members, trial, values), trial, retries)


def _queue(members: Set[int], trial: _Trial, values: Sequence[Fraction]) -> Queue:
    workload = gather(members, trial.graph, trial.demands, trial.capacity)
    return Queue(workload, [values[table] for table in workload.tables])


def _longest_prefix(groups: Sequence[Sequence[int]], trial: _Trial, budget: int) -> tuple[int, int]:
    """How many schedules were tried, and how many groups fit together in time.

    The first guess is what fits by bytes. Then the bytes are interpolated between a prefix that
    ends in time and one that does not: the end grows about as the bytes do. Where that does not
    halve what is open between the two, the next step does. Where nothing has fitted yet, a few
    more schedules may be tried.
    """
    totals = [0, *accumulate(map(trial.size, groups))]
    low, high = 0, bisect_right(totals, trial.room)
    early, late = trial.settled_us, None
    halve, tried = False, 0
    while high - low > 1 and tried < (budget if low else budget + MORE):
        before, known = high - low, late is not None
        if not tried and budget == FEWEST:
            # Among very many tables something always waits a little: the first guess must hold.
            probe = min(max(1, bisect_right(totals, trial.room * 63 // 64) - 1), high - 1)
        elif late is None:
            probe = high - 1
        elif halve:
            probe = (low + high) // 2
        else:
            aim = _interpolated(totals[low], totals[high], early, late, trial.usable_us)
            probe = min(max(low + 1, bisect_right(totals, aim) - 1), high - 1)
        end = trial.end([*chain.from_iterable(groups[:probe])])
        if end <= trial.usable_us:
            low, early = probe, end
        else:
            high, late = probe, end
        halve = known and 2 * (high - low) > before
        tried += 1
    return tried, low


def _interpolated(low: int, high: int, early: int, late: int, wanted: int) -> int:
    """The bytes with which a schedule would end a little before the wanted time."""
    return low + (high - low) * max(0, wanted - early) * 63 // (max(1, late - early) * 64)


def _fill(chosen: set[int], queue: Queue, trial: _Trial, budget: int) -> set[int]:
    """Add single closures, densest first, while they fit and schedules may be tried."""
    tables = queue.workload.tables
    queue.take([at for at, table in enumerate(tables) if table in chosen])
    room = trial.room - trial.size(chosen)
    tried = 0
    for group in queue.groups():
        extra = [tables[at] for at in group]
        size = trial.size(extra)
        by_bytes = size <= room
        if by_bytes and tried == budget:
            break
        tried += by_bytes
        if by_bytes and trial.fits(chosen.union(extra)):
            queue.take(group)
            chosen.update(extra)
            room -= size
        else:
            queue.bar(group[0])
    return chosen
