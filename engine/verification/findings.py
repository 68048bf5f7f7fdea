"""Findings: what cannot be planned and what does not fit is among the plan's violations."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import shown

from .breaches import Breach
from .case import Case


def breaches(case: Case) -> Iterator[Breach]:
    """Findings that can be neither waived nor switched off, and are not there."""
    told = {
        name for finding in case.plan.findings if finding.code == "S501" for name in finding.tables
    }
    for at, record in enumerate(case.plan.unschedulable):
        if record.name not in told:
            text = (
                f"{shown(record.name)} is unschedulable, and no S501 among the violations says so"
            )
            yield Breach("findings", ("unschedulable", at), text, (record.name,))
    late = case.required_finish > case.windows[0].window.limit_us
    if late and not any(finding.code == "R401" for finding in case.plan.findings):
        text = "the required tables do not fit, and no R401 among the violations says so"
        yield Breach("findings", ("violations",), text)
