"""Better orders within a class, where the static ranks leave a gap to what is proven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from stowplan.model import Capacity, Demand

from .bounds import proven
from .ranking import Ranking, static_ranks
from .scheduling import finishes_of
from .workload import Graph, Workload, gather

FITTED = 20_000  # tables up to which fit-first is tried; the gap shrinks as their number grows
RE_RANKED = 1000  # tables up to which other ranks are tried
TRIES = 200
WORK = 100_000  # tables placed in all tries together
GRAIN = 1 << 20
STRENGTHS = (0.3, 1.0, 4.0)
"""By how much ranks are shaken, in turns: up to so many times themselves are added."""


def improve(
    chosen: Iterable[int],
    graph: Graph,
    demands: Sequence[Demand],
    classes: Sequence[int],
    capacity: Capacity,
    ranking: Ranking | None = None,
) -> Ranking:
    """A ranking of `chosen` under which no class ends later than under the static ranks.

    Class by class from the strongest, those before it being fixed; a class whose tables all have
    ranks in `ranking` is fixed too. The search sees only tables of the class and above, and ends
    as soon as nothing can be gained: a last finish within a microsecond a table of the lower bound
    (that much is lost where loads end between two microseconds).
    """
    ranking = ranking or Ranking()
    tables = sorted(set(chosen))
    for level in sorted({classes[table] for table in tables}):
        if any(classes[table] == level and table not in ranking.ranks for table in tables):
            above = [table for table in tables if classes[table] <= level]
            levels = [classes[table] for table in above]
            workload = gather(above, graph, demands, capacity)
            ranking = _improved(workload, levels, level, ranking)
    return ranking


def _improved(workload: Workload, classes: Sequence[int], level: int, ranking: Ranking) -> Ranking:
    """The best ranking found for one class, the weakest of the workload."""
    members = [at for at, other in enumerate(classes) if other == level]
    static = static_ranks(workload, classes)
    first = {workload.tables[at]: static[at] for at in members}
    best = replace(ranking, ranks={**ranking.ranks, **first})
    if len(workload.tables) > FITTED:
        return best
    finish = _finish(workload, classes, members, best)
    enough = proven(workload) + len(workload.tables)
    tried = _Tried(best, finish)
    for trial in _trials(workload, level, tried, first):
        if tried.finish <= enough:
            break
        tried.take(trial, _finish(workload, classes, members, trial))
    return tried.best


class _Tried:
    """The best ranking so far, and when its class ends."""

    def __init__(self, best: Ranking, finish: int) -> None:
        self.best = best
        self.finish = finish

    def take(self, trial: Ranking, finish: int) -> None:
        """Keep it if it is better."""
        if finish < self.finish:
            self.best, self.finish = trial, finish


def _finish(
    workload: Workload, classes: Sequence[int], members: Sequence[int], ranking: Ranking
) -> int:
    finishes = finishes_of(workload, classes, ranking)
    return max(finishes[at] for at in members)


def _trials(
    workload: Workload, level: int, tried: _Tried, first: Mapping[int, int]
) -> Iterator[Ranking]:
    """What is tried: the other ways to share, then the best ranks so far, shaken more or less.

    Every second time they are shared as in the best ranking, else in one of the ways in turns.
    """
    count, plain = len(workload.tables), tried.best
    ways = [plain, replace(plain, rank_first=plain.rank_first | {level})]
    if min(workload.rates) < workload.capacity.rate:
        ways.append(replace(plain, fit_first=plain.fit_first | {level}))
    yield from ways[1:]
    if count > RE_RANKED:
        return
    random = Random(f"stowplan: ranks of class {level}")  # noqa: S311 - a search, not a secret
    for number in range(min(TRIES, WORK // count)):
        turn, strength = divmod(number, len(STRENGTHS))
        own = {table: tried.best.ranks[table] for table in first}
        way = ways[turn % len(ways)] if number % 2 else tried.best
        ranks = {**plain.ranks, **_shaken(own, random, STRENGTHS[strength])}
        yield replace(way, ranks=ranks)


def _shaken(ranks: Mapping[int, int], random: Random, strength: float) -> dict[int, int]:
    """Each rank times a random factor between 1 and `1 + strength`, drawn in the order of names."""
    return {
        table: (rank + 1) * (GRAIN + int(random.random() * strength * GRAIN)) // GRAIN
        for table, rank in sorted(ranks.items())
    }
