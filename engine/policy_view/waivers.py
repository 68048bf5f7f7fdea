"""How long each waiver still holds, and how many findings it matches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from stowplan.model import PLANNED_SUBJECTS, Place, Policy, Span, Violation, Waiver
from stowplan.rules import CHECKS
from stowplan.waiving import waive

from .rows import WaiverRow


def waiver_rows(
    policy: Policy,
    today: date,
    violations: Iterable[Violation] | None,
    locate: Callable[[Place], Span],
) -> Iterator[WaiverRow]:
    """Every waiver in load order; `violations` is None where no manifest was looked at."""
    planned = {check.code for check in CHECKS if check.planned}
    planned |= {rule.id for rule in policy.checks if rule.subject in PLANNED_SUBJECTS}
    findings = None if violations is None or not policy.waivers else _Findings(violations)
    for waiver in policy.waivers:
        needs_plan = waiver.code in planned
        judged = findings is not None and not needs_plan
        matches = findings.matching(waiver) if findings and judged else None
        left = (waiver.expires - today).days
        yield WaiverRow(waiver, locate(waiver.place), left, needs_plan, matches)


class _Findings:
    """Violations by code and table, so that a waiver is held only against those that it may mean.

    Under the table None are those that speak of none.
    """

    def __init__(self, violations: Iterable[Violation]) -> None:
        self._by_code: dict[str, list[Violation]] = {}
        self._by_table: dict[tuple[str, str | None], list[Violation]] = {}
        for found in violations:
            bare = replace(found, suppressed=None)
            self._by_code.setdefault(found.code, []).append(bare)
            for table in (*found.tables[:1],) or (None,):
                self._by_table.setdefault((found.code, table), []).append(bare)

    def matching(self, waiver: Waiver) -> int:
        """How many violations a waiver matches, whether or not it has expired."""
        answered = waive(self._near(waiver), (waiver,), waiver.expires).violations
        return sum(violation.suppressed is not None for violation in answered)

    def _near(self, waiver: Waiver) -> list[Violation]:
        if any(pattern.literal is None for pattern in waiver.tables):
            return self._by_code.get(waiver.code, [])
        tables = [None, *dict.fromkeys(pattern.literal for pattern in waiver.tables)]
        return [found for table in tables for found in self._by_table.get((waiver.code, table), ())]
