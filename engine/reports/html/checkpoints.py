"""When to look, and what to do when it goes wrong, as the rows of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stowplan.model import Contingency, Plan, PlannedCheckpoint
from stowplan.reports.checkpoints_json import held_to, verdict
from stowplan.reports.clock import Clock, rounded_down
from stowplan.reports.text import action_text, printable
from stowplan.units import count_text, duration_text, seconds, size_text

_NAME = 120


class CheckpointRow(NamedTuple):
    """One moment to look, with what decides there."""

    label: str
    rule: str | None
    expected: str
    latest: str
    done: str
    on_track: str
    at_risk: str
    no_go: str
    left: str
    decider: str
    if_behind: tuple[str, ...]


class ContingencyRow(NamedTuple):
    """One action and what it is worth."""

    rule: str
    action: str
    saves: str
    saves_all: str
    covers: str
    bears: str
    verdict: str
    note: str


def checkpoint_rows(plan: Plan) -> list[CheckpointRow]:
    """Every checkpoint, in the plan's order."""
    clock = Clock(plan.windows[0].window.starts)
    return [_checkpoint(entry, plan, clock) for entry in plan.checkpoints]


def _checkpoint(entry: PlannedCheckpoint, plan: Plan, clock: Clock) -> CheckpointRow:
    limits = entry.thresholds
    never = "too late even so"
    return CheckpointRow(
        checkpoint_label(entry, clock),
        entry.rule,
        clock.at(entry.expected_us),
        never if entry.latest_us is None else clock.by(entry.latest_us),
        f"{entry.done} of {len(plan.planned)}, {size_text(entry.size)}",
        size_text(limits.on_track_size),
        size_text(limits.at_risk_size),
        size_text(entry.no_go_below) if entry.no_go_below else "–",
        _left(entry),
        printable(entry.decider or ""),
        tuple(
            action_text(action, printable, held_to(action, entry.rule, plan))
            for action in entry.if_behind
        ),
    )


def checkpoint_label(entry: PlannedCheckpoint, clock: Clock) -> str:
    """When it is: a time, or after what."""
    if entry.after is None:
        return f"At {clock.at(entry.at_us)}"
    cut = "…" if len(entry.after) > _NAME else ""
    return f"After {printable(entry.after[:_NAME])}{cut}"


def _left(entry: PlannedCheckpoint) -> str:
    left = entry.outstanding
    if not left.tables:
        return "none"
    needs, remaining = duration_text(left.needs_us), duration_text(left.time_us)
    tables = f"{count_text(left.tables, 'table')}, {size_text(left.size)}"
    return f"{tables}: needs {needs} of {remaining}"


def checkpoint_marks(plan: Plan) -> list[dict[str, Any]]:
    """The checkpoints as markers of the main window's timeline, in seconds."""
    clock = Clock(plan.windows[0].window.starts)
    rows = checkpoint_rows(plan)
    return [
        {
            "at": seconds(entry.at_us),
            "label": checkpoint_label(entry, clock),
            "rule": entry.rule,
            "lines": [
                f"expected {row.expected}, at the latest {row.latest}",
                f"done by then: {row.done}",
                f"GO from {row.on_track} required, AT_RISK from {row.at_risk}",
                *([f"NO-GO below {row.no_go}"] if entry.no_go_below else []),
            ],
        }
        for entry, row in zip(plan.checkpoints, rows, strict=True)
    ]


def contingency_rows(entries: Sequence[Contingency]) -> Iterator[ContingencyRow]:
    """What each permitted action is worth."""
    for entry in entries:
        against = " (memory)" if entry.against == "memory" else ""
        yield ContingencyRow(
            entry.rule or "any plan",
            f"{action_text(entry.action, printable, entry.held_to)}{against}",
            _time(entry.saves_required_us, entry.most_required_us),
            _time(entry.saves_all_us, entry.most_all_us),
            _delay(entry.covers_us),
            _delay(entry.bears_us),
            verdict(entry) or "",
            printable(entry.obstacle or _holds(entry)),
        )


def _holds(entry: Contingency) -> str:
    if entry.skipped is not None:
        skipped = entry.skipped
        return f"leaves out {count_text(skipped.tables, 'table')}, {size_text(skipped.size)}"
    return "" if entry.holds is None else f"fills {size_text(entry.holds)} of memory at once"


def _delay(bearable_us: int | None) -> str:
    """A delay that can be borne: never shown as more than it is."""
    return _time(None if bearable_us is None else rounded_down(bearable_us))


def _time(exact_us: int | None, most_us: int | None = None) -> str:
    if exact_us is not None:
        return f"−{duration_text(-exact_us)}" if exact_us < 0 else duration_text(exact_us)
    return "–" if most_us is None else f"at most {duration_text(most_us)}"
