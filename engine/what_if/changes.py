"""A policy that is different in a few places, so that the same planner plans it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from stowplan.model import (
    CheckpointRule,
    Pattern,
    Place,
    Placement,
    Policy,
    PriorityClass,
    PriorityRule,
    ResourceRule,
    Rule,
    Streams,
    Window,
)
from stowplan.planning.groundwork import Groundwork
from stowplan.units import count_text, duration_text, rate_text


class Skip(NamedTuple):
    """Tables left out of the main window.

    `label` is what was asked for; `tables` are those and all that depend on them, sorted,
    `required` the ones among them that the policy requires.
    """

    label: str
    tables: tuple[str, ...]
    required: tuple[str, ...]


class Change(NamedTuple):
    """What is different in the main window; None: as the policy says. Bytes/s and microseconds."""

    rate: int | None = None
    duration_us: int | None = None
    streams: int | None = None
    reserve: Fraction | None = None
    rollback_us: int | None = None
    skip: Skip | None = None


AS_IS = Change()
"""The policy itself."""


def varied(ground: Groundwork, change: Change) -> Policy:
    """The policy with the change; checkpoints, which never move a plan, are left out.

    Bandwidth and streams become the main window's own: other windows keep theirs.
    """
    rules = [rule for rule in ground.policy.rules if not isinstance(rule, CheckpointRule)]
    at = next(i for i, rule in enumerate(rules) if main_window(rule))
    rules[at] = _changed(rules[at], change)
    # A rule that names no table would speak of all of them.
    if change.skip is None or not change.skip.tables:
        return replace(ground.policy, rules=tuple(rules))
    entry, classes = _with_skipped(ground.policy)
    patterns = tuple(Pattern(name, name, _NOWHERE) for name in change.skip.tables)
    rule = PriorityRule(id=_SKIPPED, place=_NOWHERE, tables=patterns, class_name=entry.name)
    return replace(ground.policy, rules=(rule, *rules), classes=classes)


_NOWHERE = Place("", ())
_SKIPPED = "\0skipped"
"""The id of the rule that leaves tables out; no rule of a policy can have it."""


def main_window(rule: Rule) -> bool:
    """Whether a rule states a window that holds; the first of them is the main one."""
    return isinstance(rule, ResourceRule) and isinstance(rule.resource, Window) and not rule.packed


def _changed(rule: Rule, change: Change) -> Rule:
    if not isinstance(rule, ResourceRule) or not isinstance(rule.resource, Window):
        raise TypeError("no window")
    given = {
        "bandwidth": change.rate,
        "duration_us": change.duration_us,
        "streams": change.streams,
        "reserve": change.reserve,
        "rollback_us": change.rollback_us,
    }
    wanted = {key: value for key, value in given.items() if value is not None}
    window = replace(rule.resource, **wanted)  # type: ignore[arg-type]
    return replace(rule, resource=window)


def _with_skipped(policy: Policy) -> tuple[PriorityClass, tuple[PriorityClass, ...]]:
    """A class of its own for what is left out: no figure of the plan speaks of it."""
    entry = PriorityClass(_SKIPPED, Placement.EXCLUDED)
    return entry, (*policy.classes, entry)


def contradictions(ground: Groundwork, change: Change) -> tuple[str, ...]:
    """What of a change the policy does not allow: `above the limit 100 MB/s`."""
    bandwidth = ground.resources.bandwidth
    most = bandwidth.limit if bandwidth else None
    found = []
    if change.rate is not None and most is not None and change.rate > most:
        found.append(f"above the limit {rate_text(most)}")
    allowed = streams_limit(ground.policy)
    if change.streams is not None and allowed is not None and change.streams > allowed:
        found.append(f"above the limit {count_text(allowed, 'stream')}")
    if change.skip is not None and change.skip.required:
        found.append(f"leaves out {count_text(len(change.skip.required), 'required table')}")
    return (*found, *_nothing_left(ground, change))


def _nothing_left(ground: Groundwork, change: Change) -> Iterator[str]:
    """Why nothing of the main window can be used, as R404 has it."""
    main = ground.assessment.main
    if main is None:
        return
    duration = main.window.duration_us if change.duration_us is None else change.duration_us
    rollback = main.window.rollback_us if change.rollback_us is None else change.rollback_us
    reserve = main.window.reserve if change.reserve is None else change.reserve
    if rollback >= duration:
        yield f"a rollback of {duration_text(rollback)} leaves nothing of the window"
    elif reserve == 1:
        yield "the reserve leaves nothing of the window"


def streams_limit(policy: Policy) -> int | None:
    """How many streams a rule allows; None where none says."""
    rules = (rule for rule in policy.rules if isinstance(rule, ResourceRule))
    stated = (rule.resource for rule in rules if isinstance(rule.resource, Streams))
    return next((streams.limit for streams in stated), None)
