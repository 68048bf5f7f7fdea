"""The parts of a run between the changes of its bandwidth, and how fast data moved in each."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from stowplan.execution.ledger import Ledger, changed
from stowplan.units import MICROSECONDS


class Stretch(NamedTuple):
    """From a moment on: the bandwidth that the run might use, and the mean speed, in bytes/s.

    Seconds in which nothing moved do not count; the speed is 0 where nothing moved at all.
    """

    start_us: int
    bandwidth: int
    speed: int


def stretches(ledger: Ledger) -> tuple[Stretch, ...]:
    """The parts of a run in order; one where nobody changed the bandwidth."""
    limits = ledger.program.limits
    starts = [(0, limits.rate)]
    for judgement in ledger.judgements:
        for action in judgement.taken:
            limits = changed(limits, action, ledger.program.rate_limit)
        if limits.rate != starts[-1][1]:
            starts.append((judgement.at_us, limits.rate))
    ends = [start for start, _ in starts[1:]]
    bounds = pairwise([0, *ends, max(ledger.at_us, *ends, 0) + MICROSECONDS])
    return tuple(
        Stretch(start, bandwidth, _speed(ledger, *bound))
        for (start, bandwidth), bound in zip(starts, bounds, strict=True)
    )


def _speed(ledger: Ledger, start_us: int, end_us: int) -> int:
    moved = [
        size
        for second, size in ledger.seconds.items()
        if size and start_us <= second * MICROSECONDS < end_us
    ]
    return sum(moved) // len(moved) if moved else 0
