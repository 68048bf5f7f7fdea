"""What each rule comes to on a manifest: exactly which tables it decides on, and with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from stowplan.model import (
    Action,
    CheckpointRule,
    CheckRule,
    Chunk,
    DependencyRule,
    Direction,
    Policy,
    PriorityRule,
    ResourceRule,
    Throughput,
)
from stowplan.patterns import Names
from stowplan.planning.groundwork import Groundwork
from stowplan.policy_view import Judged
from stowplan.policy_view.limits import limit_standings
from stowplan.policy_view.rows import State

from .sides import Effect


def rule_effects(judged: Judged) -> Mapping[str, Effect]:
    """The effect of each rule that has one, by its id."""
    ground = judged.ground
    return {
        **dict(_limits(ground.policy)),
        **dict(_priorities(ground)),
        **dict(_figures(ground)),
        **dict(_dependencies(ground)),
        **dict(_checkpoints(ground)),
        **dict(_checks(judged)),
    }


def dead_limits(policy: Policy) -> frozenset[str]:
    """The limits that are not in force; that needs no manifest."""
    found = limit_standings(policy)
    return frozenset(rule for rule, standing in found if standing.state is not State.IN_FORCE)


def _limits(policy: Policy) -> Iterator[tuple[str, Effect]]:
    dead = dead_limits(policy)
    for rule in policy.rules:
        if not isinstance(rule, ResourceRule) or rule.id in dead:
            continue
        if not isinstance(rule.resource, Chunk | Throughput):
            yield rule.id, Effect(rule.resource)


def _priorities(ground: Groundwork) -> Iterator[tuple[str, Effect]]:
    """The first rule that selects a table decides on its class."""
    decided: set[str] = set()
    for rule in ground.policy.rules:
        if isinstance(rule, PriorityRule):
            own = ground.selections.of(rule) - decided
            decided |= own
            if own:
                yield rule.id, Effect((rule.class_name, rule.value), own)


def _figures(ground: Groundwork) -> Iterator[tuple[str, Effect]]:
    """For each table and figure the first rule that states it decides."""
    decided: dict[str, set[str]] = {}
    for rule in ground.policy.rules:
        if isinstance(rule, ResourceRule) and isinstance(rule.resource, Chunk | Throughput):
            names = ground.selections.of(rule, ground.selections.listed)
            given: list[tuple[str, object, frozenset[str]]] = []
            for key, value in _stated(rule.resource):
                taken = decided.setdefault(key, set())
                if names - taken:
                    given.append((key, value, names - taken))
                    taken |= names
            if given:
                yield rule.id, Effect(tuple(given), frozenset().union(*(g[2] for g in given)))


def _stated(resource: Chunk | Throughput) -> Iterator[tuple[str, object]]:
    """What a rule gives; whether its rates were measured is a part of them."""
    for key in (field.name for field in fields(resource)):
        value = getattr(resource, key)
        if isinstance(resource, Throughput) and key in ("rate", "rows_per_second"):
            value = None if value is None else (value, resource.basis)
        if value is not None and key != "basis":
            yield key, value


def _dependencies(ground: Groundwork) -> Iterator[tuple[str, Effect]]:
    known = ground.selections.names
    parents = (edge.parent for edge in ground.manifest.dependencies)
    mentioned = Names([*known.sorted, *parents])
    for rule in ground.policy.rules:
        if isinstance(rule, DependencyRule):
            removes = rule.direction is Direction.NOT_AFTER
            names = mentioned if removes else known
            own, others = ground.selections.of(rule, names), names.selected(rule.others)
            pairs = ground.graph.rule_pairs.get(rule.id, 0)
            if pairs:
                yield rule.id, Effect(rule.direction, own, others, pairs)


def only_edge(rule: DependencyRule, effect: Effect | None) -> tuple[str, str] | None:
    """The one (child, parent) that a `not_after` rule takes away; None where there are more."""
    if effect is None or rule.direction is not Direction.NOT_AFTER:
        return None
    if len(effect.tables) != 1 or len(effect.others) != 1:
        return None
    return min(effect.tables), min(effect.others)


def _checkpoints(ground: Groundwork) -> Iterator[tuple[str, Effect]]:
    names = ground.selections.names
    for rule in ground.policy.rules:
        if isinstance(rule, CheckpointRule):
            looked_at = names.selected(rule.after)
            if looked_at or not rule.after:
                actions = tuple(_action(action, names) for action in rule.if_behind)
                said = (rule.at_us, rule.at_share, rule.decider, actions)
                yield rule.id, Effect(said, looked_at)


def _action(action: Action, names: Names) -> object:
    return action.kind, action.value, action.class_name, names.selected(action.tables)


def _checks(judged: Judged) -> Iterator[tuple[str, Effect]]:
    """A check that found nothing to look at has no effect; one not judged is as written."""
    unjudged = {rule.id: rule for rule in judged.ground.policy.rules if isinstance(rule, CheckRule)}
    for rule, count, broken in judged.judgements:
        del unjudged[rule.id]
        if count or broken:
            subjects = frozenset(each.tables for each in broken)
            said = (*_weight(rule), count, len(broken))
            yield rule.id, Effect(said, broken=subjects)
    for rule in unjudged.values():
        where = None if rule.where is None else rule.where.text
        patterns = tuple(pattern.text for pattern in rule.tables)
        yield rule.id, Effect((*_weight(rule), rule.require.text, where, patterns))


def _weight(rule: CheckRule) -> tuple[object, ...]:
    return rule.subject, rule.severity, rule.waivable, rule.max_days
