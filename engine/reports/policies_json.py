"""The overview of a policy as JSON: `stowplan policies --format json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stowplan.model import CheckRule, DependencyRule, PolicyFile, Rule, Span
from stowplan.policy_view.rows import (
    ClassRow,
    PolicyView,
    RuleRow,
    Selected,
    SeverityRow,
    WaiverRow,
)

from .json_layout import document


def policies_json(view: PolicyView) -> str:
    """The whole overview; a key that says nothing of a rule is null."""
    return document(
        {
            "stowplan_policies": 1,
            "as_of": view.as_of.isoformat(),
            "manifest": view.manifest,
            "origin": view.origin,
            "files": [_file(file) for file in view.files],
            "rules": [_rule(row) for row in view.rules],
            "classes": [_class(row) for row in view.classes],
            "severities": [_severity(row) for row in view.severities],
            "waivers": [_waiver(row) for row in view.waivers],
        }
    )


def _file(file: PolicyFile) -> Mapping[str, Any]:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "policy": file.name,
        "by": "extends" if file.packed else "name",
    }


def _rule(row: RuleRow) -> Mapping[str, Any]:
    rule, standing = row.rule, row.standing
    return {
        "id": rule.id,
        "kind": row.kind,
        "by": "extends" if rule.packed else "name",
        **_place(row.span),
        "says": row.says,
        "reason": rule.reason,
        "description": rule.description,
        "tables": [pattern.text for pattern in rule.tables],
        "where": None if rule.where is None else rule.where.text,
        "state": standing.state.value,
        "why": standing.why or None,
        "selects": _selected(standing.selects),
        "wins": standing.wins,
        "taken_by": [taken._asdict() for taken in standing.taken_by],
        "dependency": _dependency(rule, standing.pairs),
        "check": _check(rule, standing.broken),
    }


def _place(span: Span | None) -> Mapping[str, Any]:
    if span is None:
        return {"path": None, "line": None, "column": None}
    return {"path": span.path, "line": span.line, "column": span.column}


def _selected(names: Selected | None) -> Mapping[str, Any] | None:
    if names is None:
        return None
    return {"count": names.count, "of": names.of, "first": list(names.first)}


def _dependency(rule: Rule, pairs: int | None) -> Mapping[str, Any] | None:
    if not isinstance(rule, DependencyRule):
        return None
    others = [pattern.text for pattern in rule.others]
    return {"direction": rule.direction.value, "others": others, "pairs": pairs}


def _check(rule: Rule, broken: Selected | None) -> Mapping[str, Any] | None:
    if not isinstance(rule, CheckRule):
        return None
    return {
        "on": rule.subject.value,
        "require": rule.require.text,
        "severity": rule.severity.value,
        "waivable": rule.waivable,
        "max_days": rule.max_days,
        "broken": _selected(broken),
    }


def _class(row: ClassRow) -> Mapping[str, Any]:
    entry = row.entry
    return {"name": entry.name, "placement": entry.placement.value, **_place(row.span)}


def _severity(row: SeverityRow) -> Mapping[str, Any]:
    changed = "off" if row.changed is None else row.changed.value
    usual = row.usual.value
    return {"code": row.code, "severity": changed, "usual": usual, **_place(row.span)}


def _waiver(row: WaiverRow) -> Mapping[str, Any]:
    waiver = row.waiver
    return {
        "code": waiver.code,
        "tables": [pattern.text for pattern in waiver.tables],
        "owner": waiver.owner,
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
        "days_left": row.days_left,
        "needs_plan": row.needs_plan,
        "matches": row.matches,
        **_place(row.span),
    }
