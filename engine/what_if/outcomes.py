"""What a changed policy comes to: planned, and held against the plan as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from stowplan.model import Bound, BreakEven, Placement, Plan, PlannedWindow
from stowplan.planning.groundwork import Groundwork, lay_groundwork
from stowplan.planning.planner import NothingToPlanAgainstError, make_plan

from .changes import Change, contradictions, varied


@dataclass(frozen=True, slots=True)
class Outcome:
    """The numbers of one plan.

    `contradicts` says what of the change the policy does not allow. `required_planned` counts the
    required tables in the main window. `gained` and `lost` are the tables that the main window has,
    or has not, unlike the plan as it is; what was left out on purpose is not `lost`.
    """

    change: Change
    window: PlannedWindow
    contradicts: tuple[str, ...]
    feasibility: str
    proven: bool
    required: Bound
    everything: Bound
    break_even: BreakEven
    required_planned: int
    planned: frozenset[str]
    planned_size: int
    deferred: int
    unschedulable: int
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def outcome_of(ground: Groundwork, change: Change, before: Collection[str] | None) -> Outcome:
    """Plan a change; `before` names what the plan as it is has in the main window.

    Raises NothingToPlanAgainstError.
    """
    if ground.assessment.main is None:
        raise NothingToPlanAgainstError("the policy states no window or no bandwidth")
    plan = make_plan(ground_of(ground, change))
    names = frozenset(table.name for table in plan.planned)
    known = names if before is None else frozenset(before)
    left_out = frozenset(change.skip.tables) if change.skip else frozenset()
    return Outcome(
        change=change,
        window=plan.windows[0],
        contradicts=contradictions(ground, change),
        feasibility=plan.feasibility,
        proven=plan.proven,
        required=plan.required,
        everything=plan.everything,
        break_even=plan.break_even,
        required_planned=_required(plan),
        planned=names,
        planned_size=sum(table.size for table in plan.planned),
        deferred=len(plan.deferred),
        unschedulable=len(plan.unschedulable),
        gained=tuple(sorted(names - known)),
        lost=tuple(sorted(known - names - left_out)),
    )


def ground_of(ground: Groundwork, change: Change) -> Groundwork:
    """The groundwork of a changed policy: no change here touches the graph or a selection."""
    policy = varied(ground, change)
    return lay_groundwork(ground.manifest, policy, ground.graph, ground.selections)


def _required(plan: Plan) -> int:
    return sum(1 for table in plan.planned if table.placement is Placement.REQUIRED)
