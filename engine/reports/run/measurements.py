"""What runs have measured, read from their reports and added up: what `calibrate` starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from stowplan.execution.fits import Sums
from stowplan.units import MICROSECONDS

from .results import SIMULATED, total


class MisshapenReportError(ValueError):
    """What was read is no report of a run."""


@dataclass(slots=True)
class Measured:
    """Sums over chunks; times in microseconds, sizes in bytes.

    `own` says that chunk times are without what was waited for the bandwidth. `openings` are the
    times before the first byte; `closing_us` is the time after the last one, over tables of
    `closed_size` bytes that were compared.
    """

    sums: Sums = field(default_factory=Sums)
    own: bool = True
    openings: list[int] = field(default_factory=list)
    closing_us: int = 0
    closed_size: int = 0

    def take(self, other: Measured) -> None:
        """Add what another report measured."""
        self.sums = total((self.sums, other.sums))
        self.own = self.own and (other.own or not other.sums.chunks)
        self.openings += other.openings
        self.closing_us += other.closing_us
        self.closed_size += other.closed_size


@dataclass(slots=True)
class Measurements:
    """All that some reports measured: by table, and of everything together.

    `left` are tables that their windows left out; `runs` are what they are called; `simulated` says
    that one of them moved no data.
    """

    tables: dict[str, Measured]
    left: frozenset[str]
    everything: Measured
    runs: tuple[str, ...]
    simulated: bool


def measurements(reports: Iterable[object]) -> Measurements:
    """What the data of some reports say. Raises MisshapenReportError."""
    tables: dict[str, Measured] = {}
    everything, runs, left, simulated = Measured(), list[str](), set[str](), False
    for report in reports:
        try:
            run, moved_nothing = _run(report)
            for name, measured in _tables(report):
                tables.setdefault(name, Measured()).take(measured)
                everything.take(measured)
            left.update(_left(report))
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise MisshapenReportError(str(error)) from None
        runs.append(run)
        simulated = simulated or moved_nothing
    return Measurements(tables, frozenset(left), everything, tuple(runs), simulated)


def _run(report: Any) -> tuple[str, bool]:  # noqa: ANN401 (whatever was read)
    if report["stowplan_report"] != 1:
        raise ValueError("another version")
    run = report["run"]
    simulated = run["simulated"] is not False or run.get("mover") in SIMULATED
    started = f", started {run['started_at']}" if run.get("started_at") else ""
    return f"{run.get('id', 'without a name')}{started}", simulated


def _tables(report: Any) -> Sequence[tuple[str, Measured]]:  # noqa: ANN401 (as above)
    found: list[tuple[str, Measured]] = []
    for table in report["tables"]:
        measured = Measured()
        if table["measured"] is not None:
            measured.own = table["measured"]["own_time"] is True
            measured.sums = _sums(table["measured"])
        _beside(table, measured)
        found.append((_text(table["name"]), measured))
    return found


def _left(report: Any) -> list[str]:  # noqa: ANN401 (as above)
    return [_text(table["name"]) for table in report["left"]]


def _sums(record: Mapping[str, Any]) -> Sums:
    values = {each.name: record[each.name] for each in fields(Sums)}
    if not all(type(value) is int and value >= 0 for value in values.values()):
        raise TypeError("sums are whole numbers")
    return Sums(**values)


def _beside(table: Mapping[str, Any], measured: Measured) -> None:
    """What was measured before the first byte and after the last one."""
    actual, verified = table["actual"], table["verified"]
    if actual is None:
        return
    measured.openings.append(_us(actual["opening_s"]))
    if verified is not None and verified["level"] != "none":
        measured.closing_us += _us(actual["closing_s"])
        measured.closed_size += _us(table["mb"])  # megabytes are as many bytes


def _us(seconds: object) -> int:
    """Microseconds of seconds, or bytes of megabytes."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | Decimal):
        raise TypeError("no number")
    return max(0, round(seconds * MICROSECONDS))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("no text")
    return value
