"""A whole text: which lines state what, below which headings and labels they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from stowplan.model import shown

from .blocks import Block, Kind, blocks
from .markup import Refusal
from .phrases import SUSPECT
from .reading import NOT_SAID, Statement, Unread, class_of_label, is_topic, statement_of
from .tables import columns_of, statements_of_row
from .wording import CLASSES, HEDGES


class Read(NamedTuple):
    """A line and what it states."""

    line: int
    column: int
    text: str
    statements: tuple[Statement, ...]


class Passed(NamedTuple):
    """A line that only gives the text its structure."""

    line: int
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


def read_text(text: str) -> Iterator[Read | Unread | Passed]:
    """What each block of a text is, in order."""
    reader = _Reader()
    for block in blocks(text):
        yield reader.take(block)


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

    def take(self, block: Block) -> Read | Unread | Passed:
        """What a block is; it may change what is in force."""
        if block.kind is Kind.HEADING:
            return self._heading(block)
        try:
            self._check_headings()
            return self._body(block)
        except Refusal as refusal:
            if block.kind is Kind.BULLET:
                self.labels.append(_Label(block.depth, "unread"))
            return _unread(block, str(refusal))

    def _body(self, block: Block) -> Read | Unread | Passed:
        if block.kind is Kind.OTHER:
            raise Refusal("code, quotes and comments beside text are not read")
        if block.kind is Kind.ROW:
            return self._row(block)
        if block.kind is Kind.BULLET:
            self.labels = [label for label in self.labels if label.depth < block.depth]
        else:
            self.labels = []
        if block.text.rstrip("*_ ").endswith(":"):
            return self._label(block)
        return _read(block, (self._statement(block.text),))

    def _heading(self, block: Block) -> Read | Unread | Passed:
        self.labels = []
        kept = [heading for heading in self.headings if heading.level < block.depth]
        class_word = class_of_label(block.text)
        self.headings = [*kept, _Heading(block.depth, block.text, class_word)]
        if class_word is None and (_MEASURED.search(block.text) or _states(block.text)):
            return _unread(block, "a heading states nothing: write it as a bullet")
        return Passed(block.line, block.text)

    def _check_headings(self) -> None:
        for heading in self.headings:
            if heading.suspect:
                raise Refusal(f'it stands below "{shown(heading.text)}"')

    def _label(self, block: Block) -> Passed | Unread:
        """A line that ends in a colon heads the list below it."""
        if self.labels and self.labels[-1].kind != "topic":
            raise Refusal("a list in this list is not read")
        depth = block.depth if block.kind is Kind.BULLET else -1
        class_word = class_of_label(block.text)
        if class_word is None and not is_topic(block.text):
            self.labels.append(_Label(depth, "unread"))
            return _unread(block, NOT_SAID)
        self.labels.append(_Label(depth, class_word or "topic"))
        return Passed(block.line, block.text)

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
            return Passed(block.line, block.text)
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
    return Read(block.line, block.column, block.text, statements)


def _unread(block: Block, reason: str) -> Unread:
    binding = block.kind is not Kind.PROSE or _is_binding(block.text)
    return Unread(block.line, block.column, block.text, reason, binding)


def _is_binding(text: str) -> bool:
    """Whether prose looks like a constraint: a digit, a word that demands, a colon at its end."""
    words = set(re.findall(r"[a-z']+", text.lower()))
    demands = words & (_BINDING | HEDGES | set(CLASSES))
    return bool(demands) or any(c.isdigit() for c in text) or text.endswith(":")
