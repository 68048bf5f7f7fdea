"""Totals: the summary is the sum of the tables."""

from __future__ import annotations

from collections.abc import Iterator

from .breaches import Breach, agree, decimal
from .case import Case


def breaches(case: Case) -> Iterator[Breach]:
    """Totals that are not what the tables come to."""
    summary, whole = case.plan.summary, case.plan.bounds[1]
    sizes = [table.size for table in case.facts.tables]
    figures = (
        ("tables", summary.tables * 1_000_000, len(case.facts.names) * 1_000_000),
        ("required_mb", summary.required_size, sum(sizes[p.table] for p in case.required)),
        ("planned_mb", summary.planned_size, sum(sizes[p.table] for p in case.main)),
        ("makespan_s", summary.makespan, case.makespan),
        ("window_s", summary.window, case.windows[0].window.duration_us),
        ("lower_bound_s", summary.lower, whole.lower),
        ("gap", summary.gap, whole.gap),
    )
    for key, found, expected in figures:
        if not agree(found, expected):
            text = f"summary.{key} is {decimal(found)}, should be {decimal(expected)}"
            yield Breach("totals", ("summary", key), text)
