"""The form of records within the records that a plan's reader keeps whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from stowplan.model import DocPath

from .forms import AT_MOST, BEHIND, LEFT, NUMBER, PACE, SKIPS, STATUS, TEXT, Spec

Read: TypeAlias = Callable[[Spec, object, DocPath], object]
"""Reads a record; what has not its form is noted."""


def read_checkpoints(read: Read, plan: Mapping[str, Any]) -> None:
    """The status and what is left, of each checkpoint."""
    for at, record in _records(plan, "checkpoints"):
        path: DocPath = ("checkpoints", at)
        status, left = record.get("status"), record.get("required_left")
        if isinstance(status, dict) and read(STATUS, status, (*path, "status")):
            for key, spec in (("ON_TRACK", PACE), ("AT_RISK", PACE), ("BEHIND", BEHIND)):
                read(spec, status[key], (*path, "status", key))
        if isinstance(left, dict):
            read(LEFT, left, (*path, "required_left"))


def read_contingencies(read: Read, plan: Mapping[str, Any]) -> None:
    """What is said of an action only where it applies."""
    for at, record in _records(plan, "contingencies"):
        path: DocPath = ("contingencies", at)
        if record.get("basis") == "bounded":
            read(AT_MOST, record, path)
        for key, spec in (("holds_mb", NUMBER), ("obstacle", TEXT)):
            if key in record:
                read(((key, spec),), record, path)
        if "skips" in record:
            read(SKIPS, record["skips"], (*path, "skips"))


def _records(plan: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of a list; what is none is told where the list is read."""
    items = plan.get(key)
    for at, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield at, item
