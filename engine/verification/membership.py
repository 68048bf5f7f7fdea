"""Membership and listing: every table of the manifest is in exactly one list, in its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from stowplan.model import DocPath, shown

from .breaches import Breach
from .case import Case
from .causes import cause_texts


def unknown(case: Case) -> Iterator[Breach]:
    """Names that the manifest does not have, and tables that are listed twice."""
    seen: dict[str, str] = {}
    plan, index = case.plan, case.facts.index
    for key, at, name in _listed(case):
        path: DocPath = (key, at, "name")
        if name not in index:
            text = f"{shown(name)} is no table of the manifest"
            yield Breach("membership", path, text, (name,))
        elif name in seen:
            text = f"{shown(name)} is listed twice: it stands in {seen[name]} already"
            yield Breach("membership", path, text, (name,))
        seen.setdefault(name, key)
    for rule, sides in plan.rule_edges.items():
        for key, side in zip(("before", "after"), sides, strict=True):
            for at, name in enumerate(side):
                if name not in index:
                    text = f"{shown(name)} is no table of the manifest"
                    yield Breach("membership", ("rule_edges", rule, key, at), text)


def _listed(case: Case) -> Iterator[tuple[str, int, str]]:
    """Every table that the plan lists: the list, the place in it, the name."""
    yield from ((key, at, record.name) for key, at, record in case.plan.movable())
    for at, record in enumerate(case.plan.unschedulable):
        yield "unschedulable", at, record.name


def breaches(case: Case) -> Iterator[Breach]:
    """Tables that are in no list or in the wrong one, and lists out of order."""
    yield from _absent(case)
    yield from _blocked(case)
    yield from _listing(case)


def _absent(case: Case) -> Iterator[Breach]:
    listed = {name for _, _, name in _listed(case)}
    for name in case.facts.names:
        if name not in listed:
            text = f"{shown(name)} of the manifest is neither planned, deferred nor unschedulable"
            yield Breach("membership", ("tables",), text, (name,))


def _blocked(case: Case) -> Iterator[Breach]:
    facts, plan = case.facts, case.plan
    causes = cause_texts(facts) if plan.unschedulable else {}
    for at, record in enumerate(plan.unschedulable):
        path: DocPath = ("unschedulable", at)
        if facts.index[record.name] not in facts.blocked:
            text = f"{shown(record.name)} is called unschedulable, and nothing stands in its way"
            yield Breach("membership", (*path, "name"), text, (record.name,))
        if record.code != "S501":
            text = f"{shown(record.name)} is unschedulable without the code S501"
            yield Breach("membership", (*path, "code"), text, (record.name,))
        cause = causes.get(facts.index[record.name])
        if cause is not None and record.cause != cause:
            text = f"the cause of {shown(record.name)} is {shown(record.cause, 200)}, should be"
            yield Breach("membership", (*path, "cause"), f"{text} {cause}", (record.name,))
    for key, place, move in plan.movable():
        if facts.index[move.name] in facts.blocked:
            text = f"{shown(move.name)} cannot be planned, and stands in {key}"
            yield Breach("membership", (key, place, "name"), text, (move.name,))


def _listing(case: Case) -> Iterator[Breach]:
    plan, count = case.plan, len(case.plan.windows)
    position = {window.name: at for at, window in enumerate(plan.windows)}
    starts = [(move.start, move.name) for move in plan.tables]
    yield from _sorted(starts, "tables", "by start and name")
    later = [
        (
            position.get(record.window or "", count),
            plan.later[at].start if at in plan.later else 0,
            record.name,
        )
        for at, record in enumerate(plan.deferred)
    ]
    yield from _sorted(later, "deferred", "by window, start and name")
    yield from _sorted([(u.name,) for u in plan.unschedulable], "unschedulable", "by name")
    yield from _sorted([(c.at,) for c in plan.checkpoints], "checkpoints", "by time")


def _sorted(keys: Sequence[tuple[Any, ...]], key: str, how: str) -> Iterator[Breach]:
    in_order = sorted(keys)
    for at, (found, expected) in enumerate(zip(keys, in_order, strict=True)):
        if found != expected:
            yield Breach("listing", (key, at), f"{key} are not listed {how} from entry {at + 1} on")
            return
