"""A mover without data: the plan's own durations on a virtual clock, made late and faulty at will.

The streams share the bandwidth as the planner's do: at every moment the most urgent has what it can
take, the next what is left. So a run that nothing disturbs ends when the plan says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from statistics import NormalDist

from stowplan.execution.mover import (
    Abandoned,
    ChunkOrder,
    Closed,
    Copied,
    Failed,
    Happening,
    Opened,
    Pressure,
    Standing,
)
from stowplan.execution.program import Load, Program
from stowplan.planning.risk_factors import Z90
from stowplan.units import MICROSECONDS

_NORMAL = NormalDist().inv_cdf
_LEAST = 2.0**-54  # in place of a draw of exactly 0, which has no quantile
_PRESSED = Fraction(9, 10)

SIMULATED = "simulated"
"""What stands where a real mover says how it compared source and target."""


@dataclass(frozen=True, slots=True)
class Disturbances:
    """What goes otherwise than planned.

    `slowdown` is for all tables, `slowdowns` for single ones instead; `noise` is by how much longer
    a chunk takes in the ninth of ten cases, drawn for each one from `seed`. `failing` has the
    chunks that fail, each with how often (None: always). `pressed` are tables whose first chunk
    brings memory near its limit.
    """

    slowdown: Fraction = Fraction(1)
    slowdowns: Mapping[str, Fraction] = field(default_factory=dict)
    noise: float = 0.0
    seed: int = 1
    failing: Mapping[tuple[str, int], int | None] = field(default_factory=dict)
    pressed: frozenset[str] = frozenset()

    def of(self, table: str) -> Fraction:
        """How many times longer than planned a table takes."""
        return self.slowdowns.get(table, self.slowdown)


@dataclass(slots=True)
class _Task:
    """Something under way. `work` is in byte-microseconds a second, or microseconds if `rate`."""

    load: Load
    kind: str
    urgency: tuple[int, int, str]
    started_us: int
    work: int
    order: ChunkOrder | None = None
    rows: int = 0
    size: int = 0
    share: int = 0


class SimulatedMover:
    """Carries out orders in no time, and says when they would have been done.

    `standing` is what an earlier start of the same run has done, `now_us` when it was. `wait`
    sleeps until a moment, for a rehearsal in real time.
    """

    def __init__(
        self,
        program: Program,
        disturbances: Disturbances,
        standing: Mapping[str, Standing],
        now_us: int = 0,
        wait: Callable[[int], None] | None = None,
    ) -> None:
        self._loads = {load.name: load for load in program.loads}
        self._memory = program.memory
        self._disturbed = disturbances
        self._standing = standing
        self._now = now_us
        self._wait = wait
        self._rate = program.limits.rate
        self._deadline = program.limits.limit_us
        self._tasks: list[_Task] = []
        self._said: list[Happening] = []
        self._rows = {
            name: sum(chunk.rows for chunk in held.chunks) for name, held in standing.items()
        }
        self._failures = dict(disturbances.failing)
        self._pressed = set(disturbances.pressed)

    def standing(self) -> Mapping[str, Standing]:
        """What an earlier start has done."""
        return self._standing

    def now(self) -> int:
        """The virtual clock."""
        return self._now

    def limits(self, rate: int, deadline_us: int) -> None:
        """Other limits from now on, also for what is under way."""
        self._rate, self._deadline = rate, deadline_us
        self._share_out()

    def open(self, table: str, urgency: tuple[int, int, str]) -> None:
        """The table's overhead passes."""
        load = self._loads[table]
        takes = _stretched(load.overhead_us, self._disturbed.of(table))
        self._begin(_Task(load, "open", urgency, self._now, takes))

    def copy(self, order: ChunkOrder) -> None:
        """A chunk of the table's rows moves, each of the mean size."""
        load = self._loads[order.table]
        first = self._rows.get(order.table, 0)
        rows = min(order.rows, load.rows - first)
        size = (
            load.size * (first + rows) // load.rows - load.size * first // load.rows
            if (load.rows)
            else load.size
        )
        factor = self._disturbed.of(order.table)
        if self._disturbed.noise:
            factor *= self._noise(order)
        work = _stretched(size * MICROSECONDS, factor)
        if order.table in self._pressed:
            self._press(order)
        self._begin(_Task(load, "copy", order.urgency, self._now, work, order, max(rows, 0), size))

    def close(self, table: str) -> None:
        """The work after the load passes."""
        load = self._loads[table]
        takes = _stretched(load.post_us, self._disturbed.of(table))
        urgency = (load.level, load.finish_us, load.name)
        self._begin(_Task(load, "close", urgency, self._now, takes))

    def next(self, until_us: int | None) -> Happening | None:
        """The next end of anything; nothing past the deadline."""
        if not self._said:
            task, at_us = self._first()
            if task is None or (until_us is not None and at_us > until_us):
                if until_us is not None and until_us > self._now:
                    self._advance(until_us)
                return None
            self._advance(at_us)
            self._end(task)
        return self._said.pop(0)

    # Inside.

    def _begin(self, task: _Task) -> None:
        self._tasks.append(task)
        self._share_out()

    def _share_out(self) -> None:
        """The most urgent copy takes what it can, the next what is left."""
        left = self._rate
        copies = [task for task in self._tasks if task.kind == "copy"]
        if len(copies) > 1:
            copies.sort(key=lambda task: task.urgency)
        for task in copies:
            task.share = left if task.load.cap is None else min(left, task.load.cap)
            left -= task.share

    def _first(self) -> tuple[_Task | None, int]:
        """What ends first, and when."""
        best, first = None, 0
        for task in self._tasks:
            if task.kind == "copy" and task.work:
                if not task.share:
                    continue
                at_us = self._now - (-task.work // task.share)
            else:
                at_us = self._now + task.work
            if best is None or (at_us, task.urgency) < (first, best.urgency):
                best, first = task, at_us
        return best, first

    def _advance(self, at_us: int) -> None:
        length = at_us - self._now
        if self._wait is not None:
            self._wait(at_us)
        self._now = at_us
        for task in self._tasks:
            rate = task.share if task.kind == "copy" else 1
            task.work = max(0, task.work - rate * length)

    def _end(self, task: _Task) -> None:
        self._tasks.remove(task)
        name, started = task.load.name, task.started_us
        if task.kind == "open":
            self._said.append(Opened(name, self._now, started))
        elif task.kind == "close":
            rows = task.load.rows
            self._said.append(Closed(name, self._now, started, SIMULATED, rows, rows))
        else:
            self._said.append(self._copied(task))
        self._share_out()

    def _copied(self, task: _Task) -> Happening:
        name, order = task.load.name, task.order
        assert order is not None
        if self._fails(name, order.number):
            reason = f"chunk {order.number} fails, as the rehearsal wants it"
            return Failed(name, order.number, self._now, task.started_us, "chunk", reason)
        if self._now > self._deadline:
            return Abandoned(name, order.number, self._now)
        done = self._rows[name] = self._rows.get(name, 0) + task.rows
        # The planner's model: a chunk is held twice, as it is read and as it is written.
        held_back = task.load.cap is None or task.share < task.load.cap
        return Copied(
            name,
            order.number,
            task.rows,
            task.size,
            task.started_us,
            self._now,
            last=done >= task.load.rows,
            waits=int(held_back and task.size > 0),
            held=2 * (order.size + sum(each.order.size for each in self._tasks if each.order)),
        )

    def _fails(self, name: str, number: int) -> bool:
        times = self._failures.get((name, number), 0)
        if times:
            self._failures[name, number] = times - 1
        return times is None or times > 0

    def _press(self, order: ChunkOrder) -> None:
        self._pressed.discard(order.table)
        limit = self._memory or 2 * order.size
        self._said.append(Pressure(order.table, self._now, int(limit * _PRESSED), limit))

    def _noise(self, order: ChunkOrder) -> Fraction:
        """A factor with median 1 that one chunk in ten passes by `1 + noise`."""
        seed = f"stowplan: run {self._disturbed.seed}, {order.table} {order.number}"
        drawn = Random(seed.encode("utf-8", "surrogatepass")).random()  # noqa: S311
        sigma = math.log(1 + self._disturbed.noise) / Z90
        factor = math.exp(sigma * _NORMAL(drawn or _LEAST))
        return Fraction(int(factor * MICROSECONDS + 0.5), MICROSECONDS)


def _stretched(work: int, factor: Fraction) -> int:
    """Work times a factor, rounded up."""
    return -(-work * factor.numerator // factor.denominator)
