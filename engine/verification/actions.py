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
    # As near as a plan's floats can come to it.
    quantity = Decimal(repr((action.value or 0) / 1_000_000))
    return {action.kind: {_UNITS[action.kind]: quantity}}


def listed(records: Sequence[Any]) -> str:
    """Some actions for a message."""
    kinds = (next(iter(each), each) if isinstance(each, dict) else each for each in records)
    return ", ".join(map(shown, kinds)) or "nothing"
