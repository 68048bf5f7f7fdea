"""The moments at which the run is held against the plan: those of the rules, and every phase's end.

What being late means there follows from one picture: the plan stops for a time and then goes on as
before. The order of events stays, so the graph and the shared bandwidth are respected, and classes
are isolated, so only the required tables matter. A delay of d then moves their last finish by d.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from stowplan.model import (
    CheckpointRule,
    Outstanding,
    Placement,
    PlannedCheckpoint,
    PlannedTable,
    PlannedWindow,
    Policy,
    Thresholds,
)
from stowplan.patterns import Names

from .progress import Progress
from .workload import MICROSECONDS

MOST_PHASES = 50
"""How many phases have a checkpoint at the most; of more, as many at equal distances."""

NAMED = 20
"""How many of the required tables that are left are named."""


class Moment(NamedTuple):
    """When a checkpoint is, and whose it is: a rule's or a phase's. `after`: what it waits for."""

    at_us: int
    rule: CheckpointRule | None
    phase: int | None
    after: str | None


def checkpoints(
    policy: Policy, main: PlannedWindow, planned: Sequence[PlannedTable]
) -> tuple[tuple[PlannedCheckpoint, ...], int]:
    """Every checkpoint by time, and how many phases have none.

    A rule's moment is its time, or the last finish of its tables. A phase's is the last finish of
    its required tables, or of all if none is required.
    """
    phases, left_out = _phases(planned)
    moments = sorted(
        [*_of_rules(policy, main, planned), *phases],
        key=lambda found: (found.at_us, found.phase or 0, found.rule.id if found.rule else ""),
    )
    view = _View(main, planned)
    return tuple(view.checkpoint(moment) for moment in moments), left_out


def _of_rules(
    policy: Policy, main: PlannedWindow, planned: Sequence[PlannedTable]
) -> Iterator[Moment]:
    """The rules' moments in the window.

    Not those after its end, nor those that wait for tables of which none is in it.
    """
    rules = [rule for rule in policy.rules if isinstance(rule, CheckpointRule)]
    by_name = {table.name: table for table in planned} if rules else {}
    names = Names(by_name)
    for rule in rules:
        after = sorted(names.selected(rule.after))
        at_us = _moment(rule, main, [by_name[name] for name in after])
        if after or (not rule.after and at_us <= main.window.duration_us):
            yield Moment(at_us, rule, None, ", ".join(after) or None)


def _moment(rule: CheckpointRule, main: PlannedWindow, after: Iterable[PlannedTable]) -> int:
    at_us = rule.moment_us(main.window.duration_us)
    return _last(after) if at_us is None else at_us


def _phases(planned: Sequence[PlannedTable]) -> tuple[list[Moment], int]:
    by_phase = sorted(planned, key=attrgetter("phase"))
    ends = {
        phase: _last(_required(group) or group)
        for phase, members in groupby(by_phase, key=attrgetter("phase"))
        for group in (list(members),)
    }
    count = len(ends)
    kept = [
        Moment(end, None, phase, f"phase {phase}")
        for place, (phase, end) in enumerate(ends.items())
        if count <= MOST_PHASES or (place + 1) * MOST_PHASES // count > place * MOST_PHASES // count
    ]
    return kept, count - len(kept)


def _required(tables: Iterable[PlannedTable]) -> list[PlannedTable]:
    return [table for table in tables if table.placement is Placement.REQUIRED]


def _last(tables: Iterable[PlannedTable]) -> int:
    return max((table.timing.finish_us for table in tables), default=0)


def _finish(table: PlannedTable) -> int:
    return table.timing.finish_us


class _View:
    """A planned window, and what it has done at any moment."""

    def __init__(self, main: PlannedWindow, planned: Sequence[PlannedTable]) -> None:
        self.main = main
        self.by_finish = sorted(planned, key=lambda table: (table.timing.finish_us, table.name))
        self.required = _required(self.by_finish)
        self.everything, self.needed = Progress(planned), Progress(self.required)
        self.finish_us = _last(self.required)
        self.spare_us = main.window.limit_us - self.finish_us
        self.told = 0  # up to here the tables of phases are told

    def checkpoint(self, moment: Moment) -> PlannedCheckpoint:
        """What is done by a moment; the phases' must be asked for in their order."""
        at_us, rule, phase, after = moment
        done = self.by_finish[: bisect_right(self.by_finish, at_us, key=_finish)]
        expected = done[-1].timing.finish_us if done else 0
        latest = min(self.main.window.limit_us, expected + self.spare_us)
        told = 0 if phase is None else self.told
        if phase is not None:
            self.told = len(done)
        thresholds = self._thresholds(at_us)
        return PlannedCheckpoint(
            rule=rule.id if rule else None,
            after=after,
            at_us=at_us,
            expected_us=expected,
            latest_us=latest if latest >= 0 else None,
            tables=tuple(sorted(table.name for table in done[told:])),
            size=self.everything.moved_at(at_us),
            required_size=self.needed.moved_at(at_us),
            no_go_below=min(self._no_go_below(at_us), thresholds.at_risk_size),
            decider=rule.decider if rule else None,
            if_behind=rule.if_behind if rule else (),
            phase=phase,
            done=len(done),
            thresholds=thresholds,
            outstanding=self._outstanding(at_us),
            go_back_us=self.main.window.limit_us,
        )

    def _thresholds(self, at_us: int) -> Thresholds:
        early_us = self.main.window.usable_us - self.finish_us
        return Thresholds(
            early_us,
            self.spare_us,
            self._least(at_us, early_us),
            self._least(at_us, self.spare_us),
        )

    def _least(self, at_us: int, delay_us: int) -> int:
        """What a run that is so late has moved of the required tables; less means later still."""
        least = self.needed.least_at(at_us - delay_us)
        return least if delay_us < 0 else min(least, self.needed.moved_at(at_us))

    def _no_go_below(self, at_us: int) -> int:
        """With less than this, the rest cannot be moved by the limit at the full bandwidth."""
        left_us = max(0, self.main.window.limit_us - at_us)
        return max(0, self.needed.total - self.main.capacity.rate * left_us // MICROSECONDS)

    def _outstanding(self, at_us: int) -> Outstanding:
        left = self.required[bisect_right(self.required, at_us, key=_finish) :]
        return Outstanding(
            len(left),
            tuple(table.name for table in left[:NAMED]),
            self.needed.total - self.needed.moved_at(at_us),
            max(0, self.finish_us - at_us),
            max(0, self.main.window.limit_us - at_us),
        )
