"""Which tables each rule selects: by name and glob, and by its condition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from stowplan.graph import DependencyGraph
from stowplan.model import (
    CheckRule,
    ClassedTable,
    Manifest,
    Placement,
    Plan,
    Policy,
    Rule,
    Table,
)
from stowplan.patterns import Names


class Choice(NamedTuple):
    """The tables that a condition selects. A table on which it fails counts as selected.

    `failures` say why, by table; under no name, why the whole condition was given up.
    """

    tables: frozenset[str]
    failures: Mapping[str, str]


class Situation(NamedTuple):
    """What a policy's own checks may look at; without a plan only what is there before planning.

    `tables` and `classed` go by the graph's numbers.
    """

    manifest: Manifest
    tables: Sequence[Table]
    graph: DependencyGraph
    classed: Sequence[ClassedTable]
    placements: Mapping[str, Placement]
    listed: Names
    plan: Plan | None = None


class Selections:
    """What the rules of a policy select of a manifest.

    Listed tables and those that are present at the destination have names; only listed ones have
    what a condition reads, so that a rule with a condition selects no other.
    """

    def __init__(self, manifest: Manifest, policy: Policy | None) -> None:
        self.listed = Names([table.name for table in manifest.tables])
        present = manifest.present
        self.names = Names([*self.listed.sorted, *present]) if present else self.listed
        self.choices: Mapping[str, Choice] = _choices(manifest, policy, self.listed)

    def of(self, rule: Rule, names: Names | None = None) -> frozenset[str]:
        """What a rule's `tables` and `where` mean together, among `names` (all, if left out)."""
        known = self.names if names is None else names
        chosen = self.choices.get(rule.id)
        if chosen is not None:
            return chosen.tables
        return known.selected(rule.tables) if rule.tables else frozenset(self.listed.sorted)


def _choices(manifest: Manifest, policy: Policy | None, listed: Names) -> dict[str, Choice]:
    """What the rules with a condition select, but for checks: these may read more."""
    rules = [
        rule
        for rule in (policy.rules if policy else ())
        if rule.where is not None and not isinstance(rule, CheckRule)
    ]
    if not rules:
        return {}
    # Most policies have no condition, and what it takes to evaluate one is slow to import.
    from .judging import chosen_tables  # noqa: PLC0415

    return {rule.id: Choice(*chosen) for rule, chosen in chosen_tables(rules, manifest, listed)}


def failed(selections: Selections, rules: Iterable[Rule]) -> Iterable[tuple[Rule, str, str]]:
    """The conditions that failed: the rule, the table ("" for the whole), and why."""
    for rule in rules:
        chosen = selections.choices.get(rule.id)
        for table, why in sorted(chosen.failures.items()) if chosen else ():
            yield rule, table, why
