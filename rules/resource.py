"""Resources: what no window, no memory and no disk can hold, and who waits for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stowplan.model import (
    CheckpointRule,
    Disk,
    Finding,
    OversizedTable,
    ResourceRule,
    Severity,
    Table,
    shown,
)
from stowplan.patterns import Names
from stowplan.units import duration_text, rate_text, size_text

from .check import Check, PolicyCase

_NAMED = 5


def oversized(case: PolicyCase) -> Iterator[Finding]:
    """A table that fits no window by itself.

    **Why.** Whatever else is left out, this table does not end in time. Where nothing of any window
    can be used, R404 says so, and this check is silent.

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
        if not entry.longest_us:
            continue
        text = (
            f"table {shown(entry.name)} needs {duration_text(entry.needs_us)} by itself, "
            f"the longest window has {duration_text(entry.longest_us)}"
        )
        details = {"needs_s": entry.needs_us / 1e6, "longest_s": entry.longest_us / 1e6}
        place = ("tables", places[entry.name])
        yield Finding(place, text, (entry.name,), hint=oversized_cure(entry), details=details)


def oversized_cure(table: OversizedTable) -> str:
    """What would let the table into a window, calculated."""
    cures = [f"a window with {duration_text(_rounded_up(table.needs_us))} of usable time"]
    fitting, limit = table.fitting_rate, table.limit
    raised = fitting is not None and table.window_rate < fitting
    beyond = raised and limit is not None and fitting is not None and fitting > limit
    if fitting is not None and not beyond:
        cures.append(f"{rate_text(fitting)} {_in_place_of(table, raised=raised)}")
    parts = -(-table.needs_us // table.longest_us) if table.longest_us else 0
    if parts:
        cures.append(f"the table split into at least {parts} parts")
    cure = ", or ".join(cures)
    if fitting is None or limit is None or not beyond:
        return cure
    takes = f"it takes {rate_text(fitting)}, the bandwidth's limit is {rate_text(limit)}"
    return f"{cure}; no rate would do: {takes}"


def _in_place_of(table: OversizedTable, *, raised: bool) -> str:
    """Which rates must rise to the fitting one: the table's own, the window's, or both."""
    window = f"as the bandwidth of window {shown(table.window)}"
    there = f"instead of {rate_text(table.window_rate)}"
    if table.own_rate is None or table.own_rate >= (table.fitting_rate or 0):
        return f"{window} {there}"
    what = "as its own rate, rows per second included," if table.by_rows else "as its own rate"
    own = f"instead of {rate_text(table.own_rate)}"
    return f"{what} {own}, and {window} {there}" if raised else f"{what} {own}"


def _rounded_up(needed_us: int) -> int:
    """A time such that its text is no less than it is: those of long times round to seconds."""
    unit = 1_000_000 if needed_us >= 600_000_000 else 1000
    return -(-needed_us // unit) * unit if needed_us >= 1_000_000 else needed_us


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


def waiting_in_vain(case: PolicyCase) -> Iterator[Finding]:
    """A checkpoint waits for tables that the main window does not move.

    **Why.** The moment comes earlier than its author meant; if nothing is left to wait for, there
    is no checkpoint at all, and none of its actions is costed. A glob speaks of the tables that
    are there: it is told only if the window moves none of them.

    **Mend.** Wait for tables of the window, give the checkpoint a time (`at`), or bring the tables
    into the window.

    **Passes**

    ```yaml
    command: plan
    manifest:
      tables:
        - {name: orders, rows: 10, size_mb: 100}
        - {name: logs, rows: 10, size_mb: 100}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: orders, class: CRITICAL}
        - {id: rest, kind: priority, tables: "*", class: DEFERRABLE}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
        - {id: done, kind: checkpoint, after: orders}
    ```

    **Fails** with `plan`

    ```yaml
    command: plan
    manifest:
      tables:
        - {name: orders, rows: 10, size_mb: 100}
        - {name: logs, rows: 10, size_mb: 100}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: orders, class: CRITICAL}
        - {id: rest, kind: priority, tables: "*", class: DEFERRABLE}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
        - {id: done, kind: checkpoint, after: [orders, logs]}
    ```
    """
    rules = [rule for rule in case.policy.rules if isinstance(rule, CheckpointRule) and rule.after]
    if case.plan is None or not rules:
        return
    moved = frozenset(table.name for table in case.plan.planned)
    listed = Names(table.name for table in case.assessment.tables)
    for rule in rules:
        chosen = listed.selected(rule.after)
        named = frozenset(pattern.literal for pattern in rule.after)
        absent = sorted(n for n in chosen - moved if n in named or moved.isdisjoint(chosen))
        if absent:
            yield _in_vain(rule, absent, left=not moved.isdisjoint(chosen))


def _in_vain(rule: CheckpointRule, absent: Sequence[str], *, left: bool) -> Finding:
    others = f" and {len(absent) - _NAMED} more" if len(absent) > _NAMED else ""
    names = ", ".join(map(shown, absent[:_NAMED]))
    what = "it waits for the others alone" if left else "it has no checkpoint"
    return Finding(
        (*rule.place.path, "after"),
        f"rule {rule.id} waits for {names}{others}, which the window does not move: {what}",
        tuple(absent),
        hint="wait for tables of the window, or state a time (at)",
        source=rule.place.source,
        rule=rule.id,
    )


CHECKS = (
    Check("R402", Severity.ERROR, PolicyCase, oversized),
    Check("R403", Severity.ERROR, PolicyCase, rows_over_memory),
    Check("R406", Severity.ERROR, PolicyCase, over_disk, planned=True),
    Check("R407", Severity.WARNING, PolicyCase, waiting_in_vain, planned=True),
)
