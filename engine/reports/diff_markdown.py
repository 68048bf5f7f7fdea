"""What a change does, as a comment on a pull request: GitHub's Markdown, within GitHub's limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stowplan.comparison import Comparison
from stowplan.comparison.consequence import consequence
from stowplan.comparison.sections import Cell, Section, sections
from stowplan.model import shown

from .diff_text import SideFaults, title
from .text import printable, violation_line

LIMIT = 65_536
"""GitHub refuses a longer comment (characters; here counted in bytes, of which there are more)."""

FOLDED = 20
"""A table with more rows is folded."""

_CAPS = (1000, 500, 200, 100, 50, 20, 10, 5, 0)
_ALL = "`stowplan diff --format json` has all of them"
_MARKUP = re.compile(r"[\\`*_{}\[\]|~$#]")


def diff_markdown(found: Sequence[Comparison]) -> str:
    """The comment; what has no room is cut, and said to be."""
    told = [each for each in found if not each.silent] or list(found[:1])
    parts = [_Part(each) for each in told]
    rest = len(found) - len(told)
    for cap in _CAPS:
        text = _page([part.text(cap) for part in parts], rest, 0)
        if _fits(text):
            return text
    return _shortened([part.text(0) for part in parts], rest)


def _shortened(texts: Sequence[str], rest: int) -> str:
    """As many manifests as there is room for; halving finds how many."""
    low, high = 0, len(texts)
    while low < high:
        middle = (low + high + 1) // 2
        fits = _fits(_page(texts[:middle], rest, len(texts) - middle))
        low, high = (middle, high) if fits else (low, middle - 1)
    return _page(texts[:low], rest, len(texts) - low)


def _fits(text: str) -> bool:
    return len(text.encode(errors="backslashreplace")) <= LIMIT


def _page(texts: Sequence[str], rest: int, cut: int) -> str:
    parts = list(texts)
    if cut:
        parts.append(f"… and {_manifests(cut)} more with differences: {_ALL}.")
    if rest:
        parts.append(f"{_manifests(rest)} without a difference.")
    return "\n\n".join(parts) + "\n"


def _manifests(count: int) -> str:
    return f"{count} manifest{'' if count == 1 else 's'}"


class _Part:
    """One comparison: its sections are made once, and written for each cap that is tried."""

    def __init__(self, found: Comparison) -> None:
        told = [*consequence(found, lambda name: prose(shown(name, 100)))]
        notes = [prose(note) for note in found.notes]
        self._head = [f"### stowplan diff: {prose(title(found))}", " ".join(told), *notes]
        self._sections = sections(found)

    def text(self, cap: int) -> str:
        """The comparison with at most `cap` rows of each table."""
        parts = [*self._head, *("\n".join(_section(each, cap)) for each in self._sections)]
        return "\n\n".join(parts)


def _section(section: Section, cap: int) -> Iterator[str]:
    """A table under its title; folded where it is long."""
    count = len(section.rows)
    name = f"{section.title} ({count})"
    folded = count > FOLDED
    yield f"<details><summary>{name}</summary>" if folded else f"**{name}**"
    yield ""
    if cap:
        yield f"| {' | '.join(section.headers)} |"
        yield f"|{' --- |' * len(section.headers)}"
        yield from (_row(row) for row in section.rows[:cap])
    if count > cap:
        yield ""
        yield f"… and {count - cap} {'more rows' if cap else 'rows'} that are cut: {_ALL}."
    if folded:
        yield ""
        yield "</details>"


def _row(row: Sequence[Cell]) -> str:
    return f"| {' | '.join('<br>'.join(map(prose, cell)) for cell in row)} |"


def prose(text: str) -> str:
    """A text as Markdown: nothing in it is markup, HTML, a mention, a reference or a link.

    GitHub finds mentions and links after it has resolved escapes, so that a comment splits them.
    """
    safe = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = _MARKUP.sub(lambda match: f"\\{match[0]}", safe)
    split = re.sub(
        r"(@|#(?=\d)|:(?=//)|\bwww(?=\.)|\bGH(?=-\d))", r"\1<!-- -->", marked, flags=re.I
    )
    return re.sub(r"\b[0-9a-f]{7}(?=[0-9a-f]*\b)", _split_hash, split)


def _split_hash(match: re.Match[str]) -> str:
    """What could be a commit's name, taken apart; plain numbers stay."""
    return match[0] if match[0].isdigit() else f"{match[0][:3]}<!-- -->{match[0][3:]}"


def faults_markdown(faults: Sequence[SideFaults]) -> str:
    """What is wrong with each side, as far as there is room."""
    lines = ["### stowplan diff: nothing was compared"]
    for side in faults:
        lines += ["", f"{side.side} ({prose(shown(side.label, 200))}) has faults:", ""]
        lines += [f"- {prose(shown(violation_line(v), 1000))}" for v in side.violations]
    kept: list[str] = []
    room = LIMIT - 200
    for line in lines:
        room -= len(line.encode(errors="backslashreplace")) + 1
        if room < 0:
            kept += ["", f"… and more lines that are cut: {len(lines) - len(kept)}."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"
