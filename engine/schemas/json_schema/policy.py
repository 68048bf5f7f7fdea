"""The JSON Schema of a policy: the vocabulary, and what holds between a rule's keys.

A rule's `kind` decides its other keys, so that an editor offers the right ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stowplan import moments
from stowplan.model import BUILT_IN_CLASSES, Direction, Subject
from stowplan.schemas.policy.vocabulary import ACTIONS, FILE, KINDS, RESOURCES, SKIP, WAIVER

from .quantities import QUANTITIES
from .translation import JsonSchema, any_of, exactly_one, of_mapping, of_value, titled


class KnownCode(NamedTuple):
    """A check: whether it may be neither waived nor made milder, and its title."""

    firm: bool
    title: str


UNITS: Mapping[str, Mapping[str, str]] = {
    "window": {
        "duration": "duration",
        "rollback": "duration",
        "reserve": "share",
        "bandwidth": "rate",
    },
    "memory": {"limit": "size", "reserve": "share"},
    "disk": {"limit": "size"},
    "bandwidth": {"limit": "rate", "target": "rate"},
    "chunk": {"size": "size"},
    "throughput": {
        "rate": "rate",
        "overhead": "duration",
        "per_chunk": "duration",
        "index_rate": "rate",
        "verify_rate": "rate",
        "spread": "share",
    },
    "checkpoint": {"at": "duration or share"},
    "action": {"raise_bandwidth": "rate", "chunk": "size", "extend_window": "duration"},
}
"""Of which kind each quantity of a mapping is."""

_WHAT_KINDS_SAY = {
    "priority": "Which class tables are in. The first rule that matches wins.",
    "dependency": "An order that the manifest does not say, or one that need not hold.",
    "resource": "What there is to spend: exactly one resource a rule.",
    "checkpoint": "When to look, and what may be done about being late.",
    "check": "Anything else that must hold.",
}
_THROUGHPUT: JsonSchema = {
    "not": {"properties": {"verify": {"const": "none"}}, "required": ["verify", "verify_rate"]},
    "if": {"required": ["basis"]},
    "then": any_of(key for key in RESOURCES["throughput"] if key not in ("verify", "basis")),
}
"""Nothing is said of verifying what is not verified, nor of where no figure comes from."""
_FOR_SOME_TABLES = ("chunk", "throughput")
_WITHOUT_TABLE = (Subject.MANIFEST, Subject.WINDOW, Subject.PLAN)
_DAY = {"format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_NAMING = r"^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"
_LIKE_A_CODE = "^[A-Z][0-9]{3}$"
_SAID = {"pattern": r"\S"}


def policy_schema(codes: Mapping[str, KnownCode]) -> JsonSchema:
    """A policy file; `codes` are the checks that there are."""
    file = of_mapping(FILE)
    keys = file["properties"]
    keys["rules"]["items"] = {"$ref": "#/$defs/rule"}
    keys["waivers"]["items"] = {"$ref": "#/$defs/waiver"}
    keys["classes"] = _classes(keys["classes"])
    keys["severities"] = _severities(keys["severities"], codes)
    text = "Rules that a data migration must keep."
    return titled("policy", "Stowplan policy", text, {**file, "$defs": _definitions(codes)})


def _definitions(codes: Mapping[str, KnownCode]) -> JsonSchema:
    return {
        "code": {"enum": sorted(codes)},
        "rule": _rule(),
        **{kind: _KINDS[kind](_kind(kind)) for kind in KINDS},
        **{f"resource-{what}": _stated_resource(what) for what in RESOURCES},
        "action": _action(),
        "waiver": _waiver(codes),
    }


def _mapping(name: str, schema: Mapping[str, Mapping[str, object]]) -> JsonSchema:
    """A mapping with its quantities."""
    stated = of_mapping(schema)
    for key, kind in UNITS.get(name, {}).items():
        stated["properties"][key] |= QUANTITIES[kind]
    if name == "window":
        stated["properties"]["name"]["pattern"] = _NAMING
        stated["properties"]["starts"] |= {
            "pattern": moments.PATTERN,
            "examples": ["2026-12-05T22:00+01:00", "2026-12-05T22:00 Europe/Berlin"],
        }
    return stated


def _stated_resource(what: str) -> JsonSchema:
    """What a resource rule's own key holds."""
    stated = {**of_value(KINDS["resource"][what]), **_mapping(what, RESOURCES[what])}
    return {**stated, **_THROUGHPUT} if what == "throughput" else stated


def _rule() -> JsonSchema:
    """Any rule: what it is says what it may have."""
    kinds = [{"const": kind, "description": _WHAT_KINDS_SAY[kind]} for kind in KINDS]
    common = of_mapping(KINDS["priority"])["properties"]
    return {
        "type": "object",
        "properties": {
            "id": common["id"],
            "kind": {**common["kind"], "enum": list(KINDS), "oneOf": kinds},
        },
        "required": ["id", "kind"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"$ref": f"#/$defs/{kind}"},
            }
            for kind in KINDS
        ],
    }


def _kind(kind: str) -> JsonSchema:
    """What the rules of a kind have in common with all others, and their own keys."""
    stated = _mapping(kind, KINDS[kind])
    keys = stated["properties"]
    keys["id"] |= {"pattern": _NAMING, "not": {"pattern": _LIKE_A_CODE}}
    keys["kind"] = {"description": _WHAT_KINDS_SAY[kind], "const": kind}
    stated["required"] = ["id", "kind", *stated.get("required", ())]
    return {"description": _WHAT_KINDS_SAY[kind], **stated}


def _priority(stated: JsonSchema) -> JsonSchema:
    names = [entry.name for entry in BUILT_IN_CLASSES]
    stated["properties"]["class"] |= {"anyOf": [{"enum": names}, {"type": "string"}]}
    return {**stated, **any_of(("tables", "where"))}


def _dependency(stated: JsonSchema) -> JsonSchema:
    one = exactly_one(direction.value for direction in Direction)
    return {**stated, **any_of(("tables", "where")), **one}


def _resource(stated: JsonSchema) -> JsonSchema:
    for what in RESOURCES:
        stated["properties"][what] = {"$ref": f"#/$defs/resource-{what}"}
    condition = {"if": any_of(("tables", "where")), "then": any_of(_FOR_SOME_TABLES)}
    return {**stated, **exactly_one(RESOURCES), **condition}


def _checkpoint(stated: JsonSchema) -> JsonSchema:
    keys = stated["properties"]
    del keys["tables"], keys["where"]  # it is for the whole run
    keys["if_behind"] |= {
        "if": {"type": "string"},
        "then": {"const": "stop"},
        "items": {"$ref": "#/$defs/action"},
    }
    return {**stated, **exactly_one(("at", "after"))}


def _check(stated: JsonSchema) -> JsonSchema:
    subjects = {"enum": [subject.value for subject in _WITHOUT_TABLE]}
    whole = {"properties": {"on": subjects}, "required": ["on"]}
    return {**stated, "if": whole, "then": {"not": {"required": ["tables"]}}}


_KINDS = {
    "priority": _priority,
    "dependency": _dependency,
    "resource": _resource,
    "checkpoint": _checkpoint,
    "check": _check,
}


def _action() -> JsonSchema:
    one = {"minProperties": 1, "maxProperties": 1}
    stated = {**_mapping("action", ACTIONS), **one}
    stated["properties"]["skip"] |= {**of_mapping(SKIP), **one}
    stop = {"const": "stop", "description": "Stop the migration: NO-GO."}
    return {"anyOf": [stop, stated]}


def _classes(stated: JsonSchema) -> JsonSchema:
    """Built-in classes may be restated, not changed."""
    held = stated["additionalProperties"]
    placement = held["properties"]["placement"]
    built_in = {
        entry.name: {
            "description": f"Built in: {entry.placement.value}.",
            **held,
            "properties": {"placement": {**placement, "const": entry.placement.value}},
        }
        for entry in BUILT_IN_CLASSES
    }
    naming = {**stated.get("propertyNames", {}), "pattern": _NAMING}
    return {**stated, "properties": built_in, "propertyNames": naming}


def _severities(stated: JsonSchema, codes: Mapping[str, KnownCode]) -> JsonSchema:
    """Every code with its title; a firm one can only be what it is."""
    word = stated["additionalProperties"]
    own = {
        code: {"description": known.title, **({"const": "error"} if known.firm else word)}
        for code, known in sorted(codes.items())
    }
    return {**stated, "properties": own, "additionalProperties": False}


def _waiver(codes: Mapping[str, KnownCode]) -> JsonSchema:
    stated = of_mapping(WAIVER)
    keys = stated["properties"]
    firm = sorted(code for code, known in codes.items() if known.firm)
    known = [{"$ref": "#/$defs/code"}, of_value({"type": "string"})]
    keys["code"] |= {"anyOf": known, "not": {"enum": firm}}
    keys["reason"] |= _SAID
    keys["owner"] |= _SAID
    keys["expires"] |= _DAY
    return stated
