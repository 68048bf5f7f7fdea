"""Quantities as people write them, exact, into those that policies read; or why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction

from stowplan.units import UnitError, parse_duration, parse_rate, parse_share, parse_size

from .markup import Refusal

_WORDS = "one two three four five six seven eight nine ten eleven twelve"
NUMBERS = {word: str(number) for number, word in enumerate(_WORDS.split(), start=1)}

_LONG = {
    "hour": "h", "hours": "h", "hr": "h", "hrs": "h",
    "minute": "min", "minutes": "min", "mins": "min",
    "second": "s", "seconds": "s", "sec": "s", "secs": "s",
    "day": "d", "days": "d",
    "kilobyte": "kB", "kilobytes": "kB", "megabyte": "MB", "megabytes": "MB",
    "gigabyte": "GB", "gigabytes": "GB", "terabyte": "TB", "terabytes": "TB",
}  # fmt: skip
"""Units written out, by what `stowplan.units` calls them."""

_BITS = {
    "kbit": 10**3, "Mbit": 10**6, "Gbit": 10**9, "Tbit": 10**12,
    "kilobit": 10**3, "kilobits": 10**3, "megabit": 10**6, "megabits": 10**6,
    "gigabit": 10**9, "gigabits": 10**9,
}  # fmt: skip
_PER_SECOND = {"kbps": "kbit", "Mbps": "Mbit", "Gbps": "Gbit", "Tbps": "Tbit"}
_DOUBTFUL = re.compile(r"(?:[kKMGT]b|[kmgt]b|[KMGT]B?ps|[kmg]bps)")

_NUMBER = rf"(\d[\d.]*|(?:{'|'.join(NUMBERS)})(?!\w))"
_PART = re.compile(rf"{_NUMBER}[ -]?([A-Za-zµ]+)", re.IGNORECASE)
_RATE = re.compile(rf"{_NUMBER} ?([A-Za-z]+)(?: ?(?:/|per) ?([A-Za-z]+))?", re.IGNORECASE)


def duration(text: str) -> str:
    """`4 hours`, `1 hour and 30 minutes`, `PT4H` as `4h`, `1h30min`, `PT4H`."""
    _no_comma(text)
    if text.startswith("P"):
        return _checked(parse_duration, text)
    parts = _PART.findall(text)
    return _checked(parse_duration, "".join(_number(n) + _unit(unit) for n, unit in parts))


def size(text: str) -> str:
    """`2 gigabytes` as `2GB`."""
    _no_comma(text)
    number, unit = _PART.fullmatch(text).groups()  # type: ignore[union-attr] # the phrase's shape
    return _checked(parse_size, _number(number) + _byte_unit(unit, text))


def rate(text: str) -> str:
    """`100 MB per second` as `100MB/s`; bits become bytes, exactly: `100 Mbit/s` is `12.5MB/s`."""
    _no_comma(text)
    number, unit, per = _RATE.fullmatch(text).groups()  # type: ignore[union-attr] # as above
    if per is None and unit in _PER_SECOND:
        unit, per = _PER_SECOND[unit], "s"
    if per is None:
        raise Refusal(f'"{text}" may be bits or bytes: write MB/s or Mbit/s')
    time = _unit(per)
    if unit in _BITS:
        return _checked(parse_rate, f"{_bytes(_number(number), unit, time)}/{time}")
    return _checked(parse_rate, f"{_number(number)}{_byte_unit(unit, text)}/{time}")


def _bytes(number: str, unit: str, time: str) -> str:
    """So many bits as megabytes, in plain digits. Refuses what is no whole number of bytes."""
    exact = Fraction(number) * _BITS[unit] / 8
    per_second = exact / {"s": 1, "min": 60, "h": 3600}.get(time, 1)
    if exact.denominator != 1 or per_second.denominator != 1:
        raise Refusal(f"{number} {unit} is no whole number of bytes a second")
    whole, rest = divmod(exact.numerator, 10**6)
    decimals = f"{rest:06d}".rstrip("0")
    return f"{whole}.{decimals}MB" if decimals else f"{whole}MB"


def amount(value: str | int, place: str) -> int | Fraction | datetime:
    """What was read in a place (`SIZE`, …), as a number or a moment: so that 2 GB is 2000 MB."""
    return value if isinstance(value, int) else _AMOUNTS[place](value)


_AMOUNTS: Mapping[str, Callable[[str], int | Fraction | datetime]] = {
    "DURATION": parse_duration,
    "HOURS": parse_duration,
    "SIZE": parse_size,
    "RATE": parse_rate,
    "SHARE": parse_share,
    "MOMENT": datetime.fromisoformat,
}


def count(text: str) -> int:
    """`2` or `two`."""
    return int(_number(text))


def share(text: str) -> str:
    """`10 %` as `10%`."""
    _no_comma(text)
    return _checked(parse_share, text.replace(" ", "").replace("percent", "%"))


def moment(text: str) -> str:
    """A date, a time and an offset, as ISO 8601 has them."""
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(f'"{text}" is no date and time: {error}') from None
    return text


def hours(text: str) -> str:
    """From one time of day to the next other: `22:00 to 02:00` as `4h`."""
    start, end = (int(h) * 60 + int(m) for h, m in re.findall(r"(\d\d?):(\d\d)", text))
    if any(not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", part) for part in _times(text)):
        raise Refusal(f'"{text}" holds what is no time of day')
    length = (end - start) % (24 * 60)
    if not length:
        raise Refusal(f'"{text}" may be no time or a day: write the duration')
    whole, rest = divmod(length, 60)
    return (f"{whole}h" if whole else "") + (f"{rest}min" if rest else "")


def _times(text: str) -> list[str]:
    return re.findall(r"\d\d?:\d\d", text)


def _number(text: str) -> str:
    number = NUMBERS.get(text.lower(), text)
    if not re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", number):
        raise Refusal(f'"{text}" is no number')
    return number


def _unit(unit: str) -> str:
    return _LONG.get(unit.lower(), unit)


def _byte_unit(unit: str, text: str) -> str:
    if _DOUBTFUL.fullmatch(unit):
        raise Refusal(
            f'"{text}" may be bits or bytes: write MB or Mbit, each with its unit of time'
        )
    return _unit(unit)


def _no_comma(text: str) -> None:
    if "," in text and re.search(r"\d,\d", text):
        raise Refusal(f'the comma in "{text}" may part thousands or decimals: write it without')


def _checked(parse: Callable[[object], object], text: str) -> str:
    try:
        parse(text)
    except UnitError as error:
        raise Refusal(f"{error}; {error.hint}") from None
    return text
