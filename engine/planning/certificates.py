"""What a proven bound still proves when bandwidth or streams are others."""

from __future__ import annotations

from collections.abc import Callable

from stowplan.model import Bound, Capacity, Demand

from .groundwork import alone_us
from .workload import MICROSECONDS, ceiling


def most_saved(
    bound: Bound, before: Capacity, after: Capacity, demand_of: Callable[[str], Demand]
) -> int:
    """By how much a finish can at most come earlier with no less bandwidth and streams.

    Times of work at full rate shrink at best as the bandwidth grows.
    """
    return max(0, bound.finish_us - _still_proven(bound, before, after, demand_of))


def _still_proven(
    bound: Bound, before: Capacity, after: Capacity, demand_of: Callable[[str], Demand]
) -> int:
    witness = bound.witness
    if witness.kind == "path":
        return sum(alone_us(demand_of(name), after.rate) for name in witness.path)
    if witness.kind == "bandwidth":
        shrunk = (witness.head_us + witness.tail_us) * before.rate // after.rate
        return shrunk + ceiling(witness.size * MICROSECONDS, after.rate)
    if witness.kind == "streams":
        return witness.stream_us * before.rate // after.rate // after.streams
    return 0
