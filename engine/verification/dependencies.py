"""Dependencies: the direct parents that a plan lists are those of the manifest and the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from stowplan.model import DependencyRule, DocPath, shown

from .breaches import Breach, names
from .case import Case, Placed


class _Group(NamedTuple):
    """What tables with the same rules have in common: parents that only one side has."""

    listed: frozenset[int]
    known: frozenset[int]
    only_known: frozenset[int]
    only_listed: frozenset[int]


def breaches(case: Case) -> Iterator[Breach]:
    """Tables that list other parents than they have; each group of rules is unrolled once."""
    groups: dict[tuple[tuple[str, ...], tuple[int, ...]], _Group] = {}
    after = {rule: frozenset(sides[1]) for rule, sides in case.plan.rule_edges.items()}
    used: Counter[str] = Counter()
    for placed in case.placed.values():
        table, move = placed.table, placed.move
        if not (move.depends_on or move.depends_on_rules or case.facts.edges.parents[table]):
            continue
        unknown = [name for name in move.depends_on if name not in case.facts.index]
        strange = [r for r in move.depends_on_rules if move.name not in after.get(r, ())]
        if unknown or strange or not _rising(move.depends_on):
            yield _misstated(case, placed, unknown, strange)
            continue
        if move.depends_on_rules:
            used.update(move.depends_on_rules)
        above = case.facts.edges.parents[table]
        hubs = tuple(sorted(node for node in above if node >= case.facts.edges.tables))
        key = tuple(move.depends_on_rules), hubs
        if key not in groups:
            groups[key] = _group(case, *key)
        yield from _compared(case, placed, groups[key])
    yield from _unused(case, used)


def _unused(case: Case, used: Counter[str]) -> Iterator[Breach]:
    """Entries of no rule, and those by which not all of their tables that move have parents."""
    rules = {r.id for r in case.facts.policy.rules if isinstance(r, DependencyRule)}
    for key, (_, below) in case.plan.rule_edges.items():
        path: DocPath = ("rule_edges", key)
        moving = sum(case.facts.index[name] in case.placed for name in below)
        if key not in rules and key.rpartition("#")[0] not in rules:
            yield Breach("dependencies", path, f"{shown(key)} is no dependency rule of the policy")
        elif used[key] < moving or not below:
            text = f"rule_edges of {shown(key)} are for {moving} tables, {used[key]} of these name"
            yield Breach("dependencies", path, f"{text} them")


def _rising(texts: list[str]) -> bool:
    return len(texts) < 2 or texts == sorted(set(texts))


def _misstated(case: Case, placed: Placed, unknown: list[str], strange: list[str]) -> Breach:
    path: DocPath = (*placed.path, "depends_on")
    name = case.name(placed.table)
    if unknown:
        text = f"{name} depends on {names(unknown)}, which the manifest does not list"
    elif strange:
        path = (*placed.path, "depends_on_rules")
        text = f"{name} depends on its parents by {names(strange)}, which does not name it"
    else:
        text = f"{name} lists its parents twice or not by name"
    return Breach("dependencies", path, text, (placed.move.name,))


def _group(case: Case, rules: tuple[str, ...], hubs: tuple[int, ...]) -> _Group:
    index, edges = case.facts.index, case.facts.edges
    listed = {index[name] for rule in rules for name in case.plan.rule_edges[rule][0]}
    known = {parent for hub in hubs for parent in edges.parents[hub]}
    return _Group(
        frozenset(listed), frozenset(known), frozenset(known - listed), frozenset(listed - known)
    )


def _compared(case: Case, placed: Placed, group: _Group) -> Iterator[Breach]:
    index, size = case.facts.index, case.facts.edges.tables
    direct = {index[name] for name in placed.move.depends_on}
    above = {node for node in case.facts.edges.parents[placed.table] if node < size}
    if direct == above and not group.only_known and not group.only_listed:
        return
    absent = (above | group.only_known) - direct - group.listed
    extra = (direct | group.only_listed) - above - group.known
    if absent:
        yield _wrong(case, placed, "does not list its parent", min(absent), len(absent))
    if extra:
        yield _wrong(case, placed, "has no such parent as", min(extra), len(extra))


def _wrong(case: Case, placed: Placed, what: str, parent: int, count: int) -> Breach:
    more = f" and {count - 1} more" if count > 1 else ""
    text = f"{case.name(placed.table)} {what} {shown(case.facts.names[parent])}{more}"
    tables = tuple(sorted((placed.move.name, case.facts.names[parent])))
    return Breach("dependencies", (*placed.path, "depends_on"), text, tables)
