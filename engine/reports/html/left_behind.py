"""What is not in the main window: how much for which reason, and the largest tables of it."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest
from typing import NamedTuple

from stowplan.model import DeferredTable, Plan
from stowplan.reports.clock import Clock, clocks
from stowplan.reports.text import printable
from stowplan.units import count_text, size_text


class Left(NamedTuple):
    """A table outside the main window: its size, why, what would change it, and where it goes."""

    name: str
    size: str
    code: str
    why: str
    rule: str | None
    change: str
    where: str


def why_left(plan: Plan) -> Iterator[tuple[str, str]]:
    """Each reason's code, with how many tables it keeps out and their size."""
    found: dict[str, list[int]] = {}
    for table in plan.deferred:
        found.setdefault(table.code, []).append(table.size)
    for code, sizes in sorted(found.items()):
        yield code, f"{count_text(len(sizes), 'table')}, {size_text(sum(sizes))}"


def left_behind(plan: Plan, most: int) -> Iterator[Left]:
    """The largest tables outside the main window, each with its reason."""
    known = clocks(plan.windows)
    for table in nlargest(most, plan.deferred, key=_size):
        reason, *others = table.because
        yield Left(
            printable(table.name),
            size_text(table.size),
            table.code,
            printable(reason.text),
            reason.rule,
            printable(others[0].text) if others else "",
            _where(table, known[table.planned.window] if table.planned else None),
        )


def _size(table: DeferredTable) -> int:
    return table.size


def _where(table: DeferredTable, clock: Clock | None) -> str:
    if table.code == "excluded":
        return "never moved"
    if table.planned is None or clock is None:
        return printable(table.because[-1].text)
    timing = table.planned.timing
    span = clock.span(timing.start_us, timing.finish_us)
    return f"planned in window {printable(table.planned.window)}, {span}"
