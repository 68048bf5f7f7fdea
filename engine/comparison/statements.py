"""What a policy states, rule by rule: as written, in a phrase, and with its effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from stowplan.model import (
    BUILT_IN_CLASSES,
    CheckRule,
    DependencyRule,
    Direction,
    Place,
    Policy,
    ResourceRule,
    Rule,
    shown,
)
from stowplan.policy_view import Judged
from stowplan.policy_view.phrases import kind_of, patterns_text, phrase

from .effects import dead_limits, only_edge, rule_effects
from .sides import Effect, RuleFact

_TELLING = ("id", "reason", "description")
"""What a rule says about itself to people: it has no effect."""


class Sources(NamedTuple):
    """How to find what a policy's file has at a place, and the place's line and column."""

    stated: Callable[[Place], object]
    place: Callable[[Place], str]


def rule_facts(policy: Policy, sources: Sources, judged: Judged | None) -> Iterator[RuleFact]:
    """Every rule in load order, then the classes and the severities that the policy sets."""
    effects = None if judged is None else rule_effects(judged)
    dead = dead_limits(policy)
    for rule in policy.rules:
        stated = dict(leaves(sources.stated(rule.place)))
        place = sources.place(rule.place)
        effect = _as_written(rule, stated, dead) if effects is None else effects.get(rule.id)
        yield _fact(rule, place, stated, effect)
    for entry in policy.classes:
        if entry not in BUILT_IN_CLASSES:
            said = entry.placement.value
            id_ = f"classes.{entry.name}"
            yield RuleFact(id_, "class", said, "", {"placement": said}, Effect(said))
    for code, severity in policy.severities.items():
        said = "off" if severity is None else severity.value
        id_ = f"severities.{code}"
        yield RuleFact(id_, "severity", said, "", {"severity": said}, Effect(said))


def _fact(rule: Rule, place: str, stated: Mapping[str, str], effect: Effect | None) -> RuleFact:
    says = phrase(rule)
    if rule.tables and not isinstance(rule, ResourceRule | CheckRule):
        says = f"{patterns_text(rule.tables)}: {says}"
    edge = None
    taken = 0
    if isinstance(rule, DependencyRule) and rule.direction is Direction.NOT_AFTER:
        edge = only_edge(rule, effect)
        taken = 0 if effect is None or effect.pairs is None else effect.pairs
    return RuleFact(rule.id, kind_of(rule), says, place, stated, effect, taken, edge)


def _as_written(rule: Rule, stated: Mapping[str, str], dead: frozenset[str]) -> Effect | None:
    """Without a manifest a rule's effect is what it says, unless it is known to be dead."""
    if rule.id in dead:
        return None
    kept = {key: value for key, value in stated.items() if key not in _TELLING}
    return Effect(tuple(sorted(kept.items())))


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value below one, with its dotted path; a list of plain values stands as one."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value):
        for number, below in enumerate(value):
            yield from leaves(below, f"{path}[{number}]")
    elif isinstance(value, list):
        # Texts that a comma could split are told apart by their quotes.
        yield path, "[" + ", ".join(_plain(entry) for entry in value) + "]"
    else:
        yield path, _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return repr(value) if "," in value or not value.isprintable() else value
    return shown(value, 1000)
