"""Violations as workflow commands of GitHub Actions, which annotates a change with them.

The format: «Workflow commands for GitHub Actions» in GitHub's documentation; how values are
escaped: `packages/core/src/command.ts` of actions/toolkit.
"""

from __future__ import annotations

from stowplan.model import Severity, Violation

from .lint_run import LintRun
from .text import printable

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(run: LintRun) -> str:
    """One command for each violation that is not suppressed."""
    return "".join(f"{_command(v)}\n" for v in run.violations if v.suppressed is None)


def _command(violation: Violation) -> str:
    span = violation.span
    properties = {
        "file": span.path,
        "line": str(span.line),
        "col": str(span.column),
        "title": printable(violation.code),
    }
    stated = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[violation.severity]} {stated}::{_data(_message(violation))}"


def _message(violation: Violation) -> str:
    """The message and its whole hint; line ends in the hint are its own."""
    lines = [violation.message]
    if violation.hint:
        lines += f"hint: {violation.hint}".split("\n")
    return "\n".join(printable(line) for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
