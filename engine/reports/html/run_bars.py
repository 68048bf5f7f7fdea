"""A run's timeline: planned and actual bars of its tables, and the bandwidth beside the plan's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.model import Segment, Timing
from stowplan.reports.run.results import Adjusted, Wall, adjusted, average
from stowplan.reports.text import printable
from stowplan.units import MICROSECONDS, megabytes, seconds

from .lanes import bandwidth, lanes
from .wall import wall_record

_MOST_STEPS = 1000


def planned_timing(each: Progress) -> Timing:
    """When a table was to move."""
    load = each.load
    return Timing(load.segments, load.start_us, load.finish_us)


def actual_timing(each: Progress, until_us: int) -> Timing | None:
    """When it did, with the mean rate of its copying; None where it never began.

    One that has not come to its end reaches to `until_us`, or ends with its opening where no row of
    it has come.
    """
    opened, closed = each.opened, each.closed
    if opened is None:
        return None
    copied_us = _copied_us(each, opened.at_us, until_us)
    rate = average(each.size, copied_us - opened.at_us)
    parts = (
        Segment(opened.started_us, opened.at_us, 0),
        Segment(opened.at_us, copied_us, rate),
    )
    segments = tuple(part for part in parts if part.end_us > part.start_us)
    finish_us = copied_us if closed is None else closed.at_us
    return Timing(segments, opened.started_us, max(finish_us, opened.started_us))


def _copied_us(each: Progress, opened_us: int, until_us: int) -> int:
    if each.loaded_us is not None:
        return each.loaded_us
    return max(opened_us, until_us) if each.rows or each.size else opened_us


def actual_timings(ledger: Ledger, tables: Sequence[Progress]) -> list[Timing | None]:
    """The same for some tables; what failed reaches to its last failure."""
    failed = {each.table: each.at_us for each in ledger.failures}
    return [
        actual_timing(
            each,
            failed.get(each.load.name, ledger.at_us)
            if each.state is State.FAILED
            else ledger.at_us,
        )
        for each in tables
    ]


def bars(timings: Sequence[Timing | None]) -> list[dict[str, Any] | None]:
    """Each with its segments (seconds, seconds, MB/s) and the lane of each one."""
    known = [timing for timing in timings if timing is not None]
    found = (_bar(timing, lane) for timing, lane in zip(known, lanes(known), strict=True))
    return [None if timing is None else next(found) for timing in timings]


def _bar(timing: Timing, lane: Sequence[int]) -> dict[str, Any]:
    return {
        "start": seconds(timing.start_us),
        "finish": seconds(timing.finish_us),
        "segments": [[seconds(s), seconds(e), megabytes(rate)] for s, e, rate in timing.segments],
        "lanes": lane,
    }


def window_record(ledger: Ledger, wall: Wall) -> dict[str, Any]:
    """The window as it was at the end, with what was planned of it."""
    last, planned = ledger.limits, ledger.program.limits
    return {
        "name": printable(ledger.program.window),
        "duration": seconds(last.duration_us),
        "limit": seconds(last.limit_us),
        "usable": seconds(last.usable_us),
        "planned_limit": seconds(planned.limit_us) if last.limit_us != planned.limit_us else None,
        "rate": megabytes(planned.rate),
        "streams": planned.streams,
        "tables": len(ledger.tables),
        "end": seconds(ledger.at_us),
        "planned_end": seconds(max((t.load.finish_us for t in ledger.tables), default=0)),
        "bandwidth": _steps(bandwidth(map(planned_timing, ledger.tables))),
        "moved": _steps(moved(ledger.seconds, ledger.at_us)),
        "targets": [[seconds(at), megabytes(rate)] for at, rate in _targets(ledger)],
        "resumed": [seconds(at_us) for at_us in ledger.resumed[:100]],
        "wall": wall_record(wall.clock.starts, max(last.duration_us, ledger.at_us)),
    }


def _steps(steps: Sequence[tuple[int, int]]) -> list[list[float]]:
    return [[seconds(at), megabytes(rate)] for at, rate in steps]


def moved(
    per_second: Mapping[int, int], until_us: int, most: int = _MOST_STEPS
) -> list[tuple[int, int]]:
    """From when on (microseconds) how many bytes/s moved; of a long run the means of equal spans.

    `per_second` has the bytes of each second since the start; the last one ends at `until_us`.
    """
    last = max(per_second, default=-1) + 1
    span = max(1, -(-last // most))
    sums = [0] * -(-last // span)
    for second, size in per_second.items():
        sums[second // span] += size
    end_us = min(last * MICROSECONDS, until_us)
    starts = range(0, end_us, span * MICROSECONDS)
    steps = [
        (start, average(size, min(span * MICROSECONDS, end_us - start)))
        for start, size in zip(starts, sums, strict=False)
    ]
    ended = [*steps, (end_us, 0)]
    return ended[:1] + [now for before, now in pairwise(ended) if now[1] != before[1]]


def _targets(ledger: Ledger) -> list[tuple[int, int]]:
    """From when on which bandwidth was to be used."""
    found = [(0, ledger.program.limits.rate)]
    for each in adjusted(ledger):
        if each.after.rate != found[-1][1]:
            found.append((each.judgement.at_us, each.after.rate))
    return found


def mark_record(each: Adjusted, title: str, lines: Sequence[str]) -> dict[str, Any]:
    """A checkpoint on the timeline: how it stood, and whether anything was decided."""
    judgement = each.judgement
    return {
        "at": seconds(judgement.at_us),
        "label": title,
        "rule": None if judgement.rule is None else printable(judgement.rule),
        "pace": judgement.outlook.pace.value,
        "decided": bool(judgement.taken or judgement.vetoed is not None),
        "lines": list(lines),
    }
