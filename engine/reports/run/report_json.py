"""`migration_report.json`: a run for programs. Seconds, MB and MB/s with at most six decimals."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from stowplan.execution.fits import Sums
from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.execution.program import Left
from stowplan.reports.json_layout import document
from stowplan.units import megabytes, seconds

from .checkpoint_records import checkpoint_record, limits_record
from .results import (
    Phase,
    Speed,
    Wall,
    adjusted,
    average,
    phases,
    simulated,
    status,
    total,
)

REPORT_VERSION = 1
_SUMS = tuple(field.name for field in fields(Sums))


def report_json(ledger: Ledger) -> str:
    """The report; of a run that has not ended its status is IN_PROGRESS."""
    wall, ended = Wall.of(ledger), ledger.ended
    return document(
        {
            "stowplan_report": REPORT_VERSION,
            "run": _run(ledger, wall),
            "status": status(ledger),
            "ending": None if ended is None else {"kind": ended.ending, "text": ended.text},
            "summary": _summary(ledger),
            "limits": {
                "planned": limits_record(ledger.program.limits),
                "last": limits_record(ledger.limits),
            },
            "memory": _memory(ledger),
            "network": _network(ledger),
            "measured": _sums(
                total(each.sums for each in ledger.tables), own=bool(ledger.pace.own_us)
            ),
            "tables": (_table(each, wall) for each in ledger.tables),
            "left": [_left(each) for each in ledger.program.left],
            "phases": [_phase(each) for each in phases(ledger)],
            "checkpoints": [checkpoint_record(each, wall) for each in adjusted(ledger)],
            "failures": [
                {
                    "table": each.table,
                    "chunk": each.number,
                    "at_s": seconds(each.at_us),
                    "scope": each.scope,
                    "reason": each.reason,
                }
                for each in ledger.failures
            ],
        }
    )


def _run(ledger: Ledger, wall: Wall) -> dict[str, Any]:
    began = ledger.began
    known = {} if began is None else {"id": began.run, "plan": began.plan, "mover": began.mover}
    return {
        **known,
        "settings": began.settings if began else "",
        "plan_sha256": began.key if began else ledger.program.key,
        "window": ledger.program.window,
        "simulated": simulated(ledger),
        "started_at": wall.iso(0),
        "last_at": wall.iso(ledger.at_us),
        "resumed_s": [seconds(at_us) for at_us in ledger.resumed],
    }


def _summary(ledger: Ledger) -> dict[str, Any]:
    required = [each for each in ledger.tables if each.load.needed]
    return {
        "used_s": seconds(ledger.at_us),
        "window_s": seconds(ledger.limits.duration_us),
        "tables": len(ledger.tables) + len(ledger.program.left),
        "tables_in_window": len(ledger.tables),
        "tables_moved": _done(ledger.tables),
        "required": len(required),
        "required_moved": _done(required),
        "rows": ledger.rows,
        "mb": megabytes(ledger.size),
    }


def _done(tables: list[Progress]) -> int:
    return sum(each.state is State.DONE for each in tables)


def _memory(ledger: Ledger) -> dict[str, Any]:
    limit = ledger.program.memory
    used = [each.chunk for each in ledger.tables if each.chunks]
    return {
        "peak_mb": megabytes(ledger.held) if ledger.held else None,
        "limit_mb": None if limit is None else megabytes(limit),
        "smallest_chunk_mb": megabytes(min(used, default=0)),
        "largest_chunk_mb": megabytes(max(used, default=0)),
        "pressure": [
            {
                "table": each.table,
                "at_s": seconds(each.at_us),
                "held_mb": megabytes(each.held),
                "limit_mb": megabytes(each.limit),
            }
            for each in ledger.pressures
        ],
    }


def _network(ledger: Ledger) -> dict[str, Any]:
    speed = Speed.of(ledger)
    return {
        "average_mb_s": megabytes(speed.over_all),
        "moving_mb_s": megabytes(speed.moving),
        "peak_mb_s": megabytes(speed.peak),
        "throttled": ledger.waits,
    }


def _sums(sums: Sums, *, own: bool) -> dict[str, Any] | None:
    """What least squares need: exact sums over chunks, of microseconds, bytes and rows.

    `own_time` says that the chunks' times are without what they waited for the bandwidth.
    """
    return (
        {"own_time": own, **{name: getattr(sums, name) for name in _SUMS}} if sums.chunks else None
    )


def _table(each: Progress, wall: Wall) -> dict[str, Any]:
    load = each.load
    return {
        "name": load.name,
        "class": load.class_name,
        "required": load.needed,
        "phase": load.phase,
        "status": each.state.value,
        "rows": each.rows,
        "planned_rows": load.rows,
        "mb": megabytes(each.size),
        "planned_mb": megabytes(load.size),
        "chunks": each.chunks,
        "chunk_mb": megabytes(each.chunk),
        "throttled": each.waits,
        "pressed": each.pressed,
        "note": each.note,
        "planned": {
            "start_s": seconds(load.start_us),
            "finish_s": seconds(load.finish_us),
            "segments": [
                [seconds(start), seconds(end), megabytes(rate)]
                for start, end, rate in load.segments
            ],
        },
        "actual": _actual(each),
        "verified": _verified(each, wall),
        "measured": _sums(each.sums, own=bool(each.pace.own_us)),
    }


def _actual(each: Progress) -> dict[str, Any] | None:
    """When it was opened, copied and closed; segments as in the plan, with mean rates."""
    opened, closed = each.opened, each.closed
    if opened is None:
        return None
    segments = [[seconds(opened.started_us), seconds(opened.at_us), 0.0]]
    if each.loaded_us is not None:
        rate = average(each.size, each.loaded_us - opened.at_us)
        segments.append([seconds(opened.at_us), seconds(each.loaded_us), megabytes(rate)])
    if closed is not None:
        segments.append([seconds(closed.started_us), seconds(closed.at_us), 0.0])
    return {
        "start_s": seconds(opened.started_us),
        "loaded_s": _time(each.loaded_us),
        "finish_s": _time(closed.at_us if closed else None),
        "opening_s": seconds(opened.at_us - opened.started_us),
        "closing_s": _time(closed.at_us - closed.started_us if closed else None),
        "segments": [segment for segment in segments if segment[1] > segment[0]],
    }


def _verified(each: Progress, wall: Wall) -> dict[str, Any] | None:
    closed = each.closed
    if closed is None:
        return None
    return {
        "level": closed.verified,
        "at_s": seconds(closed.at_us),
        "at": wall.iso(closed.at_us),
        "source_rows": closed.source_rows,
        "target_rows": closed.target_rows,
        "checksum": closed.checksum,
        "differences": list(closed.differences),
        "notes": list(closed.notes),
    }


def _left(left: Left) -> dict[str, Any]:
    return {
        "name": left.name,
        "code": left.code,
        "window": left.window,
        "rows": left.rows,
        "mb": megabytes(left.size),
        "text": left.text,
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "phase": phase.number,
        "tables": phase.tables,
        "done": phase.done,
        "planned_s": seconds(phase.planned_us),
        "actual_s": seconds(phase.actual_us),
        "variance_s": seconds(phase.variance_us),
        "planned_end_s": seconds(phase.planned_end_us),
        "end_s": _time(phase.end_us),
    }


def _time(microseconds: int | None) -> float | None:
    return None if microseconds is None else seconds(microseconds)
