"""Taking away what `not_after` names, in time and space linear in the names, not in the pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

LISTED_PAIRS = 1000
"""Up to this many pairs a removing rule tells of each pair whether there was anything to remove."""

Names = tuple[str, ...]


class Block(NamedTuple):
    """All pairs of `parents` and `children`, made by one rule; the two share no name."""

    rule: str
    parents: Names
    children: Names


class EdgeRule(NamedTuple):
    """A dependency rule whose patterns are resolved to table names, sorted.

    `removes` is True for `not_after`. The names may include tables that the manifest does not list.
    """

    id: str
    removes: bool
    children: Names
    parents: Names


class Removals:
    """The `not_after` rules, and a count of what each has struck out.

    Each rule is counted by itself: two that name the same edge have both removed it. An edge that
    is stated twice (by the manifest and by a rule) counts twice.
    """

    def __init__(self, rules: Iterable[EdgeRule]) -> None:
        self._rules = tuple(rules)
        self._children = [frozenset(rule.children) for rule in self._rules]
        self._parents = [frozenset(rule.parents) for rule in self._rules]
        self._counts = [0] * len(self._rules)
        self._struck: list[set[tuple[str, str]]] = [set() for _ in self._rules]
        self._by_child: dict[str, list[int]] = {}
        for number, rule in enumerate(self._rules):
            for name in rule.children:
                self._by_child.setdefault(name, []).append(number)

    def strike(self, child: str, parent: str) -> bool:
        """Whether a rule removes the dependency of `child` on `parent`; counts it."""
        if child not in self._by_child:
            return False
        numbers = [n for n in self._by_child[child] if parent in self._parents[n]]
        for number in numbers:
            self._count(number, frozenset((child,)), frozenset((parent,)))
        return bool(numbers)

    def carve(self, block: Block) -> list[Block]:
        """Return blocks that together hold the pairs of `block` that no rule removes."""
        if not self._rules:
            return [block]
        hits = self._hits(block)
        by_child = _groups(block.children, [children for children, _ in hits])
        by_parent = _groups(block.parents, [parents for _, parents in hits])
        width, height = len(block.parents), len(block.children)
        if len(by_child) * width + height <= len(by_parent) * height + width:
            removed = [parents for _, parents in hits]
            pieces = [(_rest(block.parents, removed, key), by_child[key]) for key in by_child]
        else:
            removed = [children for children, _ in hits]
            pieces = [(by_parent[key], _rest(block.children, removed, key)) for key in by_parent]
        return [Block(block.rule, parents, kids) for parents, kids in pieces if parents and kids]

    def counts(self) -> dict[str, int]:
        """How many edges each rule has removed."""
        return {rule.id: count for rule, count in zip(self._rules, self._counts, strict=True)}

    def vacuous(self, present: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return for each rule the (child, parent) pairs for which there was nothing to remove.

        Empty for a rule of more than LISTED_PAIRS pairs. Of a `present` table nothing is said: its
        dependencies are satisfied whether they are removed or not.
        """
        settled = frozenset(present)
        return {
            rule.id: tuple(
                (child, parent)
                for child, parent in (product(rule.children, rule.parents) if listed else ())
                if child != parent
                and (child, parent) not in struck
                and child not in settled
                and parent not in settled
            )
            for rule, struck in zip(self._rules, self._struck, strict=True)
            for listed in (_is_listed(rule),)
        }

    def _hits(self, block: Block) -> list[tuple[frozenset[str], frozenset[str]]]:
        block_children, block_parents = frozenset(block.children), frozenset(block.parents)
        hits = []
        for number in range(len(self._rules)):
            children = self._children[number] & block_children
            parents = self._parents[number] & block_parents
            if children and parents:
                self._count(number, children, parents)
                hits.append((children, parents))
        return hits

    def _count(self, number: int, children: frozenset[str], parents: frozenset[str]) -> None:
        self._counts[number] += len(children) * len(parents)
        if _is_listed(self._rules[number]):
            self._struck[number].update(product(children, parents))


def _is_listed(rule: EdgeRule) -> bool:
    return len(rule.children) * len(rule.parents) <= LISTED_PAIRS


def _groups(names: Names, sides: Sequence[frozenset[str]]) -> dict[tuple[int, ...], Names]:
    """Put together the names that are in the same sides; the key numbers those sides."""
    marks: dict[str, list[int]] = {}
    for number, side in enumerate(sides):
        for name in side:
            marks.setdefault(name, []).append(number)
    groups: dict[tuple[int, ...], list[str]] = {}
    for name in names:
        groups.setdefault(tuple(marks.get(name, ())), []).append(name)
    return {key: tuple(group) for key, group in groups.items()}


def _rest(names: Names, removed: Sequence[frozenset[str]], key: tuple[int, ...]) -> Names:
    gone = frozenset[str]().union(*(removed[number] for number in key))
    return tuple(name for name in names if name not in gone) if gone else names
