"""A text into tokens: CEL specification, «Syntax»."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stowplan.model import shown

from .faults import ExpressionError, refused

LONGEST = 10_000
"""Characters of one text."""

STRING = r"""
    [bB]?[rR](?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n\r]*"|'[^'\n\r]*')
  | [bB]?(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}
           |"(?:[^"\\\n\r]|\\[^\n\r])*"|'(?:[^'\\\n\r]|\\[^\n\r])*')
"""
_TOKEN = re.compile(
    rf"""
    (?P<space>[ \t\n\f\r]+|//[^\n]*)
  | (?P<string>{STRING})
  | (?P<double>(?:[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)(?![A-Za-z_0-9]))
  | (?P<int>(?:0[xX][0-9a-fA-F]+|[0-9]+)(?!\.[0-9]|[A-Za-z_0-9]))
  | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
  | (?P<mark>&&|\|\||[=!<>]=|[-+*/%!<>?:.,()\[\]{{}}])
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[0-9][0-9A-Za-z_]*(?:\.[0-9][0-9A-Za-z_]*)?")
_HINTS = {
    "=": "'==' compares; an expression changes nothing",
    "&": "'&&' is and; there are no bits",
    "|": "'||' is or; there are no bits",
    "`": 'a field is written plainly, or as a map\'s key: ["..."]',
    ";": "a text is one expression",
    "#": "a comment starts with //",
}
_MEANT = (
    (
        "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2032\u2033",
        "write plain quotes: \" or '",
    ),
    ("\u2010\u2011\u2012\u2013\u2014\u2212", "write a plain minus: -"),
    ("\u2264\u2a7d", "write <="),
    ("\u2265\u2a7e", "write >="),
    ("\u2260", "write !="),
    ("\u00d7\u22c5", "write *"),
)
"""What word processors make of plain characters."""


class Token(NamedTuple):
    """A piece of text: `kind` is string, double, int, name, mark or end."""

    kind: str
    text: str
    offset: int

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.offset + len(self.text)

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else f"'{shown(self.text)}'"


def read_tokens(text: str) -> list[Token]:
    """All tokens but space and comments, and one for the end; raises ExpressionError."""
    if len(text) > LONGEST:
        raise refused(0, f"the text has {len(text)} characters; {LONGEST} are allowed")
    return [*_tokens(text), Token("end", "", len(text))]


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unreadable(text, position)
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found[0], position)
        position = found.end()


def _unreadable(text: str, offset: int) -> ExpressionError:
    character = text[offset]
    if character in "\"'":
        return refused(offset, "this string has no end", "a plain one ends on its own line")
    number = _NUMBER.match(text, offset)
    if number is not None:
        return _no_number(number[0], offset)
    if not character.isascii():
        return _foreign(character, offset)
    return refused(offset, f"'{shown(character)}' has no meaning here", _HINTS.get(character))


def _foreign(character: str, offset: int) -> ExpressionError:
    """The error of what may look like another character, or like nothing at all."""
    from unicodedata import name  # noqa: PLC0415 (a megabyte that only such faults need)

    code, known = f"U+{ord(character):04X}", name(character, "")
    told = f"'{character}' ({code})" if character.isprintable() else f"the character {code}"
    message = f"{told} has no meaning here" + (f": it is {known}" if known else "")
    hint = next((hint for some, hint in _MEANT if character in some), None)
    if hint is None and character.isalnum():
        hint = "names have ASCII letters only; others may look alike"
    elif hint is None and not character.isprintable():
        hint = "take it out, or write a plain space"
    return refused(offset, message, hint)


def _no_number(text: str, offset: int) -> ExpressionError:
    if text[-1] in "uU" and text[:-1].isalnum():
        message = f"'{text}' is unsigned, and this profile of CEL leaves uint out"
        return refused(offset, message, f"write an int: {text[:-1]}")
    return refused(offset, f"'{text}' is no number", "an int is 42 or 0x2A, a double 4.2 or 42e-1")
