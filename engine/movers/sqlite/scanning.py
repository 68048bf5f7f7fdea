"""A SQLite database as a manifest: its tables, how large they are, and what they refer to."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from stowplan.model import Dependency, Manifest
from stowplan.model import Table as Listed
from stowplan.movers.scanned import Basis, Scanned

from .catalogue import Catalogue, Table
from .connecting import reading
from .introspection import read_catalogue
from .measuring import Basis as How
from .measuring import Measure, Measurer

_MANY = 100
"""From how many tables on the pages of all are listed at once."""

Choice = Callable[[Collection[str]], Collection[str]]
"""From the names of all tables to those that are wanted."""


def scan(path: Path, wanted: Choice, *, sampled: bool = False) -> Scanned:
    """Read a database's catalogue and measure the wanted tables, all at one moment.

    `sampled` reads some rows of each table only. Raises MoverError.
    """
    with reading(path) as connection:
        catalogue = read_catalogue(connection)
        chosen = wanted([table.name for table in catalogue.tables if table.name])
        tables = [table for table in catalogue.tables if table.name in chosen]
        measurer = Measurer(connection, sampled=sampled, many=len(tables) > _MANY)
        measured = {table.name: measurer.measure(table) for table in tables}
    return Scanned(
        "sqlite",
        _manifest(path, tables, measured),
        {name: _basis(measure) for name, measure in measured.items()},
        _left_out(catalogue),
        _strangers(tables),
    )


def _manifest(path: Path, tables: Iterable[Table], measured: Mapping[str, Measure]) -> Manifest:
    """The manifest, which knows the file's name but not where it lies."""
    listed = tuple(
        _listed(table, measured[table.name], place) for place, table in enumerate(tables)
    )
    edges = tuple(
        Dependency(table.name, parent, ("tables", place, "depends_on"))
        for place, table in enumerate(tables)
        for parent in _parents(table)
    )
    # A file's name need not be UTF-8; a manifest is.
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return Manifest(listed, edges, source=name)


def _listed(table: Table, measure: Measure, place: int) -> Listed:
    key = table.key.names if table.key is not None else ()
    return Listed(
        table.name,
        measure.rows,
        measure.size,
        place,
        index_size=measure.index,
        max_row=measure.max_row,
        lob=measure.lob,
        primary_key=key if all(key) else (),  # a column may be called "", in a manifest not
    )


def _parents(table: Table) -> list[str]:
    """The tables that its foreign keys refer to, itself too, by name."""
    return sorted({key.parent for key in table.foreign_keys})


def _basis(measure: Measure) -> Basis:
    """What is estimated, in a manifest's keys."""
    estimated: dict[str, str] = {}
    if not measure.rows_basis.exact:
        estimated["rows"] = measure.rows_basis.value
    if not measure.size_basis.exact:
        sizes = ("size_mb", "index_mb", "max_row_mb")
        estimated |= dict.fromkeys(sizes, measure.size_basis.value)
    if measure.size_basis is How.SAMPLE:
        estimated["lob"] = measure.size_basis.value
    return Basis(estimated, measure.allocated)


def _left_out(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    nameless = ("",) if any(not table.name for table in catalogue.tables) else ()
    reasons = {
        "virtual tables": catalogue.virtual,
        "tables with names that are no UTF-8": catalogue.unsayable,
        "tables whose name is empty": nameless,
    }
    return {reason: names for reason, names in reasons.items() if names}


def _strangers(tables: Collection[Table]) -> tuple[str, ...]:
    known = {table.name for table in tables}
    parents = {parent for table in tables for parent in _parents(table)}
    return tuple(sorted(parents - known))
