"""The scalar that a path leads to: where its content starts and ends, and how it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stowplan.model import DocPath

from .places import CLOSE, LIST, MAPPING, SCALAR, Mark, Places
from .spans import BREAKS, Scalar, Span, character_spans, source_offset

_PROPERTIES = re.compile(
    rf"(?:(?:!<[^>]*+>|[&!][^\s,\[\]{{}}]*+)(?:[ \t{BREAKS}]++(?:\#[^{BREAKS}]*+)?)*+)*+"
)
"""An anchor and a tag before a scalar, with the blanks and comments after them."""


class _Spelled(NamedTuple):
    """A scalar, and where each of its characters stands."""

    scalar: Scalar
    spans: Sequence[Span]


class Scalars:
    """The scalars of a text that could be read as `data`, found by their paths."""

    def __init__(self, text: str, data: object) -> None:
        self._text = text
        self._data = data
        self._last: tuple[DocPath, _Spelled | None] = ((), None)

    def offset(self, path: DocPath, index: int) -> int | None:
        """Where one character of the text at a path stands; None where there is no text."""
        spelled = self._spelled(path) if _holds_text(self._data, path) else None
        return None if spelled is None else source_offset(*spelled, index)

    def _spelled(self, path: DocPath) -> _Spelled | None:
        """What stands at a path; kept until another is asked for: one text may have many faults."""
        if self._last[1] is None or self._last[0] != path:
            scalar = self._find(path)
            found = scalar and _Spelled(scalar, character_spans(self._text, scalar))
            self._last = (path, found)
        return self._last[1]

    def _find(self, path: DocPath) -> Scalar | None:
        raise NotImplementedError


def _holds_text(data: object, path: DocPath) -> bool:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return False
    return isinstance(data, str)


class JsonScalars(Scalars):
    """The strings of a JSON text; `places` knows where values start."""

    def __init__(self, text: str, data: object, places: Places) -> None:
        super().__init__(text, data)
        self._places = places

    def _find(self, path: DocPath) -> Scalar | None:
        offset = self._places.find(path, on_key=False)
        value, end = json.JSONDecoder().raw_decode(self._text, offset)
        return Scalar(offset + 1, end - 1, "json", value)


class YamlScalars(Scalars):
    """The scalars of a YAML text."""

    def __init__(self, text: str, data: object) -> None:
        from .yaml_text import events  # noqa: PLC0415 (PyYAML takes longer to import than JSON)

        super().__init__(text, data)
        self._events: list[Any] = list(events(text))
        # The walk that finds offsets by paths finds an event's number as well.
        self._numbers = Places(_marks(self._events))

    def _find(self, path: DocPath) -> Scalar | None:
        return self._found(path, self._numbers)

    def _found(self, path: DocPath, numbers: Places) -> Scalar | None:
        """The scalar at a path, through aliases too."""
        number = numbers.find(path, on_key=False)
        event = self._events[number]
        if _kind(event) != "Alias":
            return self._scalar(event) if _kind(event) == "Scalar" else None
        anchored = self._anchored(event.anchor, number)
        if anchored is None:
            return None
        prefixes = (path[:depth] for depth in range(len(path) + 1))
        alias = next(p for p in prefixes if numbers.find(p, on_key=False) == number)
        return self._found(path[len(alias) :], Places(_marks(self._events, anchored)))

    def _anchored(self, name: str, number: int) -> int | None:
        """The event that an alias stands for: the last one before it that has its anchor."""
        named = (n for n in range(number - 1, -1, -1) if _anchor(self._events[n]) == name)
        return next((n for n in named if _kind(self._events[n]) != "Alias"), None)

    def _scalar(self, event: Any) -> Scalar:  # noqa: ANN401 (PyYAML's events)
        start, end, style = event.start_mark.index, event.end_mark.index, event.style or ""
        properties = _PROPERTIES.match(self._text, start, end)
        start = properties.end() if properties else start
        quoted = style in ("'", '"')
        return Scalar(start + quoted, end - quoted, style, event.value)


_KINDS = {
    "Scalar": SCALAR,
    "Alias": SCALAR,
    "SequenceStart": LIST,
    "MappingStart": MAPPING,
    "SequenceEnd": CLOSE,
    "MappingEnd": CLOSE,
}


def _kind(event: object) -> str:
    return type(event).__name__.removesuffix("Event")


def _anchor(event: object) -> str | None:
    return getattr(event, "anchor", None)


def _marks(events: list[Any], start: int = 0) -> Iterator[Mark]:
    """The numbers of the events of one value: of the document, or of what starts at `start`."""
    open_ = 0
    for number in range(start, len(events)):
        kind = _KINDS.get(_kind(events[number]))
        if kind is not None:
            yield kind, number, _key(events[number]) if kind is SCALAR else ""
            open_ += 1 if kind in (LIST, MAPPING) else -1 if kind is CLOSE else 0
            if not open_:
                return


def _key(event: Any) -> str:  # noqa: ANN401 (PyYAML's events)
    """What a scalar is called where it is a key."""
    return f"*{event.anchor}" if _kind(event) == "Alias" else str(event.value)
