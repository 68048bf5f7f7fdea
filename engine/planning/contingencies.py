"""What every permitted action would be worth: what it saves, and which delay it covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from stowplan.model import Action, Bound, Capacity, Contingency, Demand, PlannedCheckpoint, Skipped
from stowplan.patterns import Names
from stowplan.units import count_text

from .certificates import most_saved
from .delays import covered_delay
from .groundwork import Groundwork
from .placing import Arrangement
from .retiming import Change, Ends, Retiming


def contingencies(
    ground: Groundwork,
    arrangement: Arrangement,
    checkpoints: Iterable[PlannedCheckpoint],
    required: Bound,
    everything: Bound,
) -> tuple[Contingency, ...]:
    """The rules' actions by rule and in their order, then what every plan says (rule: None).

    What an action saves is the plan's end less that of the plan timed again with the action in
    force from the window's start. What it covers is seen from its checkpoint: the delay, beyond
    what the plan bears without, after which the required tables still end by
    `duration - rollback` if the action holds from there on.
    """
    costing = _Costing(Retiming(ground, arrangement), required, everything)
    position = {rule.id: place for place, rule in enumerate(ground.policy.rules)}
    stated = [checkpoint for checkpoint in checkpoints if checkpoint.rule is not None]
    stated.sort(key=lambda checkpoint: position[checkpoint.rule or ""])
    usual = list(_usual(costing))
    permitted = [action for checkpoint in stated for action in checkpoint.if_behind]
    for action in (*permitted, *(action for action, _ in usual)):
        costing.costed(action, "delay")  # each is timed from the start before delays are looked at
    found = [
        costing.costed(action, "delay", checkpoint)
        for checkpoint in stated
        for action in checkpoint.if_behind
    ]
    return (*found, *(costing.costed(action, against) for action, against in usual))


def _usual(costing: _Costing) -> Iterator[tuple[Action, str]]:
    """What can be done in every plan, within the policy's limits; then what spares memory."""
    timing = costing.timing
    rate, streams = timing.as_planned.capacity
    chunk = timing.held(timing.as_planned) // (2 * streams)
    room = timing.room(streams)
    most = 2 * chunk if room is None else room
    if most > chunk:
        yield Action("chunk", value=most), "delay"
    for name in costing.weaker_classes():
        yield Action("skip", class_name=name), "delay"
    if len(timing.timings) > streams:
        yield Action("streams", value=2 * streams), "delay"
    limit = costing.rate_limit
    if limit is not None and limit > rate:
        yield Action("raise_bandwidth", value=limit), "delay"
    if chunk > 1:
        yield Action("chunk", value=chunk // 2), "memory"
    if streams > 1:
        yield Action("streams", value=1), "memory"


class _Costing:
    """The actions of one plan, each held against that plan."""

    def __init__(self, timing: Retiming, required: Bound, everything: Bound) -> None:
        self.timing = timing
        self.required = required
        self.everything = everything
        self.spare_us = timing.limit_us - timing.ends.required_us
        names = timing.ground.graph.names
        self.numbers = {names[table]: table for table in timing.timings}
        self.needed = frozenset(timing.required)
        self.classed = timing.ground.classification.tables

    @cached_property
    def names(self) -> Names:
        """The names of the tables in the window."""
        return Names(self.numbers)

    def weaker_classes(self) -> list[str]:
        """The classes in the window that are not required, by name."""
        weaker = (table for table in self.timing.timings if table not in self.needed)
        return sorted({self.classed[table].effective or "" for table in weaker})

    def costed(
        self, action: Action, against: str, checkpoint: PlannedCheckpoint | None = None
    ) -> Contingency:
        """What one action is worth at its checkpoint, or from the start."""
        rule = checkpoint.rule if checkpoint else None
        nothing = Contingency(rule, action, against, "exact", 0, 0, 0, self.spare_us)
        if action.kind == "stop":
            return replace(nothing, covers_us=None, bears_us=None)
        if action.kind == "extend_window":
            more = action.value or 0
            return replace(nothing, covers_us=more, bears_us=self.spare_us + more)
        if action.kind == "skip":
            return self._skipped(action, nothing)
        return self._changed(action, nothing, checkpoint)

    # Skipping.

    def _skipped(self, action: Action, nothing: Contingency) -> Contingency:
        """Required tables never wait for weaker ones, so that they gain nothing."""
        timing = self.timing
        named = self._named(action)
        chosen = [table for table in named if table not in self.needed]
        dropped = timing.downstream(chosen)
        size = sum(timing.ground.tables[table].size for table in dropped)
        brought = len(dropped) - len(chosen)
        told = replace(
            nothing, skipped=Skipped(len(dropped), size, brought, len(named) - len(chosen))
        )
        level = min((timing.levels[table] for table in dropped), default=None)
        if level is None:
            return told
        stronger = [table for table in timing.timings if timing.levels[table] < level]
        end = max((timing.timings[table].finish_us for table in stronger), default=0)
        most = timing.ends.all_us - end
        if len(stronger) + len(dropped) == len(timing.timings):
            return replace(told, saves_all_us=most)
        change = timing.as_planned._replace(skipped=dropped)
        ends = timing.from_start(change)
        if ends is None:
            return replace(told, basis="bounded", saves_all_us=None, most_all_us=most)
        return replace(told, basis="timed", saves_all_us=timing.ends.all_us - ends.all_us)

    def _named(self, action: Action) -> list[int]:
        if action.class_name is None:
            return [self.numbers[name] for name in self.names.selected(action.tables)]
        return [t for t in self.timing.timings if self.classed[t].effective == action.class_name]

    # Other rates, streams and chunks.

    def _changed(
        self, action: Action, nothing: Contingency, checkpoint: PlannedCheckpoint | None
    ) -> Contingency:
        timing = self.timing
        change = self._change(action)
        nothing = replace(nothing, held_to=self._held_to(action, change))
        if change.capacity.streams != timing.as_planned.capacity.streams or change.chunk:
            nothing = replace(nothing, holds=timing.held(change))
        if change.chunk and timing.held(change) < timing.held(timing.as_planned):
            nothing = replace(nothing, against="memory")  # smaller chunks never help the late
        obstacle = self._obstacle(change)
        if obstacle:
            return replace(nothing, obstacle=obstacle)
        if change.capacity == timing.as_planned.capacity and timing.same_demands(change):
            return nothing
        ends = timing.from_start(change)
        if ends is None:
            return self._bounded(change, nothing)
        return self._timed(change, ends, nothing, checkpoint)

    def _change(self, action: Action) -> Change:
        """What an action changes; the bandwidth goes no further than its limit, and never down."""
        (rate, streams), value = self.timing.as_planned.capacity, action.value or 0
        if action.kind == "chunk":
            return Change(Capacity(rate, streams), chunk=max(1, value))
        if action.kind == "streams":
            return Change(Capacity(rate, max(1, value)))
        limit = self.rate_limit
        return Change(Capacity(max(rate, value if limit is None else min(value, limit)), streams))

    @property
    def rate_limit(self) -> int | None:
        """What the bandwidth may never pass."""
        bandwidth = self.timing.ground.resources.bandwidth
        return bandwidth.limit if bandwidth else None

    def _held_to(self, action: Action, change: Change) -> int | None:
        """What is had of a bandwidth above its limit, or of chunks beyond the memory."""
        most = None
        if action.kind == "raise_bandwidth" and self.rate_limit is not None:
            most = change.capacity.rate
        elif action.kind == "chunk":
            most = self.timing.room(change.capacity.streams)
        return most if most is not None and (action.value or 0) > most else None

    def _obstacle(self, change: Change) -> str | None:
        if change.capacity.streams <= self.timing.as_planned.capacity.streams:
            return None
        large = self.timing.too_large(change.capacity.streams)
        if not large:
            return None
        whose = f"the rows of {count_text(len(large), 'table')}"
        return f"{whose} would not fit the memory of one of {change.capacity.streams} streams"

    def _bounded(self, change: Change, nothing: Contingency) -> Contingency:
        """What is proven without timing: nothing of it where chunks or fewer streams matter."""
        before, after = self.timing.as_planned.capacity, change.capacity
        unknown = replace(
            nothing,
            basis="unknown",
            saves_required_us=None,
            saves_all_us=None,
            covers_us=None,
            bears_us=None,
        )
        if change.chunk or after.streams < before.streams:
            return unknown
        return replace(
            unknown,
            basis="bounded",
            most_required_us=most_saved(self.required, before, after, self._demand),
            most_all_us=most_saved(self.everything, before, after, self._demand),
        )

    def _demand(self, name: str) -> Demand:
        return self.timing.arrangement.costs[self.numbers[name]].demand

    def _timed(
        self,
        change: Change,
        ends: Ends,
        nothing: Contingency,
        checkpoint: PlannedCheckpoint | None,
    ) -> Contingency:
        planned = self.timing.ends
        covers = covered_delay(self.timing, change, ends, checkpoint)
        return replace(
            nothing,
            basis="timed",
            saves_required_us=planned.required_us - ends.required_us,
            saves_all_us=planned.all_us - ends.all_us,
            covers_us=covers,
            bears_us=None if covers is None else self.spare_us + covers,
        )
