"""Resources: limits that contradict each other, and tables that no limit can hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stowplan.model import (
    Bandwidth,
    Chunk,
    Disk,
    Finding,
    Memory,
    Policy,
    Resource,
    ResourceRule,
    Severity,
    Streams,
    Table,
    Throughput,
    Window,
    shown,
)
from stowplan.units import duration_text, rate_text, size_text

from .check import Check, PolicyCase

_WORDS: dict[type[Resource], str] = {
    Window: "window",
    Memory: "memory",
    Disk: "disk",
    Bandwidth: "bandwidth",
    Streams: "streams",
    Chunk: "chunk",
    Throughput: "throughput",
}
_FIGURES = ("rate", "rows_per_second", "overhead_us", "per_chunk_us", "index_rate", "verify_rate")


def oversized(case: PolicyCase) -> Iterator[Finding]:
    """A table that fits no window by itself.

    **Why.** Whatever else is left out, this table does not end in time.

    **Mend.** A longer window, a higher rate, or the table split into parts (by date, by tenant).

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 1000000, size_mb: 100000}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: IMPORTANT}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 1000000, size_mb: 1000000}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: IMPORTANT}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```
    """
    places = {table.name: table.place for table in case.assessment.tables}
    for name, needs_us, longest_us in case.assessment.oversized:
        text = (
            f"table {shown(name)} needs {duration_text(needs_us)} by itself, "
            f"the longest window has {duration_text(longest_us)}"
        )
        details = {"needs_s": needs_us / 1e6, "longest_s": longest_us / 1e6}
        hint = "a longer window, a higher rate, or the table split into parts"
        yield Finding(("tables", places[name]), text, (name,), hint=hint, details=details)


def rows_over_memory(case: PolicyCase) -> Iterator[Finding]:
    """Two of a table's largest rows do not fit the memory of one stream.

    **Why.** A chunk is at least one row, and a copy holds two of them: the one being read and the
    one being written. A stream's share is `memory * (1 - reserve) / streams`. The table is not
    planned (S501).

    **Mend.** Fewer streams (the hint says how many fit), or more memory.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: scans, rows: 10, size_mb: 1000, max_row_mb: 400}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: ram, kind: resource, memory: {limit: 1GB}}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: scans, rows: 10, size_mb: 1000, max_row_mb: 400}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: ram, kind: resource, memory: {limit: 1GB}}
        - {id: four, kind: resource, streams: {limit: 4}}
    ```
    """
    memory = case.assessment.usable_memory
    if memory is None:
        return
    by_name = {table.name: table for table in case.assessment.tables}
    struck = [cause.roots[0] for cause in case.assessment.causes if cause.kind == "memory"]
    for name in struck:
        table = by_name[name]
        text = (
            f"two rows of {shown(name)} take {size_text(_pair(table))}, "
            f"a stream has {size_text(memory // case.assessment.streams)}"
        )
        fitting = _streams_that_fit(table, memory)
        hint = f"it fits at {fitting} streams" if fitting else "it fits at no number of streams"
        if fitting == 1:
            hint = "it fits with one stream"
        details = {"streams_that_fit": fitting}
        key = "max_row_mb" if table.max_row else "size_mb"
        yield Finding(("tables", table.place, key), text, (name,), hint=hint, details=details)


def _pair(table: Table) -> int:
    mean = -(-table.size // table.rows) if table.rows else 0
    return 2 * max(table.max_row, mean)


def _streams_that_fit(table: Table, memory: int) -> int:
    """The most streams at which two rows of the table fit; 0 if there are none."""
    by_mean = memory * table.rows // (2 * table.size) if table.rows and table.size else memory
    by_largest = memory // (2 * table.max_row) if table.max_row else memory
    return min(by_mean, by_largest)


def contradictory_limits(case: PolicyCase) -> Iterator[Finding]:
    """Limits that contradict each other, or that are missing.

    **Why.** A target above its limit, a limit of zero, or two limits for one thing in one file:
    only one of them can be meant. Without a window or a bandwidth nothing can be timed: that is a
    warning for `lint` and an error for `plan`, which then makes no plan.

    **Mend.** The message names the two values, or what is missing. Across files the first in load
    order wins, and what a file `extends` is overridden silently.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 100MB/s, target: 50MB/s}}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s, target: 100MB/s}}
    ```
    """
    rules = [rule for rule in case.policy.rules if isinstance(rule, ResourceRule)]
    for rule in rules:
        yield from _value_faults(rule, case.policy)
    yield from _doubled(rules)
    yield from _missing(rules, case)


def _at(rule: ResourceRule, text: str, hint: str, *keys: str) -> Finding:
    path = (*rule.place.path, _WORDS[type(rule.resource)], *keys)
    return Finding(path, text, hint=hint, source=rule.place.source, rule=rule.id)


def _value_faults(rule: ResourceRule, policy: Policy) -> Iterator[Finding]:
    """A target above its limit, and limits of zero."""
    limit = next(
        (
            other.resource.limit
            for other in policy.rules
            if isinstance(other, ResourceRule) and isinstance(other.resource, Bandwidth)
        ),
        None,
    )
    resource = rule.resource
    if isinstance(resource, Bandwidth) and resource.target > (resource.limit or resource.target):
        over = f"{rate_text(resource.target)} is above its limit {rate_text(resource.limit or 0)}"
        yield _at(rule, f"the bandwidth target {over}", "lower the target", "target")
    if isinstance(resource, Window) and limit is not None and (resource.bandwidth or 0) > limit:
        text = f"window {shown(resource.name)} takes {rate_text(resource.bandwidth or 0)}"
        yield _at(rule, f"{text}, above the limit {rate_text(limit)}", "lower it", "bandwidth")
    for key, value in _limits(resource):
        if value == 0:
            text = f"rule {rule.id} leaves no {_WORDS[type(resource)]}: {key} is zero"
            yield _at(rule, text, "state what there is to spend, or drop the rule", key)


def _limits(resource: Resource) -> Iterator[tuple[str, int | None]]:
    """Every key of a resource that limits, with its value."""
    if isinstance(resource, Window):
        yield "duration", resource.duration_us
        yield "bandwidth", resource.bandwidth
        yield "streams", resource.streams
    elif isinstance(resource, Bandwidth):
        yield "limit", resource.limit
        if resource.target != resource.limit:
            yield "target", resource.target
    elif isinstance(resource, Chunk):
        yield "size", resource.size
    elif isinstance(resource, Throughput):
        for key in ("rate", "rows_per_second", "index_rate", "verify_rate"):
            yield key, getattr(resource, key)
    else:
        yield "limit", resource.limit


def _doubled(rules: Sequence[ResourceRule]) -> Iterator[Finding]:
    """Two rules of one file that give everything a value for one thing."""
    first: dict[tuple[str, str], ResourceRule] = {}
    for rule in rules:
        for what in _everything_keys(rule):
            earlier = first.setdefault((rule.place.source, what), rule)
            if earlier is not rule:
                text = f"rules {earlier.id} and {rule.id} both state the {what}"
                yield _at(rule, text, "keep one; the first in load order holds")
                break


def _everything_keys(rule: ResourceRule) -> Iterator[str]:
    """What the rule states for everything: a word for each value that can be had only once."""
    resource = rule.resource
    if rule.tables:
        return
    if isinstance(resource, Window):
        yield f"window {resource.name}"
    elif isinstance(resource, Throughput):
        for key in _FIGURES:
            if getattr(resource, key) is not None:
                yield f"throughput's {key.removesuffix('_us')}"
    else:
        yield _WORDS[type(resource)]


def _missing(rules: Sequence[ResourceRule], case: PolicyCase) -> Iterator[Finding]:
    """No window, no bandwidth: nothing can be timed."""
    severity = Severity.ERROR if case.planning else Severity.WARNING
    own = [rule.resource for rule in rules if not rule.packed]
    windows = [resource for resource in own if isinstance(resource, Window)]
    rates = [rule.resource for rule in rules if isinstance(rule.resource, Bandwidth)]
    source = case.policy.files[0].path if case.policy.files else None
    for absent, what, example in (
        (not windows, "window", "window: {duration: 4h}"),
        (
            not rates and not (windows and all(w.bandwidth for w in windows)),
            "bandwidth",
            "bandwidth: {limit: …}",
        ),
    ):
        if absent:
            text = f"the policy states no {what}: nothing can be timed"
            hint = f"add a rule of kind resource with {example}"
            yield Finding((), text, hint=hint, source=source, severity=severity)


def over_disk(case: PolicyCase) -> Iterator[Finding]:
    """The window's tables and indexes do not fit the target's disk.

    **Why.** The copy stops in the night with a full disk. `lint` counts the required tables, `plan`
    all tables that the main window takes.

    **Mend.** More disk, or fewer tables.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 10, size_mb: 800, index_mb: 100}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: disk, kind: resource, disk: {limit: 1GB}}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 10, size_mb: 800, index_mb: 300}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: disk, kind: resource, disk: {limit: 1GB}}
    ```
    """
    disk = case.assessment.disk
    if disk is None:
        return
    names = (
        case.assessment.required
        if case.plan is None
        else tuple(table.name for table in case.plan.planned)
    )
    chosen = frozenset(names)
    needed = sum(t.size + t.index_size for t in case.assessment.tables if t.name in chosen)
    if needed > disk.limit:
        which = "required tables" if case.plan is None else "window's tables"
        text = (
            f"the {which} and their indexes take {size_text(needed)}, "
            f"the target's disk holds {size_text(disk.limit)}"
        )
        rule = next(
            rule
            for rule in case.policy.rules
            if isinstance(rule, ResourceRule) and isinstance(rule.resource, Disk)
        )
        yield _at(rule, text, f"{size_text(needed - disk.limit)} more disk", "limit")


CHECKS = (
    Check("R402", Severity.ERROR, PolicyCase, oversized),
    Check("R403", Severity.ERROR, PolicyCase, rows_over_memory),
    Check("R404", Severity.ERROR, PolicyCase, contradictory_limits),
    Check("R406", Severity.ERROR, PolicyCase, over_disk),
)
