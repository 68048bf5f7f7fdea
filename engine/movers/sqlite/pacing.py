"""One token bucket for all that is written to a target: bytes/s on average, and in any second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

SECOND = 1_000_000
_BURST_US = SECOND // 2
"""Time lost to commits and to planning is made up for, as far as this reaches back."""

_BATCHES_A_SECOND = 50
_LEAST_BATCH, _MOST_BATCH = 4_096, 4_000_000


class Clock(NamedTuple):
    """Microseconds since the window's start, and how to let microseconds pass."""

    now: Callable[[], int]
    sleep: Callable[[int], None]


def real_clock() -> Clock:
    """The clock of this machine, from now on."""
    start = time.monotonic_ns()
    return Clock(
        lambda: (time.monotonic_ns() - start) // 1000,
        lambda microseconds: time.sleep(microseconds / 1_000_000),
    )


class DeadlineError(Exception):
    """What is to be written could only be written after the deadline."""


class Pacer:
    """Admits batches: `rate` bytes/s over the long run, never over `limit` in any second.

    A single batch larger than what a second may hold (one row that is that large) goes when the
    second before it is empty, and the time that it takes up is waited for after it.
    """

    def __init__(self, clock: Clock, rate: int, limit: int | None) -> None:
        self._clock = clock
        self._ceiling = limit
        self._paid_us = clock.now()
        self._recent: deque[tuple[int, int]] = deque()
        self.waits = 0
        self.waited_us = 0
        self.deadline_us: int | None = None
        self.rate = rate

    @property
    def limit(self) -> int:
        """The most bytes of any second: what was lost is made up for a fifth faster, if allowed."""
        return max(self.rate, min(self._ceiling or 0, self.rate + self.rate // 5))

    @property
    def batch(self) -> int:
        """How many bytes are best written in one go: a fiftieth of a second's."""
        return min(max(self.rate // _BATCHES_A_SECOND, _LEAST_BATCH), _MOST_BATCH)

    def change(self, rate: int, deadline_us: int) -> None:
        """From now on another rate and deadline."""
        self.rate, self.deadline_us = rate, deadline_us

    def check(self) -> None:
        """Raises DeadlineError where nothing more may be committed."""
        self._check(self._clock.now())

    def admit(self, size: int) -> None:
        """Waits until so many bytes may be written. Raises DeadlineError instead of waiting on."""
        began = now = self._clock.now()
        while (due := self._due(now, size)) > now:
            self._check(due)
            self._clock.sleep(due - now)
            now = self._clock.now()
        self._check(now)
        if now > began:
            self.waits += 1
            self.waited_us += now - began
        self._spend(now, size)

    def spend_more(self, size: int) -> None:
        """Counts bytes that turned out only after they were written."""
        self._spend(self._clock.now(), size)

    def _check(self, moment: int) -> None:
        if self.deadline_us is not None and moment >= self.deadline_us:
            raise DeadlineError

    def _spend(self, now: int, size: int) -> None:
        earliest = max(self._paid_us, now - _BURST_US)
        self._paid_us = earliest + size * SECOND // max(self.rate, 1)
        self._recent.append((now, size))

    def _due(self, now: int, size: int) -> int:
        """The earliest moment for so many bytes: by the average, and by the last second."""
        return max(self._paid_us, self._room(now, size))

    def _room(self, now: int, size: int) -> int:
        """When the second before has room; a batch's worth is kept free, for writing takes time."""
        while self._recent and self._recent[0][0] <= now - SECOND:
            self._recent.popleft()
        over = sum(part for _, part in self._recent) + size + self.batch - self.limit
        moment = now
        for at, part in self._recent:
            if over <= 0:
                break
            over -= part
            moment = at + SECOND
        return moment
