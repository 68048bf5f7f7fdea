"""A declared total that is not the sum of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from stowplan.model import Manifest
from stowplan.schemas.manifest import read_manifest
from stowplan.units import decimal_text

from .wanted import Replace


def right_total(data: object) -> Iterator[Replace]:
    """The sum in place of a manifest's total, where nothing else may be what is wrong.

    That is: the manifest's shape is right, each table is listed once and has a size if it has rows,
    and no dependency speaks of a table that is not there.
    """
    manifest, faults = read_manifest(data)
    if faults or manifest is None or not isinstance(data, dict) or not _is_whole(manifest):
        return
    total = sum(table.size for table in manifest.tables)
    if manifest.declared_total is not None and manifest.declared_total != total:
        digits = decimal_text(total).replace(" ", "")
        is_decimal = isinstance(data["total_size_mb"], Decimal) and "." not in digits
        yield Replace(("total_size_mb",), f"{digits}.0" if is_decimal else digits)


def _is_whole(manifest: Manifest) -> bool:
    """Whether the tables' sizes can be trusted to be all that there are."""
    names = {table.name for table in manifest.tables}
    known = names.union(manifest.present)
    return (
        0 < len(names) == len(manifest.tables)
        and names.isdisjoint(manifest.present)
        and all(table.size or not table.rows for table in manifest.tables)
        and all(d.child in known and d.parent in known for d in manifest.dependencies)
    )
