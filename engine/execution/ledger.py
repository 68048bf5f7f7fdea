"""The state of a run: what the entries of its journal add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from stowplan.model import Action
from stowplan.units import MICROSECONDS

from .entries import Began, Ended, Entry, Judgement, Passed, Resumed
from .fits import Fit, Sums
from .mover import Abandoned, Closed, Copied, Failed, Opened, Pressure
from .program import Limits, Load, Program

MOST_TRIES = 3
"""How often a chunk is tried before its table is given up."""

_RECENT = 0.9
"""The weight of a chunk in the measured pace, beside the one after it."""

_RECENT_FIT = 0.98
"""The same in the fit: slower, for chunks of different tables tell bytes from rows."""


class State(StrEnum):
    """Where a table stands."""

    WAITING = "WAITING"
    OPEN = "IN_PROGRESS"
    LOADED = "LOADED"
    DONE = "COMPLETE"
    FAILED = "FAILED"
    PASSED = "SKIPPED"


class Measured:
    """What was moved of what the plan would have moved; recent chunks weigh more."""

    def __init__(self) -> None:
        self.offered = self.moved = self.elapsed_us = self.own_us = 0.0
        self._own = Sums()

    def add(self, chunk: Copied) -> None:
        """Let a chunk weigh in; the earlier ones weigh less."""
        self.offered = self.offered * _RECENT + chunk.offered
        self.moved = self.moved * _RECENT + chunk.size
        self.elapsed_us = self.elapsed_us * _RECENT + chunk.at_us - chunk.started_us
        if chunk.own_us is not None:
            self.own_us = self.own_us * _RECENT + chunk.own_us
            self._own.fade(_RECENT_FIT)
            self._own.add(chunk)

    @property
    def own_fit(self) -> Fit | None:
        """What bytes and rows cost by themselves; None where the mover cannot tell."""
        return self._own.fit()

    @property
    def slowness(self) -> float:
        """How many times longer than planned; 1 where nothing was measured."""
        return self.offered / self.moved if self.moved and self.offered else 1.0


@dataclass(slots=True)
class Progress:
    """One table: what was done of it so far, in bytes, rows and microseconds.

    `chunk_rows` and `chunk` are what a chunk of it may hold from now on. `opened` and `closed` hold
    the whole of what the mover said. `note` says why it is not loaded, or what was noticed;
    `decided` that a checkpoint left it out.
    """

    load: Load
    chunk_rows: int
    chunk: int
    state: State = State.WAITING
    rows: int = 0
    size: int = 0
    chunks: int = 0
    tries: int = 0
    opened: Opened | None = None
    loaded_us: int | None = None
    closed: Closed | None = None
    note: str = ""
    decided: bool = False
    waits: int = 0
    pressed: int = 0
    pace: Measured = field(default_factory=Measured)
    sums: Sums = field(default_factory=Sums)

    @property
    def moved(self) -> int:
        """How many of the planned bytes are done, by rows where rows are planned."""
        load = self.load
        if self.loaded_us is not None:
            return load.size
        if load.rows:
            return min(load.size, load.size * self.rows // load.rows)
        return min(load.size, self.size)

    @property
    def over(self) -> bool:
        """Whether nothing more is done for it."""
        return self.state in (State.DONE, State.FAILED, State.PASSED)

    @property
    def started_us(self) -> int | None:
        """When it began, None before."""
        return self.opened.started_us if self.opened else None


class Ledger:
    """A run so far. `tables` are in the order of the program's loads."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.limits: Limits = program.limits
        self.tables = [Progress(load, load.rows_per_chunk, load.chunk) for load in program.loads]
        self.number = {load.name: at for at, load in enumerate(program.loads)}
        self.began: Began | None = None
        self.ended: Ended | None = None
        self.judgements: list[Judgement] = []
        self.pressures: list[Pressure] = []
        self.failures: list[Failed] = []
        self.resumed: list[int] = []
        self.pace = Measured()
        self.at_us = 0
        self.rows = self.size = self.waits = self.held = 0
        self.seconds: dict[int, int] = {}  # bytes moved in each second since the start

    @classmethod
    def of(cls, program: Program, entries: Iterable[Entry]) -> Ledger:
        """The state after all of these entries."""
        ledger = cls(program)
        for entry in entries:
            ledger.add(entry)
        return ledger

    def add(self, entry: Entry) -> None:
        """Take in what happened next."""
        self.at_us = max(self.at_us, entry.at_us)
        _TAKERS[type(entry)](self, entry)

    def table(self, name: str) -> Progress:
        """A table of the window by its name."""
        return self.tables[self.number[name]]

    def _began(self, entry: Began) -> None:
        self.began = entry

    def _resumed(self, entry: Resumed) -> None:
        """What failed is tried again; what a decision left out stays out."""
        self.resumed.append(entry.at_us)
        self.ended = None
        for table in self.tables:
            if table.state is State.FAILED:
                table.state = State.OPEN if table.opened else State.WAITING
                table.state = State.LOADED if table.loaded_us is not None else table.state
            elif table.state is State.PASSED and not table.decided:
                table.state = State.WAITING
            table.tries = 0

    def _opened(self, entry: Opened) -> None:
        table = self.table(entry.table)
        table.opened = table.opened or entry
        table.state = State.OPEN
        table.tries = 0

    def _copied(self, entry: Copied) -> None:
        table = self.table(entry.table)
        if entry.rows or entry.size:
            table.chunks += 1
            table.rows += entry.rows
            table.size += entry.size
            table.pace.add(entry)
            table.sums.add(entry)
            self.pace.add(entry)
            self.rows += entry.rows
            self.size += entry.size
            _spread_over_seconds(self.seconds, entry)
        table.waits += entry.waits
        table.tries = 0
        self.waits += entry.waits
        self.held = max(self.held, entry.held)
        if entry.last:
            table.state = State.LOADED
            table.loaded_us = entry.at_us

    def _closed(self, entry: Closed) -> None:
        table = self.table(entry.table)
        table.closed = entry
        table.state = State.FAILED if entry.differences else State.DONE
        if entry.differences:
            table.note = f"source and target differ: {'; '.join(entry.differences)}"

    def _failed(self, entry: Failed) -> None:
        table = self.table(entry.table)
        self.failures.append(entry)
        table.tries += 1
        table.note = entry.reason
        if entry.scope == "table" or table.tries >= MOST_TRIES:
            table.state = State.FAILED

    def _abandoned(self, entry: Abandoned) -> None:
        self.table(entry.table).note = "cut off by the window's end"

    def _pressure(self, entry: Pressure) -> None:
        table = self.table(entry.table)
        table.pressed += 1
        table.chunk = max(1, table.chunk // 2)
        table.chunk_rows = max(1, table.chunk_rows // 2)
        self.pressures.append(entry)
        self.held = max(self.held, entry.held)

    def _passed(self, entry: Passed) -> None:
        table = self.table(entry.table)
        table.state, table.note, table.decided = State.PASSED, entry.reason, entry.decided

    def _judged(self, entry: Judgement) -> None:
        self.judgements.append(entry)
        for action in entry.taken:
            self._take(action)

    def _ended(self, entry: Ended) -> None:
        self.ended = entry

    def _take(self, action: Action) -> None:
        self.limits = changed(self.limits, action, self.program.rate_limit)
        held = self.program.memory
        if action.kind == "streams" and held is not None:
            self._bound_chunks(held // (2 * self.limits.streams))
        if action.kind == "chunk":
            self._bound_chunks(max(1, action.value or 1))

    def _bound_chunks(self, most: int) -> None:
        """Chunks of at most `most` bytes from now on; they never grow past the plan's memory."""
        for table in self.tables:
            if most < table.chunk:
                table.chunk_rows = max(1, table.chunk_rows * most // table.chunk)
                table.chunk = most


def changed(limits: Limits, action: Action, rate_limit: int | None) -> Limits:
    """What a run may spend once an action is taken; the bandwidth never passes its limit."""
    value = action.value or 0
    if action.kind == "raise_bandwidth":
        rate = value if rate_limit is None else min(value, rate_limit)
        return limits._replace(rate=max(limits.rate, rate))
    if action.kind == "streams":
        return limits._replace(streams=max(1, value))
    if action.kind == "extend_window":
        return limits._replace(duration_us=limits.duration_us + value)
    return limits


def _spread_over_seconds(seconds: dict[int, int], chunk: Copied) -> None:
    """The bytes of a chunk, evenly over the seconds in which it was under way."""
    start, end, done = chunk.started_us, chunk.at_us, 0
    length = end - start
    for second in range(start // MICROSECONDS, max(end - 1, start) // MICROSECONDS + 1):
        until = min((second + 1) * MICROSECONDS, end)
        part = chunk.size * (until - start) // length if length else chunk.size
        seconds[second] = seconds.get(second, 0) + part - done
        done = part


_TAKERS: Mapping[type, Callable[[Ledger, Any], None]] = {
    Began: Ledger._began,
    Resumed: Ledger._resumed,
    Opened: Ledger._opened,
    Copied: Ledger._copied,
    Closed: Ledger._closed,
    Failed: Ledger._failed,
    Abandoned: Ledger._abandoned,
    Pressure: Ledger._pressure,
    Passed: Ledger._passed,
    Judgement: Ledger._judged,
    Ended: Ledger._ended,
}
