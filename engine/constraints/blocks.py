"""The blocks of a Markdown text, by the rules of CommonMark and GitHub's tables.

Every line that is not empty comes into exactly one block, so that none can be lost; a library's
tree knows neither each line nor what it left out. What only separates (rules, fences, empty
bullets, comments) is no block.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple


class Kind(enum.Enum):
    """What a block is."""

    HEADING = "heading"
    BULLET = "bullet"
    ROW = "row"
    PROSE = "prose"
    OTHER = "other"
    """Code, quotes, comments that share their line: never read."""


class Line(NamedTuple):
    """What one line gives to its block, and where that starts, from 1."""

    number: int
    column: int
    text: str


class Block(NamedTuple):
    """One block: where its text starts, from 1; `depth` is a heading's level, else an indentation.

    `cells` and `header` belong to the row of a table; `more` are the lines on which it goes on,
    whose text is in `text` too.
    """

    kind: Kind
    line: int
    column: int
    text: str
    depth: int = 0
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    more: tuple[Line, ...] = ()

    @property
    def parts(self) -> Iterator[Block]:
        """Each of its lines as a block."""
        said = sum(len(line.text) + 1 for line in self.more)
        yield self._replace(text=self.text[: len(self.text) - said], more=())
        for line in self.more:
            yield Block(self.kind, *line, self.depth)


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*")
_SEPARATOR = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_BULLET = re.compile(r"([ \t]*)(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]+(.*))?")
_DELIMITER = re.compile(r"[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_INDENTED = 4


def blocks(text: str) -> list[Block]:
    """The blocks of a text, in order."""
    return list(_Blocks(text).walk())


class _Blocks:
    """A walk over the lines; a next line may go on with `open`, a paragraph or bullet."""

    def __init__(self, text: str) -> None:
        self._lines = [line.removesuffix("\r") for line in text.split("\n")]
        self._at = 0
        self._open: Block | None = None
        self._more: list[Line] = []
        self._in_list = False

    def walk(self) -> Iterator[Block]:
        """All blocks."""
        while self._at < len(self._lines):
            yield from self._next(self._lines[self._at])
        yield from self._closed()

    def _next(self, line: str) -> Iterator[Block]:
        if not line.strip():
            yield from self._closed()
            self._at += 1
        elif fence := _FENCE.match(line):
            yield from self._closed()
            yield from self._fenced(fence[1])
        elif line.lstrip().startswith("<!--"):
            yield from self._closed()
            yield from self._comment()
        elif self._is_table():
            yield from self._closed()
            yield from self._table()
        else:
            yield from self._ordinary(line)
            self._at += 1

    def _ordinary(self, line: str) -> Iterator[Block]:
        heading, bullet = _HEADING.fullmatch(line), _BULLET.fullmatch(line)
        if self._open and self._open.kind is Kind.PROSE and (under := _UNDERLINE.fullmatch(line)):
            level = 1 if under[1][0] == "=" else 2
            yield from (b._replace(kind=Kind.HEADING, depth=level) for b in self._closed())
            self._in_list = False
        elif heading:
            yield from self._closed()
            self._in_list = False
            yield self._block(Kind.HEADING, heading[2] or "", len(heading[1]))
        elif _SEPARATOR.fullmatch(line):
            yield from self._closed()
        elif bullet and (self._in_list or _width(bullet[1]) < _INDENTED):
            yield from self._closed()
            self._in_list = True
            if bullet[2]:
                self._open = self._block(Kind.BULLET, bullet[2], _width(bullet[1]))
        elif line.lstrip().startswith(">"):
            yield from self._closed()
            yield self._block(Kind.OTHER, line)
        else:
            yield from self._paragraph(line)

    def _paragraph(self, line: str) -> Iterator[Block]:
        """A line that goes on with what is open, starts a paragraph, or is indented as code is."""
        indentation = _width(line[: len(line) - len(line.lstrip())])
        if self._open is not None:
            text = line.strip()
            self._more.append(Line(self._at + 1, line.find(text) + 1, text))
            return
        if not indentation:
            self._in_list = False
        kind = Kind.OTHER if indentation >= _INDENTED and not self._in_list else Kind.PROSE
        block = self._block(kind, line, indentation)
        if kind is Kind.PROSE:
            self._open = block
        else:
            yield block

    def _fenced(self, fence: str) -> Iterator[Block]:
        """The lines of a fenced block; one that never ends goes on to the end, as it is shown."""
        closing = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*")
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not closing.fullmatch(line) and line.strip():
                yield self._block(Kind.OTHER, line)
            self._at += 1
            if closing.fullmatch(line):
                return

    def _comment(self) -> Iterator[Block]:
        """A comment of whole lines says nothing; one that never ends, or shares a line, is told."""
        start = self._at
        for number in range(start, len(self._lines)):
            if "-->" in self._lines[number]:
                self._at = number
                if self._lines[number].partition("-->")[2].strip():
                    yield self._block(Kind.OTHER, self._lines[number])
                self._at += 1
                return
        while self._at < len(self._lines):
            if self._lines[self._at].strip():
                yield self._block(Kind.OTHER, self._lines[self._at])
            self._at += 1

    def _is_table(self) -> bool:
        """Whether a header and its delimiter row start here."""
        line = self._lines[self._at]
        below = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
        if "|" not in line or "|" not in below or not _DELIMITER.fullmatch(below):
            return False
        return len(_cells(line)) == len(_cells(below))

    def _table(self) -> Iterator[Block]:
        header = _cells(self._lines[self._at])
        yield self._block(Kind.ROW, self._lines[self._at])._replace(header=header)
        self._at += 2
        self._in_list = False
        while self._at < len(self._lines) and "|" in self._lines[self._at]:
            line = self._lines[self._at]
            yield self._block(Kind.ROW, line)._replace(header=header, cells=_cells(line))
            self._at += 1

    def _block(self, kind: Kind, text: str, depth: int = 0) -> Block:
        line = self._lines[self._at]
        stripped = text.strip()
        return Block(kind, self._at + 1, line.find(stripped) + 1, stripped, depth)

    def _closed(self) -> Iterator[Block]:
        if self._open is not None:
            text = " ".join((self._open.text, *(line.text for line in self._more)))
            yield self._open._replace(text=text, more=tuple(self._more))
        self._open, self._more = None, []


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a row; a `\\|` is part of its cell."""
    inner = line.strip().removeprefix("|")
    parts = _PIPE.split(inner)
    kept = parts[:-1] if len(parts) > 1 and not parts[-1].strip() else parts
    return tuple(part.strip().replace("\\|", "|") for part in kept)


def _width(blank: str) -> int:
    return len(blank.expandtabs(4))
