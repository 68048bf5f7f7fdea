"""`migration_plan.csv`: every table of the plan, one line each, for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stowplan.model import DeferredTable, Plan, PlannedTable, Reason, Table
from stowplan.units import megabytes, seconds

from .clock import Clock, clocks
from .text import printable

COLUMNS = (
    "table",
    "state",
    "class",
    "effective_class",
    "placement",
    "window",
    "phase",
    "start_s",
    "finish_s",
    "starts_at",
    "done_at",
    "slack_s",
    "rows",
    "size_mb",
    "chunks",
    "basis",
    "owner",
    "rule",
    "reason",
)

_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What makes a spreadsheet reckon a cell; full-width forms count in some."""


def plan_csv(plan: Plan, tables: Mapping[str, Table]) -> str:
    """The planned tables, the deferred and those that cannot be planned, in the plan's order.

    Lines end in LF; a text that a spreadsheet would reckon begins with an apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection). Numbers are never touched.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(plan, tables))
    return text.getvalue()


def _rows(plan: Plan, tables: Mapping[str, Table]) -> Iterator[tuple[Any, ...]]:
    clocks_known = clocks(plan.windows)
    for planned in plan.planned:
        owner, reasons = tables[planned.name].owner, planned.because
        yield _planned(planned, "planned", clocks_known, owner, reasons)
    for deferred in plan.deferred:
        yield _deferred(deferred, clocks_known, tables[deferred.name].owner)
    for name, cause in plan.unschedulable:
        table = tables[name]
        size = megabytes(table.size)
        owner = _cell(table.owner)
        yield (
            _cell(name),
            "unschedulable",
            *_NOWHERE,
            table.rows,
            size,
            "",
            "",
            owner,
            "",
            _cell(cause),
        )


_NOWHERE = ("",) * 10


def _cell(text: str | None) -> str:
    """A text as a cell: one that begins with a letter or a digit is what most are, and harmless."""
    if not text:
        return ""
    if text[0].isalnum() and text.isprintable():
        return text
    shown = printable(text)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _planned(
    table: PlannedTable,
    state: str,
    known: Mapping[str, Clock],
    owner: str | None,
    reasons: Sequence[Reason],
) -> tuple[Any, ...]:
    timing, clock = table.timing, known[table.window]
    start, finish = timing.start_us, timing.finish_us
    wall = ("", "") if clock.starts is None else (clock.iso(start), clock.iso(finish))
    rule, text = reasons[0] if reasons else (None, None)
    return (
        _cell(table.name),
        state,
        _cell(table.class_name),
        _cell(table.effective_class),
        table.placement.value,
        _cell(table.window),
        table.phase,
        seconds(start),
        seconds(finish),
        *wall,
        seconds(table.slack_us),
        table.rows,
        megabytes(table.size),
        table.chunks,
        table.basis.value,
        _cell(owner),
        _cell(rule),
        _cell(text),
    )


def _deferred(
    table: DeferredTable, known: Mapping[str, Clock], owner: str | None
) -> tuple[Any, ...]:
    state = f"deferred ({table.code})"
    if table.planned is not None:
        return _planned(table.planned, state, known, owner, table.because)
    rule, text = table.because[0]
    return (
        _cell(table.name),
        state,
        _cell(table.class_name),
        *_NOWHERE[1:],
        table.rows,
        megabytes(table.size),
        "",
        "",
        _cell(owner),
        _cell(rule),
        _cell(text),
    )
