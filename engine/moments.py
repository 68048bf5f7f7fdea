"""Moments in a policy: date and time, with the offset from UTC or the name of a time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from .model import shown
from .spelling import nearest

WRITTEN = "2026-12-05T22:00+01:00, or 2026-12-05T22:00 Europe/Berlin"
"""How a moment is written, for messages."""

PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2}| [A-Za-z_]+(/[A-Za-z0-9_+-]+)*)$"
)
"""The form of a moment, as an expression of JSON Schema."""

_MOMENT = re.compile(PATTERN)


class MomentError(ValueError):
    """What is wrong with a moment, and how to mend it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def parse_moment(text: str) -> datetime:
    """The moment that a text names, in its own zone. Raises MomentError.

    A local time that the change of the clocks leaves out, or has twice, is refused.
    """
    if not _MOMENT.fullmatch(text):
        raise MomentError(f"{shown(text)} is no date and time with a zone", f"write {WRITTEN}")
    local, _, zone = text.partition(" ")
    try:
        moment = datetime.fromisoformat(local)
    except ValueError:
        hint = "there is no such day or time"
        raise MomentError(f"{shown(text)} is no date and time", hint) from None
    return _local(moment, zone) if zone else moment


def _local(moment: datetime, name: str) -> datetime:
    """A local time in a named zone, where there is exactly one."""
    zone = _zone(name)
    first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    times = "twice" if back == moment else "not at all"
    text = f"{moment:%Y-%m-%dT%H:%M} comes {times} in {name}, where the clocks are changed then"
    hint = f"write the offset from UTC: {moment:%Y-%m-%dT%H:%M}{_offset(first)}"
    raise MomentError(text, f"{hint} or {_offset(second)}")


def _offset(moment: datetime) -> str:
    """The offset from UTC, like +01:00."""
    return moment.isoformat()[-6:]


def _zone(name: str) -> tzinfo:
    """The time zone of a name, from the machine's database or the package tzdata."""
    from zoneinfo import (  # noqa: PLC0415 (only where a policy names a zone)
        ZoneInfo,
        ZoneInfoNotFoundError,
        available_timezones,
    )

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
    if not known:
        hint = "install the package tzdata, or write the offset from UTC"
        raise MomentError("this machine has no database of time zones", hint)
    likely = nearest(name, sorted(known))
    hint = f"did you mean {likely}?" if likely else "zones are named like Europe/Berlin, or UTC"
    raise MomentError(f"{shown(name)} is no known time zone", hint)


def moment_text(moment: datetime) -> str:
    """A moment as a policy writes it: with the name of its zone, else with its offset from UTC."""
    seconds = "seconds" if moment.second else "minutes"
    zone = getattr(moment.tzinfo, "key", None)
    if zone is None:
        return moment.isoformat(timespec=seconds)
    return f"{moment.replace(tzinfo=None).isoformat(timespec=seconds)} {zone}"


def after(moment: datetime, microseconds: int) -> datetime:
    """The moment so much later, in the same zone: what its clocks show then.

    Raises OverflowError where no calendar has it: `datetime` ends with the year 9999.
    """
    later = moment.astimezone(UTC) + timedelta(microseconds=microseconds)
    return later.astimezone(moment.tzinfo)
