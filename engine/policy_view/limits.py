"""Which of the resource rules are in force: of each limit the first in load order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from stowplan.model import Chunk, Policy, ResourceRule, Throughput, Window

from .rows import Standing, State, Taken

_PACKED = "windows are never taken from what a policy extends"


def limit_standings(policy: Policy) -> Iterator[tuple[str, Standing]]:
    """What each limit for everything comes to; that needs no manifest."""
    first: dict[str, str] = {}
    for rule in policy.rules:
        if not isinstance(rule, ResourceRule) or isinstance(rule.resource, Chunk | Throughput):
            continue
        if isinstance(rule.resource, Window) and rule.packed:
            yield rule.id, Standing(State.DEAD, why=_PACKED)
            continue
        holder = first.setdefault(_limit(rule), rule.id)
        if holder == rule.id:
            yield rule.id, Standing(State.IN_FORCE)
        else:
            yield rule.id, Standing(State.SHADOWED, taken_by=(Taken(holder),))


def _limit(rule: ResourceRule) -> str:
    """What a rule limits; every window is a limit of its own."""
    resource = rule.resource
    kind = type(resource).__name__
    return f"{kind} {resource.name}" if isinstance(resource, Window) else kind


def table_figures(rule: ResourceRule) -> frozenset[str]:
    """The figures that a rule gives to its tables one by one."""
    resource = rule.resource
    if isinstance(resource, Chunk):
        return frozenset({"chunk"})
    if not isinstance(resource, Throughput):
        return frozenset()
    keys = (field.name for field in fields(resource) if field.name != "basis")
    return frozenset(key for key in keys if getattr(resource, key) is not None)
