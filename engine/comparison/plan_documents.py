"""`migration_plan.json` as one side of a comparison; only what is compared is read."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Action, Severity, Span, Violation, shown

from .plan_nodes import Node, NotAPlanError
from .plans import (
    PLANNED,
    UNSCHEDULABLE,
    action_text,
    bound_figures,
    checkpoint_figures,
    finding_figures,
    parents,
    path_text,
    window_figures,
)
from .sides import Figure, Side, TableState, Unit

VERSION = 1


def plan_side(label: str, data: object) -> Side:
    """The side that a plan's document is. Raises NotAPlanError."""
    plan = Node(data, "")
    version = plan.get("stowplan_plan", int)
    if version != VERSION:
        raise NotAPlanError(f"stowplan_plan is {shown(version)}, must be {VERSION}: plan anew")
    violations = tuple(_violation(entry) for entry in plan.entries("violations"))
    tables = {state.name: state for state in _tables(plan)}
    figures = (*_figures(plan, tables), *finding_figures(violations))
    return Side(label, tables, figures, violations)


def _tables(plan: Node) -> Iterator[TableState]:
    for entry in plan.entries("tables"):
        yield _placed(entry, PLANNED, main=True)
    for entry in plan.entries("deferred"):
        yield _deferred(entry)
    for entry in plan.entries("unschedulable"):
        name, cause = entry.text("name"), entry.text("cause")
        yield TableState(name, outcome=UNSCHEDULABLE, cause=cause)


def _placed(entry: Node, outcome: str, *, main: bool) -> TableState:
    rules = entry.names("depends_on_rules") if entry.maybe("depends_on_rules", list) else ()
    return TableState(
        entry.text("name"),
        entry.maybe("class", str),
        entry.text("effective_class"),
        entry.text("placement"),
        outcome,
        entry.text("window"),
        main,
        entry.get("phase", int),
        entry.scaled("start_s"),
        entry.scaled("finish_s"),
        entry.get("rows", int),
        entry.scaled("size_mb"),
        parents(entry.names("depends_on"), rules),
    )


def _deferred(entry: Node) -> TableState:
    code = entry.text("code")
    if entry.maybe("window", str) is not None:
        return _placed(entry, code, main=False)
    rows, size = entry.get("rows", int), entry.scaled("size_mb")
    named = TableState(entry.text("name"), entry.maybe("class", str), outcome=code)
    return named._replace(rows=rows, size=size)


def _figures(plan: Node, tables: dict[str, TableState]) -> Iterator[Figure]:
    """The same figures, in the same order, as of a plan that was just made."""
    summary = plan.node("summary")
    even = summary.node("break_even_mb_s")
    proven = "yes" if plan.get("proven", bool) else "no"
    yield Figure("feasibility", "feasibility", Unit.TEXT, plan.text("feasibility"))
    yield Figure("proven", "proven", Unit.TEXT, proven)
    yield Figure("tables", "tables", Unit.COUNT, len(tables))
    yield Figure("required_mb", "required", Unit.SIZE, summary.scaled("required_mb"))
    yield Figure("planned_mb", "planned", Unit.SIZE, summary.scaled("planned_mb"))
    for which in ("required", "all"):
        bound = plan.node("bounds").node(which)
        yield from bound_figures(which, bound.scaled("lower_s"), bound.scaled("finish_s"))
    required, everything = even.maybe_scaled("required"), even.maybe_scaled("all")
    yield Figure("break_even_required_mb_s", "break-even, required", Unit.RATE, required)
    yield Figure("break_even_all_mb_s", "break-even, all", Unit.RATE, everything)
    for key in ("deferred", UNSCHEDULABLE):
        yield Figure(key, key, Unit.COUNT, len(plan.get(key, list)))
    path = path_text(plan.names("critical_path"))
    yield Figure("critical_path", "critical path", Unit.TEXT, path)
    yield from _resources(plan.node("resources"))
    for number, window in enumerate(plan.entries("windows")):
        yield from window_figures(number, _window(window))
    for checkpoint in plan.entries("checkpoints"):
        if checkpoint.maybe("rule", str) is not None:
            yield from _checkpoint(checkpoint)


def _resources(given: Node) -> Iterator[Figure]:
    bandwidth = given.node("bandwidth")
    memory = None if given.maybe("memory", dict) is None else given.node("memory")
    target, limit = bandwidth.scaled("target_mb_s"), bandwidth.maybe_scaled("limit_mb_s")
    yield Figure("bandwidth_target_mb_s", "bandwidth", Unit.RATE, target)
    yield Figure("bandwidth_limit_mb_s", "bandwidth limit", Unit.RATE, limit)
    yield Figure("streams", "streams", Unit.COUNT, given.get("streams", int))
    size = None if memory is None else memory.scaled("limit_mb")
    reserve = None if memory is None else memory.scaled("reserve")
    yield Figure("memory_mb", "memory", Unit.SIZE, size)
    yield Figure("memory_reserve", "memory reserve", Unit.RATIO, reserve)


def _window(entry: Node) -> tuple[int | str, ...]:
    return (
        entry.text("name"),
        entry.scaled("duration_s"),
        entry.scaled("rollback_s"),
        entry.scaled("reserve"),
        entry.scaled("usable_s"),
        entry.scaled("bandwidth_mb_s"),
        entry.get("streams", int),
    )


def _checkpoint(entry: Node) -> Iterator[Figure]:
    yield from checkpoint_figures(
        entry.maybe("rule", str),
        entry.maybe("after", str),
        (
            entry.scaled("at_s"),
            entry.scaled("expected_s"),
            entry.maybe_scaled("latest_s"),
            len(entry.names("tables")),
            entry.scaled("mb"),
            entry.scaled("required_mb"),
            entry.scaled("no_go_below_mb"),
            entry.maybe("decider", str),
            "; ".join(_actions(entry)) or None,
        ),
    )


def _actions(entry: Node) -> tuple[str, ...]:
    found = entry.maybe("if_behind", list) or ()
    return tuple(_action(action, entry.path) for action in found)


def _action(action: object, path: str) -> str:
    """As `action_text` says it; another shape stays as it is."""
    if not isinstance(action, dict) or len(action) != 1:
        return str(action)
    ((kind, value),) = action.items()
    unit = {"extend_window": "s", "raise_bandwidth": "mb_s", "chunk": "mb"}.get(kind)
    if unit is not None:
        scaled = Node(value, f"{path}if_behind.{kind}.").scaled(unit)
        return action_text(Action(kind, scaled))
    if kind == "skip" and isinstance(value, dict) and len(value) == 1:
        (named,) = value.values()
        return f"skip {', '.join(map(str, named)) if isinstance(named, list) else named}"
    return f"{kind} {value}"


def _violation(entry: Node) -> Violation:
    severity = entry.text("severity")
    if severity not in list(Severity):
        raise NotAPlanError(f"{entry.path}severity is {shown(severity)}: no plan of stowplan")
    place = Span(entry.text("path"), entry.get("line", int), entry.get("column", int))
    return Violation(
        entry.text("code"),
        Severity(severity),
        entry.text("message"),
        place,
        entry.maybe("rule", str),
        entry.names("tables"),
        entry.maybe("hint", str),
        _suppression(entry),
        entry.maybe("details", dict),
    )


def _suppression(entry: Node) -> dict[str, str] | None:
    if entry.maybe("suppressed", dict) is None:
        return None
    found = entry.node("suppressed")
    keys = ("by", "reason", "owner", "expires")
    return {"by": found.text("by"), **{key: found.maybe(key, str) or "" for key in keys[1:]}}
