"""The answer at the top of a page: does it hold, by how much, what stays behind and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from stowplan.model import Placement, Plan, Window
from stowplan.moments import moment_text
from stowplan.reports.break_even import proviso, why_none
from stowplan.reports.chances import blocked_text, chance_text
from stowplan.reports.clock import Clock
from stowplan.reports.text import printable
from stowplan.rules.schedule import bound_text
from stowplan.units import count_text, decimal_text, duration_text, rate_text, size_text

from .left_behind import Left, left_behind, why_left

_DEFERRED = 8


class Tile(NamedTuple):
    """A number that matters: what it is, the number, and what to know of it."""

    label: str
    value: str
    note: str


class Stretch(NamedTuple):
    """A part of the window's bar in thousandths of its length."""

    kind: str
    start: float
    length: float
    label: str


class Summary(NamedTuple):
    """All that stands above the timeline."""

    verdict: str
    proof: str
    sentence: str
    margin: str
    tiles: tuple[Tile, ...]
    bar: tuple[Stretch, ...]
    deferred: tuple[Left, ...]
    more_deferred: int
    why_deferred: tuple[tuple[str, str], ...]
    blocked: tuple[tuple[str, str], ...]
    more_blocked: int
    go: tuple[tuple[str, str], ...]


def summary(plan: Plan) -> Summary:
    """What a reader must know within a minute."""
    sentence, margin = _verdict(plan)
    blocked = tuple((printable(n), printable(c)) for n, c in plan.unschedulable[:_DEFERRED])
    return Summary(
        plan.feasibility,
        _proof(plan),
        sentence,
        margin,
        tuple(_tiles(plan)),
        tuple(_bar(plan)),
        tuple(left_behind(plan, _DEFERRED)),
        max(0, len(plan.deferred) - _DEFERRED),
        tuple(why_left(plan)),
        blocked,
        max(0, len(plan.unschedulable) - _DEFERRED),
        tuple(_go(plan)),
    )


def _proof(plan: Plan) -> str:
    if not plan.proven:
        return "no better plan was found"
    return "" if plan.feasibility == "YES" else "proven: no plan does better"


def _verdict(plan: Plan) -> tuple[str, str]:
    """A sentence, and how much time there is to spare or is missing."""
    window, finish = plan.windows[0].window, plan.required.finish_us
    name = printable(window.name)
    spare = window.usable_us - finish
    ends = f"The required tables end at {duration_text(finish)}"
    if plan.feasibility == "YES":
        told = f"{ends} of {duration_text(window.usable_us)} usable in window {name}."
        return told, f"{duration_text(spare)} to spare"
    if plan.feasibility == "TIGHT":
        left = duration_text(window.limit_us - finish)
        told = f"{ends}, past the usable time of window {name}, {left} before it is too late."
        return told, f"{duration_text(-spare)} of the reserve is eaten"
    if finish > window.limit_us:
        told = f"{ends}; window {name} can be used for {duration_text(window.limit_us)} at most."
        return told, f"{duration_text(finish - window.limit_us)} too long"
    told = f"A required table cannot be planned; the others end at {duration_text(finish)}."
    return told, "required tables cannot be planned"


def _tiles(plan: Plan) -> Iterator[Tile]:
    window, capacity = plan.windows[0]
    required = [table for table in plan.planned if table.placement is Placement.REQUIRED]
    yield Tile("Window", duration_text(window.duration_us), _window_note(window))
    yield Tile("Usable", duration_text(window.usable_us), _usable_note(window))
    size = size_text(sum(table.size for table in required))
    yield Tile(
        "Required done at",
        duration_text(plan.required.finish_us),
        f"{count_text(len(required), 'table')}, {size}",
    )
    size = size_text(sum(table.size for table in plan.planned))
    yield Tile(
        "Everything done at",
        duration_text(plan.everything.finish_us),
        f"{count_text(len(plan.planned), 'table')}, {size}",
    )
    yield Tile("Above the bound", _gap(plan), _bound_note(plan))
    yield _break_even(plan, rate_text(capacity.rate))
    if plan.risk is not None:
        yield from _risk(plan)


def _window_note(window: Window) -> str:
    name = printable(window.name)
    if window.starts is None:
        return name
    until = Clock(window.starts).time(window.duration_us)
    return f"{name}, {moment_text(window.starts)} to {until}"


def _usable_note(window: Window) -> str:
    reserve = decimal_text(int(window.reserve * 100_000_000))
    back = f"less {duration_text(window.rollback_us)} to go back" if window.rollback_us else ""
    kept = f"less {reserve} % reserve" if window.reserve else ""
    return ", ".join(part for part in (back, kept) if part) or "the whole window"


def _gap(plan: Plan) -> str:
    bound = plan.everything
    if not bound.lower_us:
        return "0 %"
    return (
        f"{decimal_text((bound.finish_us - bound.lower_us) * 100_000_000 // bound.lower_us, 2)} %"
    )


def _bound_note(plan: Plan) -> str:
    witness = plan.everything.witness
    told = bound_text(witness) if witness.kind != "path" else _chain(witness.path)
    return f"no plan ends before {duration_text(plan.everything.lower_us)}: {told}"


def _chain(path: tuple[str, ...]) -> str:
    first, last = printable(path[0]), printable(path[-1])
    return f"chain of {len(path)} tables, {first} → … → {last}" if len(path) > 1 else first


def _break_even(plan: Plan, target: str) -> Tile:
    even = plan.break_even
    told, more = (proviso(even, everything=which) for which in (False, True))
    more = f" ({more})" if more and more != told else ""
    whole = f"; with all tables in the window {rate_text(even.everything or 0)}{more}"
    whole = "" if even.everything is None else whole
    if even.required is None:
        return Tile("Break-even", "none", f"{why_none(plan, everything=False)}{whole}")
    note = f"{told}; now {target}" if told else f"still just holds, of {target}"
    return Tile("Break-even", rate_text(even.required), f"{note}{whole}")


def _risk(plan: Plan) -> Iterator[Tile]:
    risk = plan.risk
    if risk is not None:
        share = chance_text(risk.required_fit, risk.draws)
        note = f"required tables, {count_text(risk.draws, 'draw')}, seed {risk.seed}"
        yield Tile("Keeps the window", share, "; ".join(filter(None, (blocked_text(risk), note))))
        others = "of the others; " if risk.blocked else ""
        whole = f"{others}everything: {duration_text(risk.everything.p90_us)}"
        yield Tile("P90 of the end", duration_text(risk.required.p90_us), whole)


def _bar(plan: Plan) -> Iterator[Stretch]:
    """The window from its start to its end, or to the plan's where that is later."""
    window = plan.windows[0].window
    required, everything = plan.required.finish_us, plan.everything.finish_us
    whole = max(window.duration_us, required, everything, 1)
    own = (("everything", everything, "everything planned"), ("required", required, "required"))
    return stretches(window, whole, own)


class Span(Protocol):
    """A window's times in microseconds from its start."""

    @property
    def usable_us(self) -> int:
        """Until here without the reserve."""

    @property
    def limit_us(self) -> int:
        """Until here data move."""

    @property
    def duration_us(self) -> int:
        """Its end."""


def stretches(
    window: Span, whole_us: int, own: Iterable[tuple[str, int, str]]
) -> Iterator[Stretch]:
    """A window's parts in a picture that is `whole_us` long, then some that begin at its start.

    `own` are kind, end and label.
    """
    parts = (
        ("usable", 0, window.usable_us, "usable"),
        ("reserve", window.usable_us, window.limit_us, "reserve"),
        ("rollback", window.limit_us, window.duration_us, "going back"),
        ("beyond", window.duration_us, whole_us, "past the window"),
        *((kind, 0, end, label) for kind, end, label in own),
    )
    for kind, start, end, label in parts:
        if end > start:
            stretch = Stretch(kind, _share(start, whole_us), _share(end - start, whole_us), label)
            yield stretch._replace(label=f"{label}: {duration_text(end - start)}")


def _share(part: int, whole: int) -> float:
    return round(1000 * part / whole, 3)


def _go(plan: Plan) -> Iterator[tuple[str, str]]:
    """What late means, the same at every checkpoint: the plan's order is kept."""
    window, finish = plan.windows[0].window, plan.required.finish_us
    on_track, at_risk = window.usable_us - finish, window.limit_us - finish
    if plan.feasibility == "NO":
        yield "NO-GO", "by plan: required tables are missing or too late"
        return
    if on_track >= 0:
        yield "ON_TRACK", f"up to {duration_text(on_track)} late: they end within the usable time"
    else:
        yield "ON_TRACK", f"only {duration_text(-on_track)} ahead of this plan"
    if at_risk > on_track:
        yield "AT_RISK", f"up to {duration_text(at_risk)} late: the reserve is being eaten"
    clock = Clock(window.starts)
    yield "BEHIND", f"later than that; go back by {clock.at(window.limit_us)} at the latest"
