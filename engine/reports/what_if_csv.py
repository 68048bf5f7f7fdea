"""What other plans come to, as CSV for spreadsheets: one line a plan, the one as it is first."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from stowplan.what_if import Answer, Outcome

from .text import printable
from .what_if_records import numbers_record, settings_record

_NAMED = 3
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""What makes a spreadsheet reckon a cell; full-width forms count in some."""


def what_if_csv(found: Answer) -> str:
    """Lines end in LF; a cell that a spreadsheet would reckon begins with an apostrophe.

    See https://owasp.org/www-community/attacks/CSV_Injection. Numbers are never touched: none of
    them is negative.
    """
    rows = [_row(number, outcome) for number, outcome in enumerate(found.rows)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _row(number: int, outcome: Outcome) -> dict[str, Any]:
    skip = outcome.change.skip
    return {
        "plan": number,
        **settings_record(outcome),
        "skip": "" if skip is None else skip.label,
        "skipped": 0 if skip is None else len(skip.tables),
        "contradicts": "; ".join(outcome.contradicts),
        **numbers_record(outcome),
        "gained": len(outcome.gained),
        "lost": len(outcome.lost),
        "gained_first": _some(outcome.gained),
        "lost_first": _some(outcome.lost),
    }


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return f"{value}"
    text = printable(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
