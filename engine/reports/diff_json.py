"""What a change does, as JSON for programs: `stowplan diff --format json`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from stowplan.comparison import Change, Comparison, Figure, RuleFact, Side, TableState, Unit
from stowplan.comparison.consequence import consequence
from stowplan.comparison.phrases import effect_changes
from stowplan.model import Waiver, shown
from stowplan.units import megabytes, seconds

from .diff_text import SideFaults
from .text import counts
from .violations_json import violation_record

T = TypeVar("T")

DIFF_VERSION = 1


def diff_json(found: Sequence[Comparison]) -> str:
    """Every comparison, also those without a difference."""
    differs = any(each.differs for each in found)
    head = {"stowplan_diff": DIFF_VERSION, "differs": differs}
    return _document({**head, "comparisons": [_comparison(each) for each in found]})


def faults_json(faults: Sequence[SideFaults]) -> str:
    """As `lint --format json`, each finding with the side that it is on."""
    found = [(side.side.lower(), v) for side in faults for v in side.violations]
    records = [{"side": side, **violation_record(violation)} for side, violation in found]
    return _document({"violations": records, "counts": counts(v for _, v in found)})


def _document(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, indent=1, default=float) + "\n"


def _comparison(found: Comparison) -> Mapping[str, Any]:
    return {
        "old": _side(found.old),
        "new": _side(found.new),
        "differs": found.differs,
        "consequence": consequence(found, shown),
        "notes": list(found.notes),
        "summary": {change.one.key: _figure(change) for change in found.figures},
        "tables": [_change("name", c.one.name, c, _table) for c in found.tables],
        "findings": [_change("code", c.one.code, c, violation_record) for c in found.findings],
        "rules": [_rule(change) for change in found.rules],
        "waivers": [_waiver(change, found) for change in found.waivers],
    }


def _side(side: Side) -> Mapping[str, Any]:
    return {"path": side.label, "note": side.note or None}


def _change(
    key: str, name: str, change: Change[T], record: Callable[[T], Mapping[str, Any]]
) -> dict[str, Any]:
    """What became of something, and how it was and is; null where one side lacks it."""
    return {
        key: name,
        "change": change.kind.value,
        "keys": [_KEYS.get(part, part) for part in change.keys],
        "old": None if change.old is None else record(change.old),
        "new": None if change.new is None else record(change.new),
    }


_KEYS = {
    "class_name": "class",
    "main": "main_window",
    "start_us": "start_s",
    "finish_us": "finish_s",
    "size": "size_mb",
}


def _figure(change: Change[Figure]) -> Mapping[str, Any]:
    return {"old": _value(change.old), "new": _value(change.new), "differs": change.counts}


def _value(figure: Figure | None) -> Any:  # noqa: ANN401 (a number or a text, as its unit says)
    if figure is None or not isinstance(figure.value, int) or figure.unit is Unit.COUNT:
        return None if figure is None else figure.value
    return seconds(figure.value) if figure.unit is Unit.TIME else megabytes(figure.value)


def _table(state: TableState) -> Mapping[str, Any]:
    return {
        "class": state.class_name,
        "effective_class": state.effective_class,
        "placement": state.placement,
        "outcome": state.outcome,
        "window": state.window,
        "main_window": state.main,
        "phase": state.phase,
        "start_s": None if state.start_us is None else seconds(state.start_us),
        "finish_s": None if state.finish_us is None else seconds(state.finish_us),
        "rows": state.rows,
        "size_mb": None if state.size is None else megabytes(state.size),
        "depends_on": None if state.depends_on is None else list(state.depends_on),
        "cause": state.cause,
    }


def _rule(change: Change[RuleFact]) -> Mapping[str, Any]:
    old, new = change.old, change.new
    told = []
    if old is not None and new is not None:
        told = effect_changes(old.effect, new.effect)
    record = _change("id", change.one.id, change, _fact)
    return {**record, "same_effect": not change.counts, "effect": told}


def _fact(rule: RuleFact) -> Mapping[str, Any]:
    effect = rule.effect
    return {
        "kind": rule.kind,
        "says": rule.says,
        "place": rule.place or None,
        "stated": dict(rule.stated),
        "has_effect": effect is not None,
        "tables": sorted(effect.tables) if effect else [],
        "others": sorted(effect.others) if effect else [],
        "pairs": effect.pairs if effect else None,
        "broken": len(effect.broken) if effect else 0,
    }


def _waiver(change: Change[Waiver], found: Comparison) -> Mapping[str, Any]:
    accepts = [v for v, waiver in found.waived_at_once if waiver is change.one]
    record = _change("code", change.one.code, change, _waived)
    return {**record, "accepts_new": [violation_record(v) for v in accepts]}


def _waived(waiver: Waiver) -> Mapping[str, Any]:
    return {
        "tables": [pattern.text for pattern in waiver.tables],
        "owner": waiver.owner,
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
    }
