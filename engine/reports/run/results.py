"""What a run has come to: figures that its report, its progress and its display share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from typing import NamedTuple

from stowplan.execution.entries import Began, Judgement
from stowplan.execution.fits import Sums
from stowplan.execution.ledger import Ledger, Progress, State, changed
from stowplan.execution.program import Limits, Load
from stowplan.reports.clock import Clock
from stowplan.units import MICROSECONDS, duration_text

SIMULATED = frozenset(("simulate", "simulated"))
"""What a mover is called that moves nothing, and the level at which it compares."""

TOLERATED_US = MICROSECONDS
"""So much later than planned is still on schedule."""


def status(ledger: Ledger) -> str:
    """IN_PROGRESS before the end; then by what is there of the window's tables."""
    if ledger.ended is None:
        return "IN_PROGRESS"
    if all(table.state is State.DONE for table in ledger.tables):
        return "COMPLETE"
    required = all(table.state is State.DONE for table in ledger.tables if table.load.needed)
    return "PARTIAL" if required else "FAILED"


def simulated(ledger: Ledger) -> bool:
    """Whether no data were moved."""
    closed = (table.closed for table in ledger.tables)
    compared = any(each is not None and each.verified in SIMULATED for each in closed)
    return compared or (ledger.began is not None and ledger.began.mover in SIMULATED)


def title_of(judgement: Judgement) -> str:
    """A checkpoint's rule and what it comes after: `three-hour-mark`, `after phase 1`."""
    title = judgement.title
    if judgement.rule is None and title.startswith("(") and title.endswith(")"):
        return title[1:-1]
    return title


def plan_name(began: Began) -> str:
    """The plan's file, without the way to it from the journal."""
    return began.plan.rpartition("/")[2]


class Wall(NamedTuple):
    """The clock on the wall of a run; without a known start it shows offsets."""

    clock: Clock

    @classmethod
    def of(cls, ledger: Ledger) -> Wall:
        """The clock since the moment that the run's beginning states."""
        started = ledger.began.started if ledger.began else ""
        try:
            return cls(Clock(datetime.fromisoformat(started)))
        except ValueError:
            return cls(Clock(ledger.program.starts))

    def moment(self, at_us: int) -> str:
        """A moment in ISO 8601 to the second; an offset where there is no start."""
        moment = self.clock.moment(at_us)
        if moment is None:
            return f"{duration_text(at_us)} after the start"
        return moment.isoformat(timespec="seconds")

    def iso(self, at_us: int | None) -> str | None:
        """A moment in ISO 8601, exact; None where there is none."""
        return None if at_us is None else self.clock.iso(at_us)

    def at(self, at_us: int) -> str:
        """An offset, and the time on the wall beside it."""
        return self.clock.at(at_us)


def takes_us(table: Progress) -> int | None:
    """How long a table took from its beginning to its end; None where it is not done."""
    if table.state is not State.DONE or table.closed is None:
        return None
    begun = table.started_us
    return table.closed.at_us - (table.closed.started_us if begun is None else begun)


def planned_us(load: Load) -> int:
    """How long a table takes by plan."""
    return load.finish_us - load.start_us


def average(size: int, length_us: int) -> int:
    """Bytes a second; 0 in no time."""
    return size * MICROSECONDS // length_us if length_us > 0 else 0


class Speed(NamedTuple):
    """How fast data moved, in bytes/s: over the run, while it moved, in the best second."""

    over_all: int
    moving: int
    peak: int

    @classmethod
    def of(cls, ledger: Ledger) -> Speed:
        """As measured so far; a second in which nothing moved counts for the first alone."""
        moving = [size for size in ledger.seconds.values() if size]
        # The last second is seldom whole: no rate is above that of the best one.
        mean = sum(moving) // len(moving) if moving else 0
        over_all = average(ledger.size, ledger.at_us)
        peak = max(moving, default=0)
        return cls(over_all, max(mean, over_all), max(peak, over_all))


def total(parts: Iterable[Sums]) -> Sums:
    """What the least squares need of all of these chunks together."""
    some = [part for part in parts if part.chunks]
    names = (each.name for each in fields(Sums))
    return Sums(**{name: sum(getattr(part, name) for part in some) for name in names})


class Phase(NamedTuple):
    """One phase: the time of its tables added up, by plan and as it was, and when it ended.

    `expected_us` is the plan for those that are done. Times in microseconds.
    """

    number: int
    tables: int
    done: int
    planned_us: int
    expected_us: int
    actual_us: int
    planned_end_us: int
    end_us: int | None

    @property
    def compared_us(self) -> int:
        """The plan's time to hold the actual one against: of those done, of all where none is."""
        return self.expected_us if self.done else self.planned_us

    @property
    def variance_us(self) -> int:
        """By how much longer the tables took that are done."""
        return self.actual_us - self.expected_us


def phases(ledger: Ledger) -> Iterator[Phase]:
    """Every phase of the window, in order."""
    members: dict[int, list[Progress]] = {}
    for table in ledger.tables:
        members.setdefault(table.load.phase, []).append(table)
    for number in sorted(members):
        yield _phase(number, members[number])


def _phase(number: int, tables: list[Progress]) -> Phase:
    done = [table for table in tables if takes_us(table) is not None]
    ends = [table.closed.at_us for table in done if table.closed]
    return Phase(
        number,
        len(tables),
        len(done),
        sum(planned_us(table.load) for table in tables),
        sum(planned_us(table.load) for table in done),
        sum(takes_us(table) or 0 for table in done),
        max(table.load.finish_us for table in tables),
        max(ends) if len(done) == len(tables) else None,
    )


class Adjusted(NamedTuple):
    """A checkpoint, the limits before and after it, and which tables it left out."""

    judgement: Judgement
    before: Limits
    after: Limits
    skipped: tuple[str, ...]


def adjusted(ledger: Ledger) -> Iterator[Adjusted]:
    """Every checkpoint that was judged, in order, with what changed at it."""
    limits = ledger.program.limits
    left_out: dict[str, list[str]] = {}
    for table in ledger.tables:
        if table.state is State.PASSED and table.decided:
            left_out.setdefault(table.note, []).append(table.load.name)
    for judgement in ledger.judgements:
        before = limits
        for action in judgement.taken:
            limits = changed(limits, action, ledger.program.rate_limit)
        skipped = left_out.get(f"skipped at {judgement.title}", []) if judgement.taken else []
        yield Adjusted(judgement, before, limits, tuple(skipped))


def states(ledger: Ledger) -> Counter[State]:
    """How many tables stand where."""
    return Counter(table.state for table in ledger.tables)


def behind_us(table: Progress, at_us: int) -> int:
    """By how much a table is later than planned at a moment; 0 or less where it is on schedule.

    One that is under way is as late as its bytes are.
    """
    load = table.load
    if table.closed is not None:
        return table.closed.at_us - load.finish_us
    if table.opened is None:
        return at_us - load.start_us
    return at_us - (load.finish_us if table.moved >= load.size else _moment(load, table.moved))


def _moment(load: Load, moved: int) -> int:
    """When the plan has moved so many bytes of a table and is to move the next."""
    for segment in load.segments:
        length = segment.end_us - segment.start_us
        part = segment.rate * length // MICROSECONDS
        if segment.rate and moved < part:
            return segment.start_us + moved * MICROSECONDS // segment.rate
        moved -= part
    return load.finish_us


def percent(table: Progress) -> int:
    """How much of a table is done; 100 only where it is."""
    if table.state is State.DONE:
        return 100
    size = table.load.size
    return min(99, 100 * table.moved // size) if size and table.opened else 0
