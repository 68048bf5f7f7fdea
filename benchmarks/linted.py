"""The files of the comparison with other linters: manifests, and templates for cfn-lint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .contenders import LIMIT_MB
from .manifests import as_yaml, migration

SMALL = "the scenario"
LARGE = "10 000 tables"
WORKLOADS = {SMALL: 0, "1 000 tables": 1_000, LARGE: 10_000}
SCENARIO = Path(__file__).resolve().parent.parent / "fixtures" / "customer-data" / "manifest.json"
TOO_LARGE_EVERY = 100
"""One table of so many breaks the rule, so that each linter shows that it has looked."""


def write(name: str, folder: Path) -> None:
    """Write a workload as manifest.json and .yaml, and as template.json and .yaml."""
    manifest = _manifest(WORKLOADS[name])
    resources = _resources(manifest)
    template = json.dumps({"Resources": resources}, indent=1)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
    (folder / "manifest.yaml").write_text("\n".join(as_yaml(manifest)) + "\n", "utf-8")
    (folder / "template.json").write_text(template, "utf-8")
    (folder / "template.yaml").write_text("\n".join(_lines(resources)) + "\n", "utf-8")


def _manifest(tables: int) -> Mapping[str, Any]:
    """The scenario's manifest, or a synthetic one in which some tables are too large."""
    if not tables:
        scenario: Mapping[str, Any] = json.loads(SCENARIO.read_bytes())
        return scenario
    manifest = migration(tables).manifest
    for table in manifest["tables"][::TOO_LARGE_EVERY]:
        table["size_mb"] = LIMIT_MB + 1.5
    return manifest


def _resources(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """For each table a volume that depends on those of its parents; sizes are whole numbers."""
    above = manifest["dependencies"]
    return {
        _logical(table["name"]): {
            "Type": "AWS::EC2::Volume",
            "DependsOn": [_logical(parent) for parent in above.get(table["name"], ())],
            "Properties": {"Size": int(table["size_mb"]) + 1, "AvailabilityZone": "eu-west-1a"},
        }
        for table in manifest["tables"]
    }


def _logical(name: str) -> str:
    return name.replace("_", "")


def _lines(resources: Mapping[str, Any]) -> Iterator[str]:
    yield "Resources:"
    for name, volume in resources.items():
        yield f"  {name}:"
        yield f"    Type: {volume['Type']}"
        yield f"    DependsOn: [{', '.join(volume['DependsOn'])}]"
        yield "    Properties:"
        yield from (f"      {key}: {value}" for key, value in volume["Properties"].items())
