"""Print a manifest of a live database: its tables, rows, sizes, keys and what depends on what."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stowplan.execution.mover import MoverError
from stowplan.model import Pattern, Place, shown
from stowplan.movers.scanned import Basis, Scanned
from stowplan.movers.urls import Address, address_of
from stowplan.patterns import Names, PatternError, literal_name
from stowplan.reports.manifest_json import manifest_json
from stowplan.reports.text import printable
from stowplan.units import megabytes, plain_date

from .artefacts import write_all
from .outcome import FINE, UsageError

_NAMED = 5
"""How many names a line of standard error lists."""

_NOWHERE = Place("", ())
"""The command line is no file."""

_SAID = {
    "sample": "from a sample of each table's rows",
    "values": "from the values of all rows, without dbstat",
    "sqlite_stat1": "from what ANALYZE last wrote down",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "url",
        metavar="URL",
        help="the database: sqlite:///relative/path.db or sqlite:////absolute/path.db",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write the manifest to a file (default: print it)"
    )
    parser.add_argument(
        "--tables",
        action="append",
        metavar="GLOB",
        default=[],
        help="only the tables that this name or glob means, like 'order*'; repeatable",
    )
    parser.add_argument(
        "--estimate",
        action="store_true",
        help="look at some rows of each table only, and take row counts from ANALYZE where it "
        "has left any; every estimate says so",
    )
    parser.add_argument(
        "--measured-at",
        metavar="DATE",
        help="write this day down, like 2027-01-31, or today (in UTC); without it no day is "
        "written, and the same database gives the same bytes",
    )


def run(options: argparse.Namespace) -> int:
    """Scan; what is estimated or left out is told on standard error. Raises UsageError."""
    day = _day(options.measured_at)
    choice = _choice(options.tables)
    try:
        address = address_of(options.url)
        _check_output(options.output, address.path)
        scanned = _scanned(address, choice, sampled=options.estimate)
    except MoverError as fault:
        raise UsageError(str(fault)) from None
    text = _text(replace(scanned, manifest=replace(scanned.manifest, measured_at=day)))
    if options.output is None:
        sys.stdout.write(text)
    else:
        write_all(Path(options.output).parent, {Path(options.output).name: text})
    for line in _told(scanned):
        print(printable(line), file=sys.stderr)
    return FINE


def _scanned(
    address: Address, choice: Callable[[Collection[str]], Collection[str]], *, sampled: bool
) -> Scanned:
    """What is in the database. Raises MoverError, and UsageError where there is nothing."""
    # Only here, for other commands that name databases need other movers.
    from stowplan.movers.sqlite.scanning import scan  # noqa: PLC0415

    scanned = scan(address.path, choice, sampled=sampled)
    if not scanned.manifest.tables:
        raise UsageError(f"{address.path}: holds no tables that could be moved: is it the one?")
    return scanned


def _day(given: str | None) -> str | None:
    if given is None:
        return None
    if given == "today":
        return datetime.now(UTC).date().isoformat()
    try:
        return plain_date(given).isoformat()
    except ValueError:
        text = f"--measured-at: {shown(given)} is no date: write it like 2027-01-31, or today"
        raise UsageError(text) from None


def _choice(texts: list[str]) -> Callable[[Collection[str]], Collection[str]]:
    """Which tables are wanted: all, or those of the globs, of which none may mean nothing."""
    try:
        patterns = [Pattern(text, literal_name(text), _NOWHERE) for text in texts]
    except PatternError as error:
        raise UsageError(f"--tables: {error}") from None

    def chosen(names: Collection[str]) -> Collection[str]:
        known = Names(names)
        idle = next((p for p in patterns if not known.matching(p)), None)
        if idle is not None:
            count = f"{len(names)} tables" if len(names) != 1 else "1 table"
            raise UsageError(f"--tables: {shown(idle.text)} means none of the {count}")
        return known.selected(patterns) if patterns else names

    return chosen


def _check_output(output: str | None, database: Path) -> None:
    """Raises UsageError where the manifest would replace the database, or no file."""
    if output is None:
        return
    path = Path(output)
    if not path.name or path.is_dir():
        raise UsageError(f"{output or '-o'}: is no file to write to")
    if path.exists() and path.resolve() == database.resolve():
        raise UsageError(f"{output}: is the database that is scanned: name another")


def _text(scanned: Scanned) -> str:
    """The manifest, with keys of its own for how its figures are known."""
    methods = sorted({how for basis in scanned.bases.values() for how in basis.estimated.values()})
    notes: dict[str, Any] = {"database": scanned.kind}
    if methods:
        notes["estimates"] = {method: _SAID[method] for method in methods}
    if scanned.left_out:
        notes["left_out"] = {reason: list(names) for reason, names in scanned.left_out.items()}
    of_tables = {name: _note(basis) for name, basis in scanned.bases.items()}
    return manifest_json(scanned.manifest, {"x-scan": notes}, of_tables)


def _note(basis: Basis) -> Mapping[str, Any]:
    record: dict[str, Any] = {}
    if basis.allocated is not None:
        record["x-allocated_mb"] = megabytes(basis.allocated)
    if basis.estimated:
        record["x-estimated"] = dict(basis.estimated)
    return record


def _told(scanned: Scanned) -> Iterator[str]:
    """What someone must know who takes the figures for true, or the list for whole."""
    keys: dict[str, dict[str, None]] = {}
    for basis in scanned.bases.values():
        for key, how in basis.estimated.items():
            keys.setdefault(how, {})[key] = None
    for how, estimated in sorted(keys.items()):
        count = sum(how in basis.estimated.values() for basis in scanned.bases.values())
        yield f"estimated {_SAID[how]}: {', '.join(estimated)} of {_tables(count)}"
    for reason, names in scanned.left_out.items():
        yield f"left out: {reason}: {_list(names)}"
    if scanned.strangers:
        cure = "scan them too, or name them under present where the destination has them"
        yield f"parents that the manifest does not list: {_list(scanned.strangers)}: {cure}"


def _tables(count: int) -> str:
    return "1 table" if count == 1 else f"{count} tables"


def _list(names: Collection[str]) -> str:
    some = ", ".join(shown(name) or '""' for name in list(names)[:_NAMED])
    return some if len(names) <= _NAMED else f"{some} and {len(names) - _NAMED} more"
