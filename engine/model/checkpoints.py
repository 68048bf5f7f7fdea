"""When to look at a run, what being late means there, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .policy import Action


class Thresholds(NamedTuple):
    """What ON_TRACK and AT_RISK mean at a checkpoint; beyond AT_RISK it is BEHIND.

    The delays are the largest with which the required tables still end within the usable time, and
    within `duration - rollback`; negative where the plan itself does not. The sizes are what such a
    delayed run has moved of the required tables at that moment: the least that keeps the word.
    """

    on_track_us: int
    at_risk_us: int
    on_track_size: int
    at_risk_size: int


class Outstanding(NamedTuple):
    """What is left of the required tables at a moment by plan, and the time until the limit.

    `names` are the first of them by finish; `needs_us` is how long the rest takes by plan.
    """

    tables: int
    names: tuple[str, ...]
    size: int
    needs_us: int
    time_us: int


@dataclass(frozen=True, slots=True)
class PlannedCheckpoint:
    """A moment to look: what is to be done by then, and how late it may come true.

    `tables` are done by then; for a phase those since the phase before, `done` counts all of them.
    `go_back_us` is the latest moment to decide to go back.
    """

    rule: str | None
    after: str | None
    at_us: int
    expected_us: int
    latest_us: int | None
    tables: tuple[str, ...]
    size: int
    required_size: int
    no_go_below: int
    decider: str | None
    if_behind: tuple[Action, ...]
    phase: int | None
    done: int
    thresholds: Thresholds
    outstanding: Outstanding
    go_back_us: int


class Skipped(NamedTuple):
    """What skipping leaves out of the main window: `brought` depend on what was named.

    `required` are tables that were named too: they are never skipped.
    """

    tables: int
    size: int
    brought: int
    required: int


@dataclass(frozen=True, slots=True)
class Contingency:
    """What an action is worth: by how much earlier the required tables and all of the window end.

    `rule` is the checkpoint's, None for what every plan says; `against` is delay or memory, `basis`
    timed (the plan was timed again), exact (nothing had to be), bounded (only `most_…` is proven)
    or unknown. Negative savings are costs. `covers_us` is the delay that the required tables can
    bear at that checkpoint beyond the one without the action, `bears_us` both together. `holds` is
    what chunks fill at once with it, None where it changes nothing of them. `held_to` is what the
    figures are of where the action asks for more than the bandwidth's limit or the memory allows.
    """

    rule: str | None
    action: Action
    against: str
    basis: str
    saves_required_us: int | None
    saves_all_us: int | None
    covers_us: int | None
    bears_us: int | None
    most_required_us: int | None = None
    most_all_us: int | None = None
    holds: int | None = None
    skipped: Skipped | None = None
    obstacle: str | None = None
    held_to: int | None = None

    @property
    def sufficient(self) -> bool | None:
        """Whether it covers any delay and the plan then holds; None where that is not known."""
        if self.covers_us is None or self.bears_us is None:
            return None
        return self.covers_us > 0 and self.bears_us >= 0
