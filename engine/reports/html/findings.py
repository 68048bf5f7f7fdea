"""The findings of a plan as the rows of a page, and the cycles among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from stowplan.model import Plan, Severity, Violation
from stowplan.reports.text import expired_text, printable, waiver_text

MOST_FINDINGS = 2000
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
    return [_row(number, entry) for number, entry in enumerate(ranked[:MOST_FINDINGS])]


def _row(number: int, found: Violation) -> FindingRow:
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
    )


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
