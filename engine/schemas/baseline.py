"""A baseline file: its shape, and the entries that it holds."""

from __future__ import annotations

import re
from typing import Any

from stowplan.baseline import Entry
from stowplan.model import Fault, shown

from .shape import Check, Complaint, Kind, Schema, Shape

VERSION = 1
"""The version of the format; it changes when older fingerprints no longer match."""

_FINGERPRINT = re.compile(r"[0-9a-f]{32}:[1-9][0-9]*")
_RENEW = "write the file again with --write-baseline"


def _wrong_fingerprint(text: str) -> Complaint | None:
    if _FINGERPRINT.fullmatch(text):
        return None
    return Complaint(Kind.OTHER, f"is no fingerprint: {shown(text)}", _RENEW)


def _text(description: str, **rules: Any) -> dict[str, Any]:  # noqa: ANN401 (Cerberus' own rules)
    return {"type": "string", "required": True, "meta": {"description": description}, **rules}


ENTRY: Schema = {
    "path": _text("The file that it was found in, from the baseline's folder."),
    "code": _text("The check's code, or the rule's id."),
    "tables": {
        "type": "list",
        "required": True,
        "schema": {"type": "string"},
        "meta": {"description": "The tables that it speaks of."},
    },
    "fingerprint": _text("Names its content.", check_with=Check(_wrong_fingerprint)),
    "message": _text("What was found, for those who read the file."),
}

BASELINE: Schema = {
    "stowplan_baseline": {
        "type": "integer",
        "required": True,
        "allowed": (VERSION,),
        "meta": {"description": "The version of the format.", "hint": _RENEW},
    },
    "findings": {
        "type": "list",
        "required": True,
        "schema": {"type": "dict", "schema": ENTRY},
        "meta": {"description": "The findings that are accepted."},
    },
}

_SHAPE = Shape(BASELINE)
_CODES = {Kind.UNKNOWN: "Y602"}


def read_baseline(data: object) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """The entries in the file's order, or all faults (Y601, Y602)."""
    found = _SHAPE.faults(data)
    if found or not isinstance(data, dict):
        return (), tuple(fault.coded(_CODES.get(fault.kind, "Y601")) for fault in found)
    return tuple(_entry(entry) for entry in data["findings"]), ()


def _entry(data: dict[str, Any]) -> Entry:
    tables = tuple(data["tables"])
    return Entry(data["path"], data["code"], tables, data["fingerprint"], data["message"])
