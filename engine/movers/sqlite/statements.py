"""What a run would do, statement by statement, without touching the target: a rehearsal's text.

Parameters stand as `:name`: a chunk's bounds are known only when it is copied.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stowplan.execution.program import Load, Program
from stowplan.model import shown

from .catalogue import Catalogue, Table
from .copying import insertion
from .finishing import index_statements, triggers_on
from .keyset import Keyset, keyset_of
from .looking import obstacles
from .names import folded, quoted
from .pair import read_source


def statements(program: Program, source: Path, target: Path) -> Iterator[str]:
    """Each statement or comment, in the order of the plan's starts. Raises MoverError.

    What is in the way at the target comes first.
    """
    found = read_source(source)
    yield from (f"-- {line}" for line in [*obstacles(program, found, target)])
    catalogue = found.catalogue
    tables = {folded(table.name): table for table in catalogue.tables}
    yield f"ATTACH {_literal(str(source))} AS source; -- read-only, to {shown(str(target), 300)}"
    for load in sorted(program.loads, key=lambda load: (load.start_us, load.name)):
        table = tables.get(folded(load.name))
        if table is None:
            yield f"-- {shown(load.name)}: the source has no such table"
        else:
            yield from _of_table(load, table, catalogue)
    yield from (f"{view.statement};" for view in catalogue.views)


def _of_table(load: Load, table: Table, catalogue: Catalogue) -> Iterator[str]:
    yield f"-- {shown(load.name)}: {load.rows} rows in {load.chunks} chunks"
    yield f"{table.statement};"
    yield "BEGIN IMMEDIATE; -- a chunk"
    yield f"{_chunk(table, keyset_of(table, catalogue.encoding, null_keys=False), load)};"
    yield "INSERT INTO main._stowplan_progress VALUES (:run, :table, :number, …);"
    yield "COMMIT;"
    if load.verify != "none":
        yield from _comparison(load, table)
    yield from (f"{index.statement};" for index in index_statements(table))
    if table.foreign_keys and load.verify != "none":
        yield f"PRAGMA main.foreign_key_check({quoted(table.name)}); -- once its parents are there"
    yield from (f"{trigger.statement};" for trigger in triggers_on(catalogue, (table.name,)))


def _chunk(table: Table, keyset: Keyset | None, load: Load) -> str:
    """A chunk's INSERT: from after the last key, as many rows as a chunk has."""
    if keyset is None:
        return f"{insertion(table)} /* no key: the whole table at once */"
    key = ", ".join(quoted(column.name or "") for column in keyset.columns)
    bounds = ", ".join(f":after_{place}" for place in range(1, len(keyset.columns) + 1))
    condition = f"({key}) > ({bounds})" if len(keyset.columns) > 1 else f"{key} > {bounds}"
    rows = load.rows_per_chunk
    return f"{insertion(table)} WHERE {condition} ORDER BY {keyset.order} LIMIT {rows}"


def _comparison(load: Load, table: Table) -> Iterator[str]:
    for schema in ("source", "main"):
        yield f"SELECT count(*) FROM {schema}.{quoted(table.name)};"
    if load.verify == "checksum":
        yield "-- the checksum of each chunk's rows, on both sides"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
