"""What expressions read of a plan: its steps, its windows, and the plan as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stowplan.expressions import BOOL, DOUBLE, INT, STRING, list_of
from stowplan.model import (
    DeferredTable,
    Plan,
    PlannedCheckpoint,
    PlannedTable,
    PlannedWindow,
)
from stowplan.units import megabytes, seconds

from .words import Record, Word, many, one


class FilledWindow(NamedTuple):
    """A window with the tables that the plan puts into it."""

    planned: PlannedWindow
    main: bool
    steps: tuple[PlannedTable, ...]


def steps(plan: Plan) -> Iterator[PlannedTable]:
    """Every table that some window takes."""
    yield from plan.planned
    yield from (table.planned for table in plan.deferred if table.planned is not None)


def filled_windows(plan: Plan) -> list[FilledWindow]:
    """The windows in their order, each with its tables."""
    inside: dict[str, list[PlannedTable]] = {}
    for step in steps(plan):
        inside.setdefault(step.window, []).append(step)
    return [
        FilledWindow(window, number == 0, tuple(inside.get(window.window.name, ())))
        for number, window in enumerate(plan.windows)
    ]


STEP = Record(
    "step",
    {
        "window": Word(STRING, "The window that it is in.", lambda s: s.window, of="window"),
        "phase": Word(INT, "Its phase: 1 without parents.", lambda s: s.phase),
        "start_s": Word(
            DOUBLE, "Its start, from the window's.", lambda s: seconds(s.timing.start_us)
        ),
        "finish_s": Word(
            DOUBLE, "Its finish, from the window's start.", lambda s: seconds(s.timing.finish_us)
        ),
        "slack_s": Word(DOUBLE, "How much later it may finish.", lambda s: seconds(s.slack_us)),
        "chunk_mb": Word(DOUBLE, "The size of its chunks.", lambda s: megabytes(s.chunk)),
        "basis": Word(
            STRING,
            "What its time rests on: `assumed` (the bandwidth alone), `declared` (a rule) or "
            "`measured` (a rule with figures of a run).",
            lambda s: s.basis.value,
            of="basis",
        ),
    },
)

WINDOW = Record(
    "window",
    {
        "name": Word(STRING, "Its name.", lambda w: w.planned.window.name, of="window"),
        "main": Word(BOOL, "Whether it is the main window.", lambda w: w.main),
        "tables": Word(
            list_of(STRING),
            "The tables in it.",
            lambda w: [step.name for step in w.steps],
            of="table",
        ),
        "size_mb": Word(
            DOUBLE, "Their size.", lambda w: megabytes(sum(step.size for step in w.steps))
        ),
        "duration_s": Word(
            DOUBLE, "From start to end.", lambda w: seconds(w.planned.window.duration_us)
        ),
        "usable_s": Word(
            DOUBLE, "What a plan may use.", lambda w: seconds(w.planned.window.usable_us)
        ),
        "rollback_s": Word(
            DOUBLE, "What going back takes.", lambda w: seconds(w.planned.window.rollback_us)
        ),
        "reserve": Word(
            DOUBLE, "The share that is kept.", lambda w: float(w.planned.window.reserve)
        ),
        "busy_s": Word(
            DOUBLE,
            "When the last of its tables ends.",
            lambda w: seconds(max((step.timing.finish_us for step in w.steps), default=0)),
        ),
    },
)


def _wait_of(checkpoint: PlannedCheckpoint) -> float | None:
    return None if checkpoint.latest_us is None else seconds(checkpoint.latest_us)


CHECKPOINT = Record(
    "checkpoint",
    {
        "rule": Word(
            STRING,
            "The rule that asks for it; absent for a phase.",
            lambda c: c.rule,
            True,
            of="checkpoint",
        ),
        "after": Word(
            STRING, "The tables or the phase that are to be done.", lambda c: c.after, True
        ),
        "at_s": Word(DOUBLE, "When it is.", lambda c: seconds(c.at_us)),
        "expected_s": Word(
            DOUBLE, "When all of it is done by plan.", lambda c: seconds(c.expected_us)
        ),
        "latest_s": Word(DOUBLE, "How late that may come true.", _wait_of, True),
        "tables": Word(
            list_of(STRING),
            "What is done by then; for a phase since the phase before.",
            lambda c: c.tables,
            of="table",
        ),
        "tables_done": Word(INT, "How many tables are done by then.", lambda c: c.done),
        "mb": Word(DOUBLE, "Their size.", lambda c: megabytes(c.size)),
        "required_mb": Word(
            DOUBLE, "That of the required ones.", lambda c: megabytes(c.required_size)
        ),
        "no_go_below_mb": Word(
            DOUBLE, "The least of those that can do.", lambda c: megabytes(c.no_go_below)
        ),
        "spare_s": Word(
            DOUBLE,
            "The delay with which the required tables still end by `duration - rollback`.",
            lambda c: seconds(c.thresholds.at_risk_us),
        ),
        "decider": Word(STRING, "Who decides.", lambda c: c.decider, True),
    },
)


def _window_of(table: DeferredTable) -> str | None:
    return None if table.planned is None else table.planned.window


DEFERRED = Record(
    "deferred",
    {
        "name": Word(STRING, "The table.", lambda t: t.name, of="table"),
        "class": Word(
            STRING, 'Its class; "" without one.', lambda t: t.class_name or "", of="class"
        ),
        "window": Word(
            STRING, "The follow-up window that takes it.", _window_of, True, of="window"
        ),
        "code": Word(
            STRING,
            "Why: policy, capacity, dependency, oversized or excluded.",
            lambda t: t.code,
            of="code",
        ),
        "size_mb": Word(DOUBLE, "Its size.", lambda t: megabytes(t.size)),
        "needs_s": Word(DOUBLE, "How long it takes by itself.", lambda t: seconds(t.needs_us)),
        "would_fit": Word(BOOL, "Whether it would fit the main window.", lambda t: t.would_fit),
        "short_s": Word(DOUBLE, "By how much it would not.", lambda t: seconds(t.short_us)),
    },
)


def _required(plan: Plan) -> float:
    sizes = (table.size for table in plan.planned if table.placement == "required")
    return megabytes(sum(sizes))


def _gap(plan: Plan) -> float:
    lower = plan.everything.lower_us
    return plan.everything.finish_us / lower - 1 if lower else 0.0


def _rate(rate: int | None) -> float | None:
    return None if rate is None else megabytes(rate)


BREAK_EVEN = Record(
    "break_even",
    {
        "required": Word(
            DOUBLE, "For the required tables.", lambda plan: _rate(plan.break_even.required), True
        ),
        "all": Word(
            DOUBLE, "For all tables.", lambda plan: _rate(plan.break_even.everything), True
        ),
    },
)

PLAN = Record(
    "plan",
    {
        "feasibility": Word(STRING, "YES, TIGHT or NO.", lambda p: p.feasibility, of="feasibility"),
        "proven": Word(BOOL, "Whether no plan could do better.", lambda p: p.proven),
        "tables": Word(
            INT,
            "How many tables there are.",
            lambda p: len(p.planned) + len(p.deferred) + len(p.unschedulable),
        ),
        "required_mb": Word(DOUBLE, "The required tables in the main window.", _required),
        "planned_mb": Word(
            DOUBLE, "All in the main window.", lambda p: megabytes(sum(t.size for t in p.planned))
        ),
        "makespan_s": Word(
            DOUBLE, "When the last of them ends.", lambda p: seconds(p.everything.finish_us)
        ),
        "lower_bound_s": Word(
            DOUBLE, "When it cannot end before.", lambda p: seconds(p.everything.lower_us)
        ),
        "gap": Word(DOUBLE, "Makespan over bound, less one.", _gap),
        "window_s": Word(
            DOUBLE, "The main window.", lambda p: seconds(p.windows[0].window.duration_us)
        ),
        "break_even_mb_s": one(BREAK_EVEN, "The lowest rate that holds.", lambda p: p),
        "windows": many(WINDOW, "The windows, the main one first.", filled_windows),
        "checkpoints": many(CHECKPOINT, "The checkpoints.", lambda p: p.checkpoints),
        "deferred": many(DEFERRED, "What is not in the main window.", lambda p: p.deferred),
        "unschedulable": Word(
            list_of(STRING),
            "What cannot be planned.",
            lambda p: [t.name for t in p.unschedulable],
            of="table",
        ),
        "p_required_fits": Word(
            DOUBLE,
            "The share of draws in which the required tables keep the window. For a check that "
            "reads it draws are made.",
            lambda p: None if p.risk is None else p.risk.p_required_fits,
        ),
        "p_all_fits": Word(
            DOUBLE,
            "The same for all tables of the main window.",
            lambda p: None if p.risk is None else p.risk.p_all_fits,
        ),
    },
)
