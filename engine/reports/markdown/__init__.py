"""`migration_plan.md`: the plan for people. Every figure is the plan's; every name is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from stowplan.model import Manifest, Plan, Severity
from stowplan.reports.text import counts, expired_text, printable, waiver_text

from .calculations import calculations
from .contingencies import contingencies
from .execution import execution
from .layout import LISTED, more, sentence
from .mermaid import dependency_picture
from .risk import risk


def plan_markdown(plan: Plan, manifest: Manifest) -> str:
    """The page: what it costs, in what order, what stays behind, what to do when it goes wrong."""
    lines = chain(
        calculations(plan, manifest),
        risk(plan),
        execution(plan),
        dependency_picture(plan),
        contingencies(plan),
        _findings(plan),
    )
    return "\n".join(lines).rstrip("\n") + "\n"


def _findings(plan: Plan) -> Iterator[str]:
    yield "## Findings"
    yield ""
    totals = counts(plan.violations)
    waived = f", waived: {totals['waived']}" if totals["waived"] else ""
    told = f"Errors: {totals['error']}, warnings: {totals['warning']}, notes: {totals['info']}"
    yield f"{told}{waived}."
    yield ""
    # By what they say, not by place: the page is the same whatever the order of the tables.
    serious = sorted(
        (v for v in plan.violations if v.severity is not Severity.INFO),
        key=lambda v: (v.severity, v.code, v.tables, v.message),
    )
    for violation in serious[:LISTED]:
        said = f"{violation.message}{waiver_text(violation)}{expired_text(violation)}"
        text = sentence(printable(said))
        yield f"- {violation.severity}[{sentence(printable(violation.code))}] {text}"
        if violation.code == "D203" and violation.hint:
            yield from _pasted(violation.hint)
    yield from more(len(serious))


def _pasted(hint: str) -> Iterator[str]:
    """The rules that open a cycle, as a block of YAML that no name can end."""
    fence = "`" * max(3, 1 + max(len(run) for run in re.findall(r"`*", hint)))
    yield ""
    yield f"  {fence}yaml"
    yield from (f"  {printable(line)}" for line in hint.splitlines())
    yield f"  {fence}"
    yield ""
