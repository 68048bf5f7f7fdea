"""What a plan was made from: the groundwork and the main window, caught while a plan is made."""

from __future__ import annotations

from unittest import mock

from planning_runs import planned

from stowplan.planning import planner
from stowplan.planning.contingencies import contingencies


def caught(manifest, policy):
    """The outcome of `plan`, the groundwork and the arrangement of its main window."""
    seen = []

    def catching(ground, arrangement, *others):
        seen.append((ground, arrangement))
        return contingencies(ground, arrangement, *others)

    with mock.patch.object(planner, "contingencies", catching):
        outcome = planned(manifest, policy)
    return outcome, *(seen[0] if seen else (None, None))
