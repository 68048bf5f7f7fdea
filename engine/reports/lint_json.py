"""A run of `lint` as JSON, as programs rely on it."""

from __future__ import annotations

from .baseline_json import entry_record
from .json_layout import document
from .lint_run import LintRun
from .text import counts
from .violations_json import violation_record


def lint_json(run: LintRun) -> str:
    """One violation a line, and their counts.

    Where there was a baseline, `stale_baseline` has the entries that speak of nothing any more.
    """
    stale = [entry_record(each.entry) for each in run.stale or ()]
    return document(
        {
            "violations": [violation_record(violation) for violation in run.violations],
            "counts": counts(run.violations),
            **({} if run.stale is None else {"stale_baseline": stale}),
        }
    )
