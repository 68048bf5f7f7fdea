"""Runs the checks: a case in, violations out, each with its severity and its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from stowplan.model import Finding, Severity, Span, Violation
from stowplan.rules import CHECKS
from stowplan.rules.check import Check

Locate = Callable[[Finding], Span]
"""Finds the place of a finding in the document that it speaks of."""

_NO_CHANGES: Mapping[str, Severity | None] = {}


def evaluate(
    case: object, locate: Locate, severities: Mapping[str, Severity | None] = _NO_CHANGES
) -> Iterator[Violation]:
    """The violations of every check that looks at this kind of case.

    `severities` are the policy's own; None switches a check off.
    """
    for check in CHECKS:
        if isinstance(case, check.case):
            severity = severities.get(check.code, check.severity)
            if severity is not None:
                changed = check.code in severities
                for finding in check.find(case):
                    yield _violation(check, finding, severity, changed, locate)


def rule_violations(findings: Iterable[Finding], locate: Locate) -> Iterator[Violation]:
    """The findings of a policy's own rules, each under its rule's id."""
    for finding in findings:
        code = finding.rule or ""
        yield _stated(code, finding, finding.severity or Severity.ERROR, locate)


def _violation(
    check: Check[Any], finding: Finding, severity: Severity, changed: bool, locate: Locate
) -> Violation:
    """A finding's own severity holds unless the policy has changed the check's."""
    own = None if changed else finding.severity
    return _stated(check.code, finding, own or severity, locate)


def _stated(code: str, finding: Finding, severity: Severity, locate: Locate) -> Violation:
    return Violation(
        code=code,
        severity=severity,
        message=finding.message,
        span=locate(finding),
        rule=finding.rule,
        tables=tuple(sorted(finding.tables)),
        hint=finding.hint,
        details=finding.details,
        firm=finding.firm,
    )


def ordered(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Violations by path, line, column and code; each once."""
    distinct = {_identity(violation): violation for violation in violations}
    return tuple(distinct[key] for key in sorted(distinct))


def _identity(violation: Violation) -> tuple[str, int, int, str, str, tuple[str, ...]]:
    span = violation.span
    return (
        span.path,
        span.line,
        span.column,
        violation.code,
        violation.message,
        violation.tables,
    )
