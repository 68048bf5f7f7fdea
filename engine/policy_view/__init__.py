"""A policy as it is in force: what each rule says, what it selects, and which are dead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from stowplan.model import DocPath, Place, Policy, Span, Violation
from stowplan.rules import CHECKS

from .phrases import kind_of, phrase
from .rows import ClassRow, PolicyView, RuleRow, SeverityRow
from .standings import Judged, standings
from .waivers import waiver_rows

__all__ = ["Judged", "PolicyView", "view_policy"]


def view_policy(
    policy: Policy,
    today: date,
    origin: str,
    *,
    locate: Callable[[Place], Span],
    declared: Callable[[DocPath], Place | None],
    manifest: str | None = None,
    judged: Judged | None = None,
    violations: Iterable[Violation] = (),
) -> PolicyView:
    """The overview of a policy; with a manifest also of what it selects there.

    `declared` finds the first file in load order that has a path.
    """

    def span(path: DocPath) -> Span | None:
        place = declared(path)
        return None if place is None else locate(place)

    usual = {check.code: check.severity for check in CHECKS}
    found = standings(policy, judged)
    return PolicyView(
        today,
        manifest,
        origin,
        policy.files,
        tuple(
            RuleRow(rule, kind_of(rule), locate(rule.place), phrase(rule), found[rule.id])
            for rule in policy.rules
        ),
        tuple(ClassRow(entry, span(("classes", entry.name))) for entry in policy.classes),
        tuple(
            SeverityRow(code, usual[code], changed, span(("severities", code)))
            for code, changed in policy.severities.items()
        ),
        tuple(waiver_rows(policy, today, None if judged is None else violations, locate)),
    )
