"""Violations on standard output, in the format that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from stowplan.model import Violation
from stowplan.reports.text import violation_line
from stowplan.reports.violations_json import violations_json

FORMATS = ("text", "json")


def show(violations: Sequence[Violation], form: str) -> None:
    """Print the violations, and nothing else."""
    if form == "json":
        sys.stdout.write(violations_json(violations))
        return
    for violation in violations:
        print(violation_line(violation))
