"""Feasibility: the verdict on the required tables follows from when they end."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import shown

from .breaches import Breach, time
from .case import Case


def breaches(case: Case) -> Iterator[Breach]:
    """A verdict that is not so, or one that is called proven and is not."""
    plan, window, finish = case.plan, case.windows[0].window, case.required_finish
    verdict = (
        "YES" if finish <= window.usable_us else "TIGHT" if finish <= window.limit_us else "NO"
    )
    if case.required_blocked:
        verdict = "NO"
    if plan.feasibility != verdict:
        why = (
            "a required table cannot be planned"
            if case.required_blocked
            else f"the required tables end at {time(finish)}, usable are {time(window.usable_us)}"
        )
        text = f"feasibility is {shown(plan.feasibility)}, should be {verdict}: {why}"
        yield Breach("feasibility", ("feasibility",), text)
        return
    lower = plan.bounds[0].lower
    least = window.usable_us if verdict == "TIGHT" else window.limit_us
    proven = verdict == "YES" or case.required_blocked or lower > least
    if plan.proven != proven:
        text = f"proven is {shown(plan.proven)}; the required tables end at {time(lower)} at the"
        text += f" earliest, and {verdict} is proven from {time(least)} on"
        yield Breach("feasibility", ("proven",), text)
