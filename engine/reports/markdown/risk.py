"""How likely the window is kept, and which tables the risk comes from."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Plan, Quantiles, Risk
from stowplan.reports.chances import blocked_text, chance_text
from stowplan.units import count_text, duration_text, share_text

from .layout import escaped, table

_FINISH_COLUMNS = ("left", "right", "right", "right", "right")
_DRIVER_COLUMNS = ("left", "left", "right", "right", "right")


def risk(plan: Plan) -> Iterator[str]:
    """The section Risk; nothing where no draws were made."""
    found = plan.risk
    if found is None:
        return
    yield "### Risk"
    yield ""
    yield (
        f"The schedule timed again in {count_text(found.draws, 'draw')} (seed {found.seed}), "
        "each with other durations, most of the lateness shared by all tables. "
        f"A draw keeps the window if it ends by {duration_text(found.limit_us)}."
    )
    yield ""
    rows = (
        _finishes("Required tables", found, found.required_fit, found.required),
        _finishes("Everything in the window", found, found.all_fit, found.everything),
    )
    headers = ("", "Keep the window", "P50", "P80", "P90")
    yield from table(headers, rows, len(rows), _FINISH_COLUMNS)
    if found.blocked:
        why = f"{blocked_text(found)}, so no draw keeps the window"
        yield f"{why}; P50, P80 and P90 are of the others."
        yield ""
    yield from _drivers(found)


def _finishes(what: str, found: Risk, fit: int, ends: Quantiles) -> list[str]:
    return [what, chance_text(fit, found.draws), *(duration_text(end) for end in ends)]


def _drivers(found: Risk) -> Iterator[str]:
    if not found.drivers:
        yield "No table by itself, late by its spread, would move the end."
        yield ""
        return
    yield "What it comes from: how much later the end is if one table alone is late by its spread."
    yield ""
    rows = (
        [
            escaped(driver.name),
            driver.basis,
            share_text(driver.spread.numerator, driver.spread.denominator),
            duration_text(driver.late_required_us),
            duration_text(driver.late_all_us),
        ]
        for driver in found.drivers
    )
    headers = ("Table", "Estimate", "Spread", "Required end later by", "All end later by")
    yield from table(headers, rows, len(found.drivers), _DRIVER_COLUMNS)
