"""A plan as one side of a comparison: where its tables are, and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from stowplan.model import (
    Action,
    DeferredTable,
    Placement,
    Plan,
    PlannedCheckpoint,
    PlannedTable,
    PlannedWindow,
    Severity,
    Violation,
)
from stowplan.units import rate_text, size_text

from .phrases import exact_time
from .sides import Figure, TableState, Unit, Value

PLANNED, UNSCHEDULABLE = "planned", "unschedulable"


def plan_tables(plan: Plan) -> dict[str, TableState]:
    """Every table of a plan by name, as far as the plan itself speaks of it."""
    states = [
        *(_planned(table, main=True) for table in plan.planned),
        *map(_deferred, plan.deferred),
        *(TableState(n, outcome=UNSCHEDULABLE, cause=c) for n, c in plan.unschedulable),
    ]
    return {state.name: state for state in states}


def _planned(table: PlannedTable, *, main: bool) -> TableState:
    return TableState(
        table.name,
        table.class_name,
        table.effective_class,
        table.placement.value,
        PLANNED,
        table.window,
        main,
        table.phase,
        table.timing.start_us,
        table.timing.finish_us,
        table.rows,
        table.size,
        parents(table.depends_on, table.depends_on_rules),
    )


def parents(names: Iterable[str], rules: Iterable[str]) -> tuple[str, ...]:
    """The direct parents of a table, and the rules that stand for very many of them."""
    return (*sorted(names), *(f"rule {rule}" for rule in sorted(rules)))


def _deferred(table: DeferredTable) -> TableState:
    if table.planned is not None:
        return _planned(table.planned, main=False)._replace(outcome=table.code)
    return TableState(
        table.name,
        table.class_name,
        outcome=table.code,
        rows=table.rows,
        size=table.size,
    )


def plan_figures(plan: Plan) -> Iterator[Figure]:
    """The numbers of a plan's summary, of what there is to spend, and of its checkpoints."""
    required = sum(t.size for t in plan.planned if t.placement is Placement.REQUIRED)
    yield Figure("feasibility", "feasibility", Unit.TEXT, plan.feasibility)
    yield Figure("proven", "proven", Unit.TEXT, "yes" if plan.proven else "no")
    yield Figure("tables", "tables", Unit.COUNT, count(plan))
    yield Figure("required_mb", "required", Unit.SIZE, required)
    yield Figure("planned_mb", "planned", Unit.SIZE, sum(t.size for t in plan.planned))
    yield from bound_figures("required", plan.required.lower_us, plan.required.finish_us)
    yield from bound_figures("all", plan.everything.lower_us, plan.everything.finish_us)
    even = plan.break_even
    yield Figure("break_even_required_mb_s", "break-even, required", Unit.RATE, even.required)
    yield Figure("break_even_all_mb_s", "break-even, all", Unit.RATE, even.everything)
    yield Figure("deferred", "deferred", Unit.COUNT, len(plan.deferred))
    yield Figure("unschedulable", "unschedulable", Unit.COUNT, len(plan.unschedulable))
    yield Figure("critical_path", "critical path", Unit.TEXT, path_text(plan.critical_path))
    yield from _resources(plan)
    for number, window in enumerate(plan.windows):
        yield from _window(number, window)
    for checkpoint in plan.checkpoints:
        if checkpoint.rule is not None:  # phases move with every table
            yield from _checkpoint(checkpoint)


def count(plan: Plan) -> int:
    """How many tables the plan speaks of."""
    return len(plan.planned) + len(plan.deferred) + len(plan.unschedulable)


def bound_figures(which: str, lower_us: int, finish_us: int) -> Iterator[Figure]:
    """When the required tables, or all of the main window, end; the bound, and the gap to it."""
    keys = _BOUND_KEYS[which]
    of = "main window" if which == "all" else "required"
    yield Figure(keys[0], f"{of} ends", Unit.TIME, finish_us)
    yield Figure(keys[1], f"{of}, bound", Unit.TIME, lower_us)
    yield Figure(keys[2], f"{of}, gap", Unit.RATIO, gap(lower_us, finish_us))


_BOUND_KEYS = {
    "required": ("required_finish_s", "required_lower_bound_s", "required_gap"),
    "all": ("makespan_s", "lower_bound_s", "gap"),
}


def gap(lower_us: int, finish_us: int) -> int:
    """Finish over bound, less one, in millionths; rounded as the plan's JSON does."""
    if not lower_us:
        return 0
    return (2_000_000 * (finish_us - lower_us) + lower_us) // (2 * lower_us)


def path_text(names: Iterable[str]) -> str:
    """`customers → orders`."""
    return " → ".join(names)


def _resources(plan: Plan) -> Iterator[Figure]:
    memory = plan.memory
    yield Figure("bandwidth_target_mb_s", "bandwidth", Unit.RATE, plan.bandwidth.target)
    yield Figure("bandwidth_limit_mb_s", "bandwidth limit", Unit.RATE, plan.bandwidth.limit)
    yield Figure("streams", "streams", Unit.COUNT, plan.streams)
    yield Figure("memory_mb", "memory", Unit.SIZE, memory.limit if memory else None)
    reserve = None if memory is None else millionths(memory.reserve)
    yield Figure("memory_reserve", "memory reserve", Unit.RATIO, reserve)


def millionths(share: Fraction | Decimal) -> int:
    """A share in millionths, as the plan's JSON rounds it."""
    return round(round(float(share), 6) * 1_000_000)


def _window(number: int, planned: PlannedWindow) -> Iterator[Figure]:
    window, capacity = planned
    yield from window_figures(
        number,
        (
            window.name,
            window.duration_us,
            window.rollback_us,
            millionths(window.reserve),
            window.usable_us,
            capacity.rate,
            capacity.streams,
        ),
    )


_WINDOW = (
    ("name", "", Unit.TEXT),
    ("duration_s", ", duration", Unit.TIME),
    ("rollback_s", ", rollback", Unit.TIME),
    ("reserve", ", reserve", Unit.RATIO),
    ("usable_s", ", usable", Unit.TIME),
    ("bandwidth_mb_s", ", bandwidth", Unit.RATE),
    ("streams", ", streams", Unit.COUNT),
)


def window_figures(number: int, values: tuple[int | str, ...]) -> Iterator[Figure]:
    """A window's name, duration, rollback, reserve, usable time, bandwidth and streams."""
    which = "main window" if not number else f"follow-up window {number}"
    for (key, label, unit), value in zip(_WINDOW, values, strict=True):
        yield Figure(f"windows.{number}.{key}", f"{which}{label or ' is'}", unit, value)


def _checkpoint(point: PlannedCheckpoint) -> Iterator[Figure]:
    yield from checkpoint_figures(
        point.rule,
        point.after,
        (
            point.at_us,
            point.expected_us,
            point.latest_us,
            len(point.tables),
            point.size,
            point.required_size,
            point.no_go_below,
            point.decider,
            "; ".join(map(action_text, point.if_behind)) or None,
        ),
    )


_CHECKPOINT = (
    ("at_s", "at", Unit.TIME),
    ("expected_s", "expected", Unit.TIME),
    ("latest_s", "latest", Unit.TIME),
    ("tables", "tables", Unit.COUNT),
    ("mb", "size", Unit.SIZE),
    ("required_mb", "required", Unit.SIZE),
    ("no_go_below_mb", "no-go below", Unit.SIZE),
    ("decider", "decider", Unit.TEXT),
    ("if_behind", "if behind", Unit.TEXT),
)


def checkpoint_figures(
    rule: str | None, after: str | None, values: tuple[Value, ...]
) -> Iterator[Figure]:
    """A checkpoint: when, how late it may come true, what is done by then, what may be done."""
    named = "/".join(name for name in (rule, after) if name)
    for (key, label, unit), value in zip(_CHECKPOINT, values, strict=True):
        text = f"checkpoint {named}, {label}"
        yield Figure(f"checkpoints.{named}.{key}", text, unit, value)


def action_text(action: Action) -> str:
    """What may be done about being late, as the plan's JSON has it."""
    if action.kind == "stop":
        return "stop"
    if action.kind == "skip":
        named = action.class_name or ", ".join(pattern.text for pattern in action.tables)
        return f"skip {named}"
    value = action.value or 0
    exact = {"extend_window": exact_time, "raise_bandwidth": rate_text, "chunk": size_text}
    return f"{action.kind} {exact.get(action.kind, str)(value)}"


def finding_figures(violations: Iterable[Violation]) -> Iterator[Figure]:
    """How many findings of each severity there are; those that are waived count only as such."""
    found = list(violations)
    open_ = [v.severity for v in found if v.suppressed is None]
    for severity, word in zip(Severity, ("errors", "warnings", "notes"), strict=True):
        yield Figure(severity.value, word, Unit.COUNT, open_.count(severity))
    yield Figure("waived", "waived", Unit.COUNT, len(found) - len(open_))
