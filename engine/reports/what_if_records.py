"""The numbers of a plan among others, as programs read them: for JSON and for CSV."""

from __future__ import annotations

from typing import Any

from stowplan.model import Bound
from stowplan.units import megabytes, seconds
from stowplan.what_if import Change, Outcome


def settings_record(outcome: Outcome) -> dict[str, Any]:
    """What the plan was made with, changed or not."""
    window, capacity = outcome.window
    return {
        "bandwidth_mb_s": megabytes(capacity.rate),
        "window_s": seconds(window.duration_us),
        "streams": capacity.streams,
        "reserve": round(float(window.reserve), 6),
        "rollback_s": seconds(window.rollback_us),
    }


def numbers_record(outcome: Outcome) -> dict[str, Any]:
    """What came of it."""
    return {
        "feasibility": outcome.feasibility,
        "proven": outcome.proven,
        "usable_s": seconds(outcome.window.window.usable_us),
        "required_finish_s": seconds(outcome.required.finish_us),
        "required_lower_s": seconds(outcome.required.lower_us),
        "required_gap": gap(outcome.required),
        "makespan_s": seconds(outcome.everything.finish_us),
        "lower_bound_s": seconds(outcome.everything.lower_us),
        "gap": gap(outcome.everything),
        "break_even_required_mb_s": _rate(outcome.break_even.required),
        "break_even_all_mb_s": _rate(outcome.break_even.everything),
        "planned": len(outcome.planned),
        "planned_mb": megabytes(outcome.planned_size),
        "required_planned": outcome.required_planned,
        "deferred": outcome.deferred,
        "unschedulable": outcome.unschedulable,
    }


def change_record(change: Change) -> dict[str, Any]:
    """Only what is different from the policy."""
    given: dict[str, Any] = {
        "bandwidth_mb_s": _rate(change.rate),
        "window_s": None if change.duration_us is None else seconds(change.duration_us),
        "streams": change.streams,
        "reserve": None if change.reserve is None else round(float(change.reserve), 6),
        "rollback_s": None if change.rollback_us is None else seconds(change.rollback_us),
    }
    record = {key: value for key, value in given.items() if value is not None}
    skip = change.skip
    if skip is not None:
        lists = {"tables": list(skip.tables), "required": list(skip.required)}
        record["skip"] = {"asked": skip.label, **lists}
    return record


def gap(bound: Bound) -> float:
    """Finish over bound, less one, to six decimals."""
    if not bound.lower_us:
        return 0.0
    doubled = 2_000_000 * (bound.finish_us - bound.lower_us) + bound.lower_us
    return doubled // (2 * bound.lower_us) / 1_000_000


def _rate(rate: int | None) -> float | None:
    return None if rate is None else megabytes(rate)
