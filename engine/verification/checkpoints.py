"""Checkpoints: each rule and each phase has its moment, and says what the plan has done by then."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from stowplan.model import CheckpointRule, DocPath, shown

from .breaches import Breach, agree, decimal, names, same, time
from .case import Case, Placed
from .checkpoint_details import Moved, delays_of, further
from .moved_bytes import MovedBytes
from .stated import Checkpoint

_PHASE = re.compile(r"phase (\d{1,9})")


def breaches(case: Case) -> Iterator[Breach]:
    """Rules without a checkpoint, and checkpoints that do not follow from the plan."""
    rules = {r.id: r for r in case.facts.policy.rules if isinstance(r, CheckpointRule)}
    found = {checkpoint.rule for checkpoint in case.plan.checkpoints}
    for name, rule in rules.items():
        if name not in found and (_after(case, rule) if rule.after else _in_window(case, rule)):
            text = f"rule {shown(name)} has no checkpoint"
            yield Breach("checkpoints", ("checkpoints",), text)
    done, moved = _Done(case), _moved(case)
    for at, checkpoint in enumerate(case.plan.checkpoints):
        path: DocPath = ("checkpoints", at)
        if checkpoint.rule is None:
            yield from _phase(case, checkpoint, path)
        elif checkpoint.rule in rules:
            yield from _moment(case, checkpoint, rules[checkpoint.rule], path)
        else:
            text = f"{shown(checkpoint.rule)} is no checkpoint rule of the policy"
            yield Breach("checkpoints", (*path, "rule"), text)
        yield from _tables(done, checkpoint, path)
        yield from _figures(case, checkpoint, done, moved[checkpoint.at], path)
        yield from further(case, checkpoint, done.by(checkpoint.at), moved, path)
    yield from _phases(case)


def _moved(case: Case) -> Moved:
    """What is moved at each checkpoint, and at what comes a delay before it, asked for in order."""
    delays = (0, *delays_of(case))
    moments = {checkpoint.at - delay for checkpoint in case.plan.checkpoints for delay in delays}
    moved = MovedBytes(case)
    return {moment: moved.at(moment) for moment in sorted(moments)}


def _phases(case: Case) -> Iterator[Breach]:
    """Each phase has a checkpoint, or is counted among those that are left out."""
    told = [c.after for c in case.plan.checkpoints if c.rule is None]
    count = len({*told}) + case.plan.phases_left_out
    if len({*told}) < len(told) or count != len(case.by_phase):
        text = f"{len(told)} phases have a checkpoint and {case.plan.phases_left_out} are left out"
        text += f", there are {len(case.by_phase)}"
        yield Breach("checkpoints", ("checkpoints",), text)


class _Done:
    """The main window's tables by their finish; a phase tells those that no phase has told."""

    def __init__(self, case: Case) -> None:
        ordered = sorted((placed.move.finish, placed.move.name) for placed in case.main)
        self.finishes = [finish for finish, _ in ordered]
        self.names = [name for _, name in ordered]
        self.told = 0

    def by(self, moment: int) -> int:
        """How many are done by a moment."""
        return bisect_right(self.finishes, moment)

    def tables(self, checkpoint: Checkpoint) -> list[str]:
        """What a checkpoint lists; phases are asked in their order."""
        count = self.by(checkpoint.at)
        first = 0
        if checkpoint.rule is None:
            first, self.told = self.told, max(self.told, count)
        return sorted(self.names[first:count])


def _in_window(case: Case, rule: CheckpointRule) -> bool:
    """Whether a rule's time is not after the main window's end."""
    duration = case.windows[0].window.duration_us
    return (rule.moment_us(duration) or 0) <= duration


def _after(case: Case, rule: CheckpointRule) -> list[Placed]:
    """The tables of the main window that a rule waits for."""
    chosen = (case.placed.get(case.facts.index[n]) for n in case.facts.listed.selected(rule.after))
    return [placed for placed in chosen if placed is not None and placed.at == 0]


def _phase(case: Case, checkpoint: Checkpoint, path: DocPath) -> Iterator[Breach]:
    """A phase ends with its last required table, or with its last one if none is required."""
    named = _PHASE.fullmatch(checkpoint.after or "")
    if named is None or checkpoint.decider is not None:
        text = f"a checkpoint after {shown(checkpoint.after)} is neither a rule's nor a phase's"
        yield Breach("checkpoints", (*path, "after"), text)
        return
    members = case.by_phase.get(int(named[1]), [])
    required = [placed for placed in members if placed.table in case.required_tables]
    end = max((placed.move.finish for placed in required or members), default=0)
    if not agree(checkpoint.at, end):
        text = f"{named[0]} has its checkpoint at {time(checkpoint.at)}, it ends at {time(end)}"
        yield Breach("checkpoints", (*path, "at_s"), text)


def _moment(
    case: Case, checkpoint: Checkpoint, rule: CheckpointRule, path: DocPath
) -> Iterator[Breach]:
    """The moment is the rule's, or when the tables that it waits for are done."""
    if not rule.after and not _in_window(case, rule):
        text = f"rule {shown(rule.id)} has a checkpoint, its time is after the window"
        yield Breach("checkpoints", (*path, "at_s"), text)
    if rule.at_us is not None:
        moment = rule.at_us
    elif rule.at_share is not None:
        moment = int(case.windows[0].window.duration_us * rule.at_share)
    else:
        moment = max((placed.move.finish for placed in _after(case, rule)), default=0)
    if not agree(checkpoint.at, moment):
        text = f"checkpoint {shown(rule.id)} is at {time(checkpoint.at)}, should be at"
        yield Breach("checkpoints", (*path, "at_s"), f"{text} {time(moment)}")
    after = ", ".join(sorted(placed.move.name for placed in _after(case, rule))) or None
    if checkpoint.after != after:
        text = f"checkpoint {shown(rule.id)} waits for {shown(checkpoint.after, 200)}, should for"
        yield Breach("checkpoints", (*path, "after"), f"{text} {shown(after, 200)}")
    if checkpoint.decider != rule.decider:
        text = f"checkpoint {shown(rule.id)} is decided by {shown(checkpoint.decider)}, the rule"
        yield Breach("checkpoints", (*path, "decider"), f"{text} names {shown(rule.decider)}")


def _tables(done: _Done, checkpoint: Checkpoint, path: DocPath) -> Iterator[Breach]:
    expected = done.tables(checkpoint)
    if checkpoint.tables != expected:
        text = f"at {time(checkpoint.at)} {len(expected)} tables are to be listed as done, the"
        text += f" checkpoint lists {len(checkpoint.tables)}: "
        other = names({*expected} ^ {*checkpoint.tables})
        yield Breach("checkpoints", (*path, "tables"), text + other)


def _figures(
    case: Case,
    checkpoint: Checkpoint,
    done: _Done,
    by_then: tuple[int, int, int],
    path: DocPath,
) -> Iterator[Breach]:
    count, limit = done.by(checkpoint.at), case.windows[0].window.limit_us
    expected = done.finishes[count - 1] if count else 0
    latest = min(limit, expected + limit - case.required_finish)
    everything, required, running = by_then
    figures = (
        ("expected_s", checkpoint.expected, expected, 0),
        # Each table that is running may have moved a part of a byte.
        ("mb", checkpoint.size, everything, running),
        ("required_mb", checkpoint.required_size, required, running),
    )
    for key, found, wanted, tolerance in figures:
        if not agree(found, wanted) and abs(found - wanted) > tolerance:
            text = f"at {time(checkpoint.at)} {key} is {decimal(found)}, should be"
            yield Breach("checkpoints", (*path, key), f"{text} {decimal(wanted)}")
    last = latest if latest >= 0 else None
    if not same(checkpoint.latest, last):
        text = f"at {time(checkpoint.at)} latest_s is {decimal(checkpoint.latest)}, should be"
        yield Breach("checkpoints", (*path, "latest_s"), f"{text} {decimal(last)}")
