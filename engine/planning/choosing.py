"""Which preferred and optional tables come into a window: as much of their value as fits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from itertools import accumulate, chain
from typing import NamedTuple

from stowplan.model import Capacity, Demand

from .densities import Queue
from .improving import improve
from .ranking import Ranking
from .scheduling import finishes_of, schedule
from .workload import MICROSECONDS, Graph, ceiling, gather

BISECTIONS = 17
RETRIES = 64
FEWEST = 4
WORK = 400_000  # tables placed in all schedules of one choice together


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
) -> Choice:
    """The candidates that come into the window, every one finished by `usable_us`.

    `fixed` tables are in it already; they stay where they are, being of stronger classes. A
    candidate below a `forbidden` table stays out. What is neither candidate, fixed nor forbidden
    counts as moved. `demands`, `classes` and `values` are by table.

    Class by class from the strongest, so that no weaker table matters to a stronger one: if all of
    a class fit, all come; else the longest prefix that ends in time, by value for each missing
    byte (see `Queue`), and then single closures for as long as schedules may be tried. The order
    within the class is then improved, and settled before the next class is looked at. The order of
    the fixed tables is what `ranking` settles; where it does not, it is settled first.
    """
    wanted = frozenset(candidates)
    chosen = set(fixed)
    ranking = improve(chosen, graph, demands, classes, capacity, ranking)
    for level in sorted({classes[table] for table in wanted}):
        members = {table for table in wanted if classes[table] == level}
        barred = {*forbidden, *(wanted - chosen - members)}
        members -= _downstream(barred, members, graph)
        trial = _Trial(frozenset(chosen), graph, demands, classes, capacity, usable_us, ranking)
        chosen |= _choose_of_class(members, trial, values)
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
    ) -> None:
        self.fixed = fixed
        self.graph = graph
        self.demands = demands
        self.classes = classes
        self.capacity = capacity
        self.usable_us = usable_us
        self.ranking = ranking
        self.room = self._room()

    def fits(self, tables: Iterable[int]) -> bool:
        """Whether each of `tables` ends in time; their bytes are looked at first."""
        extra = list(tables)
        if sum(self.demands[table].size for table in extra) > self.room:
            return False
        finishes = self._finishes([*self.fixed, *extra])
        return all(finishes[table] <= self.usable_us for table in extra)

    def _finishes(self, tables: Iterable[int]) -> Mapping[int, int]:
        workload = gather(tables, self.graph, self.demands, self.capacity)
        classes = [self.classes[table] for table in workload.tables]
        finishes = finishes_of(workload, classes, self.ranking)
        return dict(zip(workload.tables, finishes, strict=True))

    def _room(self) -> int:
        """Bytes that can still move within the usable time."""
        finishes = self._finishes(self.fixed)
        late = [table for table in self.fixed if finishes[table] > self.usable_us]
        moved = sum(self.demands[table].size for table in self.fixed)
        moved -= self._left_of(late) if late else 0
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
    queue = _queue(members, trial, values)
    groups = []
    for group in queue.groups():
        queue.take(group)
        groups.append([queue.workload.tables[at] for at in group])
    budget = max(FEWEST, WORK // (len(members) + len(trial.fixed)))
    tried, prefix = _longest_prefix(groups, trial, min(budget, BISECTIONS))
    chosen = set(chain.from_iterable(groups[:prefix]))
    return _fill(chosen, _queue(members, trial, values), trial, min(budget - tried, RETRIES))


def _queue(members: Set[int], trial: _Trial, values: Sequence[Fraction]) -> Queue:
    workload = gather(members, trial.graph, trial.demands, trial.capacity)
    return Queue(workload, [values[table] for table in workload.tables])


def _longest_prefix(groups: Sequence[Sequence[int]], trial: _Trial, budget: int) -> tuple[int, int]:
    """How many schedules were tried, and how many groups fit together in time.

    The first guess is what fits by bytes. From there the steps down double until something fits,
    and then halve.
    """
    sizes = [sum(trial.demands[table].size for table in group) for group in groups]
    upper = sum(total <= trial.room for total in accumulate(sizes))  # the most that may fit
    lower, step, tried = 0, max(1, upper // 64), 0
    probe = upper
    while lower < upper and tried < budget:
        tried += 1
        if trial.fits(chain.from_iterable(groups[:probe])):
            lower, step = probe, 0
        else:
            upper = probe - 1
        probe = max(lower + 1, upper - step) if step else (lower + upper + 1) // 2
        step *= 2
    return tried, lower


def _fill(chosen: set[int], queue: Queue, trial: _Trial, budget: int) -> set[int]:
    """Add single closures, densest first, while they fit and schedules may be tried."""
    tables = queue.workload.tables
    queue.take([at for at, table in enumerate(tables) if table in chosen])
    room = trial.room - sum(trial.demands[table].size for table in chosen)
    tried = 0
    for group in queue.groups():
        extra = [tables[at] for at in group]
        size = sum(trial.demands[table].size for table in extra)
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
