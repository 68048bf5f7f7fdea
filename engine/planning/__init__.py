"""From a manifest and a policy to a plan: classes, costs, obstacles, bounds, schedules, windows."""

from .edges import dependency_graph
from .groundwork import Groundwork, effective_rules, lay_groundwork
from .planner import NothingToPlanAgainstError, make_plan

__all__ = [
    "Groundwork",
    "NothingToPlanAgainstError",
    "dependency_graph",
    "effective_rules",
    "lay_groundwork",
    "make_plan",
]
