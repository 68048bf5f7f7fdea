"""How late a run may be if an action is taken at a checkpoint."""

from __future__ import annotations

from stowplan.model import PlannedCheckpoint

from .retiming import Change, Ends, Retiming

PROBES = 40
"""Schedules tried at most to find out how late a run may be: to a microsecond, within a week."""


def covered_delay(
    timing: Retiming, change: Change, ends: Ends, checkpoint: PlannedCheckpoint | None
) -> int | None:
    """The delay beyond what the plan bears; None where it would take too many schedules.

    `ends` are those with the change from the start; without a checkpoint it is in force from then.
    A checkpoint after tables comes late with them, the state then being the planned one. One at a
    time comes in time, the state being that of an earlier moment of the plan; where so much delay
    is left that nothing has begun, the change is in force from the start.
    """
    finish_us = timing.ends.required_us
    saved = finish_us - ends.required_us
    if saved <= 0:
        return 0
    if checkpoint is None:
        return saved
    at_us = checkpoint.at_us
    if checkpoint.after is not None:
        rest = timing.rest_us(change, at_us)
        return None if rest is None else max(0, max(0, finish_us - at_us) - rest)
    if timing.limit_us - ends.required_us >= at_us:
        return saved
    return _most_covered(timing, change, at_us, saved)


def _most_covered(timing: Retiming, change: Change, at_us: int, most: int) -> int | None:
    """By halving what is open: a delay that was found to be covered."""
    limit_us = timing.limit_us
    earlier = at_us - (limit_us - timing.ends.required_us)  # the state if as late as the plan bears
    covered, beyond = 0, most + 1
    for tried in range(PROBES):
        delay = most if tried == 0 else (covered + beyond) // 2
        rest = timing.rest_us(change, earlier - delay)
        if rest is None:
            return covered if tried else None
        if at_us + rest <= limit_us:
            covered = delay
        else:
            beyond = delay
        if beyond - covered <= 1:
            break
    return covered
