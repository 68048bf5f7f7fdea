"""A Cerberus schema as a cheap predicate: is this document well-formed, yes or no?

Nearly all documents are. What the predicate rejects goes to Cerberus, which says what is wrong.
A property test holds the two equal.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeAlias

Rules: TypeAlias = Mapping[str, Any]
"""What a Cerberus schema says of one value."""

Schema: TypeAlias = Mapping[str, Rules]
"""A Cerberus schema: for each key of a mapping the rules of its value."""

Test: TypeAlias = Callable[[Any], bool]

SUPPORTED = frozenset(
    """
    type required nullable empty allowed min max minlength maxlength regex check_with
    schema valuesrules keysrules meta
    """.split()  # noqa: SIM905 (a list of fifteen literals reads worse)
)
"""The rules of Cerberus that a schema may use."""

EXTENSION = "x-"
"""Keys that start like this belong to the user, where a schema lets them be."""

_TYPES: Mapping[str, frozenset[type]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),
    "number": frozenset({int, Decimal}),
    "boolean": frozenset({bool}),
    "dict": frozenset({dict}),
    "list": frozenset({list}),
}


class Kind(enum.Enum):
    """What is wrong with a shape; the reader of a document gives each kind its code."""

    UNKNOWN = "unknown key"
    MISSING = "missing key"
    TYPE = "wrong type"
    ALLOWED = "not allowed"
    MINIMUM = "below minimum"
    QUANTITY = "bad quantity"
    OTHER = "other"


class Complaint(NamedTuple):
    """What a check has against a value; `text` completes a sentence: "must not be negative"."""

    kind: Kind
    text: str
    hint: str | None = None


class _CheckFailed(NamedTuple):
    """An error definition in the form that Cerberus wants."""

    code: int = 0x200
    rule: str = "check_with"


@dataclass(frozen=True)
class Check:
    """A test of one value of the right type, for `check_with`: None, or what is wrong."""

    find: Callable[[Any], Complaint | None]

    def __call__(self, field: object, value: object, error: Callable[..., None]) -> None:
        """Report to Cerberus; null is for `nullable` to judge."""
        complaint = None if value is None else self.find(value)
        if complaint is not None:
            error(field, _CheckFailed(), complaint)


def acceptor(schema: Schema, *, extensions: bool = False) -> Test:
    """Compile a schema into a predicate over documents.

    With `extensions`, keys that start with `x-` may stand anywhere. Raises ValueError for a
    schema that uses a rule outside `SUPPORTED` or a value without a type.
    """
    tests = {key: value_acceptor(rules, extensions=extensions) for key, rules in schema.items()}
    required = frozenset(key for key, rules in schema.items() if rules.get("required"))

    def accepts(document: object) -> bool:
        if type(document) is not dict:
            return False
        for key, value in document.items():
            test = tests.get(key)
            if test is None:
                if not (extensions and key.startswith(EXTENSION)):
                    return False
            elif not test(value):
                return False
        return required <= document.keys()

    return accepts


def value_acceptor(rules: Rules, *, extensions: bool = False) -> Test:
    """The same for the rules of one value."""
    types = _types(rules)
    tests = (*_own_tests(rules), *_inner_tests(rules, extensions))
    if rules.get("nullable"):
        return lambda value: value is None or (type(value) in types and _all(tests, value))
    if not tests:
        return lambda value: type(value) in types
    if len(tests) == 1:
        only = tests[0]
        return lambda value: type(value) in types and only(value)
    return lambda value: type(value) in types and _all(tests, value)


def _types(rules: Rules) -> frozenset[type]:
    unsupported = rules.keys() - SUPPORTED
    if unsupported or "type" not in rules:
        raise ValueError(f"a schema needs a type and knows no {sorted(unsupported)}")
    names = [rules["type"]] if isinstance(rules["type"], str) else rules["type"]
    return frozenset().union(*(_TYPES[name] for name in names))


def _all(tests: tuple[Test, ...], value: object) -> bool:
    return all(test(value) for test in tests)


def _own_tests(rules: Rules) -> tuple[Test, ...]:
    """The tests of the value itself; like Cerberus, `empty` settles what an empty value may be."""
    bounds = tuple(_bounds(rules))
    content = tuple(_content(rules))
    if "empty" not in rules:
        return (*bounds, *content)
    if rules["empty"]:
        return (*bounds, lambda value: _is_empty(value) or _all(content, value))
    return (*bounds, lambda value: not _is_empty(value), *content)


def _bounds(rules: Rules) -> Iterator[Test]:
    if "min" in rules:
        yield partial(_at_least, rules["min"])
    if "max" in rules:
        yield partial(_at_most, rules["max"])


def _content(rules: Rules) -> Iterator[Test]:
    if "allowed" in rules:
        yield partial(_allowed, rules["allowed"])
    if "minlength" in rules:
        yield partial(_long_enough, rules["minlength"])
    if "maxlength" in rules:
        yield partial(_short_enough, rules["maxlength"])
    if "regex" in rules:
        yield partial(_matches, re.compile(rules["regex"].removesuffix("$") + "$"))
    if "check_with" in rules:
        find = rules["check_with"].find
        yield lambda value: find(value) is None


def _inner_tests(rules: Rules, extensions: bool) -> Iterator[Test]:
    """The tests of what a list or mapping holds."""
    types = _types(rules)
    if "schema" in rules and dict in types:
        inner = acceptor(rules["schema"], extensions=extensions)
        yield lambda value: type(value) is not dict or inner(value)
    elif "schema" in rules:
        item = value_acceptor(rules["schema"], extensions=extensions)
        yield lambda value: type(value) is not list or all(map(item, value))
    if "keysrules" in rules:
        key = value_acceptor(rules["keysrules"], extensions=extensions)
        yield lambda value: type(value) is not dict or all(map(key, value))
    if "valuesrules" in rules:
        held = value_acceptor(rules["valuesrules"], extensions=extensions)
        yield lambda value: type(value) is not dict or all(map(held, value.values()))


def is_below(value: object, limit: int | Decimal) -> bool:
    """Is a number below a limit? NaN is: it is at least nothing. What is no number is not."""
    if not isinstance(value, int | Decimal):
        return False
    return (isinstance(value, Decimal) and value.is_nan()) or value < limit


def is_above(value: object, limit: int | Decimal) -> bool:
    """Is a number above a limit? NaN is: it is at most nothing. What is no number is not."""
    if not isinstance(value, int | Decimal):
        return False
    return (isinstance(value, Decimal) and value.is_nan()) or value > limit


def _at_least(limit: int | Decimal, value: object) -> bool:
    return not is_below(value, limit)


def _at_most(limit: int | Decimal, value: object) -> bool:
    return not is_above(value, limit)


def _is_empty(value: object) -> bool:
    return isinstance(value, str | list | dict) and not value


def _long_enough(least: int, value: object) -> bool:
    return not isinstance(value, str | list | dict) or len(value) >= least


def _short_enough(most: int, value: object) -> bool:
    return not isinstance(value, str | list | dict) or len(value) <= most


def _allowed(values: tuple[object, ...], value: object) -> bool:
    if isinstance(value, list | dict):
        return all(item in values for item in value)
    return value in values


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return not isinstance(value, str) or pattern.match(value) is not None
