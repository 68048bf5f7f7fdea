"""The findings of a plan as the rows of a page, and the cycles among them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from stowplan.model import Plan, Severity, Violation
from stowplan.reports.text import expired_text, printable, waiver_text
from stowplan.rules import CHECKS

MOST_FINDINGS = 2000
_ALL_PRINTED = 40
_MOST_PRINTED = 100
_CYCLE = 60
_NAMED = 50


class FindingRow(NamedTuple):
    """One finding: what, where, and how to mend it."""

    number: int
    severity: str
    code: str
    message: str
    place: str
    mend: str
    waived: str
    tables: tuple[str, ...]
    printed: bool


class CodeRow(NamedTuple):
    """What a code means: its title, why it matters, how it is mended in general."""

    code: str
    title: str
    why: str
    mend: str


def finding_rows(plan: Plan) -> list[FindingRow]:
    """The findings by severity, then by what they say: the same whatever the tables' order."""
    order = list(Severity)
    ranked = sorted(
        plan.violations,
        key=lambda v: (
            v.suppressed is not None,
            order.index(v.severity),
            v.code,
            v.tables,
            v.message,
        ),
    )
    all_printed = len(ranked) <= _ALL_PRINTED
    return [
        _row(number, entry, all_printed or _is_printed(number, entry))
        for number, entry in enumerate(ranked[:MOST_FINDINGS])
    ]


def _is_printed(number: int, found: Violation) -> bool:
    """Of very many findings paper has the first errors and warnings."""
    pressing = found.severity in (Severity.ERROR, Severity.WARNING)
    return pressing and found.suppressed is None and number < _MOST_PRINTED


def _row(number: int, found: Violation, printed: bool) -> FindingRow:
    span = found.span
    mend = "" if expired_text(found) else "\n".join(map(printable, (found.hint or "").splitlines()))
    return FindingRow(
        number,
        found.severity.value,
        printable(found.code),
        printable(found.message),
        printable(f"{span.path}:{span.line}:{span.column}"),
        mend,
        printable(f"{waiver_text(found)}{expired_text(found)}").lstrip("; "),
        tuple(map(printable, found.tables[:_NAMED])),
        printed,
    )


def code_rows(rows: Sequence[FindingRow]) -> list[CodeRow]:
    """What the built-in codes among the findings mean, by code."""
    named = {row.code for row in rows}
    checks = sorted((c for c in CHECKS if c.code in named), key=lambda check: check.code)
    return [
        CodeRow(c.code, c.title, _paragraph(c.page, "Why"), _paragraph(c.page, "Mend"))
        for c in checks
    ]


def _paragraph(page: str, word: str) -> str:
    """A paragraph of a check's page, without its Markdown."""
    for part in inspect.cleandoc(page).split("\n\n"):
        if part.startswith(f"**{word}.**"):
            return " ".join(part.removeprefix(f"**{word}.**").split()).replace("`", "")
    return ""


def findings_by_table(rows: Sequence[FindingRow]) -> dict[str, list[int]]:
    """The numbers of the findings that name a table, by its name as it is shown."""
    found: dict[str, list[int]] = {}
    for row in rows:
        for name in row.tables:
            found.setdefault(name, []).append(row.number)
    return found


def cycles(plan: Plan) -> Iterator[dict[str, Any]]:
    """Each component's tables, one shortest cycle from child to parent, and what would open it."""
    for found in sorted(plan.violations, key=lambda violation: violation.tables):
        details = found.details
        if found.code == "D203" and details is not None:
            yield {
                "tables": [printable(name) for name in found.tables[:_NAMED]],
                "of": len(found.tables),
                "cycle": [printable(str(name)) for name in _listed(details, "cycle")[:_CYCLE]],
                "edges": [_edge(edge) for edge in _listed(details, "edges")[:_CYCLE]],
                "open": [list(map(printable, pair)) for pair in _listed(details, "open")[:_CYCLE]],
            }


def _listed(details: Mapping[str, Any], key: str) -> Sequence[Any]:
    return details.get(key) or ()


def _edge(edge: Mapping[str, str]) -> list[str]:
    return [printable(edge["child"]), printable(edge["parent"]), printable(edge["origin"])]
