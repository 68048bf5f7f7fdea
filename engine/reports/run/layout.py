"""Headings, tables and names of a run's pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from tabulate import tabulate

from stowplan.execution.entries import Judgement
from stowplan.reports.markdown.layout import LISTED, escaped, sentence
from stowplan.reports.text import printable
from stowplan.units import MICROSECONDS, decimal_text, duration_text

from .results import title_of

__all__ = [
    "LISTED",
    "MARKDOWN",
    "PLAIN",
    "Voice",
    "bullets",
    "escaped",
    "grouped",
    "heading",
    "minutes",
    "more",
    "names",
    "signed",
    "table",
    "titled",
    "told",
]

NAMED = 12
"""How many names a sentence has at the most."""


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], aligned: str) -> Iterator[str]:
    """A table, with an empty line after it; `aligned` has l, r or c for each column."""
    sides = [{"l": "left", "r": "right", "c": "center"}[side] for side in aligned]
    yield from tabulate(
        [*rows], headers, tablefmt="pipe", disable_numparse=True, colalign=sides
    ).splitlines()
    yield ""


def bullets(lines: Iterable[str]) -> Iterator[str]:
    """A list, with an empty line after it."""
    yield from (f"- {line}" for line in lines)
    yield ""


def more(count: int, file: str) -> Iterator[str]:
    """What to say of `count` entries of which only `LISTED` are shown."""
    if count > LISTED:
        yield f"… and {count - LISTED} more: `{file}` has all of them."
        yield ""


def names(tables: Sequence[str], voice: Voice) -> str:
    """A few names, and how many more there are."""
    rest = len(tables) - NAMED
    shown = [voice.name(name) for name in tables[:NAMED]]
    return ", ".join([*shown, f"{rest} more"] if rest > 0 else shown)


def told(text: str) -> str:
    """A sentence that a mover, a hook or a policy has said; nothing in it is markup or a link."""
    return _LIVELY.sub(r"\\\g<0>", sentence(printable(text)))


_LIVELY = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|(?<=www)\.")
"""What is emphasis or a link beyond what `sentence` escapes."""


class Voice(NamedTuple):
    """How names, the words of others and commands stand in a sentence: as Markdown, or plain."""

    name: Callable[[str], str]
    said: Callable[[str], str]
    command: str

    def run(self, command: str) -> str:
        """A command that the reader may type."""
        return f"{self.command}{command}{self.command}"


MARKDOWN = Voice(escaped, told, "`")
PLAIN = Voice(printable, printable, "")


def minutes(microseconds: int) -> str:
    """Minutes with one decimal, with two below ten: `240`, `1.5`."""
    small = abs(microseconds) < 600 * MICROSECONDS
    return decimal_text(round(microseconds / 60), 2 if small else 1)


def grouped(count: int) -> str:
    """A whole number, its thousands apart: `2 000 000`."""
    return f"{count:,}".replace(",", " ")


def signed(microseconds: int) -> str:
    """How much more or less, with its sign."""
    return f"{'+' if microseconds > 0 else ''}{duration_text(microseconds)}"


def heading(judgement: Judgement, voice: Voice = MARKDOWN) -> str:
    """What a checkpoint is called: `3-Hour Checkpoint`, `Checkpoint after phase 1`."""
    if judgement.title != judgement.rule:
        return f"Checkpoint {titled(judgement, voice)}"
    for unit, name in ((3600, "Hour"), (60, "Minute"), (1, "Second")):
        count, rest = divmod(judgement.planned_us, unit * MICROSECONDS)
        if count and not rest:
            return f"{count}-{name} Checkpoint"
    return f"Checkpoint {titled(judgement, voice)}"


def titled(judgement: Judgement, voice: Voice = MARKDOWN) -> str:
    """What it is called in tables and sentences."""
    return voice.name(title_of(judgement))
