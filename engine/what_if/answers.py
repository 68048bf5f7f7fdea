"""Everything that was asked of one manifest: its plan, the grid, what would cure it, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stowplan.model import Place, Span
from stowplan.planning.groundwork import Groundwork

from .changes import AS_IS, Change
from .conflicts import Conflict, conflicts
from .cures import cures
from .outcomes import Outcome, outcome_of
from .searches import Cure


@dataclass(frozen=True, slots=True)
class Answer:
    """The plan as it is, then those of the grid; cures and conflicts where it does not fit.

    `locate` gives the line and column of a place; a place without a source is in the manifest.
    """

    as_is: Outcome
    outcomes: Sequence[Outcome]
    cures: Sequence[Cure]
    conflicts: Sequence[Conflict]
    locate: Callable[[Place], Span]

    @property
    def rows(self) -> list[Outcome]:
        """All plans; the number of each is its position."""
        return [self.as_is, *self.outcomes]

    @property
    def cheapest(self) -> Cure | None:
        """The first cure that is within the policy; None where there is none."""
        return next((cure for cure in self.cures if cure.within_policy), None)


def answer(
    ground: Groundwork, changes: Sequence[Change], locate: Callable[[Place], Span]
) -> Answer:
    """Plan the manifest as it is and with each change. Raises NothingToPlanAgainstError."""
    as_is = outcome_of(ground, AS_IS, None)
    outcomes = [outcome_of(ground, change, as_is.planned) for change in changes]
    found = conflicts(ground) if as_is.feasibility != "YES" else []
    return Answer(as_is, outcomes, cures(ground, as_is), found, locate)
