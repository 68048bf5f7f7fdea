"""`migration_plan.json`: the plan for programs. Seconds, MB and MB/s with at most six decimals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from stowplan.model import (
    Bound,
    DeferredTable,
    Plan,
    PlannedTable,
    PlannedWindow,
    Reason,
    Timing,
    Witness,
)
from stowplan.moments import moment_text
from stowplan.units import MEGABYTE, MICROSECONDS, megabytes, seconds

from .checkpoints_json import checkpoint_record, contingency_record
from .clock import Clock, clocks
from .json_layout import pieces
from .risk_json import risk_record
from .violations_json import violation_record

PLAN_VERSION = 1


def plan_json(
    plan: Plan, manifest: tuple[str, str], files: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """`migration_plan.json` in pieces; `manifest` and `files` are paths, as shown, with hashes."""
    known = clocks(plan.windows)
    main = known[plan.windows[0].window.name]
    return pieces(
        {
            "stowplan_plan": PLAN_VERSION,
            "manifest": _input(*manifest),
            "policies": [_input(*file) for file in files],
            **({} if plan.as_of is None else {"as_of": plan.as_of.isoformat()}),
            "feasibility": plan.feasibility,
            "proven": plan.proven,
            "resources": _resources(plan),
            "summary": _summary(plan),
            "bounds": {"required": _bound(plan.required), "all": _bound(plan.everything)},
            "windows": [_window(window) for window in plan.windows],
            "tables": (_planned(table, known[table.window]) for table in plan.planned),
            "deferred": (_deferred(table, known) for table in plan.deferred),
            "unschedulable": [
                {"name": name, "code": "S501", "cause": cause} for name, cause in plan.unschedulable
            ],
            "rule_edges": {
                key: {"before": parents, "after": children}
                for key, (parents, children) in plan.rule_edges.items()
            },
            "critical_path": list(plan.critical_path),
            "checkpoints": [checkpoint_record(entry, main) for entry in plan.checkpoints],
            **({"phases_left_out": plan.phases_left_out} if plan.phases_left_out else {}),
            "contingencies": [contingency_record(entry) for entry in plan.contingencies],
            "risk": risk_record(plan.risk),
            "violations": map(violation_record, plan.violations),
        }
    )


def _input(path: str, sha256: str) -> dict[str, str]:
    return {"path": path, "sha256": sha256}


def _resources(plan: Plan) -> dict[str, Any]:
    memory = plan.memory
    limit = plan.bandwidth.limit
    return {
        "bandwidth": {
            "target_mb_s": megabytes(plan.bandwidth.target),
            "limit_mb_s": None if limit is None else megabytes(limit),
        },
        "streams": plan.streams,
        "memory": None
        if memory is None
        else {"limit_mb": megabytes(memory.limit), "reserve": _ratio(memory.reserve)},
    }


def _summary(plan: Plan) -> dict[str, Any]:
    required = [table for table in plan.planned if table.placement == "required"]
    main = plan.windows[0]
    return {
        "tables": len(plan.planned) + len(plan.deferred) + len(plan.unschedulable),
        "required_mb": megabytes(sum(table.size for table in required)),
        "planned_mb": megabytes(sum(table.size for table in plan.planned)),
        "makespan_s": seconds(plan.everything.finish_us),
        "lower_bound_s": seconds(plan.everything.lower_us),
        "gap": _gap(plan.everything),
        "window_s": seconds(main.window.duration_us),
        "break_even_mb_s": {
            "required": _rate(plan.break_even.required),
            "all": _rate(plan.break_even.everything),
        },
    }


def _rate(rate: int | None) -> float | None:
    return None if rate is None else megabytes(rate)


def _ratio(share: Any) -> float:  # noqa: ANN401 (a Fraction or a quotient of integers)
    return round(float(share), 6)


def _gap(bound: Bound) -> float:
    """Finish over bound, less one, to six decimals."""
    if not bound.lower_us:
        return 0.0
    doubled = 2_000_000 * (bound.finish_us - bound.lower_us) + bound.lower_us
    return doubled // (2 * bound.lower_us) / 1_000_000


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "lower_s": seconds(bound.lower_us),
        "finish_s": seconds(bound.finish_us),
        "gap": _gap(bound),
        "witness": _witness(bound.witness),
    }


def _witness(witness: Witness) -> dict[str, Any]:
    if witness.kind == "path":
        return {"kind": "path", "tables": list(witness.path)}
    if witness.kind == "bandwidth":
        return {
            "kind": "bandwidth",
            "mb": megabytes(witness.size),
            "mb_s": megabytes(witness.rate),
            "head_s": seconds(witness.head_us),
            "tail_s": seconds(witness.tail_us),
        }
    if witness.kind == "streams":
        stream_s = seconds(witness.stream_us)
        return {"kind": "streams", "stream_s": stream_s, "streams": witness.streams}
    return {"kind": witness.kind}


def _window(planned: PlannedWindow) -> dict[str, Any]:
    window, capacity = planned
    clock = Clock(window.starts)
    times = (
        {}
        if window.starts is None
        else {
            "starts": moment_text(window.starts),
            "starts_at": clock.iso(0),
            "usable_until": clock.iso(window.usable_us),
            "back_by": clock.iso(window.limit_us),
            "ends_at": clock.iso(window.duration_us),
        }
    )
    return {
        "name": window.name,
        "duration_s": seconds(window.duration_us),
        "rollback_s": seconds(window.rollback_us),
        "reserve": _ratio(window.reserve),
        "usable_s": seconds(window.usable_us),
        "bandwidth_mb_s": megabytes(capacity.rate),
        "streams": capacity.streams,
        **times,
    }


def _planned(table: PlannedTable, clock: Clock) -> dict[str, Any]:
    return {
        "name": table.name,
        "class": table.class_name,
        "effective_class": table.effective_class,
        "placement": table.placement.value,
        "window": table.window,
        "phase": table.phase,
        **_timing(table, clock),
        "rows": table.rows,
        "size_mb": megabytes(table.size),
        **_cost(table),
        **_dependencies(table),
        "because": _because(table.because),
    }


def _timing(table: PlannedTable, clock: Clock) -> dict[str, Any]:
    timing = table.timing
    return {
        "start_s": seconds(timing.start_us),
        "finish_s": seconds(timing.finish_us),
        "segments": [
            [start / MICROSECONDS, end / MICROSECONDS, rate / MEGABYTE]
            for start, end, rate in timing.segments
        ],
        "slack_s": seconds(table.slack_us),
        **({} if clock.starts is None else _on_the_wall(timing, clock)),
    }


def _on_the_wall(timing: Timing, clock: Clock) -> dict[str, Any]:
    return {"starts_at": clock.iso(timing.start_us), "done_at": clock.iso(timing.finish_us)}


def _cost(table: PlannedTable) -> dict[str, Any]:
    return {
        "overhead_s": seconds(table.demand.overhead_us),
        "post_load_s": seconds(table.demand.post_us),
        "cap_mb_s": _rate(table.demand.cap),
        "basis": table.basis.value,
        "verify": table.verify.value,
        "assumed": list(table.assumed),
        "chunk_mb": megabytes(table.chunk),
        "chunks": table.chunks,
        "rows_per_chunk": table.rows_per_chunk,
    }


def _dependencies(table: PlannedTable) -> dict[str, Any]:
    direct: dict[str, Any] = {"depends_on": list(table.depends_on)}
    if table.depends_on_rules:
        direct["depends_on_rules"] = list(table.depends_on_rules)
    return direct


def _because(reasons: Iterable[Reason]) -> list[dict[str, str | None]]:
    return [{"rule": rule, "text": text} for rule, text in reasons]


def _deferred(table: DeferredTable, known: Mapping[str, Clock]) -> dict[str, Any]:
    planned = table.planned
    return {
        "name": table.name,
        "class": table.class_name,
        "window": None if planned is None else planned.window,
        "code": table.code,
        "rows": table.rows,
        "size_mb": megabytes(table.size),
        "needs_s": seconds(table.needs_us),
        "would_fit": table.would_fit,
        "short_s": seconds(table.short_us),
        "because": _because(table.because),
        **({} if planned is None else _placed_later(planned, known[planned.window])),
    }


def _placed_later(planned: PlannedTable, clock: Clock) -> dict[str, Any]:
    return {
        "effective_class": planned.effective_class,
        "placement": planned.placement.value,
        "phase": planned.phase,
        **_timing(planned, clock),
        **_cost(planned),
        **_dependencies(planned),
    }
