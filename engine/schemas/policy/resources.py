"""What a resource rule states: its quantities read, exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, TypeVar

from stowplan.model import (
    Bandwidth,
    Chunk,
    Disk,
    DocPath,
    Memory,
    Resource,
    Streams,
    Throughput,
    Window,
    shown,
)
from stowplan.units import parse_duration, parse_rate, parse_share, parse_size

from .faults import Faults

_T = TypeVar("_T")


def _window(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Resource | None:
    """`data` has the window's name, the rule's id if it states none."""

    def read(key: str, reader: Callable[[object], _T], default: _T) -> _T:
        if key not in data:
            return default
        value = faults.quantity(reader, data[key], (*path, key))
        return default if value is None else value

    accepts = data.get("accepts")
    window = Window(
        name=data["name"],
        duration_us=read("duration", parse_duration, 0),
        rollback_us=read("rollback", parse_duration, 0),
        reserve=read("reserve", parse_share, Fraction(0)),
        starts=data.get("starts"),
        accepts=(accepts,) if isinstance(accepts, str) else accepts and tuple(accepts),
        bandwidth=read("bandwidth", parse_rate, 0) if "bandwidth" in data else None,
        streams=data.get("streams"),
    )
    if window.starts is not None and not _is_moment(window.starts):
        text = f"starts: {shown(window.starts)} is no date and time"
        hint = "write 2026-12-05T22:00+01:00, or 2026-12-05T22:00 Europe/Berlin"
        faults.add("Y601", (*path, "starts"), text, hint)
    return window


def _is_moment(text: str) -> bool:
    """ISO 8601, the offset optionally replaced by the name of a time zone after a space."""
    moment, _, zone = text.partition(" ")
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return False
    return "T" in moment and (read.tzinfo is not None) != bool(zone)


def _figures(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Resource | None:
    readers: Mapping[str, Callable[[object], Any]] = {
        "rate": parse_rate,
        "overhead": parse_duration,
        "per_chunk": parse_duration,
        "index_rate": parse_rate,
        "verify_rate": parse_rate,
        "spread": parse_share,
    }
    if not data:
        faults.add("Y601", path, "a throughput rule states no figure")
    names = {"overhead": "overhead_us", "per_chunk": "per_chunk_us"}
    read = {
        names.get(key, key): faults.quantity(reader, data[key], (*path, key))
        for key, reader in readers.items()
        if key in data
    }
    return Throughput(rows_per_second=data.get("rows_per_second"), **read)


def _bandwidth(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Resource | None:
    rates = {key: faults.quantity(parse_rate, data[key], (*path, key)) for key in data}
    if not data:
        faults.add("Y601", path, "a bandwidth needs a limit or a target")
        return None
    target = rates.get("target", rates.get("limit"))
    return None if target is None else Bandwidth(target, rates.get("limit"))


def _memory(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Resource:
    limit = faults.quantity(parse_size, data["limit"], (*path, "limit"))
    reserve = faults.quantity(parse_share, data.get("reserve", "0%"), (*path, "reserve"))
    return Memory(limit or 0, reserve or Fraction(0))


def _disk(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Resource:
    return Disk(faults.quantity(parse_size, data["limit"], (*path, "limit")) or 0)


def _chunk(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Resource:
    return Chunk(faults.quantity(parse_size, data["size"], (*path, "size")) or 0)


def _streams(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Resource:
    del path, faults
    return Streams(data["limit"])


READERS: Mapping[str, Callable[..., Resource | None]] = {
    "window": _window,
    "memory": _memory,
    "disk": _disk,
    "bandwidth": _bandwidth,
    "streams": _streams,
    "chunk": _chunk,
    "throughput": _figures,
}
