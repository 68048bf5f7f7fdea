"""A manifest as JSON: a line for each table, in the order of the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from stowplan.model import Manifest, Table
from stowplan.units import megabytes

from .json_layout import document


def manifest_json(
    manifest: Manifest, notes: Mapping[str, Any], of_tables: Mapping[str, Mapping[str, Any]]
) -> str:
    """The text of a manifest. `notes` stand at its top, `of_tables` in each table, all `x-`."""
    record: dict[str, Any] = {
        "source": manifest.source,
        "destination": manifest.destination,
        "measured_at": manifest.measured_at,
        **notes,
        "present": list(manifest.present) or None,
    }
    parents = _parents(manifest)
    known = {key: value for key, value in record.items() if value is not None}
    tables = [
        _table(table, parents.get(table.name, [])) | dict(of_tables.get(table.name, {}))
        for table in manifest.tables
    ]
    # The layout of all our JSON, but small numbers are decimals as people write them, not 8e-06.
    head = document({**known, "tables": []}).removesuffix("[]\n}\n")
    lines = ",\n".join(f"    {_line(table)}" for table in tables)
    return f"{head}[\n{lines}\n  ]\n}}\n"


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _line(record: Mapping[str, Any]) -> str:
    entries = (f"{_encode(key)}: {_value(value)}" for key, value in record.items())
    return f"{{{', '.join(entries)}}}"


def _value(value: object) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else _encode(value)


def _table(table: Table, parents: list[str]) -> dict[str, Any]:
    """All that is known; sizes that are 0 too, so that conditions may speak of them."""
    record = {
        "name": table.name,
        "rows": table.rows,
        "size_mb": megabytes(table.size),
        "index_mb": megabytes(table.index_size),
        "max_row_mb": megabytes(table.max_row),
        "lob": table.lob,
        "priority": table.priority,
        "owner": table.owner,
        "labels": dict(sorted(table.labels.items())) or None,
        "primary_key": list(table.primary_key) or None,
        "depends_on": parents or None,
    }
    return {key: value for key, value in record.items() if value is not None}


def _parents(manifest: Manifest) -> dict[str, list[str]]:
    parents: dict[str, list[str]] = {}
    for child, parent, _ in manifest.dependencies:
        parents.setdefault(child, []).append(parent)
    return parents
