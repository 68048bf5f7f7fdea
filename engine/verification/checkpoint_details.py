"""What a checkpoint says of being late, of what is left, and of what may be done about it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from stowplan.model import CheckpointRule, DocPath, shown

from .actions import action_record, listed
from .breaches import Breach, agree, decimal
from .case import Case
from .stated import Checkpoint
from .values import WrongError, number


def further(
    case: Case, checkpoint: Checkpoint, done: int, left: tuple[int, int], path: DocPath
) -> Iterator[Breach]:
    """Figures that are not what they should be; `done` tables have ended.

    `left` is what the required tables still have to move, and by how many bytes that may be off.
    """
    for keys, wanted in _figures(case, checkpoint.at, done).items():
        found = _value(checkpoint.more, keys)
        if not _near(found, wanted, 0):
            text = f"{'.'.join(keys)} is {shown(found)}, should be {decimal(wanted)}"
            yield Breach("checkpoints", (*path, *keys), text)
    found = _value(checkpoint.more, ("required_left", "mb"))
    if not _near(found, *left):
        text = f"required_left.mb is {shown(found)}, should be {decimal(left[0])}"
        yield Breach("checkpoints", (*path, "required_left", "mb"), text)
    rule = next((rule for rule in case.facts.policy.rules if rule.id == checkpoint.rule), None)
    actions = rule.if_behind if isinstance(rule, CheckpointRule) else ()
    wanted_actions = [action_record(action) for action in actions]
    if checkpoint.more.get("if_behind") != wanted_actions:
        text = f"if_behind of {shown(checkpoint.rule or checkpoint.after)} is not"
        text += f" what its rule permits: {listed(wanted_actions)}"
        yield Breach("checkpoints", (*path, "if_behind"), text)


def _near(found: object, wanted: int, tolerance: int) -> bool:
    try:
        value = number(found)
    except WrongError:
        return False
    return agree(value, wanted) or abs(value - wanted) <= tolerance


def _figures(case: Case, moment: int, done: int) -> dict[tuple[str, ...], int]:
    """Counts in millionths, as the plan's other numbers."""
    window, finish = case.windows[0].window, case.required_finish
    left = len(case.required) - bisect_right(case.required_finishes, moment)
    late = window.limit_us - finish
    needs, remaining = max(0, finish - moment), max(0, window.limit_us - moment)
    return {
        ("tables_done",): done * 1_000_000,
        ("go_back_by_s",): window.limit_us,
        ("status", "ON_TRACK", "up_to_delay_s"): window.usable_us - finish,
        ("status", "AT_RISK", "up_to_delay_s"): late,
        ("status", "BEHIND", "beyond_delay_s"): late,
        ("required_left", "tables"): left * 1_000_000,
        ("required_left", "needs_s"): needs,
        ("required_left", "remaining_s"): remaining,
        ("required_left", "gap_s"): max(0, needs - remaining),
    }


def _value(record: Mapping[str, Any], keys: tuple[str, ...]) -> object:
    """The value at a path, None where there is none."""
    value: object = record
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
