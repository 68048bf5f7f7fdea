"""Violations as JSON, as programs rely on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stowplan.model import Violation

from .json_layout import document
from .text import counts


def violation_record(violation: Violation) -> dict[str, Any]:
    """One violation as in `lint --format json`."""
    return {
        "code": violation.code,
        "rule": violation.rule,
        "severity": violation.severity.value,
        "message": violation.message,
        "path": violation.span.path,
        "line": violation.span.line,
        "column": violation.span.column,
        "tables": list(violation.tables),
        "hint": violation.hint,
        "suppressed": violation.suppressed,
        "details": violation.details,
    }


def violations_json(violations: Sequence[Violation]) -> str:
    """The whole of `lint --format json`: one violation a line, and their counts."""
    return document(
        {
            "violations": [violation_record(violation) for violation in violations],
            "counts": counts(violations),
        }
    )
