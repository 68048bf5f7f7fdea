"""What a contingency says of its action, where that follows from the plan without timing it again.

Bytes and microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stowplan.model import Action, DocPath, shown

from .actions import quantity, told
from .breaches import Breach, decimal, same
from .case import Case
from .usual_actions import Options, Skips
from .values import number

_PATH = "contingencies"
_MICRO = 1_000_000


def wrong_figures(
    case: Case, options: Options, record: Mapping[str, Any], action: Action, at: int
) -> Iterator[Breach]:
    """Delays that cannot be, and what is left out or held, of one line."""
    path: DocPath = (_PATH, at)
    spare = case.windows[0].window.limit_us - case.required_finish
    yield from _numbers(record, _delays(record, action, spare), path)
    yield from _numbers(record, {"holds_mb": _held(options, action)}, path)
    if action.kind in ("stop", "extend_window") and record["basis"] != "exact":
        yield _wrong(record, "basis", "exact", path)
    if action.kind == "skip":
        yield from _skips(record, options.skips(action), path)
    elif "skips" in record:
        yield _wrong(record, "skips", None, path)
    obstacle = options.obstacle(action.value or 0) if action.kind == "streams" else None
    if record.get("obstacle") != obstacle:
        yield _wrong(record, "obstacle", obstacle, path)
    held_to = options.held_to(action)
    wanted = None if held_to is None else quantity(action.kind, held_to)
    if record.get("held_to") != wanted:
        yield _wrong(record, "held_to", wanted and told({action.kind: wanted}), path)
    yield from _unknown(record, path)


def _delays(record: Mapping[str, Any], action: Action, spare: int) -> dict[str, int | None]:
    """What is known of the delays: what is borne is what is covered and what the plan bears."""
    if action.kind == "stop":
        return {"saves_required_s": 0, "saves_all_s": 0} | _covers(None, None)
    if action.kind == "extend_window":
        more = action.value or 0
        return {"saves_required_s": 0, "saves_all_s": 0} | _covers(more, spare + more)
    if action.kind == "skip":
        return {"saves_required_s": 0} | _covers(0, spare)
    if record["basis"] == "exact":  # nothing is otherwise than planned
        return {"saves_required_s": 0, "saves_all_s": 0} | _covers(0, spare)
    covers = record["covers_delay_s"]
    return {"bears_delay_s": None if covers is None else spare + number(covers)}


def _covers(covers: int | None, bears: int | None) -> dict[str, int | None]:
    return {"covers_delay_s": covers, "bears_delay_s": bears}


def _held(options: Options, action: Action) -> int | None:
    """What chunks fill with it; None where it changes nothing of them."""
    if action.kind == "chunk":
        return options.holds(options.streams, max(1, action.value or 0))
    streams = max(1, action.value or 0)
    if action.kind == "streams" and streams != options.streams:
        return options.holds(streams)
    return None


def _skips(record: Mapping[str, Any], skips: Skips, path: DocPath) -> Iterator[Breach]:
    found = record.get("skips")
    if found is None:
        yield _wrong(record, "skips", {}, path)
        return
    wanted = (
        ("tables", skips.tables * _MICRO),
        ("mb", skips.size),
        ("brought", skips.brought * _MICRO),
        ("required_kept", skips.required_kept * _MICRO),
    )
    yield from _numbers(found, dict(wanted), (*path, "skips"))


def _unknown(record: Mapping[str, Any], path: DocPath) -> Iterator[Breach]:
    """What is only bounded or not known has no savings; all else has."""
    timed = record["basis"] in ("exact", "timed")
    saves = ("saves_all_s",) if "skips" in record else ("saves_required_s", "saves_all_s")
    for key in saves:
        if (record[key] is None) == timed:
            text = f"{key} of contingency {int(path[1]) + 1} is {shown(record[key])}"
            yield Breach(_PATH, (*path, key), f"{text}, and its basis {record['basis']}")


def _numbers(
    record: Mapping[str, Any], wanted: Mapping[str, int | None], path: DocPath
) -> Iterator[Breach]:
    for key, expected in wanted.items():
        value = record.get(key)
        if not same(None if value is None else number(value), expected):
            yield _wrong(record, key, decimal(expected), path)


def _wrong(record: Mapping[str, Any], key: str, expected: object, path: DocPath) -> Breach:
    name = ".".join(map(str, (*path[2:], key)))
    text = f"{name} of contingency {int(path[1]) + 1} is {shown(record.get(key))}"
    return Breach(_PATH, (*path, key), f"{text}, should be {shown(expected, 200)}")
