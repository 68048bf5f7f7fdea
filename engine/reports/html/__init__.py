"""`migration_plan.html` and `migration_report.html`: self-contained pages that open offline.

The only home of Jinja2. Templates escape every value; what a page's script reads is one block of
JSON. No request leaves a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from stowplan.conditions.judging import Judgement
from stowplan.conditions.selection import Situation
from stowplan.model import Plan, PlannedTable, PlannedWindow, Span
from stowplan.planning.groundwork import Groundwork
from stowplan.policy_view import PolicyView
from stowplan.reports.text import counts, printable
from stowplan.units import duration_text, megabytes, seconds, size_text

from .checkpoints import checkpoint_marks, checkpoint_rows, contingency_rows
from .conditions import tried_conditions
from .figures import figure_records, memory_record
from .findings import FindingRow, code_rows, cycles, finding_rows, findings_by_table
from .lanes import bandwidth
from .pressing import MOST_TABLES, Shown, most_pressing
from .rendering import rendered
from .rules import policy_rows, rule_records
from .summary import summary
from .tables import hub_records, table_records
from .wall import wall_record

_SCRIPTS = (
    "elements",
    "quantities",
    "values",
    "sums",
    "reasons",
    "choosing",
    "details",
    "axis",
    "bars",
    "telling",
    "steering",
    "timeline",
    "tables",
    "listing",
    "findings",
    "layout",
    "graph",
    "cycles",
    "printing",
    "paper",
    "starting",
    "page",
)


class Evidence(NamedTuple):
    """What a page tells beside the plan: its groundwork, and what its checks saw and came to."""

    ground: Groundwork
    situation: Situation
    judgements: Sequence[Judgement]


def plan_page(plan: Plan, evidence: Evidence, view: PolicyView) -> str:
    """The page of a plan. What has more than 5 000 tables is shown in part, and says so."""
    shown, ground = most_pressing(plan), evidence.ground
    findings, rules = finding_rows(plan), policy_rows(view)
    data = _data(plan, shown, ground, findings) | {"rules": rule_records(rules)}
    _explain(data, shown.names, evidence)
    return rendered(
        "plan.html",
        _SCRIPTS,
        data,
        {
            "title": f"Migration plan: {plan.feasibility}",
            "ways": _ways(ground),
            "summary": summary(plan),
            "phases": _phases(plan),
            "left_out": shown.left_out,
            "most": MOST_TABLES,
            "checkpoints": checkpoint_rows(plan),
            "phases_left_out": plan.phases_left_out,
            "contingencies": list(contingency_rows(plan.contingencies)),
            "findings": findings,
            "codes": code_rows(findings),
            "totals": counts(plan.violations),
            "more_findings": len(plan.violations) - len(findings),
            "rules": rules,
            "reasons": {row.id: row.reason for row in rules},
            "choosable": {rule for table in data["tables"] for rule in table["rules"]},
            "view": view,
            "assumed": _assumed(plan),
        },
    )


def relocated(view: PolicyView, shown: Mapping[str, str]) -> PolicyView:
    """The overview with the paths of its rules as the artefacts show them."""
    rows = tuple(row._replace(span=_moved(row.span, shown)) for row in view.rules)
    return replace(view, rules=rows)


def _moved(span: Span, shown: Mapping[str, str]) -> Span:
    return replace(span, path=shown.get(span.path, span.path))


def _ways(ground: Groundwork) -> str:
    manifest = ground.manifest
    if not manifest.source and not manifest.destination:
        return ""
    return printable(f"{manifest.source or '?'} → {manifest.destination or '?'}")


def _assumed(plan: Plan) -> str:
    return ", ".join(sorted({figure for table in plan.planned for figure in table.assumed}))


def _data(
    plan: Plan, shown: Shown, ground: Groundwork, findings: Sequence[FindingRow]
) -> dict[str, Any]:
    """What the script reads. Seconds, MB and MB/s."""
    limit = plan.bandwidth.limit
    known = [window for window, _ in plan.windows]
    tables = table_records(shown, [window.name for window in known], ground)
    by_table = findings_by_table(findings)
    for table in tables:
        table["findings"] = by_table.get(table["name"], [])
    return {
        "windows": _windows(plan),
        "limit": None if limit is None else megabytes(limit),
        "makespan": seconds(plan.everything.finish_us),
        "classes": [
            [printable(entry.name), entry.placement.value] for entry in ground.policy.classes
        ],
        "tables": tables,
        "hubs": hub_records(ground, shown),
        "critical": [printable(name) for name in plan.critical_path[:MOST_TABLES]],
        "checkpoints": checkpoint_marks(plan),
        "findings": [[row.severity, row.code, row.message] for row in findings],
        "cycles": list(cycles(plan)),
    }


def _explain(data: dict[str, Any], names: Sequence[str], evidence: Evidence) -> None:
    """Add what `why` says of each table: the figures of its cost, and what its conditions saw."""
    figures = figure_records(evidence.ground, names)
    conditions = tried_conditions(*evidence, names)
    for name, table in zip(names, data["tables"], strict=True):
        table["figures"] = figures.of[name]
        if (tried := conditions.by_table.get(name)) is not None:
            table["tried"] = tried
    data["figures"] = figures.sets
    data["memory"] = memory_record(evidence.ground)
    data["conditions"] = conditions.texts
    data["conditions_left_out"] = conditions.left_out


def _windows(plan: Plan) -> list[dict[str, Any]]:
    """Each window with what is in it: counted over all its tables, also those left out."""
    placed: dict[str, list[PlannedTable]] = {plan.windows[0].window.name: list(plan.planned)}
    for entry in plan.deferred:
        if entry.planned is not None:
            placed.setdefault(entry.planned.window, []).append(entry.planned)
    return [_window(window, placed.get(window.window.name, [])) for window in plan.windows]


def _window(planned: PlannedWindow, tables: Sequence[PlannedTable]) -> dict[str, Any]:
    window, capacity = planned
    return {
        "name": printable(window.name),
        "duration": seconds(window.duration_us),
        "limit": seconds(window.limit_us),
        "usable": seconds(window.usable_us),
        "rate": megabytes(capacity.rate),
        "streams": capacity.streams,
        "tables": len(tables),
        "end": seconds(max((table.timing.finish_us for table in tables), default=0)),
        "bandwidth": [
            [seconds(at), megabytes(rate)]
            for at, rate in bandwidth(table.timing for table in tables)
        ],
        "wall": wall_record(window.starts, window.duration_us),
    }


def _phases(plan: Plan) -> list[tuple[int, int, str, str]]:
    """The phases of the main window: how many tables, their size, when the last of them ends."""
    found: dict[int, list[int]] = {}
    for table in plan.planned:
        phase = found.setdefault(table.phase, [0, 0, 0])
        phase[0] += 1
        phase[1] += table.size
        phase[2] = max(phase[2], table.timing.finish_us)
    rows = sorted(found.items())
    return [(number, c, size_text(size), duration_text(end)) for number, (c, size, end) in rows]
