"""Which table of a class goes first: the one with the longest chain of work below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .workload import Workload


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is settled about the order within classes.

    `ranks` by table; a higher one goes first; tables without one take the static rank.
    `fit_first` are the classes in which a waiting table whose full rate still fits goes before one
    that would get only a part of its rate. `rank_first` are those in which a started table gives
    way to one of a higher rank, as it does to a stronger class; no class is in both. `last` are
    tables that come behind all others of their class, as those of a weaker class do: the ones of
    round 1, then those of round 2, ….
    """

    ranks: Mapping[int, int] = field(default_factory=dict)
    fit_first: frozenset[int] = frozenset()
    rank_first: frozenset[int] = frozenset()
    last: Mapping[int, int] = field(default_factory=dict)


def levels_of(
    workload: Workload, classes: Sequence[int], ranking: Ranking
) -> tuple[Sequence[int], Ranking]:
    """Classes by position, each round of what comes last as one of its own; their ranking."""
    if not ranking.last:
        return classes, ranking
    rounds = 1 + max(ranking.last.values())
    pairs = zip(workload.tables, classes, strict=True)
    levels = [rounds * level + ranking.last.get(table, 0) for table, level in pairs]
    fit_first, rank_first = (
        frozenset(rounds * level for level in chosen)
        for chosen in (ranking.fit_first, ranking.rank_first)
    )
    return levels, Ranking(ranking.ranks, fit_first, rank_first)


def static_ranks(workload: Workload, classes: Sequence[int]) -> list[int]:
    """By position: own time at full rate plus the longest chain below within the same class.

    `classes` by position. Microseconds. A child of a weaker class does not count, so that no
    stronger table's rank depends on a weaker one.
    """
    count = len(workload.tables)
    chains = [0] * len(workload.children)
    nothing = max(classes, default=0) + 1
    levels = [*classes, *[nothing] * (len(workload.children) - count)]
    for node in reversed(workload.order):
        below = workload.children[node]
        if node < count:
            level = levels[node]
            longest = max([chains[child] for child in below if levels[child] == level], default=0)
            chains[node] = workload.shortest[node] + workload.post[node] + longest
        elif below:
            # A parent is never of a weaker class than the strongest child of the hub.
            levels[node] = min([levels[child] for child in below])
            chains[node] = max([chains[c] for c in below if levels[c] == levels[node]])
    return chains[:count]


def ranks_of(workload: Workload, classes: Sequence[int], ranking: Ranking) -> list[int]:
    """By position: the settled rank, else the static one."""
    settled = ranking.ranks
    if all(table in settled for table in workload.tables):
        return [settled[table] for table in workload.tables]
    static = static_ranks(workload, classes)
    pairs = zip(workload.tables, static, strict=True)
    return [settled.get(table, rank) for table, rank in pairs]
