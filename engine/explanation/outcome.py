"""Where a table is planned and what decides its time, or why it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from stowplan.conditions.plans import steps
from stowplan.model import (
    CheckpointRule,
    DeferredTable,
    Plan,
    PlannedCheckpoint,
    PlannedTable,
    PlannedWindow,
    Reason,
    Span,
)
from stowplan.patterns import Names
from stowplan.planning.deferral import closure_needs
from stowplan.planning.groundwork import Groundwork

from .blocking import Blocked, blocked_by
from .evidence import Evidence


class Waited(NamedTuple):
    """A link of the chain that a table waits for: the parent that ended last, and when."""

    name: str
    finish_us: int


class Slack(NamedTuple):
    """`slack = usable - finish - below`; `chain` has the tables below that take longest."""

    usable_us: int
    finish_us: int
    below_us: int
    slack_us: int
    chain: tuple[str, ...]


class Planned(NamedTuple):
    """A place in a window. `waits_for` goes from the last parent to what that one waited for."""

    record: PlannedTable
    window: PlannedWindow
    main: bool
    waits_for: tuple[Waited, ...]
    slack: Slack


class Deferral(NamedTuple):
    """Why a table is outside the main window.

    `makespan + with_parents` against `usable`: what is planned there, and what the table needs
    together with `parents`, its deferred ancestors; `short` is what is missing.
    """

    record: DeferredTable
    window: PlannedWindow
    makespan_us: int
    with_parents_us: int
    parents: tuple[str, ...]
    reasons: tuple[Reason, ...]


class Mark(NamedTuple):
    """A checkpoint of the table's window: whether the table is done by then by plan.

    `awaited`: the checkpoint comes when the table is done.
    """

    checkpoint: PlannedCheckpoint
    span: Span
    done: bool
    awaited: bool


class Outcome(NamedTuple):
    """What became of a table; `state` is planned, deferred, unschedulable or no plan.

    `no_plan` says why there is none.
    """

    state: str
    planned: Planned | None = None
    deferral: Deferral | None = None
    blocked: Blocked | None = None
    marks: tuple[Mark, ...] = ()
    no_plan: str | None = None


def table_outcome(evidence: Evidence, number: int) -> Outcome:
    """What became of a table in the plan."""
    ground, plan = evidence.ground, evidence.plan
    name = ground.graph.names[number]
    if plan is None:
        return Outcome("no plan", blocked=blocked_by(evidence, number), no_plan=_no_plan(ground))
    records = {record.name: record for record in steps(plan)}
    deferred = next((entry for entry in plan.deferred if entry.name == name), None)
    planned = _planned(ground, plan, records, name) if name in records else None
    if deferred is not None:
        return Outcome("deferred", planned, _deferral(ground, plan, deferred))
    if planned is not None:
        return Outcome("planned", planned, marks=tuple(_marks(evidence, plan, name)))
    return Outcome("unschedulable", blocked=blocked_by(evidence, number))


def _no_plan(ground: Groundwork) -> str:
    if ground.assessment.main is None:
        return "the policy leaves no window, no bandwidth or no chunk to plan with (R404)"
    return "an error of the manifest forbids it (`stowplan plan` says which)"


def _planned(
    ground: Groundwork, plan: Plan, records: Mapping[str, PlannedTable], name: str
) -> Planned:
    record = records[name]
    window = next(w for w in plan.windows if w.window.name == record.window)
    return Planned(
        record,
        window,
        window is plan.windows[0],
        _waits_for(ground, records, record),
        _slack(ground, records, record, window),
    )


def _marks(evidence: Evidence, plan: Plan, name: str) -> Iterator[Mark]:
    rules = {rule.id: rule for rule in evidence.ground.policy.rules}
    for checkpoint in plan.checkpoints:
        rule = rules.get(checkpoint.rule or "")
        if isinstance(rule, CheckpointRule):
            awaited = bool(Names([name]).selected(rule.after))
            done = name in checkpoint.tables
            yield Mark(checkpoint, evidence.locate(rule.place), done, awaited)


def _waits_for(
    ground: Groundwork, records: Mapping[str, PlannedTable], record: PlannedTable
) -> tuple[Waited, ...]:
    """The parent of the same window that ended last, that one's, and so on; of equals by name."""
    chain: list[Waited] = []
    at = record
    while True:
        above = [
            parent
            for number in ground.graph.table_parents(ground.graph.index(at.name))
            if (parent := records.get(ground.graph.names[number])) and parent.window == at.window
        ]
        if not above:
            return tuple(chain)
        at = max(above, key=lambda parent: parent.timing.finish_us)
        chain.append(Waited(at.name, at.timing.finish_us))


def _slack(
    ground: Groundwork,
    records: Mapping[str, PlannedTable],
    record: PlannedTable,
    window: PlannedWindow,
) -> Slack:
    usable, finish = window.window.usable_us, record.timing.finish_us
    below = _below(record, usable)
    chain: list[str] = []
    at: PlannedTable | None = record
    while at is not None and (left := _below(at, usable)):
        at = _next_below(ground, records, at, left, usable)
        chain += [at.name] if at else []
    return Slack(usable, finish, below, record.slack_us, tuple(chain))


def _below(record: PlannedTable, usable_us: int) -> int:
    """The longest chain below a table, as its slack has it."""
    return usable_us - record.timing.finish_us - record.slack_us


def _next_below(
    ground: Groundwork,
    records: Mapping[str, PlannedTable],
    at: PlannedTable,
    left_us: int,
    usable_us: int,
) -> PlannedTable | None:
    """The child with which the longest chain goes on, the first by name."""
    for number in ground.graph.table_children(ground.graph.index(at.name)):
        child = records.get(ground.graph.names[number])
        if child is None or child.window != at.window:
            continue
        if child.alone_us + _below(child, usable_us) == left_us:
            return child
    return None


def _deferral(ground: Groundwork, plan: Plan, record: DeferredTable) -> Deferral:
    graph = ground.graph
    needs = {graph.index(entry.name): entry.needs_us for entry in plan.deferred}
    together = closure_needs(needs, graph)[graph.index(record.name)]
    return Deferral(
        record,
        plan.windows[0],
        plan.everything.finish_us,
        together,
        tuple(graph.names[other] for other in _above(ground, graph.index(record.name), set(needs))),
        record.because,
    )


def _above(ground: Groundwork, number: int, among: set[int]) -> list[int]:
    """The ancestors of a table that are reached through `among` alone."""
    seen, waiting = {number}, [number]
    while waiting:
        for parent in ground.graph.table_parents(waiting.pop()):
            if parent in among and parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return sorted(seen - {number})
