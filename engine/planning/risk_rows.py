"""A window's tables laid out for NumPy: what does not change from draw to draw."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

from .ranking import Ranking
from .workload import MICROSECONDS, Workload

Whole = npt.NDArray[np.int64]
Keys = npt.NDArray[np.int32]

NOBODY = 2**31 - 1  # weaker than every key
NEVER = 2**62


def fits_integers(workload: Workload, levels: Sequence[int], most: int) -> bool:
    """Whether keys fit 32 bits, and times and bytes 64, when `most` millionths stretch a table."""
    count = len(workload.tables)
    widest = (max(levels, default=0) + 1) * 2 * count * count
    parts = zip(workload.shortest, workload.post, strict=True)
    longest = sum(shortest + post + 3 for shortest, post in parts)
    sizes = (work // MICROSECONDS for work in workload.work)
    factored = max(chain(sizes, workload.overhead, workload.post), default=0)
    largest = max(factored, longest // MICROSECONDS + 1)
    rates = workload.capacity.rate * min(workload.capacity.streams, max(1, count))
    return widest < NOBODY and max(largest * most, rates) < NEVER // 4


class Rows:
    """A window's tables as rows, and the edges among them, for NumPy.

    Rows are in the order of their ranks: class, rank, name. A key is `place * count + row`
    with `place = class * 2 * count + n` for the n-th admitted, `… + count + row` for one that
    waits, and for every one of a class of `rank_first`: the least key is the most pressing table.
    """

    def __init__(
        self,
        workload: Workload,
        levels: Sequence[int],
        ranking: Ranking,
    ) -> None:
        """`levels` by position; `ranking` has the rank of every table."""
        ranks = [ranking.ranks[table] for table in workload.tables]
        self.workload = workload
        self.count = count = len(workload.tables)
        self.by_rank = sorted(range(count), key=lambda at: (levels[at], -ranks[at], at))
        self.streams = min(workload.capacity.streams, max(1, count))
        self.levels = np.array([levels[at] for at in self.by_rank], np.int64)
        self.full = self.by_row(workload.rates)
        waiting = self.levels * 2 * count + count + np.arange(count)
        self.waiting = (waiting * count + np.arange(count)).astype(np.int32)
        self.strongest = (self.levels * 2 * count * count + np.arange(count)).astype(np.int32)
        self.full_or_none = np.append(self.full, 0)
        self.fitting = np.isin(self.levels, sorted(ranking.fit_first))
        self.by_admission = ~np.isin(self.levels, sorted(ranking.rank_first))
        row = {at: row for row, at in enumerate(self.by_rank)}
        nodes = (*self.by_rank, *range(count, len(workload.children)))
        below = [[row.get(child, child) for child in workload.children[node]] for node in nodes]
        self.degree = np.array([len(children) for children in below], np.int64)
        self.first = np.concatenate(([0], np.cumsum(self.degree)))
        self.children = np.array([*chain.from_iterable(below)], np.int64)
        self.pending = np.array([workload.pending[node] for node in nodes], np.int32)

    def by_row(self, values: Sequence[int]) -> Whole:
        """Values by position, in the order of the rows."""
        return np.array([values[at] for at in self.by_rank], np.int64)
