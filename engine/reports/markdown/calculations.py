"""What it costs: times, the longest chain, memory, and whether the window holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from stowplan.model import Basis, DeferredTable, Manifest, Placement, Plan, PlannedTable
from stowplan.moments import moment_text
from stowplan.reports.break_even import proviso, why_none
from stowplan.reports.clock import Clock
from stowplan.rules.schedule import bound_text
from stowplan.units import (
    MICROSECONDS,
    decimal_text,
    duration_text,
    rate_text,
    share_text,
    size_text,
)

from .layout import LISTED, escaped, table

_ESTIMATE_COLUMNS = ("left", "right", "right", "left")
_CHUNK_COLUMNS = ("left", "right", "right", "right")


def calculations(plan: Plan, manifest: Manifest) -> Iterator[str]:
    """The section Resource Calculations, after the page's head."""
    yield from _head(plan, manifest)
    yield from _estimates(plan)
    yield from _critical_path(plan)
    yield from _memory(plan)
    yield from _feasibility(plan)


def _head(plan: Plan, manifest: Manifest) -> Iterator[str]:
    yield "# Migration Plan"
    yield ""
    if manifest.source or manifest.destination:
        yield f"From {escaped(manifest.source or '?')} to {escaped(manifest.destination or '?')}."
        yield ""
    main = plan.windows[0]
    finish = duration_text(plan.required.finish_us)
    yield from _wall(plan)
    yield (
        f"**Feasibility: {plan.feasibility}.** The required tables end at {finish} of "
        f"{duration_text(main.window.usable_us)} usable in window {escaped(main.window.name)}."
    )
    yield ""
    yield "## Resource Calculations"
    yield ""


def _wall(plan: Plan) -> Iterator[str]:
    """When each window is, on the wall."""
    for window, _ in plan.windows:
        if window.starts is not None:
            clock = Clock(window.starts)
            back = f", going back until {clock.time(window.limit_us)}" if window.rollback_us else ""
            yield (
                f"Window {escaped(window.name)}: {moment_text(window.starts)} to "
                f"{clock.time(window.duration_us)}, usable until {clock.time(window.usable_us)}"
                f"{back}."
            )
            yield ""


def _estimates(plan: Plan) -> Iterator[str]:
    rate = plan.windows[0].capacity.rate
    yield f"### Time Estimates (at {rate_text(rate)})"
    yield ""
    planned = (_estimate(table, table.alone_us, table.effective_class) for table in plan.planned)
    deferred = (_estimate(table, table.needs_us, table.class_name or "") for table in plan.deferred)
    yield from table(
        ("Table", "Size (MB)", "Est. Time", "Priority"),
        chain(planned, deferred),
        len(plan.planned) + len(plan.deferred),
        _ESTIMATE_COLUMNS,
    )
    yield f"Each by itself at its full rate. {_assumptions(plan)} {_bases(plan)}".rstrip()
    yield ""


def _estimate(table: PlannedTable | DeferredTable, time_us: int, priority: str) -> list[str]:
    return [escaped(table.name), _mb(table.size), _seconds(time_us), escaped(priority)]


def _assumptions(plan: Plan) -> str:
    assumed = sorted({figure for table in plan.planned for figure in table.assumed})
    if not plan.planned:
        return "No table is planned in this window."
    if not assumed:
        return "All throughput figures come from rules."
    return (
        f"Assumed to cost nothing, since no rule states them for every table: {', '.join(assumed)}."
    )


def _bases(plan: Plan) -> str:
    """What the times in the window rest on, where a run has measured any; else nothing."""
    counts = Counter(table.basis for table in plan.planned)
    if not counts[Basis.MEASURED]:
        return ""
    parts = (f"{counts[basis]} {basis}" for basis in reversed(Basis) if counts[basis])
    return f"What the times of the window's tables rest on: {', '.join(parts)}."


def _mb(size: int) -> str:
    return size_text(size).removesuffix(" MB")


def _seconds(microseconds: int) -> str:
    return f"{decimal_text(microseconds, 3 if microseconds >= MICROSECONDS else 6)} sec"


def _critical_path(plan: Plan) -> Iterator[str]:
    yield "### Total Critical Path Time"
    yield ""
    path = [escaped(name) for name in plan.critical_path[:LISTED]]
    if path:
        more = (
            f" → … ({len(plan.critical_path)} tables)" if len(plan.critical_path) > LISTED else ""
        )
        on_path = frozenset(plan.critical_path)
        total = sum(table.alone_us for table in plan.planned if table.name in on_path)
        yield f"- Longest chain: {' → '.join(path)}{more}: {duration_text(total)} at full rate"
    yield (
        f"- Required tables: done at {duration_text(plan.required.finish_us)}; proven lower bound "
        f"{duration_text(plan.required.lower_us)} ({escaped_bound(plan)})"
    )
    yield (
        f"- Everything in the window: done at {duration_text(plan.everything.finish_us)}; "
        f"lower bound {duration_text(plan.everything.lower_us)}"
    )
    yield ""


def escaped_bound(plan: Plan) -> str:
    """The words of the required tables' bound; a chain's names are escaped."""
    witness = plan.required.witness
    return bound_text(witness._replace(path=tuple(escaped(name) for name in witness.path)))


def _memory(plan: Plan) -> Iterator[str]:
    yield "### Memory Planning"
    yield ""
    if not plan.chunk:
        yield "- Chunk size: there is nothing to move"
    elif plan.memory is None:
        yield f"- Chunk size: {size_text(plan.chunk)}; no memory limit is stated"
    else:
        held = 2 * plan.chunk * plan.streams
        yield f"- Chunk size: {size_text(plan.chunk)} to stay under {size_text(plan.memory.limit)}"
        yield (
            f"- Held at once: {plan.streams} × 2 chunks = {size_text(held)}, "
            f"{share_text(held, plan.memory.limit)} of the limit"
        )
    rows = (
        [escaped(t.name), f"{t.rows_per_chunk:,}".replace(",", " "), str(t.chunks), _mb(t.chunk)]
        for t in plan.planned
    )
    yield "- Rows per chunk (from each table's mean row):"
    yield ""
    headers = ("Table", "Rows per chunk", "Chunks", "Chunk (MB)")
    yield from table(headers, rows, len(plan.planned), _CHUNK_COLUMNS)


def _minutes(microseconds: int) -> str:
    return f"{decimal_text(-(-microseconds // 60), 2)} minutes"


def _feasibility(plan: Plan) -> Iterator[str]:
    main = plan.windows[0].window
    required = sum(t.size for t in plan.planned if t.placement is Placement.REQUIRED)
    yield "### Feasibility Assessment"
    yield ""
    yield f"- Required tables total: {size_text(required)}"
    needed = plan.required.finish_us
    yield f"- Time needed for required: {_minutes(needed)} ({duration_text(needed)})"
    yield f"- Time available: {_minutes(main.duration_us)}"
    yield f"- Usable: {_minutes(main.usable_us)} ({_usable_arithmetic(plan)})"
    proof = "proven" if plan.proven else "no better plan found"
    yield f"- Feasibility: {plan.feasibility} ({proof})"
    yield from _break_even(plan)
    yield ""


def _usable_arithmetic(plan: Plan) -> str:
    main = plan.windows[0].window
    rollback = f" - {duration_text(main.rollback_us)} rollback" if main.rollback_us else ""
    reserve = decimal_text(int(main.reserve * 100_000_000))
    return f"{duration_text(main.duration_us)}{rollback}, less {reserve} % reserve"


def _break_even(plan: Plan) -> Iterator[str]:
    even = plan.break_even
    figures = (
        ("the required tables", even.required),
        ("everything that can be moved", even.everything),
    )
    for everything, (what, rate) in enumerate(figures):
        told = proviso(even, everything=bool(everything))
        if rate is None:
            why = why_none(plan, everything=bool(everything))
            yield f"- Break-even for {what}: none, since {why}"
        elif told:
            yield f"- Break-even for {what}: {rate_text(rate)} ({told})"
        else:
            yield f"- Break-even for {what}: {rate_text(rate)} still just holds the window"
