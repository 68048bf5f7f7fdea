"""What looking for a cure has at hand: the plan as it is, values to try, and planning in order."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from stowplan.model import Window
from stowplan.planning.groundwork import Groundwork
from stowplan.planning.workload import ceiling

from .changes import Change
from .outcomes import Outcome, ground_of, outcome_of

STEPS = tuple(Fraction(n, 100) for n in (100, 101, 102, 105, 110, 120, 150, 200, 300, 500, 1000))
"""What the least value that is not proven too little is multiplied by, one after the other."""

RATE_STEP, TIME_STEP = 1000, 1_000_000
"""Rates are tried in whole kB/s, windows in whole seconds."""

_STEPPED = {RATE_STEP: "in steps of 0.001 MB/s", TIME_STEP: "in whole seconds"}


class Cure(NamedTuple):
    """What one lever can do.

    `outcome` is the least change that was found feasible, None where none was. `cost` is how large
    it is beside what there is now; `told` says what is proven or was tried, `tried` how many plans
    were made.
    """

    lever: str
    outcome: Outcome | None
    cost: Fraction
    told: str
    tried: int

    @property
    def within_policy(self) -> bool:
        """Whether it is found and nothing in the policy forbids it."""
        return self.outcome is not None and not self.outcome.contradicts


class Search(NamedTuple):
    """A plan that does not fit, with its main window and the bound of its required tables."""

    ground: Groundwork
    as_is: Outcome
    window: Window
    lower_us: int

    def first_feasible(self, changes: Iterable[Change]) -> tuple[Outcome | None, int]:
        """The first of some changes that a plan is found for, and how many were tried."""
        tried = 0
        for change in changes:
            tried += 1
            outcome = outcome_of(self.ground, change, self.as_is.planned)
            if outcome.feasibility == "YES":
                return outcome, tried
        return None, tried

    def may_fit(self, change: Change) -> bool:
        """Whether the bound leaves a plan possible."""
        found = ground_of(self.ground, change).assessment
        return not found.required_blocked and found.lower_us <= self.window.usable_us


def told_of(found: int, least: int, step: int, shown: str | None) -> str:
    """What is proven of all that is less than what was found; `least` is not proven too little."""
    if shown is None:
        return "that nothing less would do is not proven"
    if found <= up_to(least, step):
        return f"{_STEPPED[step]}; proven: no smaller step would do"
    return f"proven: below {shown} no plan fits"


def up_to(value: int, step: int) -> int:
    """The next multiple of a step."""
    return ceiling(value, step) * step
