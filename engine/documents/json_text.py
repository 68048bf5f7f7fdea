"""JSON on the fast path: the C parser builds the data, a token walk finds places on demand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from stowplan.model import shown

from .flaws import DEPTH, Broken, Flaw, too_deep
from .places import CLOSE, LEAF, LIST, MAPPING, SCALAR, Mark

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+', re.DOTALL)
_LEAF = re.compile(
    r'[\[{](?>[^\[\]{}"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^\[\]{}"]*+)*+)[\]}]|' + _TOKEN.pattern,
    re.DOTALL,
)
"""A token, or a whole list or mapping that holds no other."""

_KINDS = {"[": LIST, "{": MAPPING, "]": CLOSE, "}": CLOSE}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_DIGITS = 4300
"""Python refuses to read longer integers."""

_PROBLEMS = {
    "Expecting value": "a value is expected here",
    "Expecting property name enclosed in double quotes": "a key in double quotes is expected here",
    "Expecting ':' delimiter": "a `:` is expected here",
    "Expecting ',' delimiter": "a comma or the closing bracket is expected here",
    "Unterminated string starting at": "a string that is never closed",
    "Invalid control character at": "a line break or control character inside a string",
    "Invalid \\escape": "no escape sequence of JSON",
    "Invalid \\uXXXX escape": "no escape sequence of JSON",
    "Extra data": "something after the end of the document",
    "Illegal trailing comma before end of object": "a comma after the last key",
    "Illegal trailing comma before end of array": "a comma after the last item",
}


def load(text: str) -> tuple[object, bool]:
    """The data, and whether a mapping somewhere has a key twice; raises Broken.

    Numbers become int or Decimal; so do NaN and Infinity, which Python's parser knows.
    """
    outline = _outline(text)
    if _may_be_deep(outline):
        _check_depth(text)
    kept = 0

    def counted(table: dict[str, object]) -> dict[str, object]:
        nonlocal kept
        kept += len(table)
        return table

    try:
        data = json.loads(text, object_hook=counted, parse_float=Decimal, parse_constant=Decimal)
    except json.JSONDecodeError as error:
        problem = _PROBLEMS.get(error.msg.removesuffix(": "), error.msg)
        raise Broken(Flaw(error.pos, f"not JSON: {problem}")) from None
    except (ValueError, InvalidOperation):
        raise Broken(*_unreadable_numbers(text)) from None
    if _SURROGATE.search(text) and (flaws := tuple(_lone_surrogates(text))):
        raise Broken(*flaws)
    return data, kept < outline.count(b":")


def marks(text: str) -> Iterator[Mark]:
    """What stands where, in a text that `load` could read."""
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in _KINDS:
            yield _KINDS[token], match.start(), ""
        elif token[0] == '"':
            yield SCALAR, match.start(), _unquoted(token) if "\\" in token else token[1:-1]
        else:
            yield SCALAR, match.start(), token


def coarse_marks(text: str) -> Iterator[Mark]:
    """The same with a leaf for each list or mapping that holds no other: a fifth of the marks."""
    for match in _LEAF.finditer(text):
        token = match[0]
        if token in _KINDS:
            yield _KINDS[token], match.start(), ""
        elif token[0] in _KINDS:
            yield LEAF, match.start(), token
        elif token[0] == '"':
            yield SCALAR, match.start(), _unquoted(token) if "\\" in token else token[1:-1]
        else:
            yield SCALAR, match.start(), token


def _unquoted(token: str) -> str:
    return str(json.loads(token))


def _outline(text: str) -> bytes:
    """The brackets of a JSON text, all of them square, and its colons, one for each key."""
    raw = text.encode()
    if b"\\" in raw:
        raw = re.sub(rb"\\.", b"", raw, flags=re.DOTALL)
    marks = raw.translate(bytes.maketrans(b"{}", b"[]"), _ALL_BUT_MARKS)
    marks = marks.replace(b'""', b"")  # most strings hold none; what is inside others stays inside
    return re.sub(rb'"[^"]*"', b"", marks)


def _may_be_deep(outline: bytes) -> bool:
    """A quick measure, exact for JSON: take away innermost brackets `DEPTH` times; is any left?

    Before anything is built, since a parser that follows the nesting may run out of stack.
    """
    brackets = outline.translate(None, b":")
    for _ in range(DEPTH):
        if b"[]" not in brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    return b"[" in brackets


_ALL_BUT_MARKS = bytes(byte for byte in range(256) if byte not in b'[]{}":')


def _check_depth(text: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = _KINDS.get(match.group())
        depth += 0 if kind is None else -1 if kind is CLOSE else 1
        if depth > DEPTH:
            raise too_deep(match.start())


def _unreadable_numbers(text: str) -> Iterator[Flaw]:
    for match in _TOKEN.finditer(text):
        token = match.group()
        if not (token[0] == "-" or token[0].isdigit()):
            continue
        if len(token) > _DIGITS and token.lstrip("-").isdigit():
            yield Flaw(match.start(), f"a number of {len(token)} digits is too long to be read")
        elif not _is_decimal(token):
            yield Flaw(match.start(), f"the exponent of {shown(token)} is too large to be read")


def _is_decimal(token: str) -> bool:
    try:
        Decimal(token)
    except InvalidOperation:
        return False
    return True


def _lone_surrogates(text: str) -> Iterator[Flaw]:
    for match in _TOKEN.finditer(text):
        token = match.group()
        if "\\" in token and any("\ud800" <= c <= "\udfff" for c in _unquoted(token)):
            yield Flaw(match.start(), "half of a character: a `\\u` escape without its pair")
