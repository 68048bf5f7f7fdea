"""Which class every table is in: the first rule that selects it, then what its children lift."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stowplan.model import Placement, PriorityRule

if TYPE_CHECKING:
    from .facts import Facts

_WEAKER = (Placement.PREFERRED, Placement.OPTIONAL)


class Classes(NamedTuple):
    """By table: its class by the rules, the rule that gave it, its class after promotion."""

    own: list[str | None]
    rule: list[str | None]
    effective: list[str | None]
    placement: list[Placement | None]


def classes_of(facts: Facts) -> Classes:
    """Class every table of a manifest."""
    order = facts.class_order
    rank = {entry.name: at for at, entry in enumerate(order)}
    own: list[int | None] = [rank.get(table.priority or "") for table in facts.tables]
    rule_of: list[str | None] = [None] * len(own)
    for rule in facts.policy.rules:
        if isinstance(rule, PriorityRule):
            for name in facts.chosen(rule, facts.known):
                at = facts.index.get(name)
                if at is not None and rule_of[at] is None:
                    rule_of[at], own[at] = rule.id, rank.get(rule.class_name)
    held = _promoted(facts, own)
    return Classes(
        own=[None if at is None else order[at].name for at in own],
        rule=rule_of,
        effective=[None if at is None else order[at].name for at in held],
        placement=[None if at is None else order[at].placement for at in held],
    )


def _promoted(facts: Facts, own: list[int | None]) -> list[int | None]:
    """Ranks after promotion: the strongest class lifts the parents of its tables first."""
    order, parents, size = facts.class_order, facts.edges.parents, len(own)
    held = list(own)
    for rank, entry in enumerate(order):
        if entry.placement is Placement.EXCLUDED:
            continue
        todo = [table for table in range(size) if held[table] == rank]
        passed: set[int] = set()
        while todo:
            for parent in parents[todo.pop()]:
                if parent >= size:
                    if parent not in passed:
                        passed.add(parent)
                        todo.append(parent)
                    continue
                now = held[parent]
                if now is not None and now <= rank:
                    continue
                if now is None or _lifts(entry.placement, order[now].placement):
                    held[parent] = rank
                    todo.append(parent)
    return held


def _lifts(child: Placement, parent: Placement) -> bool:
    """Whether a child takes a parent of a weaker class along."""
    return child is Placement.REQUIRED or parent is child or parent in _WEAKER
