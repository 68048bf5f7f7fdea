"""`follow_up.manifest.json`: what a window leaves, by plan or as it was; itself a manifest."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from stowplan.model import Manifest, Plan, Table
from stowplan.units import MEGABYTE

from .json_layout import document


def follow_up_manifest(manifest: Manifest, plan: Plan) -> str:
    """`follow_up.manifest.json`: what the main window leaves, with `present` naming what it takes.

    Excluded tables are left out for good.
    """
    excluded = {table.name for table in plan.deferred if table.code == "excluded"}
    return manifest_without(manifest, {table.name for table in plan.planned}, excluded)


def manifest_without(manifest: Manifest, moved: Collection[str], excluded: Collection[str]) -> str:
    """A manifest of all tables but these; `present` names those that were moved."""
    left = {
        table.name: table
        for table in reversed(manifest.tables)
        if table.name not in moved and table.name not in excluded
    }
    record: dict[str, Any] = {}
    if manifest.source is not None:
        record["source"] = manifest.source
    if manifest.destination is not None:
        record["destination"] = manifest.destination
    if manifest.measured_at is not None:
        record["measured_at"] = manifest.measured_at
    record["total_size_mb"] = _number(sum(table.size for table in left.values()))
    record["present"] = sorted({*moved, *manifest.present})
    record["tables"] = (_table(left[name]) for name in sorted(left))
    record["dependencies"] = _parents(manifest, left)
    return document(record)


def _table(table: Table) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": table.name,
        "rows": table.rows,
        "size_mb": _number(table.size),
    }
    optional = {
        "index_mb": _number(table.index_size) if table.index_size else None,
        "max_row_mb": _number(table.max_row) if table.max_row else None,
        "lob": table.lob,
        "priority": table.priority,
        "primary_key": list(table.primary_key) or None,
        "owner": table.owner,
        "labels": dict(sorted(table.labels.items())) or None,
    }
    return record | {key: value for key, value in optional.items() if value is not None}


def _number(size: int) -> int | float:
    """Megabytes as the shortest number that is exact."""
    return size / MEGABYTE if size % MEGABYTE else size // MEGABYTE


def _parents(manifest: Manifest, among: Collection[str]) -> dict[str, list[str]]:
    parents: dict[str, set[str]] = {}
    for child, parent, _ in manifest.dependencies:
        if child in among:
            parents.setdefault(child, set()).add(parent)
    return {child: sorted(parents[child]) for child in sorted(parents)}
