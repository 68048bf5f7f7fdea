"""Synthetic manifests and policies: seeded, the same on every machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

SEED = 20_270_131
GROUPS = ("core", "app", "app", "app", "log", "audit")
DEPENDENCIES_PER_TABLE = 2
MEAN_MB, TAIL = 40, 1.3
"""Sizes follow a Pareto law with this exponent: few tables hold most of the bytes."""

RULES = """\
  - {id: core, kind: priority, tables: ["core_*"], class: CRITICAL}
  - {id: app, kind: priority, tables: ["app_*"], class: IMPORTANT}
  - {id: logs, kind: priority, tables: ["log_*", "audit_*"], class: DEFERRABLE}
  - {id: night, kind: resource, window: {duration: DURATION, reserve: 10%}}
  - {id: next-night, kind: resource, window: {name: follow-up, duration: DURATION}}
  - {id: ram, kind: resource, memory: {limit: 8GB}}
  - {id: network, kind: resource, bandwidth: {limit: 400MB/s, target: 200MB/s}}
  - {id: four-at-a-time, kind: resource, streams: {limit: 4}}
  - {id: slow-logs, kind: resource, tables: ["log_*"], throughput: {rate: 40MB/s}}
  - {id: cost, kind: resource, throughput: {rows_per_second: 400000, overhead: 50ms}}
"""
FIRST_FOR_ALL = """\
  - {id: first, kind: dependency, tables: ["FIRST"], before: "*"}
"""


PLAIN_RULES = """\
  - {id: core, kind: priority, tables: ["core_*"], class: CRITICAL}
  - {id: app, kind: priority, tables: ["app_*"], class: IMPORTANT}
  - {id: logs, kind: priority, tables: ["log_*", "audit_*"], class: DEFERRABLE}
  - {id: night, kind: resource, window: {duration: 12h, reserve: 10%}}
  - {id: ram, kind: resource, memory: {limit: 8GB}}
  - {id: network, kind: resource, bandwidth: {limit: 400MB/s, target: 200MB/s}}
"""
THIRD_NIGHT = """\
  - {id: third, kind: resource, window: {name: third, duration: 6000s}}
  - {id: half, kind: checkpoint, at: 50%, decider: lead, if_behind: [IF_BEHIND]}
  - {id: late, kind: checkpoint, at: 90%, decider: lead, if_behind: [{streams: 8}, stop]}
""".replace(
    "IF_BEHIND",
    "{skip: {class: IMPORTANT}}, {raise_bandwidth: 300MB/s}, {extend_window: 30m}, stop",
)
CHECKS = (
    "table.size_mb < 50000.0",
    '!("core_000001" in table.parents)',
    "table.rows >= 0",
    'table.class != ""',
    "table.depth < 1000",
    "!table.in_cycle",
    "size(table.children) < 100000",
    'table.name.startsWith("core") || table.name.contains("_")',
    '!(table.class == "CRITICAL" && table.size_mb > 25000.0)',
    'table.size_mb < 5000.0 || table.class != "IMPORTANT" || !("orders" in table.parents)',
)
OF_ANCESTORS = (
    '!("core_000001" in table.ancestors) || table.depth > 1',
    "size(table.ancestors) < 100000",
)


class Workload(NamedTuple):
    """A manifest and the policy that goes with it."""

    manifest: Mapping[str, Any]
    policy: str


def policy_text(rules: str) -> str:
    """A policy of these rules, which are indented list items."""
    return f"policy: synthetic\nrules:\n{rules}"


def migration(tables: int) -> Workload:
    """Tables in a foreign-key-like graph: each depends on earlier ones, mostly on popular ones.

    The main window holds about four fifths of what may go into it.
    """
    random = Random(SEED + tables)
    names = [f"{GROUPS[int(random.random() * len(GROUPS))]}_{i:06}" for i in range(tables)]
    listed = [_table(name, random) for name in names]
    parents = _parents(tables, random)
    manifest = {
        "source": "synthetic",
        "tables": listed,
        "dependencies": {
            names[child]: [names[parent] for parent in above]
            for child, above in enumerate(parents)
            if above
        },
    }
    seconds = sum(table["size_mb"] for table in listed) / 200
    duration = f"{max(60, int(seconds * 0.5))}s"
    return Workload(manifest, policy_text(RULES.replace("DURATION", duration)))


def first_for_all(tables: int) -> Workload:
    """The same migration, with a rule that puts one table before all others."""
    manifest, policy = migration(tables)
    first = manifest["tables"][0]["name"]
    return Workload(manifest, policy + FIRST_FOR_ALL.replace("FIRST", first))


def three_nights(tables: int) -> Workload:
    """The same migration in three windows, with checkpoints that permit every kind of action."""
    manifest, policy = migration(tables)
    return Workload(manifest, policy + THIRD_NIGHT)


def plain(tables: int) -> Workload:
    """The same manifest under a policy of few rules: one window, one stream, no overhead."""
    return Workload(migration(tables).manifest, policy_text(PLAIN_RULES))


def checked(tables: int, conditions: Iterable[str]) -> Workload:
    """The same migration with a rule of kind check for each condition."""
    manifest, policy = migration(tables)
    rules = (
        f"  - {{id: check-{number}, kind: check, require: '{condition}'}}\n"
        for number, condition in enumerate(conditions, start=1)
    )
    return Workload(manifest, policy + "".join(rules))


def _table(name: str, random: Random) -> dict[str, Any]:
    # Pareto by inversion; 1 - u lies in (0, 1]. The cap keeps one table from being all there is.
    size = min(20_000.0, MEAN_MB * (1 - 1 / TAIL) * (1 - random.random()) ** (-1 / TAIL))
    row_bytes = 40 + int(400 * random.random())
    return {"name": name, "rows": int(size * 1e6) // row_bytes, "size_mb": round(size, 3)}


def _parents(tables: int, random: Random) -> list[set[int]]:
    """The parents of each table; twice as many edges as tables, where there is room for them."""
    parents: list[set[int]] = [set() for _ in range(tables)]
    chosen = [0]
    missing = min(DEPENDENCIES_PER_TABLE * tables, tables * (tables - 1) // 4)
    while missing > 0:
        for child in range(1, tables):
            parent = _parent(child, chosen, random)
            if missing and parent not in parents[child]:
                parents[child].add(parent)
                chosen.append(parent)
                missing -= 1
    return parents


def _parent(child: int, chosen: list[int], random: Random) -> int:
    """An earlier table: with preference for those that others have chosen before."""
    popular = chosen[int(random.random() * len(chosen))]
    anyone = int(random.random() * child)
    return popular if popular < child and random.random() < 0.5 else anyone


def as_yaml(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a manifest in block style, as a person or a script would write them."""
    yield f"source: {manifest['source']}"
    yield "tables:"
    for table in manifest["tables"]:
        yield f"  - name: {table['name']}"
        yield from (f"    {key}: {value}" for key, value in table.items() if key != "name")
    yield "dependencies:"
    for child, parents in manifest["dependencies"].items():
        yield f"  {child}: [{', '.join(parents)}]"


def write(workload: Workload, folder: Path) -> None:
    """Write manifest.json, manifest.yaml and policy.yaml into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(workload.manifest, indent=1), "utf-8")
    (folder / "manifest.yaml").write_text("\n".join(as_yaml(workload.manifest)) + "\n", "utf-8")
    (folder / "policy.yaml").write_text(workload.policy, "utf-8")
