"""A plan as its artefact states it, for the checks that look at plans: nothing is planned.

What stands in the artefact is taken from there; what only the model has comes from the policy.
What no check reads (lengths of tables by themselves, reasons, contingencies) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import (
    Bandwidth,
    Basis,
    Bound,
    BreakEven,
    Capacity,
    DeferredTable,
    Demand,
    Outstanding,
    Placement,
    Plan,
    PlannedCheckpoint,
    PlannedTable,
    PlannedWindow,
    Policy,
    Quantiles,
    ResourceRule,
    Risk,
    Segment,
    Thresholds,
    Timing,
    Unschedulable,
    Verify,
    Window,
    Witness,
)
from stowplan.verification import Stated
from stowplan.verification.stated import Bound as StatedBound
from stowplan.verification.stated import Checkpoint, Move
from stowplan.verification.stated import Risk as StatedRisk
from stowplan.verification.values import number

_UNREAD_TIMES = Thresholds(0, 0, 0, 0)
_UNREAD_REST = Outstanding(0, (), 0, 0, 0)


def recorded_plan(stated: Stated, policy: Policy) -> Plan | None:
    """The plan; None where it has windows that are not the policy's."""
    windows = _windows(stated, policy)
    if windows is None:
        return None
    required, everything = (_bound(bound) for bound in stated.bounds)
    return Plan(
        files=(),
        feasibility=stated.feasibility,
        proven=stated.proven,
        bandwidth=Bandwidth(stated.resources.target, stated.resources.limit),
        memory=None,
        streams=stated.resources.streams,
        chunk=0,
        windows=windows,
        planned=tuple(map(_planned, stated.tables)),
        deferred=tuple(_deferred(stated)),
        unschedulable=tuple(Unschedulable(t.name, t.cause) for t in stated.unschedulable),
        required=required,
        everything=everything,
        break_even=BreakEven(*stated.summary.break_even),
        critical_path=tuple(stated.critical_path),
        checkpoints=tuple(map(_checkpoint, stated.checkpoints)),
        rule_edges={},
        risk=_risk(stated.risk),
    )


def _windows(stated: Stated, policy: Policy) -> tuple[PlannedWindow, ...] | None:
    rules = (
        rule.resource
        for rule in reversed(policy.rules)
        if isinstance(rule, ResourceRule) and not rule.packed
    )
    known = {resource.name: resource for resource in rules if isinstance(resource, Window)}
    if any(window.name not in known for window in stated.windows):
        return None
    return tuple(
        PlannedWindow(known[window.name], Capacity(window.rate, window.streams))
        for window in stated.windows
    )


def _bound(bound: StatedBound) -> Bound:
    return Bound(bound.lower, bound.finish, Witness("nothing"))


def _planned(move: Move) -> PlannedTable:
    segments = tuple(Segment(*segment) for segment in move.segments)
    return PlannedTable(
        name=move.name,
        class_name=move.class_name,
        effective_class=move.effective,
        placement=Placement(move.placement),
        window=move.window,
        phase=move.phase,
        alone_us=0,
        timing=Timing(segments, move.start, move.finish),
        slack_us=move.slack,
        rows=move.rows,
        size=move.size,
        demand=Demand(move.size, move.cap, move.overhead, move.post),
        assumed=tuple(move.assumed),
        basis=Basis(move.basis),
        verify=Verify(move.verify),
        chunk=move.chunk,
        chunks=move.chunks,
        rows_per_chunk=move.rows_per_chunk,
        depends_on=tuple(move.depends_on),
        depends_on_rules=tuple(move.depends_on_rules),
        because=(),
    )


def _deferred(stated: Stated) -> Iterator[DeferredTable]:
    for at, record in enumerate(stated.deferred):
        later = stated.later.get(at)
        yield DeferredTable(
            name=record.name,
            class_name=record.class_name,
            rows=record.rows,
            size=record.size,
            code=record.code,
            needs_us=record.needs,
            would_fit=record.would_fit,
            short_us=record.short,
            because=(),
            planned=None if later is None else _planned(later),
        )


def _checkpoint(checkpoint: Checkpoint) -> PlannedCheckpoint:
    spare = number(checkpoint.more["status"]["AT_RISK"]["up_to_delay_s"])
    return PlannedCheckpoint(
        rule=checkpoint.rule,
        after=checkpoint.after,
        at_us=checkpoint.at,
        expected_us=checkpoint.expected,
        latest_us=checkpoint.latest,
        tables=tuple(checkpoint.tables),
        size=checkpoint.size,
        required_size=checkpoint.required_size,
        no_go_below=checkpoint.no_go_below,
        decider=checkpoint.decider,
        if_behind=(),
        phase=None,
        done=checkpoint.more["tables_done"],
        thresholds=_UNREAD_TIMES._replace(at_risk_us=spare),
        outstanding=_UNREAD_REST,
        go_back_us=0,
    )


def _risk(risk: StatedRisk | None) -> Risk | None:
    """Shares become counts of draws again."""
    if risk is None or not risk.draws:
        return None
    fits = [round(share * risk.draws / 1_000_000) for share in (risk.p_required, risk.p_all)]
    ends = Quantiles(*risk.required), Quantiles(*risk.all)
    return Risk(risk.draws, risk.seed, risk.limit, fits[0], fits[1], *ends, ())
