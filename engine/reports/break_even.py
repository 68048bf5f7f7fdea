"""What a break-even is of: a bandwidth, or all rates in proportion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stowplan.model import BreakEven, Placement, Plan
from stowplan.units import rate_text

_IN_PROPORTION = "all rates in proportion: the bandwidth and the tables' own"
_HOPELESS = "no bandwidth alone would do"
_STARS = {"": "", _IN_PROPORTION: " *", _HOPELESS: " **"}
"""How a table marks a figure of which something must be said."""


def proviso(even: BreakEven, *, everything: bool) -> str:
    """What must be said beside the figure; empty where it simply is a bandwidth."""
    if even.all_own if everything else even.required_own:
        return _IN_PROPORTION
    return _HOPELESS if even.hopeless else ""


def why_none(plan: Plan, *, everything: bool) -> str:
    """Why there is no break-even: there are no bytes to move, or time is not lost with bytes."""
    planned = [t.size for t in plan.planned if everything or t.placement == Placement.REQUIRED]
    others = [t.size for t in plan.deferred if everything]
    return "no rate alone would do" if any((*planned, *others)) else "there is nothing to move"


def break_even_text(even: BreakEven) -> str:
    """Both figures on one line: `required 0.342207 MB/s, everything 1.003087 MB/s`."""
    required, everything = (proviso(even, everything=which) for which in (False, True))
    if even.required is not None and even.everything is not None and required == everything:
        both = f" (both with {required})" if required == _IN_PROPORTION else _bracketed(required)
        return f"required {rate_text(even.required)}, everything {rate_text(even.everything)}{both}"
    figures = (("required", even.required, required), ("everything", even.everything, everything))
    known = (
        f"{name} {rate_text(rate)}{_bracketed(told)}"
        for name, rate, told in figures
        if rate is not None
    )
    return ", ".join(known) or "none"


def _bracketed(told: str) -> str:
    return f" ({told})" if told else ""


def starred(even: BreakEven) -> str:
    """The required tables' figure as a cell: `-` if there is none, with a star for a footnote."""
    if even.required is None:
        return "-"
    return f"{rate_text(even.required)}{_STARS[proviso(even, everything=False)]}"


def footnotes(evens: Iterable[BreakEven]) -> Iterator[str]:
    """What the stars in a table mean, after an empty line; nothing where there are none."""
    told = {proviso(even, everything=False) for even in evens if even.required is not None}
    marks = ((star.strip(), text) for text, star in _STARS.items() if text and text in told)
    notes = [f"{star} break-even: {text}" for star, text in marks]
    yield from ["", *notes] if notes else []
