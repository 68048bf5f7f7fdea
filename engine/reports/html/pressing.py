"""Which tables a page shows, where a plan has more than a browser can bear."""

from __future__ import annotations

from heapq import nsmallest
from itertools import islice
from typing import NamedTuple

from stowplan.model import DeferredTable, Plan, PlannedTable, Unschedulable

MOST_TABLES = 5000


class Shown(NamedTuple):
    """The tables of a page; `left_out` counts the others."""

    planned: tuple[PlannedTable, ...]
    deferred: tuple[DeferredTable, ...]
    unschedulable: tuple[Unschedulable, ...]
    left_out: int

    @property
    def names(self) -> list[str]:
        """The tables in the order in which the page numbers them."""
        placed = [table.name for table in self.planned] + [table.name for table in self.deferred]
        return placed + [table.name for table in self.unschedulable]


def most_pressing(plan: Plan, most: int = MOST_TABLES) -> Shown:
    """All tables; of more than `most` the longest chain, then those with the least slack.

    What cannot be planned may take up to a fifth of the page, what is deferred another one or what
    the others leave.
    """
    total = len(plan.planned) + len(plan.deferred) + len(plan.unschedulable)
    if total <= most:
        return Shown(plan.planned, plan.deferred, plan.unschedulable, 0)
    blocked = plan.unschedulable[: most // 5]
    later = min(len(plan.deferred), most // 5)
    planned = _tightest(plan, most - len(blocked) - later)
    deferred = tuple(islice(plan.deferred, most - len(blocked) - len(planned)))
    return Shown(planned, deferred, blocked, total - most)


def _tightest(plan: Plan, most: int) -> tuple[PlannedTable, ...]:
    """The tables with the least slack, in the plan's order."""
    if len(plan.planned) <= most:
        return plan.planned
    on_path = frozenset(plan.critical_path)
    ranked = (
        (table.name not in on_path, table.slack_us, number)
        for number, table in enumerate(plan.planned)
    )
    return tuple(
        plan.planned[number] for _, _, number in sorted(nsmallest(most, ranked), key=_last)
    )


def _last(ranked: tuple[bool, int, int]) -> int:
    return ranked[2]
