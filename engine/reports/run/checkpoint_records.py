"""The checkpoints of `migration_report.json`."""

from __future__ import annotations

from typing import Any

from stowplan.execution.entries import Judgement, Option
from stowplan.execution.program import Limits
from stowplan.reports.checkpoints_json import action_record
from stowplan.units import megabytes, seconds

from .results import Adjusted, Wall


def limits_record(limits: Limits) -> dict[str, Any]:
    """What may be spent."""
    return {
        "bandwidth_mb_s": megabytes(limits.rate),
        "streams": limits.streams,
        "duration_s": seconds(limits.duration_us),
        "limit_s": seconds(limits.limit_us),
        "usable_s": seconds(limits.usable_us),
    }


def checkpoint_record(each: Adjusted, wall: Wall) -> dict[str, Any]:
    """How a run was held against its plan, and what came of it."""
    judgement = each.judgement
    return {
        "title": judgement.title,
        "rule": judgement.rule,
        "at_s": seconds(judgement.at_us),
        "at": wall.iso(judgement.at_us),
        "planned_s": seconds(judgement.planned_us),
        "late": judgement.late,
        "decider": judgement.decider,
        **_outlook(judgement),
        "options": [_option(option) for option in judgement.options],
        "taken": [action_record(action) for action in judgement.taken],
        "vetoed": judgement.vetoed,
        "no_go": judgement.no_go,
        "skipped": list(each.skipped),
        "limits": limits_record(each.after),
    }


def _outlook(judgement: Judgement) -> dict[str, Any]:
    outlook = judgement.outlook
    return {
        "status": outlook.pace.value,
        "required_end_s": _time(outlook.required_us),
        "all_end_s": _time(outlook.all_us),
        "usable_s": seconds(outlook.usable_us),
        "limit_s": seconds(outlook.limit_us),
        "slowness": outlook.slowness / 1000,
        "mb": megabytes(outlook.moved),
        "required_mb": megabytes(outlook.required_moved),
        "required_left_mb": megabytes(outlook.required_left),
        "required_left": list(outlook.left),
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "actions": [action_record(action) for action in option.actions],
        "saves_required_s": seconds(option.saves_required_us),
        "saves_all_s": seconds(option.saves_all_us),
        "required_end_s": _time(option.required_us),
        "limit_s": seconds(option.limit_us),
        "verdict": "SUFFICIENT" if option.sufficient else "INSUFFICIENT",
    }


def _time(microseconds: int | None) -> float | None:
    return None if microseconds is None else seconds(microseconds)
