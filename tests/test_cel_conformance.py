"""The CEL specification's own cases: those of the profile pass, all others are listed by name.

The cases are files of protobuf text, which are not part of this repository; where they are absent
the tests are skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from stowplan.expressions import (
    BOOL,
    DOUBLE,
    INT,
    STRING,
    Budget,
    EvaluationError,
    ExpressionError,
    compile_expression,
    list_of,
    map_of,
)

CASES = Path(__file__).parents[2] / "shared" / "cel-spec"
OUTSIDE = Path(__file__).parent / "cel_outside_profile.yaml"
FEWEST_WITHIN = 440
FEWEST_MIXED = 40
TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<mark>[{}:,\[\]])"""
    r"""|(?P<word>[^\s{}:,\[\]"'#]+)""",
    re.DOTALL,
)
ESCAPE = re.compile(
    rb"\\(?:(?P<code>u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|[xX](?P<hex>[0-9a-fA-F]{1,2})"
    rb"|(?P<octal>[0-7]{1,3})|(?P<plain>.))",
    re.DOTALL,
)
PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
NUMBERS = {"int64_value": int, "uint64_value": int, "double_value": float}
SCALARS = {"int64_value": INT, "double_value": DOUBLE, "string_value": STRING, "bool_value": BOOL}
PRIMITIVES = {"INT64": INT, "DOUBLE": DOUBLE, "STRING": STRING, "BOOL": BOOL}


class OutsideError(Exception):
    """A binding or value that the profile has no type for."""


def read_message(text):
    """Protobuf text as nested lists of (key, value)."""
    tokens = [(m.lastgroup, m[0]) for m in TOKEN.finditer(text) if m.lastgroup]
    message, rest = _fields([*tokens, ("mark", "}")])
    assert not rest
    return message


def _fields(tokens):
    tokens = list(reversed(tokens))
    return _block(tokens), tokens


def _block(tokens):
    fields = []
    while tokens:
        kind, key = tokens.pop()
        if (kind, key) == ("mark", "}"):
            return fields
        if key != ",":
            fields.append((key, _value(tokens)))
    raise AssertionError("a block has no end")


def _value(tokens):
    kind, text = tokens.pop()
    if text == ":":
        kind, text = tokens.pop()
    if (kind, text) == ("mark", "{"):
        return _block(tokens)
    if kind != "string":
        return text
    pieces = [text]
    while tokens and tokens[-1][0] == "string":
        pieces.append(tokens.pop()[1])
    return "".join(map(_string, pieces))


def _string(text):
    """Escapes of protobuf text are bytes, but for those of a code point."""
    return ESCAPE.sub(_bytes, text[1:-1].encode()).decode("utf-8", "surrogateescape")


def _bytes(found):
    if found["code"]:
        return chr(int(found["code"][1:], 16)).encode()
    if found["hex"]:
        return bytes([int(found["hex"], 16)])
    if found["octal"]:
        return bytes([int(found["octal"], 8)])
    return PLAIN.get(found["plain"], found["plain"])


def all_cases():
    """(name, fields) of every case."""
    for path in sorted(CASES.glob("*.textproto")):
        for key, section in read_message(path.read_text(encoding="utf-8")):
            if key == "section":
                title = dict(section)["name"]
                for kind, test in section:
                    if kind == "test":
                        yield f"{path.stem}/{title}/{dict(test)['name']}", test


def value_of(fields):
    """The value of `{ int64_value: 1 }` and its type."""
    ((kind, value),) = fields
    if kind in NUMBERS and kind in SCALARS:
        return NUMBERS[kind](value), SCALARS[kind]
    if kind in SCALARS:
        return (value == "true" if kind == "bool_value" else value), SCALARS[kind]
    if kind == "list_value":
        items = [value_of(item) for key, item in value if key == "values"]
        return [item for item, _ in items], list_of(items[0][1] if items else INT)
    if kind == "map_value":
        return _map(value)
    raise OutsideError(kind)


def _map(value):
    entries = [dict(entry) for _, entry in value]
    keys = [value_of(entry["key"]) for entry in entries]
    values = [value_of(entry["value"]) for entry in entries]
    if any(kind != STRING for _, kind in keys):
        raise OutsideError("keys")
    pairs = zip(keys, values, strict=True)
    return {key[0]: item[0] for key, item in pairs}, map_of(values[0][1] if values else INT)


def outcome(test):
    """What is expected and what we find, both as text that tells 1 from 1.0 and from true."""
    fields = dict(test)
    names, values = {}, {}
    for key, binding in test:
        if key == "bindings":
            entry = dict(binding)
            values[entry["key"]], names[entry["key"]] = value_of(dict(entry["value"])["value"])
    for key, declared in test:
        if key == "type_env":
            names.update(_declared(dict(declared)))
    expected = "error" if "eval_error" in fields else _shown(value_of(fields["value"])[0])
    expression = compile_expression(fields["expr"], names, None)
    try:
        return expected, _shown(expression.evaluate(values, Budget()))
    except EvaluationError:
        return expected, "error"


def _declared(declared):
    kind = dict(dict(declared["ident"])["type"])
    if kind.get("primitive") not in PRIMITIVES:
        return {}
    return {declared["name"]: PRIMITIVES[kind["primitive"]]}


def _shown(value):
    return repr(list(value) if isinstance(value, tuple) else value)


def is_within(test):
    """Whether the case is of the profile and passes."""
    try:
        expected, found = outcome(test)
    except (OutsideError, ExpressionError, ValueError):
        return False
    return expected == found


@pytest.fixture(scope="module")
def cases():
    if not CASES.is_dir():
        pytest.skip("the CEL specification's cases are not here: cel-spec/*.textproto")
    return dict(all_cases())


@pytest.fixture(scope="module")
def outside():
    reasons = yaml.safe_load(OUTSIDE.read_text(encoding="utf-8"))
    return [name for names in reasons.values() for name in names]


def test_every_case_of_the_profile_passes(cases, outside):
    within = {name: test for name, test in cases.items() if name not in set(outside)}
    wrong = {name: test for name, test in within.items() if not is_within(test)}
    assert not wrong
    assert len(within) >= FEWEST_WITHIN


def test_what_is_listed_as_outside_is_outside(cases, outside):
    assert [name for name in outside if name in cases and is_within(cases[name])] == []


def test_numbers_compare_as_the_cases_with_dynamic_types_say(cases):
    """The profile needs no dyn() to compare an int with a double, so without it they are cases."""
    found = []
    for test in cases.values():
        plain = re.sub(r"dyn\(([^()]*)\)", r"\1", dict(test)["expr"])
        if plain != dict(test)["expr"]:
            with suppress(OutsideError, ExpressionError, ValueError):
                found.append(outcome([*test, ("expr", plain)]))
    assert [expected for expected, value in found if expected != value] == []
    assert len(found) >= FEWEST_MIXED


def test_the_list_names_cases_once_and_only_cases(cases, outside):
    assert [name for name, count in Counter(outside).items() if count > 1] == []
    assert [name for name in outside if name not in cases] == []
