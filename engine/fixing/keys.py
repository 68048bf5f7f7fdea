"""Misspelled keys that can only mean one known key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from stowplan.model import DocPath
from stowplan.schemas.acceptance import EXTENSION, Rules, Schema, value_acceptor
from stowplan.schemas.manifest import MANIFEST
from stowplan.schemas.policy.vocabulary import ACTIONS, FILE, KINDS, RESOURCES, SKIP, WAIVER
from stowplan.spelling import nearest

from .wanted import Rename


def manifest_keys(data: object) -> Iterator[Rename]:
    """The keys of a manifest that are to be spelled otherwise; `x-` keys are the user's own."""
    return _mapping(data, MANIFEST, ())


def policy_keys(data: object) -> Iterator[Rename]:
    """The same for a policy file: its top, its rules by their kind, and its waivers."""
    yield from _mapping(data, FILE, ())
    if isinstance(data, dict):
        for path, rule in _items(data.get("rules"), ("rules",)):
            yield from _rule(rule, path)
        for path, waiver in _items(data.get("waivers"), ("waivers",)):
            yield from _mapping(waiver, WAIVER, path)


def _rule(rule: Any, path: DocPath) -> Iterator[Rename]:  # noqa: ANN401 (a value as read)
    kind = rule.get("kind") if isinstance(rule, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        return
    yield from _mapping(rule, KINDS[kind], path)
    for what, schema in RESOURCES.items() if kind == "resource" else ():
        yield from _mapping(rule.get(what), schema, (*path, what))
    for at, action in _items(rule.get("if_behind"), (*path, "if_behind")):
        yield from _mapping(action, ACTIONS, at)
        if isinstance(action, dict):
            yield from _mapping(action.get("skip"), SKIP, (*at, "skip"))


def _items(value: object, path: DocPath) -> Iterator[tuple[DocPath, Any]]:
    listed = enumerate(value) if isinstance(value, list) else ()
    return (((*path, index), item) for index, item in listed)


def _mapping(value: object, schema: Schema, path: DocPath) -> Iterator[Rename]:
    """The misspelled keys of a mapping and of all that its known keys hold."""
    if not isinstance(value, dict):
        return
    meant = {key: _meant(key, value[key], schema) for key in value if key not in schema}
    often = Counter(meant.values())
    for key, known in meant.items():
        if known is not None and known not in value and often[known] == 1:
            yield Rename((*path, key), known)
    for key, rules in schema.items():
        if key in value:
            yield from _inside(value[key], rules, (*path, key))


def _inside(value: object, rules: Rules, path: DocPath) -> Iterator[Rename]:
    if isinstance(value, dict):
        if "schema" in rules and _holds_keys(rules):
            yield from _mapping(value, rules["schema"], path)
        for key, item in value.items() if "valuesrules" in rules else ():
            yield from _inside(item, rules["valuesrules"], (*path, key))
    elif isinstance(value, list) and "schema" in rules and not _holds_keys(rules):
        for index, item in enumerate(value):
            yield from _inside(item, rules["schema"], (*path, index))


def _holds_keys(rules: Rules) -> bool:
    """Is `schema` that of a mapping's keys, not the rules of a list's items?"""
    return "dict" in rules["type"]


def _meant(key: str, value: object, schema: Schema) -> str | None:
    """The one known key that is near, if the value is one that it takes."""
    near = None if key.startswith(EXTENSION) else nearest(key, schema)
    if near is None or not _takes(schema[near], value):
        return None
    is_same = key.casefold().replace("-", "_") == near
    rest = [known for known in schema if known != near]
    return near if is_same or nearest(key, rest) is None else None


def _takes(rules: Mapping[str, Any], value: object) -> bool:
    """Whether a key takes a value; of lists and mappings only that it takes one."""
    if isinstance(value, list | dict):
        return ("list" if isinstance(value, list) else "dict") in rules["type"]
    return value_acceptor(rules)(value)
