"""A manifest's shape, and the way from its data to the model: all faults at once.

The schemas are Cerberus schemas; JSON Schema and the documentation are made from them too.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_CEILING, Context, Decimal
from typing import Any

from stowplan.model import Dependency, DocPath, Fault, Manifest, Table, shown

from .shape import Check, Complaint, Kind, Shape, ShapeFault

MB = 1_000_000
"""Bytes: a bare size is in megabytes."""

LARGEST = 2**63 - 1
"""Rows, and bytes, that a manifest may state: what a signed 64-bit integer holds."""

# Multiplies and rounds numbers of any length exactly.
_EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX)
_LARGEST_MB = _EXACT.scaleb(Decimal(LARGEST), -6)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _size_complaint(value: int | Decimal) -> Complaint | None:
    return _quantity_complaint(value, _LARGEST_MB, "8 EiB")


def _rows_complaint(value: int | Decimal) -> Complaint | None:
    complaint = _quantity_complaint(value, Decimal(LARGEST), "9 223 372 036 854 775 807")
    if complaint is None and type(value) is Decimal and value != value.to_integral_value():
        return Complaint(Kind.TYPE, f"must be a whole number, is {shown(value)}")
    return complaint


def _quantity_complaint(value: int | Decimal, largest: Decimal, words: str) -> Complaint | None:
    if type(value) is Decimal and not value.is_finite():
        return Complaint(Kind.QUANTITY, f"must be a finite number, is {shown(value)}")
    if value < 0:
        return Complaint(Kind.QUANTITY, f"must not be negative, is {shown(value)}")
    if value > largest:
        return Complaint(Kind.QUANTITY, f"must not be larger than {words}, is {shown(value)}")
    return None


def _date_complaint(value: str) -> Complaint | None:
    try:
        if _DATE.fullmatch(value):
            datetime.date.fromisoformat(value)
            return None
    except ValueError:
        pass
    hint = "write it as 2026-11-30"
    return Complaint(Kind.OTHER, f'must be a date, is text "{shown(value)}"', hint)


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "meta": {"description": description}}


def _size(description: str) -> dict[str, Any]:
    bounds = {"minimum": 0, "maximum": float(_LARGEST_MB)}
    meta = {"description": description, "noun": "a number of megabytes", "json_schema": bounds}
    return {"type": "number", "check_with": Check(_size_complaint), "meta": meta}


NAME = {"type": "string", "empty": False, "meta": {"description": "A table's name."}}
NAMES = {"type": "list", "schema": NAME}

TABLE: Mapping[str, Mapping[str, Any]] = {
    "name": {**NAME, "required": True, "meta": {"description": "The table's name, unique."}},
    "rows": {
        "type": "number",
        "required": True,
        "check_with": Check(_rows_complaint),
        "meta": {
            "description": "How many rows it has.",
            "noun": "a whole number",
            "json_schema": {"type": "integer", "minimum": 0, "maximum": LARGEST},
        },
    },
    "size_mb": {**_size("Its size in MB (1 000 000 bytes), indexes apart."), "required": True},
    "priority": _text("The name of a priority class, used where no rule classifies the table."),
    "depends_on": {**NAMES, "meta": {"description": "The tables that must be moved before it."}},
    "max_row_mb": _size("Its largest row in MB."),
    "index_mb": _size("The size of its indexes in MB."),
    "lob": {"type": "boolean", "meta": {"description": "Does it hold large objects?"}},
    "primary_key": {
        "type": ["string", "list"],
        "schema": {"type": "string", "empty": False},
        "meta": {"description": "The column of its primary key, or the list of them."},
    },
    "owner": _text("Who answers for it."),
    "labels": {
        "type": "dict",
        "valuesrules": {"type": "string"},
        "meta": {"description": "Free labels that rules can speak of."},
    },
}
"""One table. Sizes are in MB."""

MANIFEST: Mapping[str, Mapping[str, Any]] = {
    "tables": {
        "type": "list",
        "required": True,
        "schema": {"type": "dict", "schema": TABLE},
        "meta": {"description": "The tables that are to be moved."},
    },
    "dependencies": {
        "type": "dict",
        "valuesrules": NAMES,
        "meta": {"description": "For each table the tables that must be moved before it."},
    },
    "present": {
        **NAMES,
        "meta": {"description": "Tables that are at the destination already."},
    },
    "source": _text("Where the tables come from."),
    "destination": _text("Where they go."),
    "total_size_mb": _size("The sum of all sizes in MB, to be held against the tables."),
    "measured_at": {
        "type": "string",
        "check_with": Check(_date_complaint),
        "meta": {
            "description": "The day on which rows and sizes were measured.",
            "json_schema": {"format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        },
    },
}
"""The whole manifest; keys that start with `x-` may stand anywhere."""

_CODES = {Kind.UNKNOWN: "M103", Kind.QUANTITY: "M106", Kind.MINIMUM: "M106"}
_TABLE = Shape(TABLE, extensions=True)
_MANIFEST = Shape(MANIFEST, extensions=True)


def read_manifest(data: object) -> tuple[Manifest | None, tuple[Fault, ...]]:
    """The model of a manifest's data, and all that is wrong with its shape (M102, M103, M106).

    What has faults is left out of the model: a table, the parents of one table, a name, a key.
    Unknown keys harm nothing. None where there is no list of tables.
    """
    found = _MANIFEST.faults(data)
    faults = tuple(_coded(fault, data) for fault in found)
    if not isinstance(data, dict) or not isinstance(data.get("tables"), list):
        return None, faults
    bad = {fault.path[:2] for fault in found if fault.kind is not Kind.UNKNOWN}
    sound = {key: value for key, value in data.items() if (key,) not in bad}
    return _manifest(sound, bad), faults


def _coded(fault: ShapeFault, data: object) -> Fault:
    return fault.coded(_CODES.get(fault.kind, "M102"), _tables_of(fault.path, data))


def _tables_of(path: DocPath, data: Any) -> tuple[str, ...]:  # noqa: ANN401
    """The table that a fault speaks of, where it has a name."""
    if path[:1] != ("tables",) or len(path) < 2 or not isinstance(data["tables"][path[1]], dict):
        return ()
    name = data["tables"][path[1]].get("name")
    return (name,) if isinstance(name, str) and name else ()


def _manifest(data: Mapping[str, Any], bad: set[DocPath]) -> Manifest:
    """The model of a manifest without its faults; `bad` are paths of two parts that have some."""
    rows = _sound_items("tables", data, bad)
    present = _sound_items("present", data, bad)
    total = data.get("total_size_mb")
    return Manifest(
        tables=tuple(_table(place, row) for place, row in rows),
        dependencies=tuple(_dependencies(data, rows, bad)),
        present=tuple(name for _, name in present),
        source=data.get("source"),
        destination=data.get("destination"),
        declared_total=None if total is None else in_bytes(total),
        measured_at=data.get("measured_at"),
    )


def _sound_items(key: str, data: Mapping[str, Any], bad: set[DocPath]) -> list[tuple[int, Any]]:
    """The items of a list without those that have faults, each with its place in the list."""
    places = enumerate(data.get(key, ()))
    return [(place, item) for place, item in places if not bad or (key, place) not in bad]


def _table(place: int, row: Mapping[str, Any]) -> Table:
    if len(row) == 3:
        return Table(row["name"], int(row["rows"]), in_bytes(row["size_mb"]), place)
    key = row.get("primary_key", ())
    return Table(
        name=row["name"],
        rows=int(row["rows"]),
        size=in_bytes(row["size_mb"]),
        place=place,
        index_size=in_bytes(row.get("index_mb", 0)),
        max_row=in_bytes(row.get("max_row_mb", 0)),
        priority=row.get("priority"),
        owner=row.get("owner"),
        lob=row.get("lob"),
        primary_key=(key,) if isinstance(key, str) else tuple(key),
        labels=row.get("labels", {}),
    )


def in_bytes(megabytes: int | Decimal) -> int:
    """Whole bytes, rounded up; exact for every number of at most `LARGEST` bytes."""
    if isinstance(megabytes, int):
        return megabytes * MB
    return int(_EXACT.scaleb(megabytes, 6).to_integral_value(ROUND_CEILING))


def _dependencies(
    data: Mapping[str, Any], rows: Iterable[tuple[int, dict[str, Any]]], bad: set[DocPath]
) -> Iterator[Dependency]:
    for child, parents in data.get("dependencies", {}).items():
        if not bad or ("dependencies", child) not in bad:
            for index, parent in enumerate(parents):
                yield Dependency(child, parent, ("dependencies", child, index))
    for place, row in rows:
        for index, parent in enumerate(row.get("depends_on", ())):
            yield Dependency(row["name"], parent, ("tables", place, "depends_on", index))
