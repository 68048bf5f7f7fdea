"""How the schema of a written artefact is noted: one call a field, with its description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .translation import JsonSchema


def typed(types: str | list[str], description: str, **rules: Any) -> JsonSchema:  # noqa: ANN401 (JSON)
    """A value of a type, or of one of several."""
    return {"description": description, "type": types, **rules}


def text(description: str) -> JsonSchema:
    """Text."""
    return typed("string", description)


def or_null(stated: JsonSchema) -> JsonSchema:
    """The same, or null."""
    return {**stated, "type": [stated["type"], "null"]}


def amount(description: str) -> JsonSchema:
    """A number that is not negative."""
    return typed("number", description, minimum=0)


def count(description: str) -> JsonSchema:
    """A whole number that is not negative."""
    return typed("integer", description, minimum=0)


def moment(description: str) -> JsonSchema:
    """A moment in ISO 8601, with its offset from UTC."""
    return typed("string", description, format="date-time")


def names(description: str) -> JsonSchema:
    """A list of names."""
    return typed("array", description, items={"type": "string"})


def one_of(values: list[str], description: str) -> JsonSchema:
    """One of a few words."""
    return typed("string", description, enum=values)


def record(
    description: str, keys: Mapping[str, JsonSchema], optional: Mapping[str, JsonSchema] = {}
) -> JsonSchema:
    """A mapping that has all of `keys`, and perhaps some of `optional`."""
    return typed("object", description, properties={**keys, **optional}, required=list(keys))


def listed(description: str, entry: str) -> JsonSchema:
    """A list of what is defined under that name."""
    return typed("array", description, items={"$ref": f"#/$defs/{entry}"})
