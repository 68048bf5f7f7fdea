"""The numbers at the top of a run's page, each with what to know of it."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.execution.ledger import Ledger, State
from stowplan.reports.run.layout import grouped
from stowplan.reports.run.results import SIMULATED, Speed, Wall
from stowplan.reports.text import printable
from stowplan.units import (
    MEGABYTE,
    count_text,
    decimal_text,
    duration_text,
    share_text,
    size_text,
)

from .summary import Tile


def run_tiles(ledger: Ledger, wall: Wall) -> Iterator[Tile]:
    """The numbers that matter of a run."""
    yield Tile("Window used", duration_text(ledger.at_us), _window_note(ledger, wall))
    yield _required(ledger)
    yield _required_end(ledger, wall)
    done = sum(each.state is State.DONE for each in ledger.tables)
    outside = len(ledger.program.left)
    more = f"{grouped(outside)} more {'was' if outside == 1 else 'were'} left out by the plan"
    note = more if outside else "the plan left out none"
    yield Tile("Tables moved", f"{grouped(done)} of {grouped(len(ledger.tables))}", note)
    size = sum(each.load.size for each in ledger.tables)
    rows = f"{grouped(ledger.rows)} row{'' if ledger.rows == 1 else 's'}"
    yield Tile("Data moved", size_text(ledger.size), f"of {size_text(size)} in this window; {rows}")
    yield _speed(ledger)
    yield _memory(ledger)
    yield _compared(ledger)


def _window_note(ledger: Ledger, wall: Wall) -> str:
    last, planned = ledger.limits, ledger.program.limits
    name = printable(ledger.program.window)
    told = f"of {duration_text(last.duration_us)}, window {name}"
    if last.duration_us != planned.duration_us:
        told = f"{told}, extended from {duration_text(planned.duration_us)}"
    if last.rollback_us:
        told = f"{told}; copying stops at {wall.at(last.limit_us)}"
    return told


def _required(ledger: Ledger) -> Tile:
    required = [each for each in ledger.tables if each.load.needed]
    done = [each for each in required if each.state is State.DONE]
    whole = sum(each.load.size for each in required)
    there = sum(each.moved for each in required)
    note = f"{size_text(there)} of {size_text(whole)}"
    return Tile("Required moved", f"{grouped(len(done))} of {grouped(len(required))}", note)


def _required_end(ledger: Ledger, wall: Wall) -> Tile:
    required = [each for each in ledger.tables if each.load.needed]
    ends = [each.closed.at_us for each in required if each.state is State.DONE and each.closed]
    planned = max((each.load.finish_us for each in required), default=0)
    note = f"planned {wall.at(planned)}"
    if not ends or len(ends) < len(required):
        return Tile("Required done at", "–" if required else "none", note if required else "")
    by = max(ends) - planned
    if by:
        note = f"{note}; {duration_text(abs(by))} {'later' if by > 0 else 'earlier'}"
    return Tile("Required done at", duration_text(max(ends)), note)


def _speed(ledger: Ledger) -> Tile:
    speed, target, planned = Speed.of(ledger), ledger.limits.rate, ledger.program.limits.rate
    raised = f" by plan, raised to {_rate(target)} later" if target != planned else ""
    share = share_text(speed.moving, planned) if planned else ""
    note = f"{share} of the target {_rate(planned)}{raised}; at most {_rate(speed.peak)}"
    return Tile("Speed while moving", _rate(speed.moving), note)


def _rate(rate: int) -> str:
    """To the hundredth, slow ones to the thousandth."""
    return f"{decimal_text(rate, 2 if rate >= MEGABYTE else 3)} MB/s"


def _memory(ledger: Ledger) -> Tile:
    limit, pressures = ledger.program.memory, len(ledger.pressures)
    told = f"limit {size_text(limit)}" if limit else "no limit is stated"
    events = count_text(pressures, "pressure event") if pressures else "no pressure"
    return Tile("Peak memory", size_text(ledger.held) if ledger.held else "–", f"{told}; {events}")


def _compared(ledger: Ledger) -> Tile:
    levels = [
        each.closed.verified
        for each in ledger.tables
        if each.state is State.DONE and each.closed is not None
    ]
    compared = sum(level not in SIMULATED and level != "none" for level in levels)
    note = f"{levels.count('checksum')} by checksum"
    if any(level in SIMULATED for level in levels):
        note = "a rehearsal compares nothing"
    return Tile("Copies compared", f"{grouped(compared)} of {grouped(len(ledger.tables))}", note)
