"""The dependency graph: edges that know where they come from, its cycles, order and phases.

Nothing here depends on the order of the manifest's tables. `sorting` is the only home of NetworkX.
"""

from .cycles import Cycle, CycleEdge, explain_cycle
from .dependencies import DependencyGraph, Hub, build
from .reach import Reach
from .redundancy import implied_edges
from .removals import EdgeRule
from .statements import MissingParent

__all__ = [
    "Cycle",
    "CycleEdge",
    "DependencyGraph",
    "EdgeRule",
    "Hub",
    "MissingParent",
    "Reach",
    "build",
    "explain_cycle",
    "implied_edges",
]
