"""Names, sentences and tables as Markdown: nothing in them is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from tabulate import tabulate

from stowplan.reports.text import printable

LISTED = 1000
"""How many tables a list or table of the page has at the most; the JSON has all."""

_PLAIN_NAME = re.compile(r"(?!.*\bwww\.)[A-Za-z0-9]+(?:[._ -][A-Za-z0-9]+)*")


def escaped(name: str) -> str:
    """A name as Markdown text: nothing in it is markup, HTML, a link or a table's border."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    marked = "".join(f"\\{c}" if c.isascii() and c in _MARKUP else c for c in printable(name))
    text = marked.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"&#32;{text[1:]}" if text.startswith(" ") else text


_MARKUP = "$\\`*_{}[]()#+-.!|~:@\"'="


def sentence(text: str) -> str:
    """A sentence of the plan's: its names are hostile, its punctuation is not."""
    return re.sub(r"([\\`*\[\]|~])", r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")


def table(
    headers: Sequence[str], rows: Iterable[Sequence[str]], count: int, aligned: Sequence[str]
) -> Iterator[str]:
    """A table of at most `LISTED` of `count` rows, with an empty line after it."""
    yield from tabulate(
        [*islice(rows, LISTED)], headers, tablefmt="pipe", disable_numparse=True, colalign=aligned
    ).splitlines()
    yield from more(count)
    yield ""


def more(count: int) -> Iterator[str]:
    """What to say of a list of `count` of which only `LISTED` are shown."""
    if count > LISTED:
        yield ""
        yield f"… and {count - LISTED} more: `migration_plan.json` has all of them."
