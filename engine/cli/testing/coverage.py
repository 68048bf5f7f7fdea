"""Which rules the tests have tried: what never had an effect could be wrong unnoticed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from stowplan.cli.inspection import Inspection
from stowplan.cli.places import locator
from stowplan.cli.policies import LoadedPolicy
from stowplan.documents import Document
from stowplan.model import (
    CheckpointRule,
    CheckRule,
    DependencyRule,
    Finding,
    PriorityRule,
    ResourceRule,
    Rule,
    Span,
)

_KINDS: dict[type[Rule], str] = {
    PriorityRule: "priority",
    DependencyRule: "dependency",
    ResourceRule: "resource",
    CheckpointRule: "checkpoint",
    CheckRule: "check",
}
_BROKEN, _HELD, _EFFECT = "broken", "held", "effect"
_LACKS = {
    _BROKEN: "never broken in any test",
    _HELD: "never held in any test",
    _EFFECT: "never had an effect in any test",
}
_Key: TypeAlias = tuple[str, str]


class CoveredRule(NamedTuple):
    """A rule of a tested policy, and what no test has seen of it; nothing where it is covered."""

    id: str
    kind: str
    span: Span
    lacks: tuple[str, ...]


class Coverage:
    """Collects what each test has seen; rules that came through `extends` are not asked for."""

    def __init__(self) -> None:
        self._rules: dict[_Key, Rule] = {}
        self._documents: dict[str, Document] = {}
        self._seen: set[tuple[_Key, str]] = set()
        self._policies: set[int] = set()

    def add(self, loaded: LoadedPolicy, inspection: Inspection) -> None:
        """Take note of one test."""
        if id(loaded) not in self._policies:
            self._policies.add(id(loaded))
            self._documents.update(loaded.documents)
            own = (rule for rule in loaded.policy.rules if not rule.packed)
            self._rules.update((_key(rule), rule) for rule in own)
        effective = inspection.usage.effective if inspection.usage else frozenset()
        self._seen.update((_key(r), _EFFECT) for r in loaded.policy.rules if r.id in effective)
        for rule, selected, broken in inspection.judgements:
            fired = any(not (each.failed or each.given_up) for each in broken)
            seen = ((_BROKEN, fired), (_HELD, selected > len(broken)))
            self._seen.update((_key(rule), what) for what, so in seen if so)

    def rules(self) -> tuple[CoveredRule, ...]:
        """Every rule, by its place."""
        covered = (self._covered(key, rule) for key, rule in self._rules.items())
        return tuple(sorted(covered, key=_place))

    def _covered(self, key: _Key, rule: Rule) -> CoveredRule:
        wanted = (_BROKEN, _HELD) if isinstance(rule, CheckRule) else (_EFFECT,)
        lacks = tuple(_LACKS[what] for what in wanted if (key, what) not in self._seen)
        finding = Finding(rule.place.path, "", source=rule.place.source)
        span = locator(None, self._documents)(finding)
        return CoveredRule(rule.id, _KINDS[type(rule)], span, lacks)


def uncovered(rules: Iterable[CoveredRule]) -> tuple[CoveredRule, ...]:
    """Those of which the tests have not seen everything."""
    return tuple(rule for rule in rules if rule.lacks)


def _key(rule: Rule) -> _Key:
    return rule.place.source, rule.id


def _place(rule: CoveredRule) -> tuple[str, int, int]:
    return rule.span.path, rule.span.line, rule.span.column
