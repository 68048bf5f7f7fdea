"""The checkpoints and contingencies of `migration_plan.json`. Seconds, MB and MB/s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stowplan.model import (
    Action,
    Contingency,
    Outstanding,
    Plan,
    PlannedCheckpoint,
    Skipped,
    Thresholds,
)
from stowplan.units import megabytes, seconds

from .clock import Clock


def checkpoint_record(checkpoint: PlannedCheckpoint, clock: Clock) -> dict[str, Any]:
    """One moment at which the run is held against the plan."""
    return {
        "rule": checkpoint.rule,
        "after": checkpoint.after,
        "at_s": seconds(checkpoint.at_us),
        "expected_s": seconds(checkpoint.expected_us),
        "latest_s": _time(checkpoint.latest_us),
        "tables": list(checkpoint.tables),
        "tables_done": checkpoint.done,
        "mb": megabytes(checkpoint.size),
        "required_mb": megabytes(checkpoint.required_size),
        "no_go_below_mb": megabytes(checkpoint.no_go_below),
        "status": _status(checkpoint.thresholds),
        "required_left": _left(checkpoint.outstanding),
        "go_back_by_s": seconds(checkpoint.go_back_us),
        "decider": checkpoint.decider,
        "if_behind": [action_record(action) for action in checkpoint.if_behind],
        **({} if clock.starts is None else _on_the_wall(checkpoint, clock)),
    }


def _on_the_wall(checkpoint: PlannedCheckpoint, clock: Clock) -> dict[str, Any]:
    latest = checkpoint.latest_us
    return {
        "at": clock.iso(checkpoint.at_us),
        "expected_at": clock.iso(checkpoint.expected_us),
        "latest_at": None if latest is None else clock.iso(latest),
        "go_back_by": clock.iso(checkpoint.go_back_us),
    }


def _time(microseconds: int | None) -> float | None:
    return None if microseconds is None else seconds(microseconds)


def _status(thresholds: Thresholds) -> dict[str, Any]:
    return {
        "ON_TRACK": {
            "up_to_delay_s": seconds(thresholds.on_track_us),
            "from_required_mb": megabytes(thresholds.on_track_size),
        },
        "AT_RISK": {
            "up_to_delay_s": seconds(thresholds.at_risk_us),
            "from_required_mb": megabytes(thresholds.at_risk_size),
        },
        "BEHIND": {
            "beyond_delay_s": seconds(thresholds.at_risk_us),
            "below_required_mb": megabytes(thresholds.at_risk_size),
        },
    }


def _left(left: Outstanding) -> dict[str, Any]:
    return {
        "tables": left.tables,
        "first": list(left.names),
        "mb": megabytes(left.size),
        "needs_s": seconds(left.needs_us),
        "remaining_s": seconds(left.time_us),
        "gap_s": seconds(max(0, left.needs_us - left.time_us)),
    }


def contingency_record(contingency: Contingency) -> dict[str, Any]:
    """What one action is worth; what does not apply to it is left out."""
    told: dict[str, Any] = {
        "rule": contingency.rule,
        "action": action_record(contingency.action),
        "against": contingency.against,
        "basis": contingency.basis,
        "saves_required_s": _time(contingency.saves_required_us),
        "saves_all_s": _time(contingency.saves_all_us),
        "covers_delay_s": _time(contingency.covers_us),
        "bears_delay_s": _time(contingency.bears_us),
        "verdict": verdict(contingency),
    }
    if contingency.basis == "bounded":
        told["saves_required_at_most_s"] = _time(contingency.most_required_us)
        told["saves_all_at_most_s"] = _time(contingency.most_all_us)
    if contingency.held_to is not None:
        told["held_to"] = _quantity(contingency.action.kind, contingency.held_to)
    if contingency.holds is not None:
        told["holds_mb"] = megabytes(contingency.holds)
    if contingency.skipped is not None:
        told["skips"] = _skips(contingency.skipped)
    if contingency.obstacle is not None:
        told["obstacle"] = contingency.obstacle
    return told


def verdict(contingency: Contingency) -> str | None:
    """SUFFICIENT or INSUFFICIENT against a delay; None where it is not known or not meant so."""
    if contingency.against != "delay" or contingency.sufficient is None:
        return None
    return "SUFFICIENT" if contingency.sufficient else "INSUFFICIENT"


def held_to(action: Action, rule: str | None, plan: Plan) -> int | None:
    """What is had of an action that a rule permits, where that is less than it asks for."""
    found = (entry for entry in plan.contingencies if (entry.rule, entry.action) == (rule, action))
    return next((entry.held_to for entry in found), None)


def _skips(skipped: Skipped) -> dict[str, Any]:
    return {
        "tables": skipped.tables,
        "mb": megabytes(skipped.size),
        "brought": skipped.brought,
        "required_kept": skipped.required,
    }


def action_record(action: Action) -> Any:  # noqa: ANN401 (a word or a mapping, as in the policy)
    """An action as the policy has it, its quantities as numbers."""
    if action.kind == "stop":
        return "stop"
    if action.kind == "skip":
        chosen = (
            {"tables": [pattern.text for pattern in action.tables]}
            if action.class_name is None
            else {"class": action.class_name}
        )
        return {"skip": chosen}
    value = action.value or 0
    return {action.kind: _quantity(action.kind, value) if action.kind in _UNITS else value}


_UNITS: Mapping[str, tuple[str, Callable[[int], float]]] = {
    "raise_bandwidth": ("mb_s", megabytes),
    "chunk": ("mb", megabytes),
    "extend_window": ("s", seconds),
}


def _quantity(kind: str, value: int) -> dict[str, float]:
    unit, convert = _UNITS[kind]
    return {unit: convert(value)}
