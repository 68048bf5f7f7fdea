"""Violations as JUnit: a suite for each file, a case for each violation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stowplan.model import Severity, Violation

from .junit import Case, Kind, Suite, Trouble, junit
from .lint_run import LintRun
from .text import justification, printable, violation_line

_STRENGTH = (Severity.INFO, Severity.WARNING, Severity.ERROR)
_FAULT = re.compile(r"M101|Y60[1-6]|Y611")
"""What keeps a command from its work."""


def junit_lint(run: LintRun) -> str:
    """One document; a manifest without violations has one case, in order.

    What makes the exit status 1 fails, what is milder is in order and told in the case's output;
    what is suppressed is skipped. Raises JunitMissingError.
    """
    found: dict[str, list[Violation]] = {path: [] for path in run.files}
    for violation in run.violations:
        found.setdefault(violation.span.path, []).append(violation)
    return junit(_suite(path, found[path], run) for path in sorted(found))


def _suite(path: str, violations: Sequence[Violation], run: LintRun) -> Suite:
    name = printable(path)
    cases = tuple(_case(violation, name, run) for violation in violations)
    return Suite(name, cases or (Case("stowplan lint", name),))


def _case(violation: Violation, classname: str, run: LintRun) -> Case:
    name = printable(f"{violation.code}: {violation.message}")
    text = _text(violation)
    kind = _kind(violation, run)
    if kind is None:
        return Case(name, classname, output=text)
    message = printable(justification(violation) or violation.message)
    return Case(name, classname, (Trouble(kind, message, text),))


def _text(violation: Violation) -> str:
    """The violation's line, and the lines of a hint that has many."""
    hint = violation.hint or ""
    lines = hint.split("\n") if "\n" in hint else []
    return "\n".join((violation_line(violation), *map(printable, lines)))


def _kind(violation: Violation, run: LintRun) -> Kind | None:
    if violation.suppressed is not None:
        return "skipped"
    if _FAULT.fullmatch(violation.code):
        return "error"
    least = run.fail_on(violation.span.path)
    return "failure" if _STRENGTH.index(violation.severity) >= _STRENGTH.index(least) else None
