"""How JSON is laid out: small diffs, fast to write."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def document(record: Mapping[str, Any]) -> str:
    """JSON with a line for each entry of a list or mapping at the top.

    A list of very many mappings may be an iterator that makes them one by one.
    """
    return "".join(pieces(record))


def pieces(record: Mapping[str, Any]) -> Iterator[str]:
    """The same text a piece at a time: very many records need not stand in memory together."""
    start = "{"
    for key, value in record.items():
        yield f"{start}\n  {_compact(key)}: "
        if isinstance(value, Iterator) or (isinstance(value, list) and _holds_mappings(value)):
            yield from _lines("[", map(_compact, value), "]")
        elif isinstance(value, dict) and len(value) > 1:
            entries = (f"{_compact(name)}: {_compact(entry)}" for name, entry in value.items())
            yield from _lines("{", entries, "}")
        else:
            yield _compact(value)
        start = ","
    yield "\n}\n"


def _holds_mappings(entries: list[Any]) -> bool:
    return bool(entries) and isinstance(entries[0], dict)


def _lines(opening: str, entries: Iterable[str], closing: str) -> Iterator[str]:
    start = opening
    for entry in entries:
        yield f"{start}\n    {entry}"
        start = ","
    yield f"{opening}{closing}" if start == opening else f"\n  {closing}"


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def _compact(value: object) -> str:
    return _encode(value)
