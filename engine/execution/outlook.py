"""When the rest of a run ends, as measured so far: the plan's own scheduler on what is left."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from stowplan.model import Capacity
from stowplan.planning.ranking import Ranking
from stowplan.planning.scheduling import finishes_of
from stowplan.planning.workload import MICROSECONDS, Workload

from .entries import Outlook
from .lanes import Lanes
from .ledger import Ledger, Progress, State
from .program import Limits
from .turns import Turns

_LOST = (State.FAILED, State.PASSED)
_NO_CAP = 1 << 60


class Prospect:
    """The rest of one run at one moment; timed again for each change that is weighed."""

    def __init__(self, ledger: Ledger, lanes: Lanes, turns: Turns, now_us: int) -> None:
        self.ledger = ledger
        self.now_us = now_us
        self.lanes = lanes.lanes
        self.moments = [-turns.urgency(at, table)[1] for at, table in enumerate(ledger.tables)]
        self._fit = ledger.pace.own_fit
        self._caps = [self._cap(table) for table in ledger.tables]
        self._slowness = [self._slow(table) for table in ledger.tables]
        self._work = [self._left(at, table) for at, table in enumerate(ledger.tables)]
        self._overhead = [self._opening(at, table) for at, table in enumerate(ledger.tables)]
        self._post = [self._closing(at, table) for at, table in enumerate(ledger.tables)]
        self._children = [*map(list, ledger.program.children)]

    def ends(self, limits: Limits, skipped: Collection[int] = ()) -> tuple[int | None, int | None]:
        """When the required tables and all of them end; None where one of them cannot."""
        program, tables = self.ledger.program, self.ledger.tables
        rates = [min(cap, limits.rate) for cap in self._caps]
        nothing = [0] * len(tables)
        work, overhead, post = nothing[:], nothing[:], nothing[:]
        for at in self._going_on(skipped):
            work[at], overhead[at], post[at] = self._work[at], self._overhead[at], self._post[at]
        workload = Workload(
            tables=tuple(range(len(tables))),
            children=self._children,
            pending=[*program.pending],
            order=[*program.order],
            work=work,
            overhead=overhead,
            post=post,
            rates=rates,
            shortest=nothing,
            capacity=Capacity(limits.rate, limits.streams),
        )
        levels = [table.load.level for table in tables]
        ranking = Ranking(dict(enumerate(self.moments)), rank_first=frozenset(levels))
        finishes = finishes_of(workload, levels, ranking)
        return self._last(finishes, skipped, needed=True), self._last(finishes, skipped)

    def outlook(self) -> Outlook:
        """What can be told now, under the limits in force."""
        tables, limits = self.ledger.tables, self.ledger.limits
        required, everything = self.ends(limits)
        needed = [at for at, table in enumerate(tables) if table.load.needed]
        left = [at for at in needed if tables[at].state is not State.DONE]
        left.sort(key=lambda at: (tables[at].load.start_us, at))
        total = sum(tables[at].load.size for at in needed)
        moved = {at: self._moved(at) for at in range(len(tables))}
        done = sum(moved[at] for at in needed)
        return Outlook(
            self.now_us,
            required,
            everything,
            round(1000 * self.ledger.pace.slowness),
            sum(moved.values()),
            done,
            total - done,
            tuple(tables[at].load.name for at in left),
            limits.usable_us,
            limits.limit_us,
        )

    def _going_on(self, skipped: Collection[int]) -> Iterator[int]:
        for at, table in enumerate(self.ledger.tables):
            if not table.over and at not in skipped:
                yield at

    def _last(
        self, finishes: list[int], skipped: Collection[int], *, needed: bool = False
    ) -> int | None:
        """The last finish, from the window's start; what is over has ended before."""
        last = 0
        for at, table in enumerate(self.ledger.tables):
            if (needed and not table.load.needed) or at in skipped:
                continue
            if table.state in _LOST:
                if needed:
                    return None
            elif table.closed:
                last = max(last, table.closed.at_us)
            else:
                last = max(last, self.now_us + finishes[at])
        return last

    def _moved(self, at: int) -> int:
        """The planned bytes that are done, with what is under way."""
        table = self.ledger.tables[at]
        lane = self.lanes.get(at)
        under_way = lane.offered / MICROSECONDS / self._slowness[at] if lane else 0
        return min(table.load.size, table.moved + int(under_way))

    def _left(self, at: int, table: Progress) -> int:
        """The work that is left, as many times longer as measured."""
        if table.loaded_us is not None:
            return 0
        left = table.load.size - self._moved(at)
        return int(left * MICROSECONDS * self._slowness[at])

    def _opening(self, at: int, table: Progress) -> int:
        return 0 if table.opened else int(table.load.overhead_us * self._slowness[at])

    def _closing(self, at: int, table: Progress) -> int:
        takes = int(table.load.post_us * self._slowness[at])
        begun = self.now_us if table.loaded_us is None else table.loaded_us
        return max(0, begun + takes - self.now_us)

    def _slow(self, table: Progress) -> float:
        """A table's own measured pace, else that of the run; its own speed is in its cap."""
        pace = table.pace if table.chunks else self.ledger.pace
        slowness = pace.slowness
        if pace.own_us and pace.elapsed_us:
            share = pace.offered / pace.elapsed_us
            speed = pace.moved * MICROSECONDS / pace.own_us
            slowness *= min(1.0, speed / share) if share else 1.0
        return slowness

    def _cap(self, table: Progress) -> int:
        """The highest rate of a table: as planned, or less where its own time was measured."""
        planned = table.load.cap or _NO_CAP
        if table.pace.own_us:
            return max(1, min(planned, int(table.pace.moved * MICROSECONDS / table.pace.own_us)))
        load = table.load
        if self._fit is None or not load.size:
            return planned
        takes = self._fit.takes(load.size, load.rows)
        return max(1, min(planned, int(load.size * MICROSECONDS / takes))) if takes else planned
