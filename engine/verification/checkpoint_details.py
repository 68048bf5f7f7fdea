"""What a checkpoint says of being late, of what is left, and of what may be done about it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from stowplan.model import CheckpointRule, DocPath, shown

from .actions import action_record, listed
from .breaches import Breach, agree, decimal, names
from .case import Case
from .stated import Checkpoint
from .values import WrongError, number

Moved: TypeAlias = Mapping[int, tuple[int, int, int]]
"""By moment: the bytes of all tables and of the required ones, and how many tables are running."""

_NAMED = 20
_MICRO = 1_000_000


def delays_of(case: Case) -> tuple[int, int]:
    """By how much the required tables may end later: within the usable time, and the limit."""
    window, finish = case.windows[0].window, case.required_finish
    return window.usable_us - finish, window.limit_us - finish


def further(
    case: Case, checkpoint: Checkpoint, done: int, moved: Moved, path: DocPath
) -> Iterator[Breach]:
    """Figures that are not what they should be; `done` tables have ended."""
    figures = (
        *((keys, wanted, 0) for keys, wanted in _figures(case, checkpoint.at, done).items()),
        *_sizes(case, checkpoint.at, moved),
    )
    for keys, wanted, tolerance in figures:
        found = _value(checkpoint.more, keys)
        if not _near(found, wanted, tolerance):
            text = f"{'.'.join(keys)} is {shown(found)}, should be {decimal(wanted)}"
            yield Breach("checkpoints", (*path, *keys), text)
    yield from _first(case, checkpoint, path)
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
    early, late = delays_of(case)
    needs, remaining = max(0, finish - moment), max(0, window.limit_us - moment)
    return {
        ("tables_done",): done * _MICRO,
        ("go_back_by_s",): window.limit_us,
        ("status", "ON_TRACK", "up_to_delay_s"): early,
        ("status", "AT_RISK", "up_to_delay_s"): late,
        ("status", "BEHIND", "beyond_delay_s"): late,
        ("required_left", "tables"): left * _MICRO,
        ("required_left", "needs_s"): needs,
        ("required_left", "remaining_s"): remaining,
        ("required_left", "gap_s"): max(0, needs - remaining),
    }


def _sizes(case: Case, moment: int, moved: Moved) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Required bytes and by how many they may be off: each running table may have a part of one."""
    early, late = delays_of(case)
    needed = case.required_size
    _, by_now, running = moved[moment]
    yield ("required_left", "mb"), needed - by_now, running
    _, pace, running = moved[moment - early]
    yield ("status", "ON_TRACK", "from_required_mb"), pace, running
    _, pace, running = moved[moment - late]
    yield ("status", "AT_RISK", "from_required_mb"), pace, running
    yield ("status", "BEHIND", "below_required_mb"), pace, running
    # Less than this cannot be made up for at the full bandwidth; BEHIND begins no lower.
    time = max(0, case.windows[0].window.limit_us - moment)
    hopeless = max(0, needed - case.windows[0].rate * time // _MICRO)
    yield ("no_go_below_mb",), min(hopeless, pace), running if hopeless + running > pace else 0


def _first(case: Case, checkpoint: Checkpoint, path: DocPath) -> Iterator[Breach]:
    """The required tables that end next."""
    place = bisect_right(case.required_finishes, checkpoint.at)
    wanted = [name for _, name in case.required_ends[place : place + _NAMED]]
    found = checkpoint.more["required_left"]["first"]
    if found != wanted:
        text = f"required_left.first is {names(found)}, should be {names(wanted)}"
        if sorted(found) == sorted(wanted):
            text = "required_left.first are not listed by finish"
        yield Breach("checkpoints", (*path, "required_left", "first"), text)


def _value(record: Mapping[str, Any], keys: tuple[str, ...]) -> object:
    """The value at a path, None where there is none."""
    value: object = record
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
