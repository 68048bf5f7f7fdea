"""A plan in a few lines, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tabulate import tabulate

from stowplan.model import Placement, Plan, Risk, Window
from stowplan.moments import moment_text
from stowplan.rules.schedule import bound_text
from stowplan.units import (
    count_text,
    decimal_text,
    duration_text,
    rate_text,
    size_text,
)

from .break_even import break_even_text
from .chances import blocked_text, chance_text
from .clock import Clock
from .text import counts, printable

_DEFERRED_LISTED = 10


def plan_summary(plan: Plan) -> str:
    """The verdict, the numbers that matter, and each deferred table with its reason."""
    rows = [[printable(value) for value in row] for row in _rows(plan)]
    table = tabulate(rows, tablefmt="plain", disable_numparse=True)
    deferred = [printable(line) for line in _deferred(plan)]
    return "\n".join([f"Feasibility: {plan.feasibility}{_proof(plan)}", "", table, *deferred])


def _proof(plan: Plan) -> str:
    if plan.proven:
        return "" if plan.feasibility == "YES" else " (proven: no plan does better)"
    return " (no better plan found)"


def _rows(plan: Plan) -> Iterator[tuple[str, str]]:
    main = plan.windows[0]
    required = [table for table in plan.planned if table.placement is Placement.REQUIRED]
    yield (
        "window",
        f"{main.window.name}: {duration_text(main.window.duration_us)}, "
        f"usable {duration_text(main.window.usable_us)}, {rate_text(main.capacity.rate)}, "
        f"{count_text(main.capacity.streams, 'stream')}{_wall(main.window)}",
    )
    yield (
        "required",
        f"{count_text(len(required), 'table')}, {size_text(sum(t.size for t in required))}, "
        f"done at {duration_text(plan.required.finish_us)}",
    )
    yield (
        "planned",
        f"{count_text(len(plan.planned), 'table')}, "
        f"{size_text(sum(table.size for table in plan.planned))}, "
        f"done at {duration_text(plan.everything.finish_us)}",
    )
    yield "bound", f"{bound_text(plan.everything.witness)}, gap {_gap(plan)}"
    yield "break-even", break_even_text(plan.break_even)
    if plan.risk is not None:
        yield "risk", _risk(plan.risk)
    yield "deferred", count_text(len(plan.deferred), "table")
    totals = counts(plan.violations)
    yield "findings", ", ".join(f"{count} {word}" for word, count in totals.items() if count) or "0"
    if plan.unschedulable:
        yield "unschedulable", count_text(len(plan.unschedulable), "table")


def _wall(window: Window) -> str:
    """When the window starts and how long it may be used, on the wall."""
    if window.starts is None:
        return ""
    until = Clock(window.starts).time(window.usable_us)
    return f", from {moment_text(window.starts)}, usable until {until}"


def _risk(risk: Risk) -> str:
    """How likely the window is kept, and when nine in ten draws have ended."""
    shares = [chance_text(fit, risk.draws) for fit in (risk.required_fit, risk.all_fit)]
    why = f" ({blocked_text(risk)}; P90 is of the others)" if risk.blocked else ""
    return (
        f"required in time in {shares[0]} of {count_text(risk.draws, 'draw')}{why}, "
        f"P90 {duration_text(risk.required.p90_us)}; "
        f"all in {shares[1]}, P90 {duration_text(risk.everything.p90_us)}"
    )


def _gap(plan: Plan) -> str:
    """How far the finish is above the bound, in per cent."""
    bound = plan.everything
    if not bound.lower_us:
        return "0 %"
    hundred_millionths = (bound.finish_us - bound.lower_us) * 100_000_000 // bound.lower_us
    return f"{decimal_text(hundred_millionths, 3)} %"


def _deferred(plan: Plan) -> Iterator[str]:
    if plan.deferred:
        yield ""
    for table in plan.deferred[:_DEFERRED_LISTED]:
        yield f"  {table.name}: {table.because[0].text}"
    if len(plan.deferred) > _DEFERRED_LISTED:
        yield f"  … and {len(plan.deferred) - _DEFERRED_LISTED} more"
