"""Where each value of a text stands: found by one walk over its marks, when somebody asks."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from stowplan.model import DocPath, shown

from .flaws import Flaw

LIST, MAPPING, CLOSE, SCALAR, LEAF = "[", "{", "]", "=", "*"
"""The kinds of marks; a leaf is a list or mapping whose own marks are not read yet."""

Mark: TypeAlias = tuple[str, int, str]
"""A kind, the offset of its first character, and the text of a scalar (it may be a key) or leaf."""


class Lines:
    """Turns offsets into lines and columns. Lines end at line feeds; both count from 1."""

    def __init__(self, text: str) -> None:
        # An array, for a large manifest has a million lines.
        self.starts = array("Q", [0])
        self.starts.extend(match.end() for match in re.finditer("\n", text))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


class _Branch:
    """A list or mapping: where it starts, and where its keys and values do."""

    __slots__ = ("key", "keys", "offset", "pending", "values")

    def __init__(self, kind: str, offset: int, key: str | int) -> None:
        self.offset = offset
        self.key = key
        self.keys: dict[str | int, int] | None = {} if kind == MAPPING else None
        self.values: dict[str | int, _Branch | _Leaf | int] = {}
        self.pending: str | None = None


class _Leaf(NamedTuple):
    """A list or mapping that is looked into only when somebody asks: where it starts, its text."""

    offset: int
    text: str


class Repeat(NamedTuple):
    """A key that its mapping has already: the offsets of the first one and of this one."""

    path: DocPath
    first: int
    offset: int


class Places:
    """The offsets of all values and keys of a document; of a repeated key, the last one's.

    `inside` gives the marks of a leaf, where `marks` have leaves.
    """

    def __init__(
        self, marks: Iterable[Mark], inside: Callable[[str], Iterable[Mark]] = lambda _: ()
    ) -> None:
        self._inside = inside
        self._repeats: list[Repeat] = []
        self._root = _Branch(LIST, 0, "")
        self._walk(marks)

    def find(self, path: DocPath, *, on_key: bool) -> int:
        """The offset of a value, or of its key; of the nearest enclosing value if there is none."""
        parent, node = self._root, self._root.values.get(0, 0)
        for depth, part in enumerate(path):
            if isinstance(node, _Leaf):
                within = Places(self._inside(node.text)).find(path[depth:], on_key=on_key)
                return node.offset + within
            if not isinstance(node, _Branch) or part not in node.values:
                return _offset(node)
            parent, node = node, node.values[part]
        if on_key and path and parent.keys is not None:
            return parent.keys[path[-1]]
        return _offset(node)

    def repeats(self, lines: Lines) -> list[Flaw]:
        """One flaw for each key that its mapping has already."""
        return [
            Flaw(
                repeat.offset,
                f"duplicate key `{shown(repeat.path[-1])}`, "
                f"first on line {lines.position(repeat.first)[0]}",
                "remove one of the two or merge them",
                repeat.path,
                repeated=True,
            )
            for repeat in self._repeats
        ]

    def _walk(self, marks: Iterable[Mark]) -> None:
        """One loop without calls: it runs a million times for a large manifest."""
        stack, firsts = [self._root], dict[tuple[int, str], int]()
        top = self._root
        for kind, offset, text in marks:
            if kind is CLOSE:
                stack.pop()
                top = stack[-1]
                continue
            if top.keys is not None and top.pending is None:
                if text in top.keys:
                    first = firsts.setdefault((id(top), text), top.keys[text])
                    # The first branch stands for no value, the second one for the document.
                    path = (*(branch.key for branch in stack[2:]), text)
                    self._repeats.append(Repeat(path, first, offset))
                top.keys[text] = offset
                top.pending = text
                continue
            key = len(top.values) if top.pending is None else top.pending
            top.pending = None
            if kind is SCALAR:
                top.values[key] = offset
            elif kind is LEAF:
                top.values[key] = _Leaf(offset, text)
            else:
                top.values[key] = branch = _Branch(kind, offset, key)
                stack.append(branch)
                top = branch


def _offset(node: _Branch | _Leaf | int) -> int:
    return node if isinstance(node, int) else node.offset
