"""A baseline as JSON: an entry a line, so that a change to it reads well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stowplan.baseline import Entry

from .json_layout import document


def entry_record(entry: Entry) -> dict[str, Any]:
    """One entry, as in the file and as in `lint --format json`."""
    return {
        "path": entry.path,
        "code": entry.code,
        "tables": list(entry.tables),
        "fingerprint": entry.fingerprint,
        "message": entry.message,
    }


def baseline_json(entries: Sequence[Entry]) -> str:
    """The whole file."""
    records = [entry_record(entry) for entry in entries]
    return document({"stowplan_baseline": 1, "findings": records})
