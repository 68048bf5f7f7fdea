"""The files of a policy put together, and what only shows when they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from stowplan.model import (
    BUILT_IN_CLASSES,
    Fault,
    Finding,
    Place,
    Placement,
    Policy,
    PolicyFile,
    PriorityClass,
    Rule,
    Severity,
    shown,
)
from stowplan.spelling import nearest


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """What one file states, before the files of a policy are put together.

    `ids` and `class_names` are of all its rules, those with faults too.
    """

    file: PolicyFile
    extends: tuple[tuple[str, Place], ...]
    rules: tuple[Rule, ...]
    classes: tuple[PriorityClass, ...]
    severities: Mapping[str, tuple[Severity | None, Place]]
    ids: tuple[tuple[str, Place], ...]
    class_names: tuple[tuple[str, Place], ...]


def combine(parts: Sequence[PolicyPart]) -> tuple[Policy, tuple[Fault, ...]]:
    """Put the files of a policy together, in load order, and find what they only show together."""
    rules = tuple(rule for part in parts for rule in part.rules)
    classes = _ordered_classes(parts)
    faults = [*_repeated_ids(parts), *_unknown_classes(parts, [entry.name for entry in classes])]
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


def _repeated_ids(parts: Sequence[PolicyPart]) -> Iterable[Fault]:
    first: dict[str, Place] = {}
    for name, place in (pair for part in parts for pair in part.ids):
        earlier = first.setdefault(name, place)
        if earlier is not place:
            text = f"the id {shown(name)} is taken by a rule of {earlier.source}"
            hint = "give each rule an id of its own"
            yield Fault("Y603", Finding(place.path, text, hint=hint, source=place.source))


def _unknown_classes(parts: Sequence[PolicyPart], known: Sequence[str]) -> Iterable[Fault]:
    for name, place in (pair for part in parts for pair in part.class_names):
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"classes are {', '.join(known)}"
            text = f"unknown class {shown(name)}"
            yield Fault("Y604", Finding(place.path, text, hint=hint, source=place.source))
