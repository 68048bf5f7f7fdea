"""`migration_plan.md`: the plan for people. Every figure is the plan's; every name is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from stowplan.model import Manifest, Plan, Severity
from stowplan.reports.text import counts, printable

from .calculations import calculations
from .contingencies import contingencies
from .execution import execution
from .layout import LISTED, more, sentence


def plan_markdown(plan: Plan, manifest: Manifest) -> str:
    """The page: what it costs, in what order, what stays behind, what to do when it goes wrong."""
    lines = chain(
        calculations(plan, manifest), execution(plan), contingencies(plan), _findings(plan)
    )
    return "\n".join(lines).rstrip("\n") + "\n"


def _findings(plan: Plan) -> Iterator[str]:
    yield "## Findings"
    yield ""
    totals = counts(plan.violations)
    yield f"Errors: {totals['error']}, warnings: {totals['warning']}, notes: {totals['info']}."
    yield ""
    serious = [v for v in plan.violations if v.severity is not Severity.INFO]
    for violation in serious[:LISTED]:
        yield f"- {violation.severity}[{violation.code}] {sentence(printable(violation.message))}"
    yield from more(len(serious))
