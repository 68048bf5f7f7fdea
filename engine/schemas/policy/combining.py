"""The files of a policy put together, and what only shows when they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stowplan.model import (
    BUILT_IN_CLASSES,
    CheckpointRule,
    Fault,
    Finding,
    Place,
    Placement,
    Policy,
    PolicyFile,
    PriorityClass,
    PriorityRule,
    ResourceRule,
    Rule,
    Severity,
    Window,
    shown,
)
from stowplan.spelling import nearest


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """What one file states, before the files of a policy are put together."""

    file: PolicyFile
    extends: tuple[tuple[str, Place], ...]
    rules: tuple[Rule, ...]
    classes: tuple[PriorityClass, ...]
    severities: Mapping[str, tuple[Severity | None, Place]]


def combine(parts: Sequence[PolicyPart]) -> tuple[Policy, tuple[Fault, ...]]:
    """Put the files of a policy together, in load order, and find what they only show together."""
    rules = tuple(rule for part in parts for rule in part.rules)
    classes = _ordered_classes(parts)
    faults = [*_repeated_ids(rules), *_unknown_classes(rules, [entry.name for entry in classes])]
    severities: dict[str, Severity | None] = {}
    for part in parts:
        for code, (severity, _) in part.severities.items():
            severities.setdefault(code, severity)
    files = tuple(part.file for part in parts)
    return Policy(files, rules, classes, severities), tuple(faults)


def _ordered_classes(parts: Sequence[PolicyPart]) -> tuple[PriorityClass, ...]:
    """By placement, then the built-in ones, then as written; the first declaration holds."""
    declared = {entry.name: entry for entry in BUILT_IN_CLASSES}
    for part in parts:
        for entry in part.classes:
            declared.setdefault(entry.name, entry)
    strength = {placement: rank for rank, placement in enumerate(Placement)}
    return tuple(sorted(declared.values(), key=lambda entry: strength[entry.placement]))


def _repeated_ids(rules: Sequence[Rule]) -> Iterable[Fault]:
    first: dict[str, Rule] = {}
    for rule in rules:
        earlier = first.setdefault(rule.id, rule)
        if earlier is not rule:
            text = f"the id {shown(rule.id)} is taken by a rule of {earlier.place.source}"
            path = (*rule.place.path, "id")
            hint = "give each rule an id of its own"
            yield Fault("Y603", Finding(path, text, hint=hint, source=rule.place.source))


def _unknown_classes(rules: Sequence[Rule], known: Sequence[str]) -> Iterable[Fault]:
    for name, place in _class_names(rules):
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"classes are {', '.join(known)}"
            finding = Finding(place.path, f"unknown class {shown(name)}", hint=hint)
            yield Fault("Y604", _sourced(finding, place.source))


def _sourced(finding: Finding, source: str) -> Finding:
    return Finding(finding.path, finding.message, hint=finding.hint, source=source)


def _class_names(rules: Sequence[Rule]) -> Iterable[tuple[str, Place]]:
    """Every class that a rule speaks of, and where."""
    for rule in rules:
        source, path = rule.place
        if isinstance(rule, PriorityRule):
            yield rule.class_name, Place(source, (*path, "class"))
        elif isinstance(rule, ResourceRule) and isinstance(rule.resource, Window):
            for i, name in enumerate(rule.resource.accepts or ()):
                yield name, Place(source, (*path, "window", "accepts", i))
        elif isinstance(rule, CheckpointRule):
            for i, action in enumerate(rule.if_behind):
                if action.class_name is not None:
                    yield action.class_name, Place(source, (*path, "if_behind", i, "skip", "class"))
