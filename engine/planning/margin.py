"""How much slower everything may go until the plan no longer holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stowplan.model import Demand, Timing

from .workload import ceiling


def break_even(
    timings: Mapping[int, Timing], tables: Iterable[int], rate: int, usable_us: int
) -> int | None:
    """The bandwidth in bytes/s, rounded up, at which `tables` still just end within `usable_us`.

    All rates are slowed down by one factor, the order of events is kept. Of the time up to the last
    finish of `tables`, `moving` is that in which at least one of them moves bytes, and only that
    grows: `moving / factor + rest = usable`, so `factor = moving / (usable - rest)`.

    None if they move no bytes, or if the rest alone fills the usable time.
    """
    own = [timings[table] for table in tables]
    moving = _covered(
        (segment.start_us, segment.end_us)
        for timing in own
        for segment in timing.segments
        if segment.rate
    )
    finish = max((timing.finish_us for timing in own), default=0)
    return least_rate(moving, finish, rate, usable_us)


def least_rate(moving_us: int, finish_us: int, rate: int, usable_us: int) -> int | None:
    """The same where it is known how long bytes move until the last finish."""
    rest = finish_us - moving_us
    if moving_us == 0 or usable_us <= rest:
        return None
    return ceiling(rate * moving_us, usable_us - rest)


def with_own_rates(demands: Iterable[Demand], rate: int, even: int | None) -> bool:
    """Whether a table moves bytes at a rate of its own below the bandwidth, now or at break-even.

    Its rate is then slowed down, or raised, with the others: bandwidth alone would not do that.
    """
    if even is None:
        return False
    highest = max(rate, even)
    return any(d.size and d.cap is not None and d.cap < highest for d in demands)


def _covered(spans: Iterable[tuple[int, int]]) -> int:
    """The length of the union of some spans of time."""
    total = reached = 0
    for start, end in sorted(spans):
        if end > reached:
            total += end - max(start, reached)
            reached = end
    return total
