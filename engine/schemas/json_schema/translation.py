"""A Cerberus schema as JSON Schema 2020-12: types, bounds, keys, and what an editor shows of them.

Nothing stands beside a `$ref`, and no word is used that JSON Schema 7 does not know, so that
editors which know only that one read the same. What a `check_with` demands is stated beside it,
as `json_schema` of the value's `meta`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from stowplan.schemas.acceptance import EXTENSION, Rules, Schema

JsonSchema: TypeAlias = dict[str, Any]
"""One schema, or a part of one; keys in the order in which they are printed."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TYPES = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "dict": "object",
    "list": "array",
}
_LENGTHS = {"string": "Length", "list": "Items", "dict": "Properties"}
_SAME = {"min": "minimum", "max": "maximum", "regex": "pattern"}


def titled(name: str, title: str, description: str, schema: JsonSchema) -> JsonSchema:
    """A whole schema: its dialect, its name (a URN, for no host serves it) and its titles."""
    head = {"$schema": DIALECT, "$id": f"urn:stowplan:schema:{name}"}
    return {**head, "title": title, "description": description, **schema}


def of_mapping(schema: Schema, *, extensions: bool = False) -> JsonSchema:
    """A mapping's schema; with `extensions`, keys that start with `x-` may stand anywhere."""
    required = [key for key, rules in schema.items() if rules.get("required")]
    return {
        "type": "object",
        "properties": {k: of_value(r, extensions=extensions) for k, r in schema.items()},
        **({"required": required} if required else {}),
        **({"patternProperties": {f"^{EXTENSION}": True}} if extensions else {}),
        "additionalProperties": False,
    }


def of_value(rules: Rules, *, extensions: bool = False) -> JsonSchema:
    """The schema of one value, with what an editor shows of it."""
    types = [rules["type"]] if isinstance(rules["type"], str) else list(rules["type"])
    stated: JsonSchema = {**_described(rules), "type": _type(types, rules)}
    stated |= {_SAME[rule]: rules[rule] for rule in _SAME if rule in rules}
    stated |= dict(_lengths(types, rules))
    if "allowed" in rules:
        stated["enum"] = [*rules["allowed"], *([None] if rules.get("nullable") else [])]
    stated |= _inside(types, rules, extensions)
    return {**stated, **rules.get("meta", {}).get("json_schema", {})}


def exactly_one(keys: Iterable[str]) -> JsonSchema:
    """What a mapping must be that has exactly one of these keys."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def any_of(keys: Iterable[str]) -> JsonSchema:
    """What a mapping must be that has one of these keys, or several."""
    return {"anyOf": [{"required": [key]} for key in keys]}


def _described(rules: Rules) -> JsonSchema:
    meta = rules.get("meta", {})
    parts = [meta.get("description"), meta.get("noun") and f"It must be {meta['noun']}."]
    text = " ".join(part for part in (*parts, meta.get("hint")) if part)
    return {"description": text} if text else {}


def _type(types: list[str], rules: Rules) -> str | list[str]:
    names = [*(_TYPES[name] for name in types), *(["null"] if rules.get("nullable") else [])]
    return names[0] if len(names) == 1 else names


def _lengths(types: Iterable[str], rules: Rules) -> Iterator[tuple[str, int]]:
    least = 1 if rules.get("empty") is False else rules.get("minlength")
    for word in (_LENGTHS[name] for name in types if name in _LENGTHS):
        if least is not None:
            yield f"min{word}", least
        if "maxlength" in rules:
            yield f"max{word}", rules["maxlength"]


def _inside(types: list[str], rules: Rules, extensions: bool) -> JsonSchema:
    """What the schema says of what a list or mapping holds."""
    inside: JsonSchema = {}
    if "schema" in rules and "dict" in types:
        inside |= of_mapping(rules["schema"], extensions=extensions)
        inside["type"] = _type(types, rules)
    elif "schema" in rules:
        inside["items"] = of_value(rules["schema"], extensions=extensions)
    if "keysrules" in rules:
        inside["propertyNames"] = of_value(rules["keysrules"], extensions=extensions)
    if "valuesrules" in rules:
        held = of_value(rules["valuesrules"], extensions=extensions)
        inside["additionalProperties"] = held
    return inside
