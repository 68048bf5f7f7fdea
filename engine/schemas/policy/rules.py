"""The rules of one policy file, each with its patterns and quantities read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from stowplan.model import (
    Action,
    CheckpointRule,
    DependencyRule,
    Direction,
    DocPath,
    Place,
    PolicyFile,
    PriorityRule,
    ResourceRule,
    Rule,
    shown,
)
from stowplan.spelling import nearest
from stowplan.units import is_share, parse_duration, parse_rate, parse_share, parse_size

from .faults import Faults, numbered
from .resources import READERS
from .vocabulary import ACTIONS, KINDS, LATER_KINDS, RESOURCES, SKIP


def read_rules(value: object, file: PolicyFile, faults: Faults) -> Iterable[Rule]:
    """The rules that can be read; what is wrong with the others is added to the faults."""
    for data, path in numbered(value, ("rules",)):
        if isinstance(data, dict):
            rule = _rule(data, path, file, faults)
            if rule is not None:
                yield rule


def _rule(data: Mapping[str, Any], path: DocPath, file: PolicyFile, faults: Faults) -> Rule | None:
    """One rule; None where a fault keeps it from being built."""
    before = len(faults.found)
    if "id" not in data:
        faults.add("Y603", path, "a rule has no id", "give it an id of its own")
    kind = data.get("kind")
    if "kind" not in data:
        faults.add("Y601", path, "`kind` is missing", f"kinds are {', '.join(KINDS)}")
    elif not isinstance(kind, str) or kind not in KINDS:
        _unknown_kind(kind, path, faults)
    else:
        faults.shape(f"kind {kind}", data, path)
    if len(faults.found) > before or not isinstance(kind, str):
        return None
    common = {
        "id": data["id"],
        "place": Place(file.path, path),
        "tables": faults.patterns(data.get("tables"), (*path, "tables")),
        "reason": data.get("reason"),
        "description": data.get("description"),
        "packed": file.packed,
    }
    built = _BUILDERS[kind](data, path, common, faults)
    return built if len(faults.found) == before else None


def _unknown_kind(kind: object, path: DocPath, faults: Faults) -> None:
    if not isinstance(kind, str):
        faults.add("Y601", (*path, "kind"), f"`kind` must be text, is {shown(kind)}")
        return
    if kind in LATER_KINDS:
        faults.add("Y602", (*path, "kind"), LATER_KINDS[kind])
        return
    near = nearest(kind, KINDS)
    hint = f"did you mean {near}?" if near else f"kinds are {', '.join(KINDS)}"
    faults.add("Y602", (*path, "kind"), f"unknown kind {shown(kind)}", hint)


def _one_of(
    keys: Sequence[str], data: Mapping[str, Any], path: DocPath, faults: Faults
) -> str | None:
    """The one key of these that must be there; a fault and None where it is not exactly one."""
    there = [key for key in keys if key in data]
    if len(there) == 1:
        return there[0]
    listed = ", ".join(keys)
    if there:
        faults.add("Y601", path, f"a rule has only one of {listed}", f"it has {', '.join(there)}")
    else:
        faults.add("Y601", path, f"a rule needs exactly one of {listed}")
    return None


def _priority(
    data: Mapping[str, Any], path: DocPath, common: dict[str, Any], faults: Faults
) -> Rule:
    value = data.get("value", 1)
    if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() < -12):
        faults.add("Y601", (*path, "value"), "`value` must be a plain number", "write 1 or 2.5")
        value = 1
    return PriorityRule(**common, class_name=data["class"], value=Fraction(value))


def _dependency(
    data: Mapping[str, Any], path: DocPath, common: dict[str, Any], faults: Faults
) -> Rule | None:
    key = _one_of([d.value for d in Direction], data, path, faults)
    if key is None:
        return None
    others = faults.patterns(data[key], (*path, key))
    own = {p.literal for p in common["tables"]} - {None}
    for pattern in others:
        if pattern.literal in own:
            text = f"{shown(pattern.text)} is named on both sides of {key}"
            faults.add("Y601", pattern.place.path, text, "take it out of one side")
    return DependencyRule(**common, direction=Direction(key), others=others)


def _resource(
    data: Mapping[str, Any], path: DocPath, common: dict[str, Any], faults: Faults
) -> Rule | None:
    key = _one_of(list(RESOURCES), data, path, faults)
    if key is None:
        return None
    at = (*path, key)
    if common["tables"] and key not in ("chunk", "throughput"):
        text = f"a {key} is there for all tables"
        faults.add("Y601", (*path, "tables"), text, "take `tables` out", on_key=True)
    if not faults.shape(f"resource {key}", data[key], at):
        return None
    stated = {"name": data["id"], **data[key]} if key == "window" else data[key]
    resource = READERS[key](stated, at, faults)
    return None if resource is None else ResourceRule(**common, resource=resource)


def _checkpoint(
    data: Mapping[str, Any], path: DocPath, common: dict[str, Any], faults: Faults
) -> Rule | None:
    key = _one_of(["at", "after"], data, path, faults)
    if key is None:
        return None
    at, at_us, at_share = data.get("at"), None, None
    if at is not None and is_share(at):
        at_share = faults.quantity(parse_share, at, (*path, "at"))
    elif at is not None:
        at_us = faults.quantity(parse_duration, at, (*path, "at"))
    if_behind = (*path, "if_behind")
    actions = data.get("if_behind", [])
    listed = [(actions, if_behind)] if isinstance(actions, str) else numbered(actions, if_behind)
    read = [_action(action, at_path, faults) for action, at_path in listed]
    return CheckpointRule(
        **common,
        at_us=at_us,
        at_share=at_share,
        after=faults.patterns(data.get("after"), (*path, "after")),
        decider=data.get("decider"),
        if_behind=tuple(action for action in read if action is not None),
    )


def _action(value: object, path: DocPath, faults: Faults) -> Action | None:
    """One entry of `if_behind`: the word stop, or a mapping with one key."""
    if value == "stop":
        return Action("stop")
    if not isinstance(value, dict):
        known = ", ".join(("stop", *ACTIONS))
        faults.add("Y601", path, f"{shown(value)} is no action", f"actions are {known}")
        return None
    if not faults.shape("action", value, path):
        return None
    key = _one_of(list(ACTIONS), value, path, faults)
    return None if key is None else _stated_action(key, value[key], (*path, key), faults)


def _stated_action(key: str, value: object, path: DocPath, faults: Faults) -> Action | None:
    if key == "skip":
        return _skip(value, path, faults)
    if isinstance(value, int):  # streams: the only one without a unit
        return Action(key, value=value)
    readers = {"raise_bandwidth": parse_rate, "chunk": parse_size, "extend_window": parse_duration}
    return Action(key, value=faults.quantity(readers[key], value, path))


def _skip(value: Any, path: DocPath, faults: Faults) -> Action | None:  # noqa: ANN401 (a document's value)
    if not faults.shape("skip", value, path) or not _one_of(list(SKIP), value, path, faults):
        return None
    tables = faults.patterns(value.get("tables"), (*path, "tables"))
    return Action("skip", class_name=value.get("class"), tables=tables)


_BUILDERS: Mapping[str, Callable[..., Rule | None]] = {
    "priority": _priority,
    "dependency": _dependency,
    "resource": _resource,
    "checkpoint": _checkpoint,
}
