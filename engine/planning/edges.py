"""Dependency rules with their patterns resolved: which tables before which."""

from __future__ import annotations

from stowplan.conditions.selection import Selections
from stowplan.graph import DependencyGraph, EdgeRule, build
from stowplan.model import DependencyRule, Direction, Manifest, Policy
from stowplan.patterns import Names


def dependency_graph(
    manifest: Manifest, policy: Policy | None, selections: Selections
) -> DependencyGraph:
    """The graph of what the manifest states and the policy adds or takes away."""
    rules = [] if policy is None else [r for r in policy.rules if isinstance(r, DependencyRule)]
    if not rules:
        return build(manifest)
    known = selections.names
    mentioned = Names([*known.sorted, *(edge.parent for edge in manifest.dependencies)])
    return build(manifest, [_resolved(rule, selections, mentioned) for rule in rules])


def _resolved(rule: DependencyRule, selections: Selections, mentioned: Names) -> EdgeRule:
    """The rule's two sides. What takes an edge away may also mean a parent that is missing.

    A rule makes no edge between its own tables through a glob: they leave the other side.
    """
    removes = rule.direction is Direction.NOT_AFTER
    names = mentioned if removes else selections.names
    own = selections.of(rule, names)
    others = names.selected(rule.others)
    if not removes:
        others -= own
    children, parents = (others, own) if rule.direction is Direction.BEFORE else (own, others)
    return EdgeRule(rule.id, removes, tuple(sorted(children)), tuple(sorted(parents)))
