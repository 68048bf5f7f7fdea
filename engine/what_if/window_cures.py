"""A longer window, or a smaller reserve: the least with which a plan that fits is found."""

from __future__ import annotations

from fractions import Fraction

from stowplan.model import Window
from stowplan.planning.workload import ceiling
from stowplan.units import LARGEST, duration_text

from .changes import Change
from .searches import STEPS, TIME_STEP, Cure, Search, told_of, up_to


def longer_window(search: Search) -> Cure:
    """What length can do: from what the bound asks for, and what the plan takes, on."""
    window, finish = search.window, search.as_is.required.finish_us
    if window.reserve == 1:
        text = "its reserve is all of it: however long it is, nothing may be used"
        return Cure("window", None, Fraction(0), text, 0)
    least = _duration(window, search.lower_us)
    enough = _duration(window, finish)
    lengths = {up_to(length, TIME_STEP) for length in (least, enough)}
    lengths |= {up_to(int(enough * step), TIME_STEP) for step in STEPS}
    wanted = sorted(length for length in lengths if length > window.duration_us)
    changes = (Change(duration_us=length) for length in wanted)
    outcome, tried = search.first_feasible(changes)
    found = outcome.window.window.duration_us if outcome else LARGEST
    whole = least // TIME_STEP * TIME_STEP
    proof = least > window.duration_us
    told = told_of(found, least, TIME_STEP, duration_text(whole) if proof else None)
    if outcome is None:
        return Cure("window", None, Fraction(0), f"{told}; no plan found above it", tried)
    cost = Fraction(outcome.window.window.duration_us, window.duration_us) - 1
    return Cure("window", outcome, cost, told, tried)


def _duration(window: Window, needed: int) -> int:
    """How long a window must be for so much of it to be usable."""
    used = Fraction(needed) / (1 - window.reserve)
    return window.rollback_us + ceiling(used.numerator, used.denominator)


def smaller_reserve(search: Search) -> Cure:
    """What the reserve can do: as much of it given up as the bound or the plan asks for, or all."""
    window = search.window
    if search.lower_us > window.limit_us:
        needed = duration_text(search.lower_us)
        text = f"proven: without any reserve {duration_text(window.limit_us)} are usable, "
        return Cure("reserve", None, Fraction(0), f"{text}{needed} are needed", 0)
    needs = (search.lower_us, search.as_is.required.finish_us, window.limit_us)
    shares = {_share_left(window, need) for need in needs if need <= window.limit_us}
    wanted = sorted((share for share in shares if share < window.reserve), reverse=True)
    changes = (Change(reserve=share) for share in wanted)
    outcome, tried = search.first_feasible(changes)
    if outcome is None:
        return Cure("reserve", None, Fraction(0), "no plan found even without it", tried)
    told = "in steps of 0.1 %"
    cost = window.reserve - outcome.window.window.reserve
    return Cure("reserve", outcome, cost, told, tried)


def _share_left(window: Window, needed: int) -> Fraction:
    """The largest reserve, in tenths of a percent, that leaves so much usable."""
    if not window.limit_us:
        return Fraction(0)
    return Fraction((window.limit_us - needed) * 1000 // window.limit_us, 1000)
