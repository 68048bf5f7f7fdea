"""Copies between two SQLite databases, one order after the other: SQLite has one writer.

Orders are carried out inside `next`, the most urgent first. Whatever goes wrong, the transaction is
rolled back, the error becomes a happening, and the mover can go on.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from stowplan.execution.mover import (
    Abandoned,
    ChunkOrder,
    Closed,
    Failed,
    Happening,
    MoverError,
    Opened,
    Pressure,
    Standing,
)
from stowplan.execution.program import Program

from .closing import Closer
from .connecting import PATIENCE_S
from .copying import Copier
from .failing import TroubleError, is_interrupt, trouble_of
from .locking import TargetLock
from .memory import resident
from .pacing import Clock, DeadlineError, Pacer, real_clock
from .pair import Source, caches, connect, read_source, transaction
from .progress import Progress
from .sources import begin, stamp
from .tables import make_ready
from .tracks import Track, Tracks

_STEPS = 20_000
"""After how many steps of SQLite's machine a statement looks at the deadline."""


class _Order(NamedTuple):
    """An order in the queue; `chunk` is None for the two that are not of a chunk."""

    urgency: tuple[int, int, str]
    number: int
    table: str
    carry_out: Callable[[], Happening]
    chunk: int | None


class SqliteMover:
    """Implements Mover. Raises MoverError where source and target cannot be used together.

    `clock` counts from the window's start, which is `started` on the wall; without one from now.
    The lock on the target is held until `quit`, or until the process is gone.
    """

    def __init__(
        self,
        program: Program,
        source: Path,
        target: Path,
        *,
        run_id: str,
        started: str = "",
        clock: Clock | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._clock = clock or real_clock()
        self._orders: list[_Order] = []
        self._told: deque[Happening] = deque()
        self._urgencies: dict[str, tuple[int, int, str]] = {}
        self._count = 0
        self._memory = program.memory
        self._base = resident()
        found = read_source(source)
        cache = caches(program.memory, program.limits.rate)
        self._lock = TargetLock(target, run_id)
        try:
            self._connection = connect(found, target, cache, patience_s)
            self._begin(program, found, run_id, started)
        except BaseException:
            self.quit()
            raise

    def _begin(self, program: Program, source: Source, run_id: str, started: str) -> None:
        connection = self._connection
        self._progress = Progress(connection, run_id)
        begun = begin(connection, self._progress, program, source, started)
        limits = program.limits
        self._pacer = Pacer(self._clock, limits.rate, program.rate_limit)
        self._pacer.change(limits.rate, limits.limit_us)
        self._tracks = Tracks(connection, program, source, begun)
        self._copier = Copier(connection, self._progress, self._pacer, self._clock)
        reread = begun.source != stamp(source.path)
        self._closer = Closer(
            connection, self._progress, program, source, self._pacer, self._clock, reread=reread
        )
        connection.set_progress_handler(self._is_late, _STEPS)

    def quit(self) -> None:
        """Closes the databases and gives the target free; what is under way is not committed."""
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()
        self._lock.release()

    def left_out(self) -> tuple[str, ...]:
        """What the target lacks when the run ends: views, later changes; a line each with why."""
        return self._closer.left_out()

    @property
    def base(self) -> int:
        """What the process held before the run, in bytes: the interpreter and the plan."""
        return self._base

    def standing(self) -> Mapping[str, Standing]:
        """What the target holds of this run already, by table: it is believed."""
        try:
            return self._progress.standing()
        except sqlite3.Error as error:
            raise MoverError(f"the target: {trouble_of(error).reason}") from error

    def now(self) -> int:
        """The time since the window's start."""
        return self._clock.now()

    def limits(self, rate: int, deadline_us: int) -> None:
        """From now on move at most `rate` bytes/s, and commit nothing after the deadline."""
        self._pacer.change(rate, deadline_us)

    def open(self, table: str, urgency: tuple[int, int, str]) -> None:
        """Order: make the table ready to take rows. Ends in Opened, Abandoned or Failed."""
        self._urgencies[table] = urgency
        self._add(urgency, table, lambda: self._open(table), None)

    def copy(self, order: ChunkOrder) -> None:
        """Order: copy a chunk. Ends in Copied, Abandoned or Failed; Pressure may come before."""
        self._urgencies[order.table] = order.urgency
        self._add(order.urgency, order.table, lambda: self._copy(order), order.number)

    def close(self, table: str) -> None:
        """Order: indexes, constraints, verification. Ends in Closed, Abandoned or Failed."""
        urgency = self._urgencies.get(table, (0, 0, table))
        self._add(urgency, table, lambda: self._close(table), None)

    def next(self, until_us: int | None) -> Happening | None:
        """What happens next; None when `until_us` has come, or when nothing is under way."""
        if self._told:
            return self._told.popleft()
        if not self._orders or (until_us is not None and self.now() >= until_us):
            return None
        order = heapq.heappop(self._orders)
        self._told.append(self._happening(order, self.now()))
        if order.chunk is not None:
            self._look_at_memory(order.table)
        return self._told.popleft()

    def _add(
        self,
        urgency: tuple[int, int, str],
        table: str,
        carry_out: Callable[[], Happening],
        chunk: int | None,
    ) -> None:
        self._count += 1
        heapq.heappush(self._orders, _Order(urgency, self._count, table, carry_out, chunk))

    def _happening(self, order: _Order, started_us: int) -> Happening:
        """Carries an order out; what goes wrong is what happens."""
        try:
            self._pacer.check()
            return order.carry_out()
        except DeadlineError:
            return self._cut_off(order)
        except TroubleError as trouble:
            return self._failed(order, started_us, trouble)
        except sqlite3.Error as error:
            if is_interrupt(error):
                if not self._is_late():
                    raise KeyboardInterrupt from error  # what stopped it was swallowed by SQLite
                return self._cut_off(order)
            return self._failed(order, started_us, trouble_of(error))

    def _failed(self, order: _Order, started_us: int, trouble: TroubleError) -> Failed:
        figures = (self.now(), started_us, trouble.scope, trouble.reason)
        return Failed(order.table, order.chunk, *figures)

    def _cut_off(self, order: _Order) -> Abandoned:
        return Abandoned(order.table, order.chunk, self.now())

    def _open(self, name: str) -> Opened:
        started = self.now()
        with transaction(self._connection):
            table = self._tracks.table(name)
            self._tracks.check_definition(table)
            chunks = self._progress.chunks(name)
            if name not in self._progress.closed():
                make_ready(self._connection, table, chunks)
            self._tracks.begin(name, chunks)
        return Opened(name, self.now(), started)

    def _copy(self, order: ChunkOrder) -> Happening:
        track = self._track(order.table)
        before = track.chunks[-1] if track.chunks else None
        if order.number != len(track.chunks):
            raise TroubleError("table", f"chunk {len(track.chunks)} is next, not {order.number}")
        try:
            chunk = self._copier.copy(track.route, order, before, lambda: self._tracks.check(track))
        except (KeyboardInterrupt, SystemExit):
            del self._tracks.open[order.table]  # it may be at the target: look before going on
            raise
        track.chunks.append(chunk)
        return chunk.copied

    def _close(self, name: str) -> Closed:
        track = self._track(name)
        return self._closer.close(track, lambda: self._tracks.check(track))

    def _track(self, name: str) -> Track:
        """A table that was opened; one that this process did not open is, now."""
        if name not in self._tracks.open:
            self._open(name)
        return self._tracks.open[name]

    def _look_at_memory(self, table: str) -> None:
        if self._memory is None:
            return
        held, limit = resident(), self._base + self._memory
        if held - self._base > self._memory * 9 // 10:
            self._told.appendleft(Pressure(table, self.now(), held, limit))

    def _is_late(self) -> bool:
        """Called by SQLite now and then: whether a statement is to be broken off."""
        deadline = self._pacer.deadline_us
        return deadline is not None and self._clock.now() >= deadline
