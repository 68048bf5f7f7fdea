"""Workloads of 100 000 tables that would be slow where something is not near-linear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .manifests import Workload, migration, policy_text

TABLES = 100_000
LIMITS = """\
  - {id: night, kind: resource, window: {duration: 10h, reserve: 10%}}
  - {id: next-night, kind: resource, window: {name: follow-up, duration: 10h}}
  - {id: network, kind: resource, bandwidth: {limit: 400MB/s, target: 200MB/s}}
  - {id: side-by-side, kind: resource, streams: {limit: 4}}
"""


def _names(manifest: Mapping[str, Any]) -> list[str]:
    return [table["name"] for table in manifest["tables"]]


def _with_rules(workload: Workload, *rules: str) -> Workload:
    """The rules come first, so that they win."""
    lines = "".join(f"  - {rule}\n" for rule in rules)
    return workload._replace(policy=workload.policy.replace("rules:\n", f"rules:\n{lines}"))


def _plain(dependencies: Mapping[str, list[str]], class_name: str = "CRITICAL") -> Workload:
    """Small tables of one class; without a name, of none."""
    tables = [{"name": _name(i), "rows": 1000 + i % 7, "size_mb": 1 + i % 5} for i in range(TABLES)]
    rule = f'  - {{id: all, kind: priority, tables: ["*"], class: {class_name}}}\n'
    manifest = {"source": "synthetic", "tables": tables, "dependencies": dependencies}
    return Workload(manifest, policy_text((rule if class_name else "") + LIMITS))


def _name(number: int) -> str:
    return f"t_{number:06}"


def many_globs() -> Workload:
    """500 priority rules whose globs start with a star, so that each looks at every name."""
    rules = (
        f'{{id: g{i}, kind: priority, tables: ["*_0{i:03}*"], class: CRITICAL}}' for i in range(500)
    )
    return _with_rules(migration(TABLES), *rules)


def many_removals() -> Workload:
    """5000 rules that each take one edge away."""
    workload = migration(TABLES)
    edges = list(workload.manifest["dependencies"].items())[:5000]
    rules = (
        f"{{id: n{i}, kind: dependency, tables: [{child}], not_after: [{parents[0]}]}}"
        for i, (child, parents) in enumerate(edges)
    )
    return _with_rules(workload, *rules)


def thousand_first() -> Workload:
    """A thousand tables before all others."""
    names = ", ".join(map(_name, range(1000)))
    return _with_rules(
        _plain({}), f'{{id: first, kind: dependency, tables: [{names}], before: "*"}}'
    )


def removals_from_star() -> Workload:
    """A thousand tables before all others, but for a thousand pairs."""
    rules = (
        f"{{id: n{i}, kind: dependency, tables: [{_name(50_000 + i)}], not_after: [{_name(i)}]}}"
        for i in range(1000)
    )
    return _with_rules(thousand_first(), *rules)


def chain() -> Workload:
    """Every table waits for the one before it."""
    return _plain({_name(i): [_name(i - 1)] for i in range(1, TABLES)})


def cycle() -> Workload:
    """Half of the tables wait for each other in one ring, the other half for those."""
    half = TABLES // 2
    ring = {_name(i): [_name((i - 1) % half)] for i in range(half)}
    return _plain(ring | {_name(i): [_name(i - half)] for i in range(half, TABLES)})


def many_cycles() -> Workload:
    """Pairs of tables that wait for each other."""
    return _plain({_name(i): [_name(i ^ 1)] for i in range(TABLES)})


def unclassified() -> Workload:
    """Nothing says what any table is."""
    return _plain({}, "")


def missing_parents() -> Workload:
    """Every table depends on one that is not there."""
    return _plain({_name(i): [f"lost_{i:06}"] for i in range(TABLES)})


def misspelt_classes() -> Workload:
    """Every table has a priority of its own that is no class."""
    workload = _plain({}, "")
    tables = [{**table, "priority": "CRITICL"} for table in workload.manifest["tables"]]
    return workload._replace(manifest={**workload.manifest, "tables": tables})


def unknown_keys() -> Workload:
    """Every table has a key that is unknown."""
    workload = _plain({})
    tables = [{**table, "index_md": 1} for table in workload.manifest["tables"]]
    return workload._replace(manifest={**workload.manifest, "tables": tables})


def all_deferred() -> Workload:
    """Everything goes to the follow-up window, along its dependencies."""
    workload = migration(TABLES)
    return workload._replace(
        policy=policy_text(
            '  - {id: all, kind: priority, tables: ["*"], class: DEFERRABLE}\n' + LIMITS
        )
    )


def all_preferred() -> Workload:
    """Everything is preferred, and about half of it fits."""
    workload = migration(TABLES)
    limits = LIMITS.replace("10h", "2h")
    return workload._replace(
        policy=policy_text(
            '  - {id: all, kind: priority, tables: ["*"], class: IMPORTANT}\n' + limits
        )
    )


def thousand_streams() -> Workload:
    """A thousand tables side by side, each with a low rate of its own."""
    workload = migration(TABLES)
    streams = workload.policy.replace("limit: 4}", "limit: 1000}")
    return workload._replace(policy=streams.replace("400000", "4000").replace("8GB", "800GB"))


def star() -> Workload:
    """All tables depend on one."""
    return _plain({_name(i): [_name(0)] for i in range(1, TABLES)})


TRAPS: Mapping[str, Callable[[], Workload]] = {
    trap.__name__.replace("_", "-"): trap
    for trap in (
        many_globs,
        many_removals,
        thousand_first,
        removals_from_star,
        chain,
        star,
        cycle,
        many_cycles,
        unclassified,
        missing_parents,
        misspelt_classes,
        unknown_keys,
        all_deferred,
        all_preferred,
        thousand_streams,
    )
}
