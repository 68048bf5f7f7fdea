"""Bytes: each table's segments are overhead first, then its bytes to the last one."""

from __future__ import annotations

from collections.abc import Iterator

from .breaches import Breach, agree, decimal, time
from .case import Case, Placed

_MICRO = 1_000_000


def breaches(case: Case) -> Iterator[Breach]:
    """Tables whose segments are no line of time, or move other bytes than theirs."""
    for placed in case.placed.values():
        if not _is_line(placed):
            yield _wrong(
                case, placed, "segments", "its segments are empty, overlap or go backwards"
            )
            continue
        yield from _ends(case, placed)
        yield from _content(case, placed)


def _is_line(placed: Placed) -> bool:
    reached, moving = placed.move.start, False
    for start, end, rate in placed.move.segments:
        if not reached <= start < end or rate < 0 or (moving and not rate):
            return False
        reached, moving = end, moving or rate > 0
    return True


def _ends(case: Case, placed: Placed) -> Iterator[Breach]:
    move = placed.move
    if move.start < 0:
        yield _wrong(case, placed, "start_s", f"starts at {time(move.start)}")
    if move.segments and move.segments[0][0] != move.start:
        text = f"starts at {time(move.start)}, its first segment at {time(move.segments[0][0])}"
        yield _wrong(case, placed, "start_s", text)
    cost = case.facts.cost(placed.table, case.windows[placed.at].streams)
    loaded = move.segments[-1][1] if move.segments else move.start
    if not agree(move.finish, loaded + cost.post):
        text = f"finishes at {time(move.finish)}, its load and what follows end at"
        yield _wrong(case, placed, "finish_s", f"{text} {time(loaded + cost.post)}")


def _content(case: Case, placed: Placed) -> Iterator[Breach]:
    segments, window = placed.move.segments, case.windows[placed.at]
    cost = case.facts.cost(placed.table, window.streams)
    moved = overhead = fastest = 0
    for start, end, rate in segments:
        moved += (end - start) * rate
        if not rate:
            overhead += end - start
        elif rate > fastest:
            fastest = rate
    if not agree(overhead, cost.overhead):
        text = f"spends {time(overhead)} of overhead, its rules make it {time(cost.overhead)}"
        yield _wrong(case, placed, "segments", text)
    # A rate is whole bytes/s: the last segment may round up by less than one of them.
    last = segments[-1][1] - segments[-1][0] if segments else 0
    excess = moved - cost.size * _MICRO
    if not (0 <= excess < max(1, last) or agree(moved, cost.size * _MICRO)):
        text = f"moves {decimal(moved // _MICRO)} MB, its size is {decimal(cost.size)} MB"
        yield _wrong(case, placed, "segments", text)
    if fastest > cost.full(window.rate):
        text = f"moves at {decimal(fastest)} MB/s, it can at most at"
        yield _wrong(case, placed, "segments", f"{text} {decimal(cost.full(window.rate))} MB/s")


def _wrong(case: Case, placed: Placed, key: str, text: str) -> Breach:
    message = f"{case.name(placed.table)}: {text}" if text[:3] == "its" else ""
    message = message or f"{case.name(placed.table)} {text}"
    return Breach("bytes", (*placed.path, key), message, (placed.move.name,))
