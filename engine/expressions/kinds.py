"""Types of expressions: scalars, lists, maps from strings, and records of named fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Type:
    """One type: `kind` is the type's own name, `list`, `map` or `record`; `name` is a record's."""

    kind: str
    name: str = ""
    item: Type | None = None
    fields: Mapping[str, Field] = field(default_factory=dict, hash=False, repr=False)

    def __str__(self) -> str:
        if self.kind == "list":
            return f"list({self.item})"
        return f"map(string, {self.item})" if self.kind == "map" else self.name or self.kind


@dataclass(frozen=True, slots=True)
class Field:
    """A record's field; an optional one may be absent, `meaning` is one sentence for people."""

    type: Type
    optional: bool = False
    meaning: str = ""


BOOL = Type("bool")
INT = Type("int")
DOUBLE = Type("double")
STRING = Type("string")
ANY = Type("any")
"""The type of what an empty list holds: it goes with every other."""

NUMBERS = (INT, DOUBLE)
SCALARS = (BOOL, INT, DOUBLE, STRING)


def list_of(item: Type) -> Type:
    """The type of a list of `item`."""
    return Type("list", item=item)


def map_of(value: Type) -> Type:
    """The type of a map from strings to `value`."""
    return Type("map", item=value)


def record(name: str, fields: Mapping[str, Field]) -> Type:
    """The type of a record; two are equal when name and fields are."""
    return Type("record", name, fields=MappingProxyType(dict(fields)))


def common(one: Type, other: Type) -> Type | None:
    """The type that both fit; None when there is none. Only an empty list fits several."""
    if other in (one, ANY):
        return one
    if one == ANY:
        return other
    if one.item is None or other.item is None or one.kind != other.kind:
        return None
    item = common(one.item, other.item)
    return None if item is None else Type(one.kind, item=item)


def comparable(one: Type, other: Type) -> bool:
    """Whether `==` may hold: equal types, or int and double, also as items; never records."""
    if ANY in (one, other) or (one in NUMBERS and other in NUMBERS):
        return True
    if one.item is not None and other.item is not None:
        return one.kind == other.kind and comparable(one.item, other.item)
    return one == other and one in SCALARS
