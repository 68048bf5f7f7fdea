"""In what order, what stays behind, and what cannot be planned at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from stowplan.model import DeferredTable, Plan, PlannedTable
from stowplan.reports.clock import Clock, clocks
from stowplan.units import size_text

from .layout import LISTED, escaped, more, sentence


def execution(plan: Plan) -> Iterator[str]:
    """The section Execution Order."""
    yield from _order(plan)
    yield from _deferred(plan)
    yield from _unschedulable(plan)


def _order(plan: Plan) -> Iterator[str]:
    yield "## Execution Order"
    yield ""
    by_phase = sorted(plan.planned, key=lambda table: table.phase)  # then by start and name still
    number, clock = 0, Clock(plan.windows[0].window.starts)
    for phase, members in groupby(by_phase, key=lambda table: table.phase):
        tables = list(members)
        yield f"### Phase {phase}{': must be first' if phase == 1 else ''}"
        yield ""
        for table in tables[:LISTED]:
            number += 1
            yield f"{number}. {_step(table, clock)}"
        number += max(0, len(tables) - LISTED)
        yield from more(len(tables))
        yield ""


def _step(table: PlannedTable, clock: Clock) -> str:
    when = clock.span(table.timing.start_us, table.timing.finish_us)
    return f"{escaped(table.name)} ({size_text(table.size)}) - {_waits(table)}; {when}"


def _waits(table: PlannedTable) -> str:
    parents = [escaped(name) for name in table.depends_on[:12]]
    more = len(table.depends_on) - len(parents)
    parents += [f"{more} more"] if more else []
    parents += [f"rule {escaped(rule)}" for rule in table.depends_on_rules]
    return f"depends on {', '.join(parents)}" if parents else "no dependencies"


def _deferred(plan: Plan) -> Iterator[str]:
    yield "### Deferred to Follow-up"
    yield ""
    known = clocks(plan.windows)
    for table in plan.deferred[:LISTED]:
        reason = table.because[0]
        rule = f" (rule {escaped(reason.rule)})" if reason.rule else ""
        yield f"- {escaped(table.name)} ({size_text(table.size)}) - {sentence(reason.text)}{rule}"
        yield f"  - {_placed(table, known)}; {sentence(table.because[1].text)}"
    yield from more(len(plan.deferred))
    if not plan.deferred:
        yield "Nothing is deferred."
    yield ""


def _placed(table: DeferredTable, known: Mapping[str, Clock]) -> str:
    if table.code == "excluded":
        return "in no window"
    if table.planned is None:
        return sentence(table.because[-1].text)
    timing = table.planned.timing
    when = known[table.planned.window].span(timing.start_us, timing.finish_us)
    return f"in window {escaped(table.planned.window)}, {when}"


def _unschedulable(plan: Plan) -> Iterator[str]:
    if plan.unschedulable:
        yield "### Cannot Be Planned"
        yield ""
        for name, cause in plan.unschedulable[:LISTED]:
            yield f"- {escaped(name)} - {sentence(cause)}"
        yield from more(len(plan.unschedulable))
        yield ""
