"""What other plans come to, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stowplan.units import seconds
from stowplan.what_if import Answer, Conflict, Cure, Member, Outcome

from .json_layout import document
from .what_if_records import change_record, numbers_record, settings_record


def what_if_json(
    found: Answer, manifest: tuple[str, str], policies: Sequence[tuple[str, str]]
) -> str:
    """The whole answer; `manifest` and `policies` are paths with SHA-256."""
    cheapest = found.cheapest
    return document(
        {
            "stowplan_what_if": 1,
            "manifest": {"path": manifest[0], "sha256": manifest[1]},
            "policies": [{"path": path, "sha256": sha256} for path, sha256 in policies],
            "feasibility": found.as_is.feasibility,
            "plans": [_plan(number, outcome) for number, outcome in enumerate(found.rows)],
            "cheapest": None if cheapest is None else cheapest.lever,
            "cures": [_cure(cure) for cure in found.cures],
            "conflicts": [_conflict(found, conflict) for conflict in found.conflicts],
        }
    )


def _plan(number: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "plan": number,
        "change": change_record(outcome.change),
        "settings": settings_record(outcome),
        "contradicts": list(outcome.contradicts),
        **numbers_record(outcome),
        "gained": list(outcome.gained),
        "lost": list(outcome.lost),
    }


def _cure(cure: Cure) -> dict[str, Any]:
    outcome = cure.outcome
    return {
        "lever": cure.lever,
        "found": outcome is not None,
        "within_policy": cure.within_policy,
        "change": None if outcome is None else change_record(outcome.change),
        "relative": None if outcome is None else round(float(cure.cost), 6),
        "contradicts": [] if outcome is None else list(outcome.contradicts),
        "required_finish_s": None if outcome is None else seconds(outcome.required.finish_us),
        "told": cure.told,
        "plans_tried": cure.tried,
    }


def _conflict(found: Answer, conflict: Conflict) -> dict[str, Any]:
    return {
        "headline": conflict.headline,
        "minimal": conflict.minimal,
        "needs_s": None if conflict.needs_us is None else seconds(conflict.needs_us),
        "has_s": None if conflict.has_us is None else seconds(conflict.has_us),
        "members": [_member(found, member) for member in conflict.members],
    }


def _member(found: Answer, member: Member) -> dict[str, Any]:
    span = found.locate(member.place) if member.place else None
    return {
        "kind": member.kind,
        "rule": member.rule,
        "table": member.table,
        "text": member.text,
        "path": span.path if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
    }
