"""The moments at which the run is held against the plan, as the rules state them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stowplan.model import CheckpointRule, PlannedCheckpoint, PlannedTable, PlannedWindow, Policy
from stowplan.patterns import Names

_MICRO = 1_000_000


def checkpoints(
    policy: Policy, main: PlannedWindow, planned: Sequence[PlannedTable], required: Iterable[str]
) -> tuple[PlannedCheckpoint, ...]:
    """Every checkpoint rule's moment, by time: what is done by then, how late it may come true.

    `latest_us` follows from a uniform delay: the moment may slip by what the last required table
    has left until `duration - rollback`, and no further than that. `no_go_below` is what must have
    been moved of the required bytes so that the rest can still be moved at the target rate.
    """
    by_name = {table.name: table for table in planned}
    names = Names(by_name)
    needed = frozenset(required)
    found = [
        _checkpoint(rule, main, by_name, names, needed)
        for rule in policy.rules
        if isinstance(rule, CheckpointRule)
    ]
    kept = [checkpoint for checkpoint in found if checkpoint is not None]
    return tuple(sorted(kept, key=lambda checkpoint: (checkpoint.at_us, checkpoint.rule or "")))


def _checkpoint(
    rule: CheckpointRule,
    main: PlannedWindow,
    by_name: Mapping[str, PlannedTable],
    names: Names,
    required: frozenset[str],
) -> PlannedCheckpoint | None:
    """One rule's moment; None where it waits for tables of which none is in the window."""
    after = names.selected(rule.after)
    if rule.after and not after:
        return None
    at_us = _moment(rule, main, [by_name[name] for name in after])
    done = sorted(name for name, table in by_name.items() if table.timing.finish_us <= at_us)
    expected = max((by_name[name].timing.finish_us for name in done), default=0)
    moved = {name: _moved(table, at_us) for name, table in by_name.items()}
    needed = [by_name[name] for name in sorted(required & by_name.keys())]
    finish = max((table.timing.finish_us for table in needed), default=0)
    left = main.capacity.rate * max(0, main.window.limit_us - at_us) // _MICRO
    return PlannedCheckpoint(
        rule=rule.id,
        after=", ".join(sorted(after)) or None,
        at_us=at_us,
        expected_us=expected,
        latest_us=min(main.window.limit_us, expected + max(0, main.window.limit_us - finish)),
        tables=tuple(done),
        size=sum(moved.values()),
        required_size=sum(moved[table.name] for table in needed),
        no_go_below=max(0, sum(table.size for table in needed) - left),
        decider=rule.decider,
        if_behind=rule.if_behind,
    )


def _moment(rule: CheckpointRule, main: PlannedWindow, after: Sequence[PlannedTable]) -> int:
    if rule.at_us is not None:
        return rule.at_us
    if rule.at_share is not None:
        return int(main.window.duration_us * rule.at_share)
    return max(table.timing.finish_us for table in after)


def _moved(table: PlannedTable, at_us: int) -> int:
    """The bytes of a table that are at the destination at a moment."""
    spans = (
        (min(at_us, end) - start) * rate
        for start, end, rate in table.timing.segments
        if start < at_us
    )
    return min(table.size, sum(spans) // _MICRO)
