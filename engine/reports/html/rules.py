"""The policies in force as the rows of a page: what each rule says, why, and what it selects."""

from __future__ import annotations

from typing import NamedTuple

from stowplan.policy_view import PolicyView
from stowplan.policy_view.rows import RuleRow, Selected, Standing
from stowplan.reports.text import printable
from stowplan.units import count_text


class PolicyRow(NamedTuple):
    """One rule."""

    id: str
    kind: str
    says: str
    patterns: str
    reason: str
    state: str
    came_to: str
    place: str


def policy_rows(view: PolicyView) -> list[PolicyRow]:
    """The rules in load order."""
    return [_row(row) for row in view.rules]


def _row(row: RuleRow) -> PolicyRow:
    rule, span = row.rule, row.span
    where = f" where {rule.where.text}" if rule.where is not None else ""
    patterns = ", ".join(pattern.text for pattern in rule.tables[:20])
    more = ", …" if len(rule.tables) > 20 else ""
    return PolicyRow(
        printable(rule.id),
        row.kind,
        printable(row.says),
        printable(f"{patterns}{more}{where}"),
        printable(rule.reason or rule.description or ""),
        row.standing.state.value,
        printable("; ".join(_came_to(row.standing))),
        printable(f"{span.path}:{span.line}"),
    )


def _came_to(standing: Standing) -> list[str]:
    parts = []
    if standing.selects is not None:
        parts.append(f"selects {_some(standing.selects)}")
    if standing.wins is not None:
        parts.append(f"decides on {standing.wins}")
    parts += [f"{entry.rule} has {entry.tables or 'it'} before" for entry in standing.taken_by[:3]]
    if standing.pairs is not None:
        parts.append(
            count_text(standing.pairs, "dependency").replace("dependencys", "dependencies")
        )
    if standing.broken is not None and standing.broken.count:
        parts.append(f"broken {standing.broken.count} times: {', '.join(standing.broken.first)}")
    return [*parts, standing.why] if standing.why else parts


def _some(names: Selected) -> str:
    of = "" if names.of is None else f" of {names.of}"
    more = ", …" if names.count > len(names.first) else ""
    listed = f": {', '.join(names.first)}{more}" if names.first else ""
    return f"{names.count}{of}{listed}"


def rule_records(rows: list[PolicyRow]) -> list[list[str]]:
    """What the page's script says of a rule: id, kind, what it says, and why; in load order."""
    return [[row.id, row.kind, row.says, row.reason] for row in rows]
