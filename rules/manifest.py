"""The manifest by itself: can it be read, has it the right shape, do its numbers make sense?"""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Finding, Severity, shown
from stowplan.units import decimal_text, size_text

from .check import Check, ManifestCase, Reading


def unreadable(reading: Reading) -> Iterator[Finding]:
    """A manifest that cannot be read.

    **Why.** Nothing can be said about a file that is not there, is a folder without a manifest, or
    may not be opened. The command stops with exit status 2.

    **Mend.** Check the path and its permissions. For a folder, `plan` looks for `manifest.json`,
    `manifest.yaml` or `manifest.yml` in it.
    """
    return reading.of("M101")


def misshapen(reading: Reading) -> Iterator[Finding]:
    """A document that is not a manifest's shape.

    **Why.** A manifest that is read wrongly is planned wrongly. So nothing is guessed: a wrong
    type, a missing key, an empty file, bytes that are not UTF-8, a YAML tag, nesting deeper than 64
    levels, or aliases that expand without bound are faults, all reported at once.

    **Mend.** The message names the place and what is wanted there.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: many}
    ```
    """
    return reading.of("M102")


def unknown_key(reading: Reading) -> Iterator[Finding]:
    """A key that a manifest does not have.

    **Why.** A misspelled key is silently lost otherwise: `depends-on` would order nothing.

    **Mend.** Use the nearest known key, which the hint names; `stowplan lint --fix` does so where
    no other is near. Keys of your own start with `x-`.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1, x-ticket: OPS-7}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1, ownr: sales}
    ```
    """
    return reading.of("M103")


def duplicate_key(reading: Reading) -> Iterator[Finding]:
    """A key that stands twice in one mapping.

    **Why.** JSON and YAML readers keep the last one and drop the others without a word: half of the
    dependencies can be lost that way.

    **Mend.** Join the two, or delete the one that is wrong.

    **Passes**

    ```yaml
    manifest: |
      {"tables": [{"name": "a", "rows": 1, "size_mb": 1}]}
    ```

    **Fails**

    ```yaml
    manifest: |
      {"tables": [{"name": "a", "rows": 1, "rows": 2, "size_mb": 1}]}
    ```
    """
    return reading.of("M104")


def impossible_number(reading: Reading) -> Iterator[Finding]:
    """A number that is negative, not a number, infinite, or larger than anything that is stored.

    **Why.** Such a number comes from a broken export; every time in the plan would follow from it.

    **Mend.** Measure the table again.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 0.5}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: -10, size_mb: .nan}
    ```
    """
    return reading.of("M106")


def duplicate_table(case: ManifestCase) -> Iterator[Finding]:
    """A table that is listed twice, or twice but for case.

    **Why.** Two entries for one table disagree sooner or later, and its size counts twice. Names
    that differ only in case (a warning) are one table for databases that fold case.

    **Mend.** Keep one entry. Where both really exist, quote the names in the target as in the
    source.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 1}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: customers, rows: 10, size_mb: 1}
    ```
    """
    exact: dict[str, int] = {}
    folded: dict[str, str] = {}
    present = frozenset(case.manifest.present)
    for table in case.manifest.tables:
        path = ("tables", table.place, "name")
        name, key = table.name, table.name.casefold()
        if name in exact:
            text = f"table {shown(name)} is listed again (first as number {exact[name] + 1})"
            yield Finding(path, text, (name,), hint="keep one entry")
            continue
        exact[name] = table.place
        if name in present:
            text = f"table {shown(name)} is listed and also called present"
            yield Finding(
                path, text, (name,), hint="a present table is not moved: drop one of them"
            )
        if key in folded:
            pair = tuple(sorted((folded[key], name)))
            text = f"tables {shown(pair[0])} and {shown(pair[1])} differ only in case"
            hint = "where identifiers fold case they are one table"
            yield Finding(path, text, pair, hint=hint, severity=Severity.WARNING)
        folded.setdefault(key, name)


def rows_and_size(case: ManifestCase) -> Iterator[Finding]:
    """Rows without size, size without rows, or neither.

    **Why.** Rows that weigh nothing (an error) make every estimate too short. Size without rows (a
    warning) is what allocated but empty pages look like: the table is planned by its size. A table
    with neither (information) takes no time.

    **Mend.** Measure the table again; refresh the statistics that the numbers come from.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 0}
    ```
    """
    for table in case.manifest.tables:
        if table.rows and table.size:
            continue
        path = ("tables", table.place)
        name = shown(table.name)
        if table.rows:
            text = f"table {name} has {table.rows} rows but no size"
            yield Finding((*path, "size_mb"), text, (table.name,), hint="measure its size")
        elif table.size:
            text = f"table {name} has {size_text(table.size)} but no rows: planned by its size"
            hint = "allocated pages without rows? refresh the statistics"
            severity = Severity.WARNING
            yield Finding((*path, "rows"), text, (table.name,), hint=hint, severity=severity)
        else:
            text = f"table {name} has neither rows nor size"
            yield Finding(path, text, (table.name,), severity=Severity.INFO)


def wrong_total(case: ManifestCase) -> Iterator[Finding]:
    """The declared total differs from the sum of the tables.

    **Why.** The total is a checksum: when it does not hold, a table was left out or a size changed.

    **Mend.** Find the table that is missing, or write the sum that the hint gives;
    `stowplan lint --fix` does so where no other fault can be why.

    **Passes**

    ```yaml
    manifest:
      total_size_mb: 3
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 2}
    ```

    **Fails**

    ```yaml
    manifest:
      total_size_mb: 5
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 2}
    ```
    """
    declared = case.manifest.declared_total
    total = sum(table.size for table in case.manifest.tables)
    if case.complete and declared is not None and declared != total:
        text = (
            f"the declared total is {size_text(declared)}, the tables add up to {size_text(total)}"
        )
        plain = decimal_text(total).replace(" ", "")
        hint = f"a table is missing, or it should be total_size_mb: {plain}"
        details = {"declared_bytes": declared, "sum_bytes": total}
        yield Finding(("total_size_mb",), text, hint=hint, details=details)


def no_tables(case: ManifestCase) -> Iterator[Finding]:
    """A manifest without tables.

    **Why.** There is nothing to plan; an export that failed looks like this.

    **Mend.** List the tables.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    ```

    **Fails**

    ```yaml
    manifest:
      tables: []
    ```
    """
    if case.complete and not case.manifest.tables:
        yield Finding(("tables",), "the manifest lists no tables", hint="list what is to be moved")


CHECKS = (
    Check("M101", Severity.ERROR, Reading, unreadable, firm=True),
    Check("M102", Severity.ERROR, Reading, misshapen, firm=True),
    Check("M103", Severity.ERROR, Reading, unknown_key, firm=True),
    Check("M104", Severity.ERROR, Reading, duplicate_key, firm=True),
    Check("M105", Severity.ERROR, ManifestCase, duplicate_table, firm=True),
    Check("M106", Severity.ERROR, Reading, impossible_number, firm=True),
    Check("M107", Severity.ERROR, ManifestCase, rows_and_size),
    Check("M108", Severity.ERROR, ManifestCase, wrong_total),
    Check("M109", Severity.ERROR, ManifestCase, no_tables),
)
