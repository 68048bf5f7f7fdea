"""Resources: tables that no window, no memory and no disk can hold."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import (
    Disk,
    Finding,
    OversizedTable,
    ResourceRule,
    Severity,
    Table,
    shown,
)
from stowplan.units import duration_text, rate_text, size_text

from .check import Check, PolicyCase


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
    for entry in case.assessment.oversized:
        text = (
            f"table {shown(entry.name)} needs {duration_text(entry.needs_us)} by itself, "
            f"the longest window has {duration_text(entry.longest_us)}"
        )
        details = {"needs_s": entry.needs_us / 1e6, "longest_s": entry.longest_us / 1e6}
        place = ("tables", places[entry.name])
        yield Finding(place, text, (entry.name,), hint=oversized_cure(entry), details=details)


def oversized_cure(table: OversizedTable) -> str:
    """What would let the table into a window, calculated."""
    cures = [f"a window with {duration_text(table.needs_us)} of usable time"]
    if table.fitting_rate is not None:
        cures.append(f"{rate_text(table.fitting_rate)} instead of {rate_text(table.rate)} for it")
    parts = -(-table.needs_us // table.longest_us) if table.longest_us else 0
    if parts:
        cures.append(f"the table split into at least {parts} parts")
    return ", or ".join(cures)


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
        hint = f"{size_text(needed - disk.limit)} more disk, or fewer tables"
        path = (*rule.place.path, "disk", "limit")
        yield Finding(path, text, hint=hint, source=rule.place.source, rule=rule.id)


CHECKS = (
    Check("R402", Severity.ERROR, PolicyCase, oversized),
    Check("R403", Severity.ERROR, PolicyCase, rows_over_memory),
    Check("R406", Severity.ERROR, PolicyCase, over_disk, planned=True),
)
