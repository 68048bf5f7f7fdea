"""The fewest edges found that open a knot (the minimum feedback arc set)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial

from .knots import Effort, Knot, Pair
from .orders import GreedyOrder, pairs_against
from .shortest import shortest_cycle

LISTED_PAIRS = 100_000
"""More pairs than this are not listed: nobody would read or paste them."""

SEARCHED_PAIRS = 1_000
"""A knot of more pairs than this is not searched for a proven minimum of two or more."""

States = Callable[[Pair], bool]
"""Whether the manifest states a pair; a foreign key is a fact, a rule is an opinion."""

Cost = tuple[int, int, list[Pair]]


def open_knot(
    knot: Knot, cycle: list[Pair], states: States, effort: Effort
) -> tuple[tuple[Pair, ...], bool]:
    """Return sorted pairs whose removal leaves no cycle, and whether no fewer would do.

    `cycle` is one of the knot's cycles. Among equally many pairs those of rules are preferred, then
    the least. No pairs at all: more than LISTED_PAIRS would have to go.
    """
    tries = Effort(effort.left // 2)
    single, tried_all = _single_pair(knot, sorted(cycle, key=lambda p: (states(p), p)), tries)
    if single:
        return (single,), True
    against = pairs_against(knot, GreedyOrder(knot, states).tables(), LISTED_PAIRS)
    if against is None:
        return (), False
    cost = partial(_cost, states)
    found = min((against, _needed(knot, against, states, effort)), key=cost)
    expanded = _expanded(knot)
    proven = len(found) == (2 if tried_all else 1)
    if expanded:
        found, proven = _fewest(expanded, found, cost, 2 if tried_all else 1, effort)
    return tuple(sorted(found)), proven


def _cost(states: States, pairs: Collection[Pair]) -> Cost:
    return len(pairs), sum(map(states, pairs)), sorted(pairs)


def _single_pair(
    knot: Knot, candidates: Iterable[Pair], effort: Effort
) -> tuple[Pair | None, bool]:
    """The first candidate that opens the knot alone, and whether all could be tried.

    A pair that opens every cycle lies on each of them, so one cycle's pairs are candidates enough.
    """
    for pair in candidates:
        if effort.left <= 0:
            return None, False
        effort.spend(knot.weight())
        if knot.without([pair]).is_acyclic():
            return pair, True
    return None, True


def _needed(knot: Knot, pairs: set[Pair], states: States, effort: Effort) -> set[Pair]:
    """The pairs that are still needed when each that does no harm is put back, facts first.

    What has not been tried when the effort is spent stays removed.
    """
    if knot.leaving_cost(pairs) > effort.left:
        return pairs
    opened = knot.without(pairs)
    down = [list(children) for children in opened.down]
    tries = Effort(effort.left // 2)
    needed = set(pairs)
    for child, parent in sorted(pairs, key=lambda pair: (not states(pair), pair)):
        if tries.left <= 0:
            break
        if not _reaches(down, child, parent, tries):
            down[parent].append(child)
            needed.remove((child, parent))
    return needed


def _reaches(down: list[list[int]], start: int, goal: int, effort: Effort) -> bool:
    seen = {start}
    stack = [start]
    while stack:
        node = stack.pop()
        effort.spend(1 + len(down[node]))
        for child in down[node]:
            if child == goal:
                return True
            if child not in seen:
                seen.add(child)
                stack.append(child)
    return False


def _expanded(knot: Knot) -> Knot | None:
    """The knot with direct edges in place of its hubs; None where they would be too many."""
    tables = knot.tables
    hubs = range(tables, len(knot.up))
    count = sum(1 for up in knot.up[:tables] for node in up if node < tables)
    count += sum(len(knot.up[hub]) * len(knot.down[hub]) for hub in hubs)
    if count > SEARCHED_PAIRS:
        return None
    up = [{node for node in above if node < tables} for above in knot.up[:tables]]
    for hub in hubs:
        for child in knot.down[hub]:
            up[child].update(knot.up[hub])
    down: list[list[int]] = [[] for _ in range(tables)]
    for child, above in enumerate(up):
        for parent in above:
            down[parent].append(child)
    return Knot(tables, [tuple(sorted(above)) for above in up], [tuple(kids) for kids in down])


def _fewest(
    knot: Knot,
    found: set[Pair],
    cost: Callable[[Collection[Pair]], Cost],
    least: int,
    effort: Effort,
) -> tuple[set[Pair], bool]:
    """Search for openings of `least`, then more pairs, up to what was found without searching."""
    for size in range(least, len(found) + 1):
        openings = _openings(knot, size, effort)
        if openings or effort.left <= 0:
            return min((found, *openings), key=cost), bool(openings) or size == len(found)
    return found, True


def _openings(knot: Knot, size: int, effort: Effort) -> list[set[Pair]]:
    """All openings of `size` pairs, given that none is smaller; fewer if the effort is spent.

    An opening has a pair of every cycle, so each pair of one cycle is tried in turn; those tried
    before are kept from then on, which brings up each opening once.
    """
    found: list[set[Pair]] = []
    stack: list[tuple[tuple[Pair, ...], frozenset[Pair]]] = [((), frozenset())]
    while stack and effort.left > 0:
        removed, kept = stack.pop()
        rest = knot.without(removed)
        effort.spend(knot.weight())
        if rest.is_acyclic():
            found.append(set(removed))
        elif len(removed) < size:
            cycle, _ = shortest_cycle(rest, effort)
            pairs = list(zip(cycle, cycle[1:] + cycle[:1], strict=True))
            stack.extend(
                ((*removed, pair), kept.union(pairs[:number]))
                for number, pair in enumerate(pairs)
                if pair not in kept
            )
    return found
