"""`migration_report.md`: what a run has done, for people. Every figure is the ledger's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.units import count_text, duration_text, rate_text, share_text, size_text

from .checkpoints import checkpoint_pages
from .decisions import checkpoint_table, decisions
from .follow_up import check_list
from .layout import (
    LISTED,
    MARKDOWN,
    bullets,
    escaped,
    grouped,
    minutes,
    more,
    signed,
    table,
    told,
)
from .lessons import improvable, recommended, worked
from .notes import notes, outcome, scheduled
from .results import Speed, Wall, phases, plan_name, simulated, status, takes_us

FILE = "migration_report.json"
_MARKS = {
    State.DONE: "✓",
    State.OPEN: "INCOMPLETE",
    State.LOADED: "INCOMPLETE",
    State.WAITING: "NOT STARTED",
}


def report_markdown(ledger: Ledger) -> str:
    """The page; of a run that has not ended it says so."""
    lines = chain(
        _summary(ledger),
        _results(ledger),
        _failures(ledger),
        _memory(ledger),
        _network(ledger),
        _phases(ledger),
        _checkpoints(ledger),
        _lessons(ledger),
        _follow_up(ledger),
    )
    return "\n".join(lines).rstrip("\n") + "\n"


def _summary(ledger: Ledger) -> Iterator[str]:
    done = sum(each.state is State.DONE for each in ledger.tables)
    size = sum(each.load.size for each in ledger.tables)
    yield "# Migration Report"
    yield ""
    yield "## Summary"
    yield f"- Status: {status(ledger)}"
    yield f"- Window used: {minutes(ledger.at_us)} of {_window(ledger)} minutes"
    yield f"- Tables migrated: {done} of {len(ledger.tables) + len(ledger.program.left)}"
    yield f"- Rows migrated: {grouped(ledger.rows)}"
    yield f"- Data transferred: {size_text(ledger.size)} of {size_text(size)} in this window"
    yield from (f"- {line}" for line in _course(ledger))
    yield ""


def _window(ledger: Ledger) -> str:
    now, planned = ledger.limits.duration_us, ledger.program.limits.duration_us
    extended = f" ({minutes(planned)} by plan, extended)" if now != planned else ""
    return f"{minutes(now)}{extended}"


def _course(ledger: Ledger) -> Iterator[str]:
    """How it ran: which run it was, from when to when, and how it ended."""
    wall, began, ended = Wall.of(ledger), ledger.began, ledger.ended
    if began is not None:
        settings = f" ({told(began.settings)})" if began.settings else ""
        by = f"by {told(began.mover)}{settings}"
        plan = f"{escaped(plan_name(began))}, window {escaped(began.window)}"
        yield f"Run: {told(began.run)} of {plan}, {by}"
    if simulated(ledger):
        yield "Simulated: no data were moved, and times are those of the plan's model"
    yield f"From: {wall.moment(0)}"
    yield f"To: {wall.moment(ledger.at_us)}"
    if ended is None:
        yield "Ended: not yet"
    else:
        yield f"Ended: {ended.ending}{f', {told(ended.text)}' if ended.text else ''}"
    if ledger.resumed:
        times = ", ".join(wall.at(at_us) for at_us in ledger.resumed[:10])
        yield f"Resumed: {count_text(len(ledger.resumed), 'time')} ({times})"


def _results(ledger: Ledger) -> Iterator[str]:
    yield "## Results by Table"
    yield ""
    # Those that are not done first where not all can be shown.
    many = len(ledger.tables) > LISTED
    shown = sorted(
        ledger.tables,
        key=lambda t: (many and t.state is State.DONE, t.load.start_us, t.load.name),
    )
    wall = Wall.of(ledger)
    rows = [_result(each, wall) for each in shown[:LISTED]]
    rows += [
        (escaped(left.name), "DEFERRED", "-", "-", scheduled(left))
        for left in ledger.program.left[:LISTED]
    ]
    yield from table(("Table", "Status", "Rows", "Time", "Notes"), rows, "llrrl")
    yield from more(len(ledger.tables), FILE)
    yield from more(len(ledger.program.left), FILE)


def _result(each: Progress, wall: Wall) -> tuple[str, ...]:
    taken = takes_us(each)
    return (
        escaped(each.load.name),
        _MARKS.get(each.state, each.state.value),
        grouped(each.rows) if each.rows or each.state is State.DONE else "-",
        "-" if taken is None else duration_text(taken),
        "; ".join(notes(each, wall, MARKDOWN)),
    )


def _failures(ledger: Ledger) -> Iterator[str]:
    if ledger.failures:
        wall = Wall.of(ledger)
        yield "## Failures"
        for failed in ledger.failures[:LISTED]:
            chunk = "" if failed.number is None else f", chunk {failed.number}"
            yield (
                f"- {wall.at(failed.at_us)}: {escaped(failed.table)}{chunk}: "
                f"{told(failed.reason)} ({outcome(ledger, failed.table)})"
            )
        yield ""
        yield from more(len(ledger.failures), FILE)


def _memory(ledger: Ledger) -> Iterator[str]:
    limit = ledger.program.memory
    stated = f" of {size_text(limit)} ({share_text(ledger.held, limit)})" if limit else ""
    chunks = sorted({each.chunk for each in ledger.tables if each.chunks})
    yield "## Resource Usage"
    yield ""
    yield "### Peak Memory"
    yield f"- Maximum: {f'{size_text(ledger.held)}{stated}' if ledger.held else 'not measured'}"
    used = " to ".join(dict.fromkeys(size_text(each) for each in (*chunks[:1], *chunks[-1:])))
    yield f"- Chunk size used: {used or 'none was moved'}"
    yield f"- Any pressure events: {'YES' if ledger.pressures else 'NO'}"
    wall = Wall.of(ledger)
    for each in ledger.pressures[:LISTED]:
        yield (
            f"  - {wall.at(each.at_us)}: {escaped(each.table)}, {size_text(each.held)} of "
            f"{size_text(each.limit)}: its chunks were halved"
        )
    yield ""


def _network(ledger: Ledger) -> Iterator[str]:
    speed, target, planned = Speed.of(ledger), ledger.limits.rate, ledger.program.limits.rate
    raised = f", {rate_text(planned)} by plan" if target != planned else ""
    yield "### Network Utilization"
    yield (
        f"- Average: {rate_text(speed.over_all)} (target {rate_text(target)}{raised}); "
        f"{rate_text(speed.moving)} while data moved"
    )
    yield f"- Peak: {rate_text(speed.peak)} in one second"
    yield f"- Throttling events: {grouped(ledger.waits)}"
    yield ""


def _phases(ledger: Ledger) -> Iterator[str]:
    yield "## Plan vs Actual"
    yield ""
    rows = [
        (
            f"Phase {each.number}",
            duration_text(each.compared_us),
            duration_text(each.actual_us) if each.done else "-",
            signed(each.variance_us) if each.done else "-",
            f"{each.done} of {each.tables}",
            duration_text(each.planned_end_us),
            "-" if each.end_us is None else duration_text(each.end_us),
        )
        for each in phases(ledger)
    ]
    headers = ("Phase", "Planned", "Actual", "Variance", "Tables", "Planned end", "End")
    yield from table(headers, rows[:LISTED], "lrrrrrr")
    yield from more(len(rows), FILE)
    yield (
        "Times are added up over the phase's tables that are done; "
        "where none is, Planned is that of all."
    )
    yield ""


def _checkpoints(ledger: Ledger) -> Iterator[str]:
    yield "## Checkpoints"
    yield ""
    yield from checkpoint_table(ledger)
    yield "## Decisions Made"
    yield from bullets([*decisions(ledger)] or ["None: the run followed its plan"])
    yield from checkpoint_pages(ledger)


def _lessons(ledger: Ledger) -> Iterator[str]:
    yield "## Lessons Learned"
    parts = (
        ("What worked well", worked(ledger)),
        ("What could be improved", improvable(ledger)),
        ("Recommendations for follow-up migration", recommended(ledger)),
    )
    found = [(title, [*sentences]) for title, sentences in parts]
    for title, lines in found:
        if lines:
            yield f"- {title}:"
            yield from (f"  - {line}" for line in lines)
    if not any(lines for _, lines in found):
        yield "- None: nothing was moved"
    yield ""


def _follow_up(ledger: Ledger) -> Iterator[str]:
    yield "## Follow-up Required"
    yield from check_list(ledger)
