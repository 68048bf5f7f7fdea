"""How many bytes a plan has moved at each moment."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate

from stowplan.model import PlannedTable

from .workload import MICROSECONDS, ceiling


class Progress:
    """The bytes of some tables that are at the destination, by the moment; exact between events."""

    def __init__(self, tables: Iterable[PlannedTable]) -> None:
        self.total = 0
        rates: defaultdict[int, int] = defaultdict(int)
        excess: defaultdict[int, int] = defaultdict(int)
        for table in tables:
            self.total += table.size
            moved = -table.size * MICROSECONDS
            end = 0
            for start, end, rate in table.timing.segments:
                rates[start] += rate
                rates[end] -= rate
                moved += rate * (end - start)
            # The last rate is rounded up: what that is too much is taken back at its end.
            excess[end] += moved
        self.times = sorted(rates)
        self.rates = [*accumulate(rates[time] for time in self.times)]
        self.moved: list[int] = []
        reached = before = rate = 0
        for time, next_rate in zip(self.times, self.rates, strict=True):
            reached += rate * (time - before) - excess.get(time, 0)
            self.moved.append(reached)
            before, rate = time, next_rate

    def moved_at(self, at_us: int) -> int:
        """Whole bytes at the destination at a moment."""
        return self._work(at_us) // MICROSECONDS

    def least_at(self, at_us: int) -> int:
        """The same, rounded up."""
        return ceiling(self._work(at_us), MICROSECONDS)

    def _work(self, at_us: int) -> int:
        """Bytes times a million. A last segment's rate may be up to one byte a second too high."""
        place = bisect_right(self.times, at_us) - 1
        if place < 0:
            return 0
        found = self.moved[place] + self.rates[place] * (at_us - self.times[place])
        return min(found, self.total * MICROSECONDS)
