"""The rules of one policy file, each with its patterns and quantities read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from stowplan.model import (
    Action,
    CheckpointRule,
    CheckRule,
    DependencyRule,
    Direction,
    DocPath,
    Place,
    PolicyFile,
    PriorityRule,
    Resource,
    ResourceRule,
    Rule,
    Severity,
    Subject,
    shown,
)
from stowplan.schemas.shape import NO_MERGING
from stowplan.spelling import nearest
from stowplan.units import is_share, parse_duration, parse_rate, parse_share, parse_size

from .conditions import checking, message, selecting
from .entries import check_id, check_name, without_commas
from .faults import Faults, numbered
from .resources import READERS, Values
from .vocabulary import ACTIONS, KINDS, RESOURCES, SKIP


def read_rules(value: object, file: PolicyFile, faults: Faults) -> Iterable[Rule]:
    """The rules that can be read; what is wrong with the others is added to the faults."""
    for data, path in numbered(value, ("rules",)):
        if isinstance(data, dict):
            rule = _rule(data, path, file, faults)
            if rule is not None:
                yield rule


class _Draft(NamedTuple):
    """A rule's readable entries, and what all kinds have in common."""

    data: Mapping[str, Any]
    path: DocPath
    common: dict[str, Any]
    faults: Faults
    complete: bool
    unreadable: frozenset[str]

    def one_of(self, keys: Iterable[str]) -> str | None:
        """The one of these keys that is there; a fault and None where it is not exactly one."""
        return _one_of(list(keys), self.data, self.path, self.faults, complete=self.complete)


def _rule(data: Mapping[str, Any], path: DocPath, file: PolicyFile, faults: Faults) -> Rule | None:
    """One rule; None where a fault keeps it from being built. All its faults are found at once."""
    before = len(faults.found)
    data = without_commas(data, path, faults)
    if "id" not in data:
        faults.add("Y603", path, "a rule has no id", "give it an id of its own")
    elif isinstance(data["id"], str):
        check_id(data["id"], (*path, "id"), faults)
    kind = data.get("kind")
    if "kind" not in data:
        hint = NO_MERGING if "<<" in data else f"kinds are {', '.join(KINDS)}"
        faults.add("Y601", path, "`kind` is missing", hint)
    elif not isinstance(kind, str) or kind not in KINDS:
        _unknown_kind(kind, path, faults)
    if not isinstance(kind, str) or kind not in KINDS:
        return None
    sound = faults.shape(f"kind {kind}", data, path)
    common = {
        "id": sound.get("id"),
        "place": Place(file.path, path),
        "tables": faults.patterns(sound.get("tables"), (*path, "tables")),
        "reason": _unended(sound.get("reason")),
        "description": _unended(sound.get("description")),
        "packed": file.packed,
    }
    complete = len(faults.found) == before
    draft = _Draft(sound, path, common, faults, complete, frozenset(data.keys() - sound.keys()))
    built = _BUILDERS[kind](draft)
    return built if len(faults.found) == before else None


def _unended(text: str | None) -> str | None:
    """A text without the line end that a YAML block of it has."""
    return None if text is None else text.rstrip("\n")


def _unknown_kind(kind: object, path: DocPath, faults: Faults) -> None:
    if not isinstance(kind, str):
        faults.add("Y601", (*path, "kind"), f"`kind` must be text, is {shown(kind)}")
        return
    near = nearest(kind, KINDS)
    hint = f"did you mean {near}?" if near else f"kinds are {', '.join(KINDS)}"
    faults.add("Y602", (*path, "kind"), f"unknown kind {shown(kind)}", hint)


def _one_of(
    keys: Sequence[str],
    data: Mapping[str, Any],
    path: DocPath,
    faults: Faults,
    *,
    complete: bool = True,
) -> str | None:
    """The one key of these; where some entries could not be read, none may be missing."""
    there = [key for key in keys if key in data]
    listed = ", ".join(keys)
    if len(there) > 1:
        faults.add("Y601", path, f"a rule has only one of {listed}", f"it has {', '.join(there)}")
    elif not there and complete:
        faults.add("Y601", path, f"a rule needs exactly one of {listed}")
    return there[0] if len(there) == 1 else None


def _selection(draft: _Draft, text: str) -> dict[str, Any]:
    """A rule's condition, for rules that must say which tables they mean."""
    if draft.complete and not {"tables", "where"} & draft.data.keys():
        draft.faults.add("Y601", draft.path, text, 'write `tables: "*"` for all')
    return {**draft.common, **_where(draft)}


def _where(draft: _Draft) -> dict[str, Any]:
    if "where" not in draft.data:
        return {}
    return {"where": selecting(draft.data["where"], (*draft.path, "where"), draft.faults)}


def _priority(draft: _Draft) -> Rule | None:
    common = _selection(draft, "a priority rule needs `tables` or `where`")
    value = draft.data.get("value", 1)
    if isinstance(value, Decimal) and (not value.is_finite() or value.adjusted() < -12):
        text = "`value` must be a plain number"
        draft.faults.add("Y601", (*draft.path, "value"), text, "write 1 or 2.5")
        return None
    if "class" not in draft.data:
        return None
    return PriorityRule(**common, class_name=draft.data["class"], value=Fraction(value))


def _dependency(draft: _Draft) -> Rule | None:
    common = _selection(draft, "a dependency rule needs `tables` or `where`")
    key = draft.one_of(direction.value for direction in Direction)
    if key is None:
        return None
    others = draft.faults.patterns(draft.data[key], (*draft.path, key))
    own = {pattern.literal for pattern in draft.common["tables"]} - {None}
    for pattern in others:
        if pattern.literal in own:
            text = f"{shown(pattern.text)} is named on both sides of {key}"
            draft.faults.add("Y601", pattern.place.path, text, "take it out of one side")
    return DependencyRule(**common, direction=Direction(key), others=others)


def _resource(draft: _Draft) -> Rule | None:
    stated = [key for key in RESOURCES if key in draft.data]
    only = draft.one_of(RESOURCES)
    resources = [_stated_resource(key, draft) for key in stated]
    if only is None or resources[0] is None:
        return None
    where = _where(draft) if only in ("chunk", "throughput") else {}
    return ResourceRule(**draft.common, **where, resource=resources[0])


def _stated_resource(key: str, draft: _Draft) -> Resource | None:
    """What one key states; where a rule has too many, each is read for its faults."""
    if key not in ("chunk", "throughput"):
        _without_tables(draft, f"a {key} is there for all tables")
    at, before = (*draft.path, key), len(draft.faults.found)
    sound = draft.faults.shape(f"resource {key}", draft.data[key], at)
    complete = len(draft.faults.found) == before
    if key == "window":
        check_name(str(sound.get("name", "")), "window name", (*at, "name"), draft.faults)
        sound = {"name": draft.common["id"], **sound}
    return READERS[key](Values(sound, at, draft.faults, complete))


def _without_tables(draft: _Draft, text: str, keys: Sequence[str] = ("tables", "where")) -> None:
    for key in keys:
        if key in draft.data:
            path = (*draft.path, key)
            draft.faults.add("Y601", path, text, f"take `{key}` out", on_key=True)


def _checkpoint(draft: _Draft) -> Rule | None:
    _without_tables(draft, "a checkpoint is for the whole run: name tables under `after`")
    key = draft.one_of(("at", "after"))
    values = Values(draft.data, draft.path, draft.faults)
    share = is_share(draft.data.get("at"))
    actions = _actions(draft.data.get("if_behind", []), (*draft.path, "if_behind"), draft.faults)
    if key is None:
        return None
    return CheckpointRule(
        **draft.common,
        at_us=None if share else values.quantity("at", parse_duration),
        at_share=values.quantity("at", parse_share) if share else None,
        after=draft.faults.patterns(draft.data.get("after"), (*draft.path, "after")),
        decider=draft.data.get("decider"),
        if_behind=actions,
    )


def _actions(value: object, path: DocPath, faults: Faults) -> tuple[Action, ...]:
    listed = [(value, path)] if isinstance(value, str) else numbered(value, path)
    read = [_action(action, at, faults) for action, at in listed]
    for (before, _), (_, at) in pairwise(listed):
        if before == "stop":
            faults.add("Y601", at, "nothing is done after stop", "put stop last, or take it out")
            break
    return tuple(action for action in read if action is not None)


def _action(value: object, path: DocPath, faults: Faults) -> Action | None:
    """One entry of `if_behind`: the word stop, or a mapping with one key."""
    if value == "stop":
        return Action("stop")
    if not isinstance(value, dict):
        known = ", ".join(("stop", *ACTIONS))
        faults.add("Y601", path, f"{shown(value)} is no action", f"actions are {known}")
        return None
    before = len(faults.found)
    sound = faults.shape("action", value, path)
    complete = len(faults.found) == before
    key = _one_of(list(ACTIONS), sound, path, faults, complete=complete)
    return None if key is None else _stated_action(key, sound, path, faults)


def _stated_action(
    key: str, data: Mapping[str, Any], path: DocPath, faults: Faults
) -> Action | None:
    if key == "skip":
        return _skip(data[key], (*path, key), faults)
    if key == "streams":
        return Action(key, value=data[key])
    readers = {"raise_bandwidth": parse_rate, "chunk": parse_size, "extend_window": parse_duration}
    value = Values(data, path, faults).quantity(key, readers[key])
    if value == 0:
        hint = "say how much, or leave it out"
        faults.add("Y601", (*path, key), f"{key} of zero does nothing", hint)
    return Action(key, value=value)


def _skip(value: object, path: DocPath, faults: Faults) -> Action | None:
    before = len(faults.found)
    sound = faults.shape("skip", value, path)
    complete = len(faults.found) == before
    if _one_of(list(SKIP), sound, path, faults, complete=complete) is None:
        return None
    tables = faults.patterns(sound.get("tables"), (*path, "tables"))
    return Action("skip", class_name=sound.get("class"), tables=tables)


def _check(draft: _Draft) -> Rule | None:
    data, path, faults = draft.data, draft.path, draft.faults
    if "on" in draft.unreadable:
        return None  # which names its conditions may use is not known
    subject = Subject(data.get("on", Subject.TABLE))
    if subject in (Subject.MANIFEST, Subject.WINDOW, Subject.PLAN):
        _without_tables(draft, f"a check on {subject} looks at no single table", ("tables",))
    where = checking(data["where"], subject, (*path, "where"), faults) if "where" in data else None
    said = (
        message(data["message"], subject, (*path, "message"), faults) if "message" in data else None
    )
    require = None
    if "require" in data:
        require = checking(data["require"], subject, (*path, "require"), faults)
    if require is None:
        return None
    return CheckRule(
        **draft.common,
        where=where,
        require=require,
        subject=subject,
        message=said,
        severity=Severity(data.get("severity", Severity.ERROR)),
        waivable=data.get("waivable", True),
        max_days=data.get("max_days"),
    )


_BUILDERS: Mapping[str, Callable[[_Draft], Rule | None]] = {
    "priority": _priority,
    "dependency": _dependency,
    "resource": _resource,
    "checkpoint": _checkpoint,
    "check": _check,
}


# --- what is said whether or not the rule can be built -------------------------------------------


def rule_ids(value: object, source: str) -> Iterable[tuple[str, Place]]:
    """The id of every rule that has one, and where."""
    for data, path in numbered(value, ("rules",)):
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            yield data["id"], Place(source, (*path, "id"))


def class_names(value: object, source: str) -> Iterable[tuple[str, Place]]:
    """Every class that a rule speaks of, and where."""
    for data, path in numbered(value, ("rules",)):
        if not isinstance(data, dict):
            continue
        spoken = [(data.get("class"), (*path, "class"))]
        window = data.get("window")
        if isinstance(window, dict):
            accepts = (*path, "window", "accepts")
            spoken += _texts(window.get("accepts"), accepts)
        for action, at in numbered(data.get("if_behind"), (*path, "if_behind")):
            skip = action.get("skip") if isinstance(action, dict) else None
            if isinstance(skip, dict):
                spoken.append((skip.get("class"), (*at, "skip", "class")))
        yield from ((name, Place(source, at)) for name, at in spoken if isinstance(name, str))


def _texts(value: object, path: DocPath) -> list[tuple[object, DocPath]]:
    return [(value, path)] if isinstance(value, str) else numbered(value, path)
