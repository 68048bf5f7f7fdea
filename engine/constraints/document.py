"""A whole text: which lines state what, below which headings and labels they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stowplan.model import shown

from .blocks import Block, Kind, Line, blocks
from .markup import Refusal
from .phrases import SUSPECT
from .reading import (
    NOT_SAID,
    Statement,
    Unread,
    class_of_label,
    is_topic,
    statement_of,
    unread_lines,
)
from .tables import columns_of, statements_of_row
from .wording import CLASSES, HEDGES


class Read(NamedTuple):
    """A line and what it states; `more` are those on which it goes on, also in its text."""

    line: int
    column: int
    text: str
    statements: tuple[Statement, ...]
    more: tuple[Line, ...] = ()


class Passed(NamedTuple):
    """A line that only gives the text its structure."""

    line: int
    column: int
    text: str


_DEMANDING = (
    "must may can cannot can't shall should need needs before after first last until only never "
    "not no most maximum minimum max min limit limited depend depends window defer exclude order "
    "available target all"
)
_BINDING = frozenset(_DEMANDING.split())
_MEASURED = re.compile(
    r"\d ?-?(?:hours?|h|hrs?|minutes?|mins?|m|seconds?|secs?|s|days?|d|[kMGT]i?B|[kMGT]b\w*|gb|mb)"
    r"(?![A-Za-z])"
)


_BULLET = "other lines of its paragraph are not read: begin it with `- `"


def read_text(text: str) -> Iterator[Read | Unread | Passed]:
    """What each block of a text is, in order."""
    reader = _Reader()
    for block in blocks(text):
        yield from reader.take(block)


@dataclass
class _Label:
    """What the bullets deeper than a line mean. `kind` is a class, `topic` or `unread`."""

    depth: int
    kind: str


@dataclass
class _Heading:
    """A heading: its level, what it says, the class that it names, if it names one."""

    level: int
    text: str
    class_word: str | None

    @property
    def suspect(self) -> bool:
        """Whether what stands below may be no constraint."""
        words = set(re.findall(r"[a-z]+", self.text.lower()))
        return self.class_word is None and bool(words & set(SUSPECT))


@dataclass
class _Reader:
    """The headings and labels that are in force."""

    headings: list[_Heading] = field(default_factory=list)
    labels: list[_Label] = field(default_factory=list)
    columns: tuple[str, ...] | None = None

    def take(self, block: Block) -> Iterable[Read | Unread | Passed]:
        """What a block is, or each of its lines; it may change what is in force."""
        if block.kind is Kind.HEADING:
            return self._heading(block)
        try:
            self._check_headings()
            if block.kind is Kind.PROSE and block.more and not _is_label(block):
                return self._paragraph(block)
            return (self._body(block),)
        except Refusal as refusal:
            if block.kind is Kind.BULLET:
                self.labels.append(_Label(block.depth, "unread"))
            return _unread(block, str(refusal))

    def _paragraph(self, block: Block) -> Iterable[Read | Unread | Passed]:
        """Each line as a statement of its own, or the whole as one; else no line of it."""
        self.labels = []
        parts = list(block.parts)
        each, whole = [self._line(part) for part in parts], self._line(block)
        read = [line for line in each if not isinstance(line, Refusal)]
        if len(read) == len(each) and any(isinstance(line, Read) for line in read):
            if isinstance(whole, Refusal):
                return read
            whole = Refusal("it can be read in two ways: begin each constraint with `- `")
        if not isinstance(whole, Refusal):
            return (whole,)
        return [_unread_part(part, line) for part, line in zip(parts, each, strict=True)]

    def _line(self, block: Block) -> Read | Passed | Refusal:
        """A line of a paragraph, or all of it; a label heads the lines below it."""
        if _is_label(block) and is_topic(block.text):
            return Passed(block.line, block.column, block.text)
        if _is_label(block) and class_of_label(block.text):
            return Refusal("begin each line below it with `- `")
        try:
            return _read(block, (self._statement(block.text),))
        except Refusal as refusal:
            return refusal

    def _body(self, block: Block) -> Read | Passed:
        if block.kind is Kind.OTHER:
            raise Refusal("code, quotes and comments beside text are not read")
        if block.kind is Kind.ROW:
            return self._row(block)
        if block.kind is Kind.BULLET:
            self.labels = [label for label in self.labels if label.depth < block.depth]
        else:
            self.labels = []
        if _is_label(block):
            return self._label(block)
        return _read(block, (self._statement(block.text),))

    def _heading(self, block: Block) -> Iterable[Unread | Passed]:
        self.labels = []
        kept = [heading for heading in self.headings if heading.level < block.depth]
        class_word = class_of_label(block.text)
        self.headings = [*kept, _Heading(block.depth, block.text, class_word)]
        if class_word is None and (_MEASURED.search(block.text) or _states(block.text)):
            return _unread(block, "a heading states nothing: write it as a bullet")
        return (Passed(block.line, block.column, block.text),)

    def _check_headings(self) -> None:
        for heading in self.headings:
            if heading.suspect:
                raise Refusal(f'it stands below "{shown(heading.text)}"')

    def _label(self, block: Block) -> Passed:
        """A line that ends in a colon heads the list below it."""
        if self.labels and self.labels[-1].kind != "topic":
            raise Refusal("a list in this list is not read")
        depth = block.depth if block.kind is Kind.BULLET else -1
        class_word = class_of_label(block.text)
        if class_word is None and not is_topic(block.text):
            self.labels.append(_Label(depth, "unread"))
            raise Refusal(NOT_SAID)
        self.labels.append(_Label(depth, class_word or "topic"))
        return Passed(block.line, block.column, block.text)

    def _statement(self, text: str) -> Statement:
        """What a line states, below its label or the heading of a class. Raises Refusal."""
        label = self.labels[-1].kind if self.labels else "topic"
        if label == "unread":
            raise Refusal("it stands below a line that was not read")
        below = self.headings[-1].class_word if self.headings else None
        class_word = label if label in CLASSES else below
        return statement_of(text if class_word is None else f"{class_word}: {text}")

    def _row(self, block: Block) -> Read | Passed:
        self.labels = []
        if not block.cells:
            self.columns = None
            self.columns = columns_of(block.header)
            return Passed(block.line, block.column, block.text)
        if self.columns is None:
            raise Refusal("the columns of its table are not read")
        return _read(block, tuple(statements_of_row(block.cells, self.columns)))


def _states(text: str) -> bool:
    try:
        statement_of(text)
    except Refusal:
        return False
    return True


def _read(block: Block, statements: tuple[Statement, ...]) -> Read:
    return Read(block.line, block.column, block.text, statements, block.more)


def _is_label(block: Block) -> bool:
    return block.text.rstrip("*_ ").endswith(":")


def _unread(block: Block, reason: str) -> Iterable[Unread]:
    binding = block.kind is not Kind.PROSE or _is_binding(block.text)
    first = Line(block.line, block.column, block.text)
    return unread_lines(first, block.more, reason, binding)


def _unread_part(part: Block, found: Read | Passed | Refusal) -> Unread:
    """A line of a paragraph that is not read as a whole."""
    refused = isinstance(found, Refusal)
    binding = not refused or _is_binding(part.text)
    return Unread(part.line, part.column, part.text, str(found) if refused else _BULLET, binding)


def _is_binding(text: str) -> bool:
    """Whether prose looks like a constraint: a digit, a word that demands, a colon at its end."""
    words = set(re.findall(r"[a-z']+", text.lower()))
    demands = words & (_BINDING | HEDGES | set(CLASSES))
    return bool(demands) or any(c.isdigit() for c in text) or text.endswith(":")
