"""From groundwork to a plan: who is in the main window, when, and why the others are not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from stowplan.apart import Apart, here
from stowplan.model import (
    Bandwidth,
    Bound,
    BreakEven,
    Contingency,
    DeferredTable,
    Placement,
    Plan,
    PlannedCheckpoint,
    PlannedTable,
    PlannedWindow,
    Timing,
    Unschedulable,
    shown,
)

from .bounds import critical_path, lower_bound, tails
from .checkpoints import checkpoints
from .contingencies import contingencies
from .groundwork import Groundwork
from .margin import break_even, least_rate, with_own_rates
from .placing import Arrangement, fill_follow_ups, fill_main, follow_ups, promoted_levels
from .records import deferred_tables, planned_tables, rule_edges
from .risk import risk_of
from .scheduling import last_finish, moving_time


class NothingToPlanAgainstError(ValueError):
    """The policy states no window or no bandwidth; check R404 says so."""


def make_plan(ground: Groundwork, draws: int = 0, apart: Apart = here) -> Plan:
    """The plan of a manifest under a policy, with its risk by so many draws (0: without).

    What nothing else waits for is done `apart`. Raises NothingToPlanAgainstError.
    """
    main = ground.assessment.main
    if main is None:
        raise NothingToPlanAgainstError("the policy states no window or no bandwidth")
    arrangement, feasible = fill_main(ground, main)
    of_everything = apart(lambda: _of_everything(ground, arrangement))
    later = fill_follow_ups(ground, arrangement)
    edges = rule_edges(ground.graph)
    chains = arrangement.chains(ground.graph)
    planned = tuple(planned_tables(ground, arrangement, tails(chains), edges))
    required = ground.placed(Placement.REQUIRED)
    lower, witness = lower_bound(chains, ground.graph.names)
    feasibility, proven = _verdict(ground, main, arrangement.timings, required)
    finish = last_finish(arrangement.timings, required)
    needed = Bound(ground.assessment.lower_us, finish, ground.assessment.witness)
    everything = Bound(lower, arrangement.makespan_us, witness)
    going = apart(lambda: _going(ground, arrangement, planned, needed, everything))
    deferred = tuple(deferred_tables(ground, arrangement, later, edges, feasible=feasible))
    moments, phases_left_out, costed = going()
    return Plan(
        files=ground.policy.files,
        feasibility=feasibility,
        proven=proven,
        bandwidth=ground.resources.bandwidth or Bandwidth(main.capacity.rate),
        memory=ground.resources.memory,
        streams=main.capacity.streams,
        chunk=max((table.chunk for table in planned), default=0),
        windows=(main, *follow_ups(ground)),
        planned=planned,
        deferred=_by_window(ground, deferred),
        unschedulable=tuple(_unschedulable(ground)),
        required=needed,
        everything=everything,
        break_even=_both(ground, main, _break_even(arrangement, required), of_everything()),
        critical_path=tuple(ground.graph.names[table] for table in critical_path(chains)),
        checkpoints=moments,
        rule_edges=edges.listed,
        contingencies=costed,
        phases_left_out=phases_left_out,
        risk=risk_of(ground, arrangement, draws) if draws else None,
    )


def _going(
    ground: Groundwork,
    arrangement: Arrangement,
    planned: Sequence[PlannedTable],
    required: Bound,
    everything: Bound,
) -> tuple[tuple[PlannedCheckpoint, ...], int, tuple[Contingency, ...]]:
    """What go or no-go rests on: checkpoints, phases without one, and what can be done there."""
    moments, left_out = checkpoints(ground.policy, arrangement.window, planned)
    return moments, left_out, contingencies(ground, arrangement, moments, required, everything)


def _by_window(
    ground: Groundwork, deferred: tuple[DeferredTable, ...]
) -> tuple[DeferredTable, ...]:
    """Deferred tables by window, start and name; those that no window takes come last."""
    position = {window.name: i for i, window in enumerate(ground.resources.windows)}

    def key(table: DeferredTable) -> tuple[int, int, str]:
        if table.planned is None:
            return len(position), 0, table.name
        return position[table.planned.window], table.planned.timing.start_us, table.name

    return tuple(sorted(deferred, key=key))


def _verdict(
    ground: Groundwork,
    main: PlannedWindow,
    timings: Mapping[int, Timing],
    required: Collection[int],
) -> tuple[str, bool]:
    """YES, TIGHT or NO for the required tables, and whether no plan could do better."""
    finish = last_finish(timings, required)
    usable, limit = main.window.usable_us, main.window.limit_us
    if ground.assessment.required_blocked:
        return "NO", True
    if finish <= usable:
        return "YES", True
    if finish <= limit:
        return "TIGHT", ground.assessment.lower_us > usable
    return "NO", ground.assessment.lower_us > limit


def _both(
    ground: Groundwork, main: PlannedWindow, required: int | None, everything: int | None
) -> BreakEven:
    """Both break-evens, with what must be said of them."""
    known, rate = ground.assessment, main.capacity.rate
    needed = (ground.costs[i].demand for i in ground.placed(Placement.REQUIRED))
    whole = (ground.costs[i].demand for i in ground.movable())
    return BreakEven(
        required,
        everything,
        required_own=with_own_rates(needed, rate, required),
        all_own=with_own_rates(whole, rate, everything),
        hopeless=known.lower_us > main.window.limit_us and known.fitting_rate is None,
    )


def _break_even(arrangement: Arrangement, tables: Collection[int]) -> int | None:
    """The break-even bandwidth of some tables as planned."""
    window = arrangement.window
    return break_even(arrangement.timings, tables, window.capacity.rate, window.window.usable_us)


def _of_everything(ground: Groundwork, arrangement: Arrangement) -> int | None:
    """The break-even bandwidth of a plan with everything in the main window."""
    everything = ground.movable()
    if len(everything) == len(arrangement.timings):
        return _break_even(arrangement, everything)
    capacity, usable = arrangement.window.capacity, arrangement.window.window.usable_us
    levels = promoted_levels(ground, everything)
    moving, finish = moving_time(everything, ground.graph, arrangement.demands, levels, capacity)
    return least_rate(moving, finish, capacity.rate, usable)


def _unschedulable(ground: Groundwork) -> list[Unschedulable]:
    """Every table that a cause strikes, by name."""
    struck = [
        (name, text)
        for cause in ground.obstacles.causes
        for name, text in (
            *((root, cause.text) for root in cause.roots),
            *(
                (table, f"downstream of {shown(cause.roots[0])}: {cause.text}")
                for table in cause.downstream
            ),
        )
    ]
    return [Unschedulable(name, text) for name, text in sorted(dict(reversed(struck)).items())]
