"""The least bandwidth at which a plan that fits is found, and what is proven of less."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from stowplan.model import Capacity, Placement
from stowplan.planning.bounds import proven
from stowplan.planning.groundwork import Groundwork
from stowplan.planning.workload import gather
from stowplan.units import LARGEST, duration_text, rate_text

from .changes import Change
from .searches import RATE_STEP, STEPS, Cure, Search, told_of, up_to


def more_bandwidth(search: Search) -> Cure:
    """What bandwidth can do: from the rate that the bound asks for on, the limit or not."""
    usable, capacity = search.window.usable_us, search.as_is.window.capacity
    if not usable:
        return Cure("bandwidth", None, Fraction(0), "nothing of the window may be used", 0)
    bound = _bound_at(search.ground, capacity.streams)
    at_best = bound(LARGEST)
    if at_best > usable:
        text = f"proven: at any bandwidth the required tables need {duration_text(at_best)}"
        return Cure("bandwidth", None, Fraction(0), text, 0)
    least = capacity.rate
    if bound(least) > usable:
        least = _least(lambda rate: bound(rate) <= usable, least)
    stated = search.ground.resources.bandwidth
    limit = stated.limit if stated else None
    rates = _rates(least, capacity.rate, limit, search.as_is.break_even.required)
    outcome, tried = search.first_feasible(Change(rate=rate) for rate in rates)
    found = outcome.window.capacity.rate if outcome else LARGEST
    told = told_of(found, least, RATE_STEP, None if least == capacity.rate else rate_text(least))
    if limit is not None and least > limit:
        told = f"proven: up to the limit {rate_text(limit)} no plan fits"
    if outcome is None:
        return Cure("bandwidth", None, Fraction(0), f"{told}; no plan found above it", tried)
    cost = Fraction(outcome.window.capacity.rate, capacity.rate) - 1
    return Cure("bandwidth", outcome, cost, told, tried)


def _rates(least: int, now: int, limit: int | None, break_even: int | None) -> list[int]:
    """The rates to try: from the least possible on, the limit and the break-even among them."""
    stepped = {up_to(int(least * step), RATE_STEP) for step in STEPS}
    others = {rate for rate in (limit, up_to(break_even or 0, RATE_STEP)) if rate}
    return sorted(rate for rate in stepped | others if max(least, now + 1) <= rate <= LARGEST)


def _bound_at(ground: Groundwork, streams: int) -> Callable[[int], int]:
    """What the lower bound of the required tables is at some bytes/s."""
    required = ground.placed(Placement.REQUIRED)
    demands = [cost.demand for cost in ground.costs]

    def bound(rate: int) -> int:
        return proven(gather(required, ground.graph, demands, Capacity(rate, streams)))

    return bound


def _least(fits: Callable[[int], bool], low: int) -> int:
    """One more than a value that the bound does not let through, as large as it can be.

    To a millionth; `low` is not let through, LARGEST is.
    """
    high = low
    while not fits(high := min(2 * high, LARGEST)):
        low = high
    while high - low > max(1, low >> 20):
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return low + 1
