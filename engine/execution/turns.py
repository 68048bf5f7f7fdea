"""Whose turn it is: the strongest class first, then the byte that the plan moves earliest.

The plan gives every byte its moment. A run that is late moves bytes in the order of these moments,
so that what it does is what the plan says, and a weaker class never goes before a stronger one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from stowplan.model import Segment

from .ledger import Progress, State
from .program import Load

Urgency = tuple[int, int, str]


class Turns:
    """When each byte of the program is to move; everything by the number of the load."""

    def __init__(self, loads: Sequence[Load]) -> None:
        self._segments = [[s for s in load.segments if s.rate] for load in loads]
        self._before = [_bytes_before(segments) for segments in self._segments]

    def urgency(self, at: int, table: Progress) -> Urgency:
        """The key of a table's next step: the least goes first."""
        load = table.load
        if table.state is State.WAITING:
            return load.level, load.start_us, load.name
        return load.level, self._moment(at, load, table.moved), load.name

    def _moment(self, at: int, load: Load, moved: int) -> int:
        """When the plan has moved so many bytes of it and is to move the next."""
        before, segments = self._before[at], self._segments[at]
        if not segments:
            return load.start_us
        place = bisect_right(before, moved) - 1
        segment = segments[place]
        return segment.start_us + (moved - before[place]) * 10**6 // segment.rate


def _bytes_before(segments: Sequence[Segment]) -> list[int]:
    """For each segment how many bytes move before it."""
    moved = [segment.rate * (segment.end_us - segment.start_us) // 10**6 for segment in segments]
    return [0, *accumulate(moved[:-1])]
