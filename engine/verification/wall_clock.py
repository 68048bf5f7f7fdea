"""Wall clock: where the policy says when a window starts, each of its times beside its offset.

`datetime` and its calendar end with the year 9999: what is later has no time on the wall.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from stowplan.model import DocPath, shown
from stowplan.moments import after, moment_text

from .breaches import Breach
from .case import Case

_OF_WINDOWS = ("starts", "starts_at", "usable_until", "back_by", "ends_at")
_OF_CHECKPOINTS = ("at", "expected_at", "latest_at", "go_back_by")


def breaches(case: Case) -> Iterator[Breach]:
    """Times on the wall that are not what the policy's start makes them."""
    for at, stated in enumerate(case.plan.windows):
        known = case.position.get(stated.name)
        if known is not None:
            window = case.windows[known].window
            times = (0, window.usable_us, window.limit_us, window.duration_us)
            expected = [_shown(window.starts, time) for time in times]
            said = None if window.starts is None else moment_text(window.starts)
            wanted = dict(zip(_OF_WINDOWS, (said, *expected), strict=True))
            yield from _wrong(f"window {shown(stated.name)}", stated.more, wanted, ("windows", at))
    yield from _tables(case)
    yield from _checkpoints(case)


def _tables(case: Case) -> Iterator[Breach]:
    starts = [window.window.starts for window in case.windows]
    for _, at, move, path in case.placed.values():
        if starts[at] is None and move.starts_at is None and move.done_at is None:
            continue
        wanted = {
            "starts_at": _shown(starts[at], move.start),
            "done_at": _shown(starts[at], move.finish),
        }
        found = {"starts_at": move.starts_at, "done_at": move.done_at}
        yield from _wrong(shown(move.name), found, wanted, path, (move.name,))


def _checkpoints(case: Case) -> Iterator[Breach]:
    """They are in the main window; the latest moment there may be none."""
    window = case.windows[0].window
    for at, checkpoint in enumerate(case.plan.checkpoints):
        times = (checkpoint.at, checkpoint.expected, checkpoint.latest, window.limit_us)
        wanted = {
            key: None if time is None else _shown(window.starts, time)
            for key, time in zip(_OF_CHECKPOINTS, times, strict=True)
        }
        what = f"checkpoint {shown(checkpoint.rule or checkpoint.after)}"
        yield from _wrong(what, checkpoint.more, wanted, ("checkpoints", at))


def _wrong(
    what: str,
    found: Mapping[str, Any],
    wanted: Mapping[str, str | None],
    path: DocPath,
    tables: tuple[str, ...] = (),
) -> Iterator[Breach]:
    for key, time in wanted.items():
        if found.get(key) != time:
            text = f"{what}: {key} is {shown(found.get(key))}, should be {shown(time)}"
            yield Breach("wall clock", (*path, key), text, tables)


def _shown(starts: datetime | None, offset: int) -> str | None:
    """A moment as a plan writes it; None where there is none."""
    try:
        return None if starts is None else after(starts, offset).isoformat()
    except OverflowError:
        return None
