"""Bandwidth and streams: at every instant of every window no more than there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized

from stowplan.model import DocPath, shown

from .breaches import Breach, agree, decimal, names, time
from .case import Case, Placed


def breaches(case: Case) -> Iterator[Breach]:
    """The first instant of each window at which there is too much, and how many there are."""
    for window, placed in zip(case.windows, case.by_window, strict=True):
        used, held = _too_much(placed, window.rate, window.streams)
        where = shown(window.name)
        if used:
            moment, rate = next(iter(used.items()))
            text = f"{decimal(rate)} MB/s at {time(moment)} in {where}, which has"
            text += f" {decimal(window.rate)} MB/s{_more(used)}"
            yield _told("bandwidth", placed, moment, text)
        if held:
            moment, streams = next(iter(held.items()))
            text = f"{streams} streams at {time(moment)} in {where}, which has"
            yield _told("streams", placed, moment, f"{text} {window.streams}{_more(held)}")


def _too_much(
    placed: Sequence[Placed], rate: int, streams: int
) -> tuple[dict[int, int], dict[int, int]]:
    """The instants with too much bandwidth, and with too many streams. Ends come first."""
    changes = [
        change
        for each in placed
        for start, end, share in each.move.segments
        for change in ((end, 0, share), (start, 1, share))
    ]
    changes.sort()
    used = held = 0
    over: dict[int, int] = {}
    crowded: dict[int, int] = {}
    for moment, begins, share in changes:
        if begins:
            used, held = used + share, held + 1
            if used > rate and not agree(used, rate):
                over[moment] = used
            if held > streams:
                crowded[moment] = held
        else:
            used, held = used - share, held - 1
    return over, crowded


def _more(instants: Sized) -> str:
    return f" ({len(instants)} instants)" if len(instants) > 1 else ""


def _told(promise: str, placed: Sequence[Placed], moment: int, text: str) -> Breach:
    running = [
        each
        for each in placed
        if any(start <= moment < end for start, end, _ in each.move.segments)
    ]
    last = max(running, key=lambda each: (each.move.start, each.move.name))
    path: DocPath = (*last.path, "segments")
    tables = tuple(sorted(each.move.name for each in running)[:10])
    return Breach(promise, path, f"{text}: {names(each.move.name for each in running)}", tables)
