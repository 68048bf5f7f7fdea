"""`migration_report.html`: how a run went, against its plan."""

from __future__ import annotations

from typing import Any

from stowplan.execution.ledger import Ledger
from stowplan.reports.clock import Clock
from stowplan.reports.run.decisions import never_came
from stowplan.reports.run.follow_up import tasks
from stowplan.reports.run.layout import PLAIN, grouped
from stowplan.reports.run.results import Wall, simulated
from stowplan.units import megabytes

from .pressing import MOST_TABLES
from .rendering import rendered
from .run_bars import window_record
from .run_course import (
    checkpoint_rows,
    decision_rows,
    failure_rows,
    lessons,
    marks,
    phase_rows,
    pressure_lines,
    weighed,
)
from .run_summary import run_summary
from .run_tables import class_records, most_telling, table_records

_SCRIPTS = (
    "elements",
    "quantities",
    "choosing",
    "run_details",
    "axis",
    "bars",
    "steering",
    "timeline",
    "pairs",
    "run_tables",
    "listing",
    "run_printing",
    "paper",
    "starting",
    "run_page",
)
_TASKS = 40


def report_page(ledger: Ledger) -> str:
    """The page of a run; of more than 5 000 tables it shows the most telling, and says so."""
    shown, wall = most_telling(ledger), _wall(ledger)
    limit = ledger.program.rate_limit
    data: dict[str, Any] = {
        "windows": [window_record(ledger, wall)],
        "limit": None if limit is None else megabytes(limit),
        "classes": class_records(ledger),
        "tables": table_records(shown, ledger),
        "checkpoints": marks(ledger, wall),
    }
    summary = run_summary(ledger, wall)
    values: dict[str, Any] = {
        "title": f"Migration report: {summary.status}",
        "summary": summary,
        "simulated": simulated(ledger),
        "left_out": grouped(shown.left_out) if shown.left_out else "",
        "most": grouped(MOST_TABLES),
        **_course(ledger, wall),
        "tasks": list(tasks(ledger, PLAIN, _TASKS)),
    }
    return rendered("report.html", _SCRIPTS, data, values)


def _course(ledger: Ledger, wall: Wall) -> dict[str, Any]:
    rows, failures = checkpoint_rows(ledger, wall), failure_rows(ledger, wall)
    return {
        "checkpoints": rows,
        "more_checkpoints": len(ledger.judgements) - len(rows),
        "never_came": never_came(ledger, PLAIN),
        "decisions": decision_rows(ledger, wall),
        "pressures": list(pressure_lines(ledger, wall)),
        "weighed": weighed(ledger, wall),
        "failures": failures,
        "more_failures": len(ledger.failures) - len(failures),
        "phases": phase_rows(ledger),
        "lessons": lessons(ledger),
    }


def _wall(ledger: Ledger) -> Wall:
    """The clock on the wall; a rehearsal of a window without a start has none."""
    if simulated(ledger) and ledger.program.starts is None:
        return Wall(Clock(None))
    return Wall.of(ledger)
