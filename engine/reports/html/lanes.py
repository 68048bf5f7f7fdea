"""Which stream copies a table when, and how much of the bandwidth is in use: for any timings.

A plan does not number its streams: any numbering that never has two tables on one stream is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from stowplan.model import Timing

_MOST_STEPS = 2000


def lanes(timings: Sequence[Timing]) -> list[list[int]]:
    """For each table the lane of every segment, from 0; a table keeps its lane where it can."""
    taken = [[0] * len(timing.segments) for timing in timings]
    free_at: list[int] = []
    last: dict[int, int] = {}
    for start, table, first, end, after in sorted(_runs(timings)):
        lane = _free_lane(free_at, start, last.get(table))
        free_at[lane] = end
        last[table] = lane
        taken[table][first:after] = [lane] * (after - first)
    return taken


def _runs(timings: Sequence[Timing]) -> Iterable[tuple[int, int, int, int, int]]:
    """Segments without a gap: start, table, first segment, end, and the segment after the last."""
    for table, timing in enumerate(timings):
        segments = timing.segments
        first = 0
        for number in range(1, len(segments) + 1):
            end = segments[number - 1].end_us
            if number == len(segments) or segments[number].start_us > end:
                yield segments[first].start_us, table, first, end, number
                first = number


def _free_lane(free_at: list[int], start_us: int, wanted: int | None) -> int:
    if wanted is not None and free_at[wanted] <= start_us:
        return wanted
    for lane, until in enumerate(free_at):
        if until <= start_us:
            return lane
    free_at.append(0)
    return len(free_at) - 1


def bandwidth(timings: Iterable[Timing]) -> list[tuple[int, int]]:
    """From when on how many bytes/s are in use; of very many steps the mean over equal spans."""
    changes: dict[int, int] = {}
    known = changes.get
    for timing in timings:
        for start, end, rate in timing.segments:
            if rate:
                changes[start] = known(start, 0) + rate
                changes[end] = known(end, 0) - rate
    steps: list[tuple[int, int]] = []
    used = 0
    for moment, change in sorted(changes.items()):
        if change:
            used += change
            steps.append((moment, used))
    return steps if len(steps) <= _MOST_STEPS else _means(steps)


def _means(steps: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Equal spans from the first step to the last, each with the mean of what was in use."""
    first, last = steps[0][0], steps[-1][0]
    span = -(-(last - first) // (_MOST_STEPS - 1))
    moved = [0] * _MOST_STEPS
    for (start, rate), (end, _) in pairwise(steps):
        at = start
        while at < end:
            number = (at - first) // span
            until = min(end, first + (number + 1) * span)
            moved[number] += rate * (until - at)
            at = until
    means = [
        (start, total // min(span, last - start))
        for start, total in zip(range(first, last, span), moved, strict=False)
    ]
    return [*means, (last, 0)]
