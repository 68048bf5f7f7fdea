"""Violations for people at a terminal: the line, a caret, and all that helps to mend it."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from stowplan.model import Severity, Violation

from .lint_run import LintRun
from .text import printable, violation_line

WIDTH = 100
"""How many characters of a line are shown; a longer one is cut around the column."""

_BEFORE = 40
"""How many of them stand before the column, where a line is cut."""

_TAB = "    "
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


class Excerpt(NamedTuple):
    """A line as it can be shown, and how many columns of the screen stand before the caret."""

    text: str
    caret: int


def full(run: LintRun) -> str:
    """A block for each violation, with an empty line between; what is suppressed is one line."""
    line_of = _lines(run.text_of)
    blocks = (_block(violation, line_of, run) for violation in run.violations)
    return "".join(f"{block}\n" for block in _spaced(blocks))


def excerpt(line: str, column: int) -> Excerpt:
    """The part of a line around a column that counts from 1, and where its caret stands.

    Tabs become four spaces, what does not print its escape; wide characters take two columns.
    """
    at = min(column - 1, len(line))
    start = 0 if len(line) <= WIDTH else max(0, min(at - _BEFORE, len(line) - WIDTH))
    before, after = line[start:at], line[at : start + WIDTH]
    opening = "…" if start else ""
    closing = "…" if start + WIDTH < len(line) else ""
    shown = _visible(before)
    return Excerpt(f"{opening}{shown}{_visible(after)}{closing}", _width(opening + shown))


def _spaced(blocks: Iterator[str]) -> Iterator[str]:
    """An empty line between two blocks, where one of them has more than one line."""
    previous: str | None = None
    for block in blocks:
        if previous is not None and "\n" in previous + block:
            yield ""
        yield block
        previous = block


def _block(violation: Violation, line_of: Callable[[str, int], str | None], run: LintRun) -> str:
    if violation.suppressed is not None:
        return violation_line(violation)
    line = line_of(violation.span.path, violation.span.line)
    source = [] if line is None else _source(violation, line, run)
    return "\n".join((_head(violation, run), *source, *_notes(violation, run)))


def _head(violation: Violation, run: LintRun) -> str:
    span = violation.span
    place = printable(f"{span.path}:{span.line}:{span.column}")
    kind = printable(f"{violation.severity}[{violation.code}]")
    return f"{place}: {_painted(kind, violation, run)} {printable(violation.message)}"


def _source(violation: Violation, line: str, run: LintRun) -> list[str]:
    number = str(violation.span.line)
    shown = excerpt(line, violation.span.column)
    caret = _painted("^", violation, run)
    margin = " " * len(number)
    return [f" {number} | {shown.text}".rstrip(), f" {margin} | {' ' * shown.caret}{caret}"]


def _notes(violation: Violation, run: LintRun) -> Iterator[str]:
    hint = violation.hint
    if hint and "\n" not in hint:
        yield f"  hint: {printable(hint)}"
    elif hint:
        yield "  hint:"
        lines = textwrap.dedent(hint).strip("\n").split("\n")
        yield from (f"    {printable(line)}".rstrip() for line in lines)
    rule = run.rules.get(violation.code)
    if rule is None:
        yield f"  page: stowplan explain {printable(violation.code)}"
        return
    said = [" ".join(text.split()) for text in (rule.description, rule.reason) if text]
    yield from (f"  rule: {printable(text)}" for text in said if text != hint)


def _painted(text: str, violation: Violation, run: LintRun) -> str:
    return f"\x1b[1;{_COLOURS[violation.severity]}m{text}\x1b[0m" if run.colour else text


def _lines(text_of: Callable[[str], str]) -> Callable[[str, int], str | None]:
    """What gives a line of a file, without its end; None where there is no such line."""

    @cache
    def lines(path: str) -> list[str]:
        return text_of(path).split("\n")

    def line_of(path: str, number: int) -> str | None:
        found = lines(path)
        if number > len(found) or found == [""]:
            return None
        return found[number - 1].removesuffix("\r")

    return line_of


def _visible(text: str) -> str:
    return _TAB.join(printable(part) for part in text.split("\t"))


def _width(text: str) -> int:
    """How many columns of the screen a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
