"""Break-even: the bandwidth at which the plan, its order of events kept, still just holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stowplan.model import Placement

from .breaches import Breach, agree, decimal, same
from .case import Case, Placed

_PATH = ("summary", "break_even_mb_s")
_MICRO = 1_000_000


def breaches(case: Case) -> Iterator[Breach]:
    """Rates that are not `target * A / (usable - F)`; for all tables, that cannot be."""
    required, everything = case.plan.summary.break_even
    expected = _rate(case, case.required)
    if not same(required, expected):
        text = f"the required tables break even at {decimal(required)} MB/s, should be at"
        yield Breach("break-even", (*_PATH, "required"), f"{text} {decimal(expected)}")
    placement, blocked = case.facts.classes.placement, case.facts.blocked
    movable = [
        table
        for table in range(len(case.facts.names))
        if placement[table] is not Placement.EXCLUDED and table not in blocked
    ]
    if len(movable) == len(case.main):
        expected = _rate(case, case.main)
        if not same(everything, expected):
            text = f"all tables break even at {decimal(everything)} MB/s, should be at"
            yield Breach("break-even", (*_PATH, "all"), f"{text} {decimal(expected)}")
        return
    yield from _between(case, movable, everything)


def _rate(case: Case, placed: Iterable[Placed]) -> int | None:
    """`A` is the time up to the last finish in which one of them moves bytes, `F` the rest."""
    spans: list[tuple[int, int]] = []
    finish = 0
    for each in placed:
        finish = max(finish, each.move.finish)
        spans += [(start, end) for start, end, rate in each.move.segments if rate]
    moving = reached = 0
    for start, end in sorted(spans):
        if end > reached:
            moving += end - max(start, reached)
            reached = end
    left = case.windows[0].usable - (finish - moving)
    return -(-case.windows[0].rate * moving // left) if moving and left > 0 else None


def _between(case: Case, movable: Iterable[int], found: int | None) -> Iterator[Breach]:
    """A plan with everything in the main window is not in the artefact: two bounds of its rate.

    No plan moves the bytes faster than the bandwidth, and none that never idles takes longer than
    one table after the other.
    """
    window = case.windows[0]
    costs = [case.facts.cost(table, window.streams) for table in movable]
    size = sum(cost.size for cost in costs)
    fixed = sum(cost.overhead + cost.post for cost in costs)
    moving = sum(cost.alone(window.rate) for cost in costs) - fixed
    least = -(-size * _MICRO // window.usable) if window.usable else None
    left = window.usable - fixed
    most = -(-window.rate * moving // left) if left > 0 else None
    if found is None:
        wrong = bool(size) and most is not None
    else:
        wrong = least is None or found < least - 1 or (most is not None and found > most)
    if wrong and not (found is not None and most is not None and agree(found, most)):
        text = f"all tables break even at {decimal(found)} MB/s, which is not from"
        text += f" {decimal(least)} to {decimal(most)} MB/s"
        yield Breach("break-even", (*_PATH, "all"), text)
