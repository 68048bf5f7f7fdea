"""`migration_progress.md`: where a run stands, for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from stowplan.execution.entries import Outlook
from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.units import MICROSECONDS, duration_text, rate_text, size_text

from .checkpoints import checkpoint_pages
from .decisions import decisions
from .layout import LISTED, bullets, escaped, grouped, minutes, table, told
from .results import TOLERATED_US, Speed, Wall, behind_us, percent, states, status, takes_us

_HEADERS = ("Table", "Status", "Time", "% Complete", "On Schedule?")


def progress_markdown(ledger: Ledger, outlook: Outlook | None) -> str:
    """The page; `outlook` is when the rest ends, None where that was not asked."""
    lines = chain(
        _head(ledger),
        _tables(ledger),
        _resources(ledger),
        _budget(ledger, outlook or _last(ledger)),
        _decided(ledger),
        checkpoint_pages(ledger),
    )
    return "\n".join(lines).rstrip("\n") + "\n"


def _last(ledger: Ledger) -> Outlook | None:
    """What the last checkpoint could tell."""
    return ledger.judgements[-1].outlook if ledger.judgements else None


def _head(ledger: Ledger) -> Iterator[str]:
    wall = Wall.of(ledger)
    yield "# Migration Progress"
    yield ""
    yield f"## Status: {status(ledger)}"
    yield f"## Start Time: {wall.moment(0)}"
    yield f"## Current Time: {wall.moment(ledger.at_us)}"
    yield f"## Elapsed: {minutes(ledger.at_us)} minutes"
    yield ""
    if ledger.ended is not None and ledger.ended.text:
        yield f"Ended: {told(ledger.ended.text)}."
        yield ""


def _tables(ledger: Ledger) -> Iterator[str]:
    yield "## Table Status"
    yield ""
    shown = ledger.tables
    if len(shown) > LISTED:
        shown = [each for each in shown if each.state in _TELLING]
        counts = ", ".join(f"{n} {state}" for state, n in sorted(states(ledger).items()))
        count = len(ledger.tables)
        yield f"{count} tables: {counts}. Only those in progress and failed are listed."
        yield ""
    shown = sorted(shown, key=lambda each: (each.load.start_us, each.load.name))
    yield from table(_HEADERS, (_row(each, ledger.at_us) for each in shown[:LISTED]), "llrrl")


_TELLING = (State.OPEN, State.LOADED, State.FAILED)


def _row(each: Progress, at_us: int) -> tuple[str, ...]:
    begun = each.started_us
    taken = takes_us(each)
    if taken is None and begun is not None:
        taken = at_us - begun
    return (
        escaped(each.load.name),
        each.state.value,
        "-" if taken is None else duration_text(taken),
        f"{percent(each)}%",
        _schedule(each, at_us),
    )


def _schedule(each: Progress, at_us: int) -> str:
    """Whether a table is where the plan has it, and by how much it is late."""
    if each.state in (State.FAILED, State.PASSED):
        return "-"
    late = behind_us(each, at_us)
    return (
        "✓"
        if late <= TOLERATED_US
        else f"✗ {duration_text(late // MICROSECONDS * MICROSECONDS)} late"
    )


def _resources(ledger: Ledger) -> Iterator[str]:
    yield "## Resource Utilization"
    memory = ledger.program.memory
    held = size_text(ledger.held) if ledger.held else "not measured"
    limit = "no limit stated" if memory is None else size_text(memory)
    speed = Speed.of(ledger)
    lines = (
        f"Memory: {held} / {limit} (most so far)",
        f"Network: {rate_text(speed.over_all)} / {rate_text(ledger.limits.rate)} target"
        f" (peak {rate_text(speed.peak)})",
        f"Moved: {size_text(ledger.size)}, {grouped(ledger.rows)} rows",
    )
    yield from bullets(lines)


def _budget(ledger: Ledger, outlook: Outlook | None) -> Iterator[str]:
    wall = Wall.of(ledger)
    left = sum(t.load.size - t.moved for t in ledger.tables if t.load.needed and not t.closed)
    yield "## Time Budget"
    yield f"- Elapsed: {minutes(ledger.at_us)} minutes"
    yield f"- Remaining: {minutes(max(0, ledger.limits.limit_us - ledger.at_us))} minutes"
    yield f"- Critical work remaining: {size_text(left)}"
    ended = None if ledger.ended is None else f"ended at {wall.moment(ledger.ended.at_us)}"
    yield f"- Projected completion: {ended or _projected(outlook, wall)}"
    yield f"- Status: {_pace(ledger, outlook)}"
    yield ""


def _projected(outlook: Outlook | None, wall: Wall) -> str:
    if outlook is None:
        return "not projected yet"
    required, everything = (
        "cannot be moved any more" if at_us is None else wall.moment(at_us)
        for at_us in (outlook.required_us, outlook.all_us)
    )
    return f"{required} (required tables), {everything} (all of the window)"


def _pace(ledger: Ledger, outlook: Outlook | None) -> str:
    if outlook is None:
        return "not judged yet"
    at = "" if outlook.at_us == ledger.at_us else f" (as of {duration_text(outlook.at_us)})"
    return f"{outlook.pace}{at}"


def _decided(ledger: Ledger) -> Iterator[str]:
    yield "## Decisions Made"
    yield from bullets([*decisions(ledger)] or ["None: the run follows its plan"])
