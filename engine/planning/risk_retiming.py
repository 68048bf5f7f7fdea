"""A window's plan timed again with stretched tables: the same tables, classes and ranks.

A table that is stretched by f takes f times as long for everything: f times the work at the same
rates, f times the overhead, f times the work after the load. Factors are whole millionths.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from .ranking import Ranking, levels_of, ranks_of
from .scheduling import finishes_of
from .workload import MICROSECONDS, Workload, ceiling

AT_ONCE = 8_000  # tables times (streams + 8) up to which all draws are timed in one go


class Retiming:
    """A window's tables with the order that its plan settled; `levels` by position."""

    def __init__(self, workload: Workload, levels: Sequence[int], ranking: Ranking) -> None:
        levels, ranking = levels_of(workload, levels, ranking)
        ranks = ranks_of(workload, levels, ranking)
        settled = dict(zip(workload.tables, ranks, strict=True))
        self.workload = workload
        dense = {level: place for place, level in enumerate(sorted(set(levels)))}
        self.levels = [dense[level] for level in levels]
        modes = (ranking.fit_first, ranking.rank_first)
        fitting, by_rank = (frozenset(dense[level] for level in m if level in dense) for m in modes)
        self.ranking = Ranking(settled, fitting, by_rank)
        self._serial = self._serial_order()

    def finishes(self, factors: Sequence[int]) -> list[int]:
        """When each table ends; both by position."""
        return finishes_of(self.stretched(factors), self.levels, self.ranking)

    def stretched(self, factors: Sequence[int]) -> Workload:
        """The workload with each table's times as many millionths as long, rounded up."""
        own = self.workload
        pairs = zip(own.work, factors, strict=True)
        return own._replace(
            work=[work // MICROSECONDS * factor for work, factor in pairs],
            overhead=_longer(own.overhead, factors),
            post=_longer(own.post, factors),
        )

    def last_finishes(
        self, factors: Sequence[Sequence[int]], required: Sequence[int]
    ) -> list[tuple[int, int]]:
        """The last finish of the required positions and of all, for each draw.

        `factors` by position and draw.
        """
        if self._serial is not None:
            by_draw = zip(*factors, strict=True)
            return [self._one_after_the_other(draw, required) for draw in by_draw]
        found = self._all_at_once(factors, required)
        if found is not None:
            return found
        return [_lasts(self.finishes(draw), required) for draw in zip(*factors, strict=True)]

    def _serial_order(self) -> list[int] | None:
        """The order of the tables where no duration can change it, else None.

        It cannot where only one table moves at any time and none is waited for while nothing
        moves: the next is then the strongest of those whose parents are done.
        """
        own = self.workload
        alone = own.capacity.streams == 1
        uncapped = min(own.rates, default=0) == own.capacity.rate and not any(own.overhead)
        if any(own.post) or not (alone or uncapped):
            return None
        finishes = self.finishes([MICROSECONDS] * len(own.tables))
        # What takes no time comes after the table at whose end it is done.
        return sorted(range(len(finishes)), key=lambda at: (finishes[at], own.shortest[at] == 0))

    def _one_after_the_other(
        self, factors: Sequence[int], required: Sequence[int]
    ) -> tuple[int, int]:
        own = self.workload
        rows = zip(own.work, own.rates, own.overhead, factors, strict=True)
        times = [
            ceiling(work // MICROSECONDS * factor, rate) + ceiling(overhead * factor, MICROSECONDS)
            for work, rate, overhead, factor in rows
        ]
        order = self._serial or []
        ends = dict(zip(order, accumulate([times[at] for at in order]), strict=True))
        return max((ends[at] for at in required), default=0), sum(times)

    def _all_at_once(
        self, factors: Sequence[Sequence[int]], required: Sequence[int]
    ) -> list[tuple[int, int]] | None:
        """The same by steps that all draws take together; None where that is not possible.

        It needs NumPy, numbers that fit its integers, and pays for some hundred tables.
        """
        own = self.workload
        streams = min(own.capacity.streams, len(own.tables))
        if len(own.tables) * (streams + 8) > AT_ONCE:
            return None
        try:
            from .risk_lockstep import Lockstep  # noqa: PLC0415 (NumPy is optional)
            from .risk_rows import Rows, fits_integers  # noqa: PLC0415
        except ImportError:
            return None
        if not fits_integers(own, self.levels, max(map(max, factors))):
            return None
        rows = Rows(own, self.levels, self.ranking)
        ends = Lockstep(rows, factors).finishes()
        needed = ends[list(required)].max(axis=0, initial=0).tolist()
        return list(zip(needed, ends.max(axis=0).tolist(), strict=True))


def _longer(microseconds: Sequence[int], factors: Sequence[int]) -> list[int]:
    pairs = zip(microseconds, factors, strict=True)
    return [ceiling(time * factor, MICROSECONDS) for time, factor in pairs]


def _lasts(finishes: Sequence[int], required: Sequence[int]) -> tuple[int, int]:
    return max((finishes[at] for at in required), default=0), max(finishes, default=0)
