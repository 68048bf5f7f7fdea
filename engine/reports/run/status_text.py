"""Where a run stands, for a terminal: what `stowplan status` prints."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.execution.entries import Judgement, Outlook
from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.execution.mover import Failed
from stowplan.reports.text import printable
from stowplan.units import count_text, duration_text, rate_text, size_text

from .layout import grouped, minutes
from .results import (
    TOLERATED_US,
    Speed,
    Wall,
    behind_us,
    percent,
    plan_name,
    simulated,
    states,
    status,
)
from .wording import line_of

_SHOWN = 40
"""How many tables of a kind, checkpoints and failures are shown at the most."""


def status_text(ledger: Ledger, outlook: Outlook | None) -> str:
    """Some lines: the state, figures, what is under way, what was decided, what failed."""
    lines = [*_head(ledger), *_figures(ledger), *_outlook(ledger, outlook), *_tables(ledger)]
    return "\n".join(map(printable, [*lines, *_told(ledger)])) + "\n"


def _head(ledger: Ledger) -> Iterator[str]:
    began, ended, wall = ledger.began, ledger.ended, Wall.of(ledger)
    why = f" ({ended.text})" if ended is not None and ended.text else ""
    rehearsal = ", simulated" if simulated(ledger) else ""
    yield f"{status(ledger)}{why}{rehearsal}"
    if began is not None:
        yield f"run {began.run} of {plan_name(began)}, window {began.window}, by {began.mover}"
    yield f"started {wall.moment(0)}, last entry {wall.moment(ledger.at_us)}"


def _figures(ledger: Ledger) -> Iterator[str]:
    count, speed, memory = states(ledger), Speed.of(ledger), ledger.program.memory
    named = ", ".join(f"{n} {state}" for state, n in sorted(count.items()))
    yield f"tables: {len(ledger.tables)} ({named})"
    total = size_text(sum(each.load.size for each in ledger.tables))
    yield f"moved: {grouped(ledger.rows)} rows, {size_text(ledger.size)} of {total}"
    target = rate_text(ledger.limits.rate)
    yield f"bandwidth: {rate_text(speed.over_all)} on average, target {target}"
    held = size_text(ledger.held) if ledger.held else "not measured"
    yield f"memory: {held}, limit {'none' if memory is None else size_text(memory)}"


def _outlook(ledger: Ledger, outlook: Outlook | None) -> Iterator[str]:
    limit = ledger.limits.limit_us
    yield f"window: {minutes(ledger.at_us)} of {minutes(limit)} minutes used"
    if outlook is not None and ledger.ended is None:
        ends = "; ".join(
            f"{what} {'cannot all be moved' if at_us is None else f'end after {minutes(at_us)}'}"
            for what, at_us in (
                ("required tables", outlook.required_us),
                ("all", outlook.all_us),
            )
        )
        yield f"outlook: {outlook.pace}, {ends} minutes"


def _tables(ledger: Ledger) -> Iterator[str]:
    for state in (State.OPEN, State.LOADED, State.FAILED, State.PASSED):
        found = [each for each in ledger.tables if each.state is state]
        yield from (f"  {_table(each, ledger.at_us)}" for each in found[:_SHOWN])
        if len(found) > _SHOWN:
            yield f"  … and {len(found) - _SHOWN} more {state}"


def _table(each: Progress, at_us: int) -> str:
    late = behind_us(each, at_us)
    pace = f", {duration_text(late)} late" if late > TOLERATED_US else ""
    if each.over:
        return f"{each.load.name}: {each.state}: {each.note}"
    return f"{each.load.name}: {each.state}, {percent(each)} %, {grouped(each.rows)} rows{pace}"


def _told(ledger: Ledger) -> Iterator[str]:
    """The last checkpoints and failures, as the run told them."""
    entries: list[Judgement | Failed] = [*ledger.judgements[-_SHOWN:], *ledger.failures[-_SHOWN:]]
    for entry in sorted(entries, key=lambda each: each.at_us):
        yield line_of(entry, ledger) or ""
    left = count_text(len(ledger.program.left), "table")
    if ledger.program.left:
        yield f"{left} not in this window"
