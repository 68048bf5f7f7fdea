"""The actions of checkpoint rules as a plan writes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from stowplan.model import Action, shown

_UNITS = {"raise_bandwidth": "mb_s", "chunk": "mb", "extend_window": "s"}


def action_record(action: Action) -> Any:  # noqa: ANN401 (a word or a mapping, as in the policy)
    """An action, its quantities as numbers: MB, MB/s, seconds."""
    if action.kind == "stop":
        return "stop"
    if action.kind == "skip":
        if action.class_name is None:
            return {"skip": {"tables": [pattern.text for pattern in action.tables]}}
        return {"skip": {"class": action.class_name}}
    if action.kind not in _UNITS:
        return {action.kind: action.value}
    return {action.kind: quantity(action.kind, action.value or 0)}


def quantity(kind: str, value: int) -> dict[str, Decimal]:
    """What an action's kind is counted in, as near as a plan's floats can come to it."""
    return {_UNITS[kind]: Decimal(repr(value / 1_000_000))}


def listed(records: Sequence[Any]) -> str:
    """Some actions for a message."""
    kinds = (next(iter(each), each) if isinstance(each, dict) else each for each in records)
    return ", ".join(map(shown, kinds)) or "nothing"


def told(record: object, against: str = "delay") -> str:
    """One action for a message."""
    text = shown(record)
    if isinstance(record, dict):
        [(kind, value)] = record.items()
        if isinstance(value, dict) and len(value) == 1:
            [value] = value.values()
        some = ", ".join(map(str, value)) if isinstance(value, list) else value
        text = f"{shown(kind)} {shown(some)}"
    return text if against == "delay" else f"{text} against {shown(against)}"
