"""A policy file: its shape, and the rules that it states. All faults at once, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from stowplan.model import (
    BUILT_IN_CLASSES,
    Fault,
    Place,
    Placement,
    PolicyFile,
    PriorityClass,
    Severity,
    shown,
)
from stowplan.spelling import nearest

from .combining import PolicyPart, combine
from .entries import check_name
from .faults import Faults, numbered
from .rules import class_names, read_rules, rule_ids
from .waivers import read_waivers

__all__ = ["PolicyPart", "combine", "read_policy"]


def read_policy(
    data: object, file: PolicyFile, known_codes: Mapping[str, bool]
) -> tuple[PolicyPart | None, tuple[Fault, ...]]:
    """What one policy file states, and all its faults; None where its shape is unusable.

    `known_codes` maps each check's code to whether its severity is firm.
    """
    faults = Faults(file.path)
    if not isinstance(data, dict):
        faults.add("Y601", (), "a policy must be a mapping", "write `policy: NAME` and `rules:`")
        return None, tuple(faults.found)
    faults.shape("file", data, ())
    name = data.get("policy")
    part = PolicyPart(
        file=replace(file, name=name if isinstance(name, str) else None),
        extends=tuple(_extended(data.get("extends"), file.path)),
        rules=tuple(read_rules(data.get("rules"), file, faults)),
        classes=tuple(_classes(data.get("classes"), faults)),
        severities=_severities(data.get("severities"), known_codes, faults),
        ids=tuple(rule_ids(data.get("rules"), file.path)),
        class_names=tuple(class_names(data.get("rules"), file.path)),
        waivers=tuple(read_waivers(data.get("waivers"), file, faults)),
    )
    return part, tuple(faults.found)


def _extended(value: object, source: str) -> Iterable[tuple[str, Place]]:
    listed = [(value, ("extends",))] if isinstance(value, str) else numbered(value, ("extends",))
    return [(text, Place(source, at)) for text, at in listed if isinstance(text, str)]


def _classes(value: object, faults: Faults) -> Iterable[PriorityClass]:
    built_in = {entry.name: entry.placement for entry in BUILT_IN_CLASSES}
    for name, entry in value.items() if isinstance(value, dict) else ():
        check_name(name, "class", ("classes", name), faults, on_key=True)
        placement = entry.get("placement") if isinstance(entry, dict) else None
        if not isinstance(placement, str) or placement not in set(Placement):
            continue
        if built_in.get(name, placement) != placement:
            text = f"class {shown(name)} is built in as {built_in[name]}"
            faults.add("Y601", ("classes", name), text, "declare a class of your own")
        elif name not in built_in:
            yield PriorityClass(name, Placement(placement))


def _severities(
    value: object, known_codes: Mapping[str, bool], faults: Faults
) -> Mapping[str, tuple[Severity | None, Place]]:
    changed: dict[str, tuple[Severity | None, Place]] = {}
    for code, word in value.items() if isinstance(value, dict) else ():
        path = ("severities", code)
        if code not in known_codes:
            hint = _code_hint(code, known_codes)
            faults.add("Y602", path, f"unknown code {shown(code)}", hint, on_key=True)
        elif not isinstance(word, str) or word not in {"off", *Severity}:
            continue  # a fault of shape that is told already
        elif known_codes[code] and word != Severity.ERROR:
            faults.add("Y601", path, f"{code} cannot be made milder", "take the line out")
        else:
            severity = None if word == "off" else Severity(word)
            changed[code] = (severity, Place(faults.source, path))
    return changed


def _code_hint(code: str, known_codes: Mapping[str, bool]) -> str:
    near = nearest(code, known_codes)
    if near:
        return f"did you mean {near}?"
    if any(character.isdigit() for character in code) and code.isalnum():
        return "`stowplan explain --list` has all codes"
    return "only checks stand here, by code; a rule of kind check has its own `severity:`"
