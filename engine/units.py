"""Quantities: `4h`, `2GB`, `50MB/s`, `10%` to exact integers, and back to text. The one place.

Inside, sizes are whole bytes, rates whole bytes per second, times whole microseconds, shares exact
fractions. `MB` is 1 000 000 bytes and `MiB` 1 048 576 (IEC 80000-13). Rounding never flatters a
plan: durations round up, rates and limits round down.
"""

from __future__ import annotations

import difflib
import re
from datetime import date
from fractions import Fraction

from stowplan.model import shown

MICROSECONDS = 1_000_000
MEGABYTE = 1_000_000
LARGEST = 2**63 - 1

_SIZES = {"B": 1} | {
    prefix + suffix: factor**power
    for power, letters in enumerate(("kK", "M", "G", "T", "P"), start=1)
    for prefix in letters
    for suffix, factor in (("B", 1000), ("iB", 1024))
}
_TIMES = {
    "us": 1,
    "ms": 1_000,
    "s": MICROSECONDS,
    "m": 60 * MICROSECONDS,
    "min": 60 * MICROSECONDS,
    "h": 3600 * MICROSECONDS,
    "d": 86_400 * MICROSECONDS,
}
_PER = {"s": 1, "min": 60, "h": 3600}

_NUMBER = r"([0-9]{1,30}(?:\.[0-9]{1,30})?)"
_QUANTITY = re.compile(rf"{_NUMBER}\s*([A-Za-z%µ]*)")
_CLOCK = re.compile(rf"(?:{_NUMBER}\s*([a-zA-Zµ]+)\s*)+")
_CLOCK_PART = re.compile(rf"{_NUMBER}\s*([a-zA-Zµ]+)\s*")
_ISO = re.compile(
    rf"P(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_ISO_SECONDS = (604_800, 86_400, 3600, 60, 1)


class UnitError(ValueError):
    """Text that is not the quantity it should be: the message, and how to mend it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def parse_duration(text: object) -> int:
    """Microseconds of `4h`, `90m`, `1h30m`, `1.5 h` or ISO 8601's `PT4H`; rounded up."""
    example = "write a number with a unit, such as 4h, 90m, 30s or PT4H"
    if not isinstance(text, str):
        raise UnitError(f"a duration must be text with a unit, is {shown(text)}", example)
    cleaned = text.strip()
    if cleaned.startswith("P") and len(cleaned) > 2 and (iso := _ISO.fullmatch(cleaned)):
        parts = zip(iso.groups(), _ISO_SECONDS, strict=True)
        exact = sum(Fraction(n) * seconds * MICROSECONDS for n, seconds in parts if n)
    elif _CLOCK.fullmatch(cleaned):
        exact = sum(
            Fraction(number) * _known(unit.replace("µ", "u"), _TIMES, text, example)
            for number, unit in _CLOCK_PART.findall(cleaned)
        )
    else:
        raise UnitError(f'"{shown(text)}" is not a duration', example)
    return _within(-(-exact.numerator // exact.denominator) if exact else 0, text)


def parse_size(text: object) -> int:
    """Bytes of `2GB`, `2GiB`, `500 kB`; rounded down, since it states a limit."""
    example = "write a number with a unit, such as 2GB, 512MiB or 100MB"
    number, unit = _split(text, "a size", example)
    return _within(int(number * _known(unit, _SIZES, str(text), example)), str(text))


def parse_rate(text: object) -> int:
    """Bytes per second of `50MB/s`, `50MB/min`, `1GiB/h`; rounded down."""
    example = "write a size for each unit of time, such as 50MB/s or 3GB/min"
    if not isinstance(text, str) or "/" not in text:
        raise UnitError(f"a rate must be text like 50MB/s, is {shown(text)}", example)
    size, _, per = text.partition("/")
    number, unit = _split(size.strip(), "a rate", example)
    seconds = _known(per.strip(), _PER, text, example)
    return _within(int(number * _known(unit, _SIZES, text, example) / seconds), text)


def parse_share(text: object) -> Fraction:
    """The exact fraction of `10%` or `12.5%`, from 0 up to and including 1."""
    example = "write a percentage from 0% to 100%, such as 10%"
    number, unit = _split(text, "a share", example)
    if unit != "%":
        raise UnitError(f'"{shown(text)}" is not a percentage', example)
    if number > 100:
        raise UnitError(f'"{shown(text)}" is more than all there is', example)
    return number / 100


def is_share(text: object) -> bool:
    """Whether the text means to be a percentage."""
    return isinstance(text, str) and text.rstrip().endswith("%")


def _split(text: object, what: str, example: str) -> tuple[Fraction, str]:
    if not isinstance(text, str):
        raise UnitError(f"{what} must be text with a unit, is {shown(text)}", example)
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise UnitError(f'"{shown(text)}" is not {what}', example)
    return Fraction(match[1]), match[2]


def _known(unit: str, units: dict[str, int], text: str, example: str) -> int:
    if unit in units:
        return units[unit]
    if not unit:
        raise UnitError(f'"{shown(text)}" has no unit', example)
    near = _nearest(unit, units)
    hint = f"did you mean {near}? {example}" if near else example
    raise UnitError(f'"{shown(text)}" has the unknown unit "{shown(unit)}"', hint)


def _nearest(unit: str, units: dict[str, int]) -> str | None:
    """The unit that is meant: by letters alone, then the one that begins it, then by likeness."""
    same_letters = [known for known in units if known.lower() == unit.lower()]
    begun = sorted((known for known in units if unit.startswith(known)), key=len, reverse=True)
    likeness = difflib.get_close_matches(unit, units, n=1, cutoff=0.3)
    return next(iter((*same_letters, *begun, *likeness)), None)


def _within(value: int, text: str) -> int:
    if value > LARGEST:
        raise UnitError(f'"{shown(text)}" is too large to count', "write a quantity below 2^63")
    return value


def plain_date(text: str) -> date:
    """A day as `2027-01-31` and in no other way. Raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"no date: {text}")
    return date.fromisoformat(text)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


# --- back to numbers and text ----------------------------------------------------------------


def seconds(microseconds: int) -> float:
    """Seconds, for artefacts; shortest decimals, at most six."""
    return microseconds / MICROSECONDS


def megabytes(size: int) -> float:
    """Megabytes (or MB/s), for artefacts; shortest decimals, at most six."""
    return size / MEGABYTE


def decimal_text(value: int, places: int = 6) -> str:
    """Millionths as plain digits: 2 400 000 is `2.4`; thousands grouped with a space.

    Rounded half up to `places` decimals, trailing zeros dropped.
    """
    step = 10 ** (6 - places)
    rounded = (abs(value) + step // 2) // step * step
    whole, rest = divmod(rounded, 1_000_000)
    decimals = f"{rest:06d}".rstrip("0")
    sign = "-" if value < 0 and rounded else ""
    grouped = f"{whole:,}".replace(",", " ")
    return f"{sign}{grouped}.{decimals}" if decimals else f"{sign}{grouped}"


def count_text(count: int, thing: str) -> str:
    """`1 table`, `2 tables`."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def size_text(size: int) -> str:
    """Bytes as people read them, in MB: `4 435 MB`."""
    return f"{decimal_text(size, 6 if size < MEGABYTE else 3)} MB"


def rate_text(rate: int) -> str:
    """Bytes per second as people read them: `50 MB/s`."""
    return f"{decimal_text(rate)} MB/s"


def duration_text(microseconds: int) -> str:
    """Microseconds as people read them: `0.5 s`, `88.7 s`, `2 h 46 min 40 s`."""
    if abs(microseconds) < 600 * MICROSECONDS:
        return f"{decimal_text(microseconds, 6 if abs(microseconds) < MICROSECONDS else 3)} s"
    whole = (abs(microseconds) + MICROSECONDS // 2) // MICROSECONDS
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    named = ((hours, "h"), (minutes, "min"), (left, "s"))
    return ("-" if microseconds < 0 else "") + " ".join(f"{n} {unit}" for n, unit in named if n)


def share_text(part: int, whole: int) -> str:
    """`part` of `whole` as a percentage with one decimal, thousands grouped: `1.1 %`."""
    if not whole:
        return "all"
    tenths = (2000 * part + whole) // (2 * whole)
    grouped = f"{tenths // 10:,}".replace(",", " ")
    return f"{grouped}.{tenths % 10} %"
