"""Which mover carries a run out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from stowplan.cli.outcome import UsageError
from stowplan.execution.entries import Began
from stowplan.execution.mover import Mover
from stowplan.execution.program import Program
from stowplan.movers.urls import SCHEMES, address_of
from stowplan.units import MICROSECONDS

from .signals import Signals

SIMULATE = "simulate"
MOVERS = (SIMULATE, *SCHEMES)
_SLICE_S = 0.2


class RealMover(Mover, Protocol):
    """A mover that holds connections."""

    def left_out(self) -> tuple[str, ...]:
        """What of the source is not at the target though no table's, as views; a line each."""

    def quit(self) -> None:
        """Give everything free."""


def which(mover: str | None, source: str | None, target: str | None) -> str:
    """What moves the data. Raises UsageError, MoverError where the options do not fit."""
    schemes = [address_of(url).scheme for url in (source, target) if url is not None]
    if mover == SIMULATE or (mover is None and not schemes):
        if schemes:
            raise UsageError("--mover simulate moves no data: leave --source and --target out")
        return SIMULATE
    if len(schemes) < 2:
        raise UsageError("a database run needs both: --source URL and --target URL")
    if len({*schemes}) > 1 or mover not in (None, schemes[0]):
        raise UsageError(f"--mover {mover or schemes[0]}: source and target are {schemes}")
    return schemes[0]


def real_mover(kind: str, program: Program, source: str, target: str, began: Began) -> RealMover:
    """The mover of a kind of database. Raises MoverError."""
    from stowplan.movers.sqlite.mover import SqliteMover  # noqa: PLC0415 (one kind of several)
    from stowplan.movers.sqlite.pacing import Clock  # noqa: PLC0415

    assert kind == "sqlite"
    clock = Clock(_since(began.started), lambda us: time.sleep(us / MICROSECONDS))
    paths = address_of(source).path, address_of(target).path
    return SqliteMover(program, *paths, run_id=began.run, started=began.started, clock=clock)


def taken_up(program: Program, source: str, target: str, began: Began) -> Began | None:
    """The beginning of the run that a target holds, whose folder is gone. Raises MoverError."""
    from stowplan.movers.sqlite.sources import held_run  # noqa: PLC0415 (one kind of several)

    held = held_run(program, address_of(source).path, address_of(target).path)
    return began._replace(run=held.run, started=held.started) if held else None


def _since(started: str) -> Callable[[], int]:
    """Microseconds since a moment on the wall; from now on by a clock that nobody sets."""
    passed = datetime.now(UTC) - datetime.fromisoformat(started)
    base = passed // timedelta(microseconds=1) - time.monotonic_ns() // 1000
    return lambda: base + time.monotonic_ns() // 1000


def rehearsed(program: Program, source: str, target: str) -> Iterator[str]:
    """What a database run would do, statement by statement. Raises MoverError."""
    from stowplan.movers.sqlite.statements import statements  # noqa: PLC0415 (one kind of several)

    return statements(program, address_of(source).path, address_of(target).path)


def waiting(now_us: int, signals: Signals) -> Callable[[int], None]:
    """Sleep until a moment of a rehearsal that has come so far; somebody may cut it short."""
    started_s = time.monotonic() - now_us / MICROSECONDS

    def wait(until_us: int) -> None:
        while (left := started_s + until_us / MICROSECONDS - time.monotonic()) > 0:
            if signals.stopping:
                return
            time.sleep(min(left, _SLICE_S))

    return wait
