"""When to look: what is to be done by then, and what being late means there."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Plan, PlannedCheckpoint
from stowplan.reports.checkpoints_json import held_to
from stowplan.reports.clock import Clock, rounded_down
from stowplan.reports.text import action_text
from stowplan.units import count_text, duration_text, size_text

from .layout import LISTED, escaped, more

_SHOWN = 200  # characters of the names that a checkpoint waits for
_NAMED = 5


def checkpoints(plan: Plan) -> Iterator[str]:
    """The section Go/No-Go Checkpoints."""
    yield "### Go/No-Go Checkpoints"
    yield ""
    if not plan.checkpoints:
        yield "Nothing is in the window, and no rule of kind checkpoint states a time."
        yield ""
        return
    clock = Clock(plan.windows[0].window.starts)
    yield from _meaning(plan.checkpoints[0])
    for checkpoint in plan.checkpoints[:LISTED]:
        yield f"- {_moment(checkpoint, clock)}: {_expected(checkpoint, plan, clock)}"
        if checkpoint.rule is not None:
            yield f"  - {_status(checkpoint)}"
            yield f"  - {_left(checkpoint, clock)}"
    yield from more(len(plan.checkpoints))
    if plan.phases_left_out:
        yield ""
        yield f"{count_text(plan.phases_left_out, 'phase')} of very many are left out."
    yield ""


def _meaning(checkpoint: PlannedCheckpoint) -> Iterator[str]:
    """Delays mean the same at every checkpoint: the plan's order is kept."""
    on_track, at_risk = checkpoint.thresholds.on_track_us, checkpoint.thresholds.at_risk_us
    if at_risk < 0:
        late = duration_text(-at_risk)
        yield f"BEHIND by plan: the required tables end {late} after the latest moment to go back."
    else:
        track = (
            f"ON_TRACK: up to {duration_text(rounded_down(on_track))} late; "
            if on_track >= 0
            else f"ON_TRACK: only {duration_text(-rounded_down(on_track))} ahead of plan; "
        )
        risk = duration_text(rounded_down(at_risk))
        yield f"{track}AT_RISK: up to {risk} late; BEHIND: later than that."
    yield ""


def _moment(checkpoint: PlannedCheckpoint, clock: Clock) -> str:
    if checkpoint.after is None:
        return f"At {clock.at(checkpoint.at_us)}"
    cut = "…" if len(checkpoint.after) > _SHOWN else ""
    return f"After {escaped(checkpoint.after[:_SHOWN])}{cut}"


def _expected(checkpoint: PlannedCheckpoint, plan: Plan, clock: Clock) -> str:
    if checkpoint.latest_us is None:
        latest = "too late for the required tables even so"
    else:
        latest = f"at the latest {clock.by(checkpoint.latest_us)}"
    decider = f"; {escaped(checkpoint.decider)} decides" if checkpoint.decider else ""
    return (
        f"expected at {clock.at(checkpoint.expected_us)}, {latest}; "
        f"done by then: {checkpoint.done} of {count_text(len(plan.planned), 'table')}, "
        f"{size_text(checkpoint.size)} ({size_text(checkpoint.required_size)} required)"
        f"{decider}{_permitted(checkpoint, plan)}"
    )


def _status(checkpoint: PlannedCheckpoint) -> str:
    """Of the required tables, what must have moved by then."""
    found = checkpoint.thresholds
    at = f"required tables at {duration_text(checkpoint.at_us)}"
    if not found.on_track_size:
        return f"{at}: ON_TRACK even with nothing moved"
    behind = "BEHIND with less"
    if checkpoint.no_go_below:
        least = size_text(checkpoint.no_go_below)
        behind += f"; NO-GO below {least}, which no order of tables could make up for"
    risk = f"AT_RISK from {size_text(found.at_risk_size)}, {behind}"
    if not found.at_risk_size:
        risk = "AT_RISK with less"
    return f"{at}: ON_TRACK from {size_text(found.on_track_size)}, {risk}"


def _left(checkpoint: PlannedCheckpoint, clock: Clock) -> str:
    left = checkpoint.outstanding
    back = f"go back by {clock.by(checkpoint.go_back_us)} at the latest"
    remaining = duration_text(left.time_us)
    if not left.tables:
        return f"required tables left: none; time remaining: {remaining}; gap: 0 s; {back}"
    names = ", ".join(escaped(name) for name in left.names[:_NAMED])
    others = f" and {left.tables - _NAMED} more" if left.tables > _NAMED else ""
    gap = max(0, left.needs_us - left.time_us)
    return (
        f"required tables left: {names}{others}, {size_text(left.size)}; "
        f"time needed: {duration_text(left.needs_us)}; time remaining: {remaining}; "
        f"gap: {duration_text(gap)}; {back}"
    )


def _permitted(checkpoint: PlannedCheckpoint, plan: Plan) -> str:
    """What may be done about being late, in the policy's order."""
    words = [
        action_text(action, escaped, held_to(action, checkpoint.rule, plan))
        for action in checkpoint.if_behind
    ]
    return f"; if behind, in this order: {', '.join(words)}" if words else ""
