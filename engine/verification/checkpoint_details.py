"""What a checkpoint says of being late and of what is left; plans of other versions may not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from stowplan.model import DocPath, shown

from .breaches import Breach, agree, decimal
from .case import Case
from .stated import Checkpoint
from .values import WrongError, number


def further(case: Case, checkpoint: Checkpoint, done: int, path: DocPath) -> Iterator[Breach]:
    """Figures that are there and are not what they should be; `done` tables have ended."""
    for keys, wanted in _figures(case, checkpoint.at, done).items():
        found = _value(checkpoint.more, keys)
        if found is None:
            continue
        try:
            wrong = not agree(number(found), wanted)
        except WrongError:
            wrong = True
        if wrong:
            text = f"{'.'.join(keys)} is {shown(found)}, should be {decimal(wanted)}"
            yield Breach("checkpoints", (*path, *keys), text)


def _figures(case: Case, moment: int, done: int) -> dict[tuple[str, ...], int]:
    """Counts in millionths, as the plan's other numbers."""
    window, finish = case.windows[0].window, case.required_finish
    left = len(case.required) - bisect_right(case.required_finishes, moment)
    late = window.limit_us - finish
    return {
        ("tables_done",): done * 1_000_000,
        ("go_back_by_s",): window.limit_us,
        ("status", "ON_TRACK", "up_to_delay_s"): window.usable_us - finish,
        ("status", "AT_RISK", "up_to_delay_s"): late,
        ("status", "BEHIND", "beyond_delay_s"): late,
        ("required_left", "tables"): left * 1_000_000,
        ("required_left", "needs_s"): max(0, finish - moment),
        ("required_left", "remaining_s"): max(0, window.limit_us - moment),
    }


def _value(record: Mapping[str, Any], keys: tuple[str, ...]) -> object:
    """The value at a path, None where there is none."""
    value: object = record
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
