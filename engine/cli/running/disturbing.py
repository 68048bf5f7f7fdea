"""The options that make a rehearsal late and faulty."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from fractions import Fraction

from stowplan.cli.outcome import UsageError
from stowplan.model import shown
from stowplan.movers.simulated import Disturbances
from stowplan.spelling import nearest
from stowplan.units import count_text

_OPTIONS = ("slowdown", "noise", "seed", "fail", "memory_pressure", "real_time")
_MOST = 10**6


def add_disturbances(parser: argparse.ArgumentParser) -> None:
    """What goes otherwise than planned; for the simulated mover only."""
    group = parser.add_argument_group("rehearsals (--mover simulate)")
    group.add_argument(
        "--slowdown",
        action="append",
        default=[],
        metavar="[TABLE=]FACTOR",
        help="everything, or one table, takes so many times as long; repeatable",
    )
    group.add_argument(
        "--noise",
        metavar="SHARE",
        help="each chunk varies: one in ten takes longer by this share or more, like 0.2",
    )
    group.add_argument("--seed", metavar="N", help="other noise (default: 1)")
    group.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="TABLE:CHUNK[xTIMES]",
        help="this chunk (from 0) fails, always or so many times; repeatable",
    )
    group.add_argument(
        "--memory-pressure",
        action="append",
        default=[],
        metavar="TABLE",
        help="memory comes near its limit while this table is copied; repeatable",
    )
    group.add_argument(
        "--real-time", action="store_true", help="take as long as the run would take"
    )


def disturbed(options: argparse.Namespace) -> list[str]:
    """The options of this group that were given."""
    return [
        f"--{name.replace('_', '-')}"
        for name in _OPTIONS
        if getattr(options, name) not in (None, [], False)
    ]


def settings_of(options: argparse.Namespace) -> str:
    """These options in one line, to know the same rehearsal again; --real-time changes nothing."""
    words = [
        f"--{name.replace('_', '-')} {value}"
        for name in _OPTIONS[:-1]
        for value in _listed(getattr(options, name))
    ]
    return " ".join(words)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def disturbances(options: argparse.Namespace, chunks: Mapping[str, int]) -> Disturbances:
    """What the options say; `chunks` are the planned ones of each table of the run.

    Raises UsageError for what is no factor, no table, or no chunk of it.
    """
    known = _Known(chunks)
    slowdown, slowdowns = Fraction(1), {}
    for given in options.slowdown:
        table, equals, factor = given.rpartition("=")
        value = _number("--slowdown", factor, least=Fraction(1, 1000))
        if equals:
            slowdowns[known.table("--slowdown", table)] = value
        else:
            slowdown = value
    return Disturbances(
        slowdown,
        slowdowns,
        float(_number("--noise", options.noise, least=Fraction(0))) if options.noise else 0.0,
        _whole("--seed", options.seed) if options.seed else 1,
        dict(_failing(options.fail, known)),
        frozenset(known.table("--memory-pressure", name) for name in options.memory_pressure),
    )


class _Known:
    """The tables of the run's window, with their chunks."""

    def __init__(self, chunks: Mapping[str, int]) -> None:
        self.names = chunks

    def chunk(self, table: str, number: str) -> tuple[str, int]:
        """A table and one of its chunks. Raises UsageError."""
        name, found = self.table("--fail", table), _whole("--fail", number)
        if found >= self.names[name]:
            text = f"--fail: {shown(name)} has {count_text(self.names[name], 'chunk')}"
            raise UsageError(f"{text}, counted from 0")
        return name, found

    def table(self, option: str, name: str) -> str:
        """The name, if it is one of these. Raises UsageError."""
        if name in self.names:
            return name
        near = nearest(name, self.names)
        hint = f": did you mean {shown(near)}?" if near else ""
        raise UsageError(f"{option}: {shown(name)} is no table of this window{hint}")


def _failing(given: Iterable[str], known: _Known) -> Iterable[tuple[tuple[str, int], int | None]]:
    for text in given:
        table, colon, chunk = text.rpartition(":")
        if not colon:
            raise UsageError(f"--fail: {shown(text)}: write TABLE:CHUNK, like orders:3")
        number, times, count = chunk.partition("x")
        yield known.chunk(table, number), _whole("--fail", count) if times else None


def _number(option: str, text: str, *, least: Fraction) -> Fraction:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{option}: {shown(text)} is no number, like 1.4") from None
    if not least <= value <= _MOST:
        raise UsageError(f"{option}: {shown(text)} must be from {float(least):g} to {_MOST}")
    return value


def _whole(option: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    raise UsageError(f"{option}: {shown(text)} is no whole number from 0")
