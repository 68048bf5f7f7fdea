r"""Patterns of `matches` into trees: a subset of RE2 without back references, lookaround and flags.

`\d \w \s` are ASCII, `.` is anything but a line's end, `^` and `$` are the ends of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from stowplan.model import shown

LONGEST_PATTERN = 500
MOST_REPEATS = 100
DEEPEST_GROUP = 20
LAST_CODE = 0x10FFFF

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Code points from, to and including; sorted, without overlap."""


class PatternError(ValueError):
    """A pattern outside of the subset; the message says what, `offset` at which character."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


class Characters(NamedTuple):
    """One character of these."""

    ranges: Ranges


class Anchor(NamedTuple):
    """The start or the end of the text."""

    start: bool


class Sequence(NamedTuple):
    """One after the other; of none, nothing."""

    items: tuple[Pattern, ...]


class Alternatives(NamedTuple):
    """Any of these."""

    items: tuple[Pattern, ...]


class Repeat(NamedTuple):
    """`least` to `most` times; None is without bound."""

    item: Pattern
    least: int
    most: int | None


Pattern: TypeAlias = Characters | Anchor | Sequence | Alternatives | Repeat


def _ranges(characters: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(characters):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _others(ranges: Ranges) -> Ranges:
    edges = [(-1, -1), *ranges, (LAST_CODE + 1, LAST_CODE + 1)]
    gaps = ((one[1] + 1, other[0] - 1) for one, other in pairwise(edges))
    return tuple((low, high) for low, high in gaps if low <= high)


def _of(text: str) -> Ranges:
    return _ranges((ord(character), ord(character)) for character in text)


_CLASSES = {
    "d": _ranges([(48, 57)]),
    "w": _ranges([(48, 57), (65, 90), (95, 95), (97, 122)]),
    "s": _of("\t\n\f\r "),
}
_CLASSES |= {name.upper(): _others(ranges) for name, ranges in _CLASSES.items()}
_CONTROLS = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "v": "\v", "a": "\a"}
_ANCHORS = {"A": True, "z": False}
_REPEATS = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_COUNT = re.compile(r"\{([0-9]{1,4})(,?)([0-9]{1,4})?\}", re.ASCII)


def read_pattern(text: str) -> Pattern:
    """The tree of a pattern; raises PatternError."""
    if len(text) > LONGEST_PATTERN:
        raise PatternError(f"it has {len(text)} characters; {LONGEST_PATTERN} are allowed")
    reader = _Reader(text)
    try:
        tree = reader.alternatives(0)
        if not reader.at_end():
            reader.skip()
            raise PatternError("a parenthesis closes that none opened; the character itself is \\)")
    except PatternError as wrong:
        if wrong.offset is None:
            wrong.offset = reader.last
        raise
    return tree


def _repeats(pattern: Pattern) -> bool:
    """Whether something in it may come more than once in a row."""
    if isinstance(pattern, Sequence | Alternatives):
        return any(_repeats(item) for item in pattern.items)
    return isinstance(pattern, Repeat) and (pattern.most != 1 or _repeats(pattern.item))


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next = 0

    @property
    def last(self) -> int:
        """The place of the character that was read last."""
        return max(0, self._next - 1)

    def skip(self) -> None:
        """Read one character."""
        self._next += 1

    def at_end(self) -> bool:
        """Whether all is read."""
        return self._next == len(self._text)

    def _peek(self, part: str) -> bool:
        return self._text.startswith(part, self._next)

    def _accept(self, part: str) -> bool:
        found = self._peek(part)
        self._next += len(part) * found
        return found

    def _take(self) -> str:
        if self.at_end():
            raise PatternError("it ends too early")
        self._next += 1
        return self._text[self._next - 1]

    def alternatives(self, depth: int) -> Pattern:
        """Sequences between bars, up to a closing parenthesis or the end."""
        if depth > DEEPEST_GROUP:
            raise PatternError(f"its groups are nested more than {DEEPEST_GROUP} deep")
        items = [self._sequence(depth)]
        while self._accept("|"):
            items.append(self._sequence(depth))
        return items[0] if len(items) == 1 else Alternatives(tuple(items))

    def _sequence(self, depth: int) -> Pattern:
        items: list[Pattern] = []
        while not (self.at_end() or self._peek("|") or self._peek(")")):
            items.append(self._repeated(self._item(depth)))
        return Sequence(tuple(items))

    def _repeated(self, item: Pattern) -> Pattern:
        bounds = self._bounds()
        if bounds is None:
            return item
        self._accept("?")  # a repetition that takes little first finds no other texts
        if isinstance(item, Anchor):
            raise PatternError("it repeats an anchor")
        if self._bounds() is not None:
            raise PatternError("it repeats a repetition; put a group around the inner one")
        if bounds[1] != 1 and _repeats(item):
            raise PatternError("a repetition holds another one; write it flat")
        return Repeat(item, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in _REPEATS.items():
            if self._accept(sign):
                return bounds
        return self._count() if self._peek("{") else None

    def _count(self) -> tuple[int, int | None]:
        found = _COUNT.match(self._text, self._next)
        if found is None or (found[3] and not found[2]):
            message = "a brace counts, as in {2} or {2,5}; the character itself is \\{"
            raise PatternError(message, self._next)
        start, self._next = self._next, found.end()
        least = int(found[1])
        most = least if not found[2] else int(found[3]) if found[3] else None
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise PatternError(f"{found[0]} is no count up to {MOST_REPEATS}", start)
        return least, most

    def _item(self, depth: int) -> Pattern:
        character = self._take()
        if character == "(":
            return self._group(depth)
        if character in "*+?{":
            raise PatternError(f"'{character}' has nothing to repeat; itself it is \\{character}")
        if character in "^$":
            return Anchor(character == "^")
        if character == "[":
            return self._class()
        if character == ".":
            return Characters(_others(_of("\n")))
        return self._escape() if character == "\\" else Characters(_of(character))

    def _group(self, depth: int) -> Pattern:
        start = self.last
        if not self._accept("?:") and self._peek("?"):
            raise PatternError("a group may not begin with (? but for (?:; no flags, no lookaround")
        tree = self.alternatives(depth + 1)
        if not self._accept(")"):
            message = "a parenthesis is never closed; the character itself is \\("
            raise PatternError(message, start)
        return tree

    def _escape(self) -> Pattern:
        if self._text[self._next : self._next + 1] in _ANCHORS:
            return Anchor(_ANCHORS[self._take()])
        return Characters(self._escaped())

    def _escaped(self) -> Ranges:
        character = self._take()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _CONTROLS:
            return _of(_CONTROLS[character])
        if not character.isascii() or character.isalnum() or character == "_":
            known = r"\d \w \s \D \W \S \t \n \f \r \v \a \A \z and punctuation"
            raise PatternError(f"'\\{shown(character)}' is no escape of the subset: {known}")
        return _of(character)

    def _class(self) -> Pattern:
        negated = self._accept("^")
        members = list(self._member())
        while not self._accept("]"):
            members.extend(self._member())
        ranges = _ranges(members)
        return Characters(_others(ranges) if negated else ranges)

    def _member(self) -> Ranges:
        if self._peek("[:"):
            raise PatternError(r"named classes such as [:alpha:] are left out; write a-zA-Z")
        low = self._one()
        if not self._peek("-") or self._peek("-]"):
            return low
        self._take()
        high = self._one()
        if len(low) > 1 or len(high) > 1 or low[0][0] > high[0][1]:
            raise PatternError("a range in brackets goes from one character to a later one")
        return ((low[0][0], high[0][1]),)

    def _one(self) -> Ranges:
        character = self._take()
        return self._escaped() if character == "\\" else _of(character)
