"""What there is to say of a cycle: one shortest way round, and the fewest edges that open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .dependencies import DependencyGraph
from .knots import Effort, Pair, tie
from .openings import open_knot
from .shortest import shortest_cycle

SHORTEST_VISITS = 5_000_000
OPENING_VISITS = 500_000


class CycleEdge(NamedTuple):
    """One step of a cycle: `child` depends on `parent` because of `origin`."""

    child: int
    parent: int
    origin: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """A strongly connected component explained; tables are indices.

    `cycle` goes from child to parent and starts at its least name; `edges` are its steps. `exact`:
    no cycle of the component is shorter. `open` holds (child, parent) pairs whose removal leaves
    the component without a cycle; `fewest`: no smaller number of pairs does. `open` is empty where
    rules contradict each other so much that more than 100 000 pairs would have to go.
    """

    cycle: tuple[int, ...]
    edges: tuple[CycleEdge, ...]
    exact: bool
    open: tuple[Pair, ...]
    fewest: bool


def explain_cycle(graph: DependencyGraph, component: tuple[int, ...]) -> Cycle:
    """Explain one of the graph's components."""
    knot = tie(graph, component)
    share = len(graph.components)
    local, exact = shortest_cycle(knot, Effort.shared(SHORTEST_VISITS, share))
    steps = [(component[child], component[parent]) for child, parent in _steps(local)]

    def states(pair: Pair) -> bool:
        return graph.states(component[pair[0]], component[pair[1]])

    pairs, fewest = open_knot(knot, _steps(local), states, Effort.shared(OPENING_VISITS, share))
    return Cycle(
        cycle=tuple(child for child, _ in steps),
        edges=tuple(CycleEdge(*step, graph.origin(*step) or "") for step in steps),
        exact=exact,
        open=tuple((component[child], component[parent]) for child, parent in pairs),
        fewest=fewest,
    )


def _steps(cycle: list[int]) -> list[Pair]:
    return list(zip(cycle, cycle[1:] + cycle[:1], strict=True))
