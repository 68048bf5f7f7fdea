"""What a resource rule states: its quantities read, exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from stowplan.model import (
    Bandwidth,
    Basis,
    Chunk,
    Disk,
    DocPath,
    Memory,
    Resource,
    Streams,
    Throughput,
    Verify,
    Window,
)
from stowplan.moments import MomentError, after, parse_moment
from stowplan.units import parse_duration, parse_rate, parse_share, parse_size

from .faults import Faults

_T = TypeVar("_T")
_DAY_US = 86_400_000_000
_NO_FIGURES = frozenset({"basis", "verify", "spread"})
"""Keys of `throughput` that state no figure of a table's cost."""


class Values(NamedTuple):
    """The entries of a mapping that can be read, where it stands, and whether these are all."""

    data: Mapping[str, Any]
    path: DocPath
    faults: Faults
    complete: bool = True

    def quantity(self, key: str, reader: Callable[[object], _T]) -> _T | None:
        """A quantity; None where it is not there or cannot be read."""
        if key not in self.data:
            return None
        return self.faults.quantity(reader, self.data[key], (*self.path, key))


def _window(values: Values) -> Resource:
    """`values` have the window's name, the rule's id if it states none."""
    accepts = values.data.get("accepts")
    duration = values.quantity("duration", parse_duration) or 0
    return Window(
        name=values.data["name"],
        duration_us=duration,
        rollback_us=values.quantity("rollback", parse_duration) or 0,
        reserve=values.quantity("reserve", parse_share) or Fraction(0),
        starts=_start(values, duration),
        accepts=(accepts,) if isinstance(accepts, str) else accepts and tuple(accepts),
        bandwidth=values.quantity("bandwidth", parse_rate),
        streams=values.data.get("streams"),
    )


def _start(values: Values, duration_us: int) -> datetime | None:
    """When a window starts; None where that is not stated or no calendar has all of the window."""
    starts = _moment(values, "starts")
    if starts is None:
        return None
    try:
        after(starts, duration_us + _DAY_US)  # the end may be another day elsewhere
    except OverflowError:
        text = "starts: calendars have the years 1 to 9999, and not all of this window is in them"
        hint = "mend the year, or the duration"
        values.faults.add("Y601", (*values.path, "starts"), text, hint)
        return None
    return starts


def _moment(values: Values, key: str) -> datetime | None:
    """A date and time; None where it is not there or cannot be read."""
    if key not in values.data:
        return None
    try:
        return parse_moment(values.data[key])
    except MomentError as error:
        values.faults.add("Y601", (*values.path, key), f"{key}: {error.message}", error.hint)
        return None


def _figures(values: Values) -> Resource:
    _without_idle_figures(values)
    verify = values.data.get("verify")
    return Throughput(
        rate=values.quantity("rate", parse_rate),
        rows_per_second=values.data.get("rows_per_second"),
        overhead_us=values.quantity("overhead", parse_duration),
        per_chunk_us=values.quantity("per_chunk", parse_duration),
        index_rate=values.quantity("index_rate", parse_rate),
        verify_rate=values.quantity("verify_rate", parse_rate),
        spread=values.quantity("spread", parse_share),
        verify=None if verify is None else Verify(verify),
        basis=Basis(values.data.get("basis", Basis.DECLARED)),
    )


def _without_idle_figures(values: Values) -> None:
    """Faults for a rate of work that is not done, and for a basis of nothing."""
    stated = values.data.keys()
    if values.data.get("verify") == Verify.NONE and "verify_rate" in stated:
        text = "with `verify: none` nothing is verified, at whatever rate"
        path = (*values.path, "verify_rate")
        values.faults.add("Y601", path, text, "take one of the two out", on_key=True)
    if "basis" in stated and values.complete and stated <= _NO_FIGURES:
        text = "`basis` says where figures come from, and this rule states none"
        path = (*values.path, "basis")
        values.faults.add("Y601", path, text, "state its rate or rows_per_second", on_key=True)


def _bandwidth(values: Values) -> Resource | None:
    limit = values.quantity("limit", parse_rate)
    target = values.quantity("target", parse_rate) if "target" in values.data else limit
    return None if target is None else Bandwidth(target, limit)


def _memory(values: Values) -> Resource:
    reserve = values.quantity("reserve", parse_share)
    return Memory(values.quantity("limit", parse_size) or 0, reserve or Fraction(0))


def _disk(values: Values) -> Resource:
    return Disk(values.quantity("limit", parse_size) or 0)


def _chunk(values: Values) -> Resource:
    return Chunk(values.quantity("size", parse_size) or 0)


def _streams(values: Values) -> Resource:
    return Streams(values.data.get("limit", 0))


READERS: Mapping[str, Callable[[Values], Resource | None]] = {
    "window": _window,
    "memory": _memory,
    "disk": _disk,
    "bandwidth": _bandwidth,
    "streams": _streams,
    "chunk": _chunk,
    "throughput": _figures,
}
"""What each key of a resource rule means. Where a fault was found the value is not used."""
