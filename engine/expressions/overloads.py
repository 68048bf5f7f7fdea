"""What functions and operators take and give: CEL specification, «Standard definitions»."""

from __future__ import annotations

from typing import NamedTuple

from .kinds import ANY, BOOL, DOUBLE, INT, STRING, Type, common, list_of, map_of


class Overload(NamedTuple):
    """A function of `runtime` for these parameters; no function gives the argument back."""

    parameters: tuple[Type, ...]
    result: Type
    function: str | None


_SIZE = tuple(
    Overload((measured,), INT, "length") for measured in (STRING, list_of(ANY), map_of(ANY))
)
_TEXTS = (STRING, STRING)

FUNCTIONS: dict[str, tuple[Overload, ...]] = {
    "size": _SIZE,
    "int": (
        Overload((INT,), INT, None),
        Overload((DOUBLE,), INT, "int_of_double"),
        Overload((STRING,), INT, "int_of_string"),
    ),
    "double": (
        Overload((DOUBLE,), DOUBLE, None),
        Overload((INT,), DOUBLE, "double_of_int"),
        Overload((STRING,), DOUBLE, "double_of_string"),
    ),
    "string": (
        Overload((STRING,), STRING, None),
        Overload((INT,), STRING, "int_text"),
        Overload((DOUBLE,), STRING, "double_text"),
        Overload((BOOL,), STRING, "bool_text"),
    ),
    "sum": (
        Overload((list_of(INT),), INT, "sum_ints"),
        Overload((list_of(DOUBLE),), DOUBLE, "sum_doubles"),
    ),
    "min": tuple(Overload((list_of(item),), item, "least") for item in (INT, DOUBLE, STRING)),
    "max": tuple(Overload((list_of(item),), item, "greatest") for item in (INT, DOUBLE, STRING)),
}
METHODS: dict[str, tuple[Overload, ...]] = {
    "size": _SIZE,
    "startsWith": (Overload(_TEXTS, BOOL, "starts_with"),),
    "endsWith": (Overload(_TEXTS, BOOL, "ends_with"),),
    "contains": (Overload(_TEXTS, BOOL, "contains"),),
    "matches": (Overload(_TEXTS, BOOL, "matches"),),
}
MACROS = {"exists": (2,), "all": (2,), "exists_one": (2,), "filter": (2,), "map": (2, 3)}
"""How many arguments each takes: a variable, and expressions with it."""

PRESENCE = "has"
EXTREMES = ("min", "max")

OPERATORS: dict[str, dict[Type, str | None]] = {
    "+": {INT: "add", DOUBLE: None, STRING: "join"},
    "-": {INT: "subtract", DOUBLE: None},
    "*": {INT: "multiply", DOUBLE: None},
    "/": {INT: "divide", DOUBLE: "ratio"},
    "%": {INT: "remainder"},
}
"""Functions of two operands of one type; none where Python's operator does just that."""

LEFT_OUT = {
    "uint": "unsigned numbers",
    "bytes": "bytes",
    "bool": "conversion to bool",
    "type": "types as values",
    "dyn": "dynamic types",
    "timestamp": "points in time",
    "duration": "durations",
    "optional": "optional values",
    "proto": "messages",
    "google": "messages",
    "cel": "extensions of CEL",
    "math": "extensions of CEL",
    "strings": "extensions of CEL",
    "sets": "extensions of CEL",
}
"""Names of CEL that the profile does without, and what they stand for."""


def chosen(overloads: tuple[Overload, ...], given: tuple[Type, ...]) -> Overload | None:
    """The first overload that fits the arguments' types."""
    for overload in overloads:
        pairs = zip(overload.parameters, given, strict=False)
        if len(overload.parameters) == len(given) and all(common(*p) is not None for p in pairs):
            return overload
    return None


def plain(kind: Type) -> str:
    """A type in words for messages: what an empty list holds goes without saying."""
    return kind.kind if kind.item == ANY else str(kind)
