"""What a change does, as text: the consequence first, then everything that differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tabulate import tabulate

from stowplan.comparison import Comparison
from stowplan.comparison.consequence import consequence
from stowplan.comparison.sections import Section, sections
from stowplan.model import Violation, shown

from .text import printable, violation_line


class SideFaults(NamedTuple):
    """What is wrong with one side, so that nothing could be compared."""

    side: str
    label: str
    violations: tuple[Violation, ...]


def diff_text(found: Sequence[Comparison]) -> str:
    """Every comparison; of many, those without any difference only in the last line."""
    told = [each for each in found if not each.silent] or list(found[:1])
    parts = ["\n".join(_comparison(each)) for each in told]
    rest = len(found) - len(told)
    if rest:
        parts.append(f"{rest} other manifest{'s' * (rest > 1)} without a difference.")
    return "\n\n".join(parts) + "\n"


def _comparison(found: Comparison) -> Iterator[str]:
    yield printable(title(found))
    yield ""
    yield from map(printable, consequence(found, shown))
    yield from map(printable, found.notes)
    for section in sections(found):
        yield ""
        yield from _section(section)


def title(found: Comparison) -> str:
    """What is compared: `OLD → NEW`, or the one path of both."""
    old, new = shown(found.old.label, 200), shown(found.new.label, 200)
    return old if old == new else f"{old} → {new}"


def _section(section: Section) -> Iterator[str]:
    yield f"{section.title}"
    rows = [["\n".join(map(printable, cell)) for cell in row] for row in section.rows]
    table = tabulate(rows, section.headers, tablefmt="plain", disable_numparse=True)
    yield from (f"  {line}".rstrip() for line in table.splitlines())


def faults_text(faults: Iterable[SideFaults]) -> str:
    """The findings of each faulty side, as lint prints them."""
    lines = [violation_line(v) for side in faults for v in side.violations]
    return "".join(f"{line}\n" for line in lines)
