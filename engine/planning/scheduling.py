"""Who moves when: an event-driven list scheduler in which streams share the bandwidth.

At every event the candidates are gone through by key: class, then started before waiting (in order
of admission), then rank, then name. While streams are left, one with overhead to spend takes a
stream, and one with bytes to move takes a stream and `min(cap, bandwidth left)`, if that is above
0. Everybody else holds nothing: a started table then pauses. So a stronger class takes streams and
bandwidth at once; within a class a table gives way only to one that was admitted before it and has
come to the end of its overhead, or, in a class of `rank_first`, to one of a higher rank. What a
class gets is settled without a look at weaker ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stowplan.model import Capacity, Demand, Timing

from .ranking import Ranking
from .sharing import Run
from .workload import Graph, Workload, gather


def schedule(
    chosen: Iterable[int],
    graph: Graph,
    demands: Sequence[Demand],
    classes: Sequence[int],
    capacity: Capacity,
    ranking: Ranking | None = None,
) -> dict[int, Timing]:
    """When each of the `chosen` tables moves, by table, in microseconds from the window's start.

    `demands` and `classes` (0 is the strongest) are by table; no table may be in a weaker class
    than a child of it. Parents that are not chosen count as moved. A finish falls on the next whole
    microsecond; the rate of a table's last segment is what is left over its length, rounded up,
    so that rate times length sums to the size but for less than one byte a second. A table that has
    nothing to move and no overhead has no segments and starts as soon as its parents have finished.

    Raises ValueError for a rate or a number of streams below 1, and for a cycle.
    """
    workload = gather(chosen, graph, demands, capacity)
    timings = timings_of(workload, [classes[table] for table in workload.tables], ranking)
    return dict(zip(workload.tables, timings, strict=True))


def moving_time(
    chosen: Iterable[int],
    graph: Graph,
    demands: Sequence[Demand],
    classes: Sequence[int],
    capacity: Capacity,
) -> tuple[int, int]:
    """How long at least one table of that schedule moves bytes, and when the last one finishes."""
    workload = gather(chosen, graph, demands, capacity)
    if capacity.streams == 1 and not any(workload.post):
        finish_us = sum(workload.shortest)  # one after the other, in whatever order
        return finish_us - sum(workload.overhead), finish_us
    run = Run(workload, [classes[t] for t in workload.tables], Ranking(), noting=False)
    run.play()
    return run.moving_us, max(run.finish, default=0)


def last_finish(timings: Mapping[int, Timing], tables: Iterable[int]) -> int:
    """When the last of `tables` has finished, in microseconds; 0 if there are none."""
    return max((timings[table].finish_us for table in tables), default=0)


def timings_of(
    workload: Workload, classes: Sequence[int], ranking: Ranking | None = None
) -> list[Timing]:
    """The schedule of a workload: timings by position. `classes` are by position too."""
    run = Run(workload, classes, ranking or Ranking(), noting=True)
    run.play()
    return run.timings()


def finishes_of(
    workload: Workload,
    classes: Sequence[int],
    ranking: Ranking | None = None,
    admitted: Sequence[int] = (),
) -> list[int]:
    """The finishes of that schedule alone, by position.

    The `admitted` (by position) have begun before, in this order.
    """
    run = Run(workload, classes, ranking or Ranking(), noting=False, admitted=admitted)
    run.play()
    return run.finish
