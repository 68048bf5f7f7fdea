"""Tables outside the main window: the code that says why, and by how much they miss it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from stowplan.graph import DependencyGraph
from stowplan.model import Placement

from .groundwork import Groundwork

_STEPS = 5_000_000
_NAMED_AT_MOST = 5


def deferral_codes(ground: Groundwork, main: Iterable[int]) -> dict[int, str]:
    """For every plannable table outside the main window, why it is there.

    A class that is excluded, follow-up or not accepted by the window decides first; then a table
    too long for every window; then a parent that is deferred; what is left did not fit.
    """
    inside = frozenset(main)
    oversized = {ground.graph.index(entry.name) for entry in ground.assessment.oversized}
    hubs = _waiting_hubs(ground.graph, inside)
    outside = [table for table in ground.obstacles.plannable() if table not in inside]
    return {table: _code(ground, table, oversized, inside, hubs) for table in outside}


def _code(
    ground: Groundwork,
    table: int,
    oversized: Collection[int],
    inside: Collection[int],
    hubs: Collection[int],
) -> str:
    placement = ground.classification.placement(table)
    if placement is Placement.EXCLUDED:
        return "excluded"
    if placement is Placement.FOLLOW_UP or unwelcome(ground, table):
        return "policy"
    if table in oversized:
        return "oversized"
    for node in ground.graph.parents[table]:
        if node in hubs if node >= ground.graph.size else node not in inside:
            return "dependency"
    return "capacity"


def unwelcome(ground: Groundwork, table: int) -> bool:
    """Whether the main window does not accept the table's class; required tables always come."""
    main = ground.assessment.main
    if main is None or main.window.accepts is None:
        return False
    required = ground.classification.placement(table) is Placement.REQUIRED
    return not required and not ground.takes(main.window, table)


def _waiting_hubs(graph: DependencyGraph, inside: Collection[int]) -> frozenset[int]:
    """The hubs that have a parent outside the window."""
    return frozenset(
        graph.size + number
        for number, hub in enumerate(graph.hubs)
        if any(parent not in inside for parent in hub.parents)
    )


def deferred_parents(graph: DependencyGraph, table: int, inside: Collection[int]) -> list[int]:
    """The direct parents outside the window, at most a handful: enough for a reason."""
    direct = graph.parents[table]
    if not direct or direct[-1] < graph.size:
        return [parent for parent in direct if parent not in inside][:_NAMED_AT_MOST]
    found: set[int] = set()
    for node in direct:
        above = graph.parents[node] if node >= graph.size else (node,)
        found.update(islice((p for p in above if p not in inside), _NAMED_AT_MOST))
    return sorted(found)[:_NAMED_AT_MOST]


def closure_needs(needs: Mapping[int, int], graph: DependencyGraph) -> dict[int, int]:
    """For each deferred table: what it and its deferred ancestors need, one after the other.

    `needs` has all deferred tables. A node with one deferred parent adds itself to that parent's
    sum; others, and excluded tables in a cycle, walk their ancestors, within a bound that keeps
    large plans near-linear. Past it, a sum counts the table itself and the parent that needs most:
    at least so much.
    """
    parents = {
        node: [p for p in graph.parents[node] if p in needs or p >= graph.size]
        for node in graph.order
        if node in needs or node >= graph.size
    }
    sums: dict[int, int] = {}
    left = _STEPS
    for node, above in parents.items():
        own = needs.get(node, 0)
        if len(above) < 2 and node not in graph.component_of:
            sums[node] = own + sums[above[0]] if above else own
        elif left > 0:
            ancestors, steps = _ancestors(node, parents)
            left -= steps
            sums[node] = sum(needs.get(ancestor, 0) for ancestor in ancestors)
        else:
            sums[node] = own + max(sums.get(parent, 0) for parent in above)
    return {table: sums[table] for table in needs}


def _ancestors(node: int, parents: Mapping[int, Sequence[int]]) -> tuple[set[int], int]:
    """The node and everything above it, and how many edges were looked at."""
    seen, stack, steps = {node}, [node], 0
    while stack:
        above = parents[stack.pop()]
        steps += len(above)
        fresh = [parent for parent in above if parent not in seen]
        seen.update(fresh)
        stack.extend(fresh)
    return seen, steps
