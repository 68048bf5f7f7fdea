"""YAML, built in one pass from the events of PyYAML's C parser.

Its composer and its loader follow the nesting by recursion and crash on hostile depth; its events
do not. They also cost a third of the time.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from decimal import InvalidOperation
from itertools import chain
from typing import Any, NamedTuple

import yaml

from stowplan.model import shown

from .flaws import DEPTH, Broken, Flaw, too_deep
from .places import CLOSE, LIST, MAPPING, SCALAR, Mark
from .yaml_problems import explained, starred
from .yaml_quoting import quoted
from .yaml_scalars import Plain, resolved

NODES = 5_000_000
"""How many values a document may hold, its aliases written out."""


class Loaded(NamedTuple):
    """The data, whether a mapping somewhere has a key twice, and other flaws.

    `offsets` says where each key and value starts, in the order of the text; None where an alias
    stands for some of them.
    """

    data: object
    repeated: bool
    flaws: tuple[Flaw, ...]
    offsets: Sequence[int] | None


def load(text: str) -> Loaded:
    """Read a text. Raises Broken.

    Tags, keys that are not text and globs that look like aliases are flaws that do not end the
    reading.
    """
    builder = _Builder(text)
    try:
        for event in events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        raise Broken(*builder.flaws, explained(error, text)) from None
    except Broken as broken:
        raise Broken(*builder.flaws, *broken.flaws) from None
    if not builder.root:
        raise Broken(Flaw(0, "is empty"))
    offsets = None if builder.aliased else builder.offsets
    return Loaded(builder.root[0], builder.repeated, tuple(builder.flaws), offsets)


def noted_marks(data: object, offsets: Iterable[int]) -> Iterator[Mark]:
    """What stands where, from what was noted on reading; no key may stand twice."""
    noted = iter(offsets)
    stack: list[Iterator[object]] = [iter([data])]
    while stack:
        for value in stack[-1]:
            if type(value) is dict:
                yield MAPPING, next(noted), ""
                stack.append(chain.from_iterable(value.items()))
                break
            if type(value) is list:
                yield LIST, next(noted), ""
                stack.append(iter(value))
                break
            yield SCALAR, next(noted), value if type(value) is str else ""
        else:
            stack.pop()
            if stack:
                yield CLOSE, 0, ""


def marks(text: str) -> Iterator[Mark]:
    """What stands where, in a text that `load` could read."""
    for event in events(text):
        kind = _MARKS.get(type(event))
        if kind is not None:
            yield kind, event.start_mark.index, _text(event) if kind is SCALAR else ""


def _text(event: Any) -> str:  # noqa: ANN401 (see events)
    return f"*{event.anchor}" if type(event) is yaml.AliasEvent else str(event.value)


_MARKS = {
    yaml.ScalarEvent: SCALAR,
    yaml.AliasEvent: SCALAR,
    yaml.SequenceStartEvent: LIST,
    yaml.MappingStartEvent: MAPPING,
    yaml.SequenceEndEvent: CLOSE,
    yaml.MappingEndEvent: CLOSE,
}


def events(text: str) -> Iterator[Any]:
    """All events; typed loosely because PyYAML's stubs know neither its marks nor its parsers."""
    parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    return iter(parser.get_event, None)


class _Anchored(NamedTuple):
    """What an anchor names: the value, how many values it holds, how deep it is."""

    value: Any
    nodes: int
    height: int


class _Frame:
    """A list or mapping that is being read. `before` counts the values read before it."""

    __slots__ = ("anchor", "before", "container", "height", "is_mapping", "key")

    def __init__(self, container: Any, anchor: str | None, before: int) -> None:  # noqa: ANN401
        self.container = container
        self.is_mapping = type(container) is dict
        self.anchor = anchor
        self.before = before
        self.height = 1
        self.key: str | None = None


class _Builder:
    """Takes events, builds data."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: list[object] = []
        self.flaws: list[Flaw] = []
        self.repeated = False
        self.nodes = 0
        self.offsets = array("q")
        self.aliased = False
        self.anchors: dict[str, _Anchored | None] = {}
        self.stack = [_Frame(self.root, None, 0)]

    def take(self, event: Any) -> None:  # noqa: ANN401 (see events)
        """One event, the most frequent kinds first."""
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.offsets.append(event.start_mark.index)
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self.offsets.append(event.start_mark.index)
            self._open(event, {})
        elif kind is yaml.SequenceStartEvent:
            self.offsets.append(event.start_mark.index)
            self._open(event, [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self._close()
        elif kind is yaml.AliasEvent:
            self.aliased = True
            self._alias(event)
        elif kind is yaml.DocumentStartEvent and self.root:
            hint = "one file holds one document: remove the `---` or split the file"
            raise Broken(Flaw(event.start_mark.index, "a second document starts here", hint))

    def _scalar(self, event: Any) -> None:  # noqa: ANN401
        text = event.value
        value = self._resolved(event) if event.implicit[0] else text
        if event.tag is not None:
            self._tagged(event)
            if event.tag[:1] == "!" and (value is None or isinstance(value, str)):
                value = text = self._written(event)  # most likely a condition
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(value, 1, 0)
        frame = self.stack[-1]
        if frame.is_mapping and frame.key is None:
            if type(value) is not str:
                self._flaw(event, f"a key must be text: write {_quoted(text)}")
            self._key(frame, text)
        else:
            self._put(frame, value, event)

    def _resolved(self, event: Any) -> Plain:  # noqa: ANN401
        try:
            return resolved(event.value)
        except (ValueError, InvalidOperation):
            message = f"the number {shown(event.value, 20)} is too long to be read"
            raise Broken(Flaw(event.start_mark.index, message)) from None

    def _key(self, frame: _Frame, key: str) -> None:
        if key in frame.container:
            self.repeated = True
        frame.key = key

    def _put(self, frame: _Frame, value: object, event: Any) -> None:  # noqa: ANN401
        self.nodes += 1
        if self.nodes > NODES:
            message = f"holds more than {NODES} values, its aliases written out"
            raise Broken(Flaw(event.start_mark.index, message))
        if frame.is_mapping:
            frame.container[frame.key] = value
            frame.key = None
        else:
            frame.container.append(value)

    def _open(self, event: Any, container: dict[str, object] | list[object]) -> None:  # noqa: ANN401
        if len(self.stack) > DEPTH:
            raise too_deep(event.start_mark.index)
        if event.tag is not None:
            self._tagged(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self._not_a_key(event, "put a template such as {{ name }} in quotes")
        before = self.nodes
        self._put(self.stack[-1], container, event)
        self.stack.append(_Frame(container, event.anchor, before))

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame.anchor is not None:
            nodes = self.nodes - frame.before
            self.anchors[frame.anchor] = _Anchored(frame.container, nodes, frame.height)
        above = self.stack[-1]
        above.height = max(above.height, frame.height + 1)

    def _alias(self, event: Any) -> None:  # noqa: ANN401
        frame, name = self.stack[-1], event.anchor
        if name not in self.anchors:
            self._starred(frame, event)
            return
        target = self.anchors[name]
        if target is None:
            message = f"the alias `*{shown(name)}` stands inside what it names"
            raise Broken(Flaw(event.start_mark.index, message))
        self._not_a_key(event, "write the key itself, not an alias")
        self._expand(frame, target, event)

    def _starred(self, frame: _Frame, event: Any) -> None:  # noqa: ANN401
        """An alias of nothing: most likely a glob that wants quotes."""
        self.flaws.append(starred(self.text, event.start_mark.index))
        if frame.is_mapping and frame.key is None:
            self._key(frame, f"*{event.anchor}")
        else:
            self._put(frame, f"*{event.anchor}", event)

    def _expand(self, frame: _Frame, target: _Anchored, event: Any) -> None:  # noqa: ANN401
        if len(self.stack) - 1 + target.height > DEPTH:
            raise too_deep(event.start_mark.index)
        frame.height = max(frame.height, target.height + 1)
        self.nodes += target.nodes - 1
        self._put(frame, target.value, event)

    def _not_a_key(self, event: Any, hint: str) -> None:  # noqa: ANN401
        frame = self.stack[-1]
        if frame.is_mapping and frame.key is None:
            raise Broken(Flaw(event.start_mark.index, "a key must be text", hint))

    def _written(self, event: Any) -> str:  # noqa: ANN401
        return self.text[event.start_mark.index : event.end_mark.index].strip()

    def _tagged(self, event: Any) -> None:  # noqa: ANN401
        hint = "remove it"
        if event.tag[:1] == "!" and type(event) is yaml.ScalarEvent:
            hint = f"remove it; if it is text, {quoted('', self._written(event))}"
        self._flaw(event, f"the tag `{shown(event.tag)}` is not allowed", hint)

    def _flaw(self, event: Any, message: str, hint: str | None = None) -> None:  # noqa: ANN401
        self.flaws.append(Flaw(event.start_mark.index, message, hint))


def _quoted(text: str) -> str:
    return f'"{shown(text)}"'
