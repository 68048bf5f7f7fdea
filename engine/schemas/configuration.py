"""`stowplan.yaml`: its shape, and what it says."""

from __future__ import annotations

from typing import NamedTuple

from stowplan.model import Fault, Severity

from .shape import Kind, Schema, Shape

_ITEMS = {"type": "string"}

CONFIGURATION: Schema = {
    "manifests": {
        "type": "list",
        "schema": _ITEMS,
        "meta": {"description": "Globs of the project's manifests, from this file's folder."},
    },
    "policies": {
        "type": "list",
        "schema": _ITEMS,
        "meta": {"description": "Policy files, folders or shipped packs, in load order."},
    },
    "fail_on": {
        "type": "string",
        "allowed": tuple(severity.value for severity in Severity),
        "meta": {"description": "The mildest severity that makes the exit status 1."},
    },
}


class ConfigurationValues(NamedTuple):
    """What a configuration says, as written."""

    manifests: tuple[str, ...]
    policies: tuple[str, ...]
    fail_on: Severity | None


def read_configuration(data: object) -> tuple[ConfigurationValues | None, tuple[Fault, ...]]:
    """The values, or all faults (Y601, Y602)."""
    found = Shape(CONFIGURATION).faults(data)
    codes = {Kind.UNKNOWN: "Y602"}
    faults = tuple(fault.coded(codes.get(fault.kind, "Y601")) for fault in found)
    if faults or not isinstance(data, dict):
        return None, faults
    fail_on = data.get("fail_on")
    values = ConfigurationValues(
        manifests=tuple(data.get("manifests", ())),
        policies=tuple(data.get("policies", ())),
        fail_on=None if fail_on is None else Severity(fail_on),
    )
    return values, ()
