"""The answer at the top of a run's page: what came of it, what is missing and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stowplan.execution.entries import Ending
from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.reports.run.layout import PLAIN, grouped
from stowplan.reports.run.notes import remarks, scheduled
from stowplan.reports.run.results import Wall, plan_name, status
from stowplan.reports.text import printable
from stowplan.units import count_text, duration_text, size_text

from .run_tables import STATES
from .run_tiles import run_tiles
from .summary import Stretch, Tile, stretches

_NAMED = 8
_TONES = {"COMPLETE": "YES", "PARTIAL": "TIGHT", "FAILED": "NO", "IN_PROGRESS": "TIGHT"}
_ENDINGS = {
    "done": "Nothing was left that could be done",
    "no-go": "It was stopped at a checkpoint",
    "window": "The window was over, which is a hard stop",
    "interrupted": "It was interrupted, and can be taken up again",
    "broken": "Source or target could not be used any more",
}


class Missing(NamedTuple):
    """A table that is not there, and why."""

    name: str
    size: str
    state: str
    required: bool
    why: str


class RunSummary(NamedTuple):
    """All that stands above the timeline. `tone` is the colour of the status: YES, TIGHT or NO."""

    status: str
    tone: str
    headline: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    bar: tuple[Stretch, ...]
    missing: tuple[Missing, ...]
    more_missing: int
    left: tuple[Missing, ...]
    more_left: int


def run_summary(ledger: Ledger, wall: Wall) -> RunSummary:
    """What a reader must know within a minute."""
    missing = [each for each in ledger.tables if each.state is not State.DONE]
    missing.sort(key=_weight)
    left = sorted(ledger.program.left, key=lambda each: (-each.size, each.name))
    state = status(ledger)
    return RunSummary(
        state,
        _TONES[state],
        _headline(ledger, missing),
        _sentence(ledger, wall),
        tuple(_facts(ledger, wall)),
        tuple(run_tiles(ledger, wall)),
        tuple(_bar(ledger)),
        tuple(map(_missing, missing[:_NAMED])),
        max(0, len(missing) - _NAMED),
        tuple(
            Missing(
                printable(each.name),
                size_text(each.size),
                each.code,
                required=False,
                why=scheduled(each, PLAIN),
            )
            for each in left[:_NAMED]
        ),
        max(0, len(left) - _NAMED),
    )


def _weight(each: Progress) -> tuple[bool, bool, int, str]:
    """Required ones first, then what failed, then the largest."""
    load = each.load
    return not load.needed, each.state is not State.FAILED, -load.size, load.name


def _missing(each: Progress) -> Missing:
    said = "; ".join(remarks(each, PLAIN))
    never = "it had not begun when the run ended" if each.state is State.WAITING else ""
    load = each.load
    return Missing(
        printable(load.name), size_text(load.size), STATES[each.state], load.needed, said or never
    )


def _headline(ledger: Ledger, missing: list[Progress]) -> str:
    required = sum(each.load.needed for each in ledger.tables)
    lost = sum(each.load.needed for each in missing)
    if lost:
        verb = "is" if lost == 1 else "are"
        return f"{grouped(lost)} of {_counted(required, 'required table')} {verb} missing"
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return f"All required tables are moved; {_counted(len(missing), 'other')} {verb} not"
    spare = ledger.limits.limit_us - ledger.at_us
    moved = f"All {_counted(len(ledger.tables), 'table')} moved"
    return f"{moved}, {duration_text(spare)} to spare" if spare >= 0 else moved


def _counted(count: int, thing: str) -> str:
    return f"{grouped(count)} {thing}{'' if count == 1 else 's'}"


def _sentence(ledger: Ledger, wall: Wall) -> str:
    ended = ledger.ended
    at = wall.at(ledger.at_us)
    if ended is None:
        return f"It has not ended; this is how it stood after {at}."
    told = printable(ended.text)
    text = f" ({told})" if told and ended.ending is not Ending.WINDOW else ""
    return f"{_ENDINGS[ended.ending.value]}{text}, after {at}."


def _facts(ledger: Ledger, wall: Wall) -> Iterator[tuple[str, str]]:
    """Which run it was."""
    began = ledger.began
    if began is not None:
        yield "Run", f"{printable(began.run)} of {printable(plan_name(began))}"
        settings = f" ({printable(began.settings)})" if began.settings else ""
        yield "Moved by", f"{printable(began.mover)}{settings}"
    if wall.clock.starts is not None:
        yield "From", wall.moment(0)
        yield "To", wall.moment(ledger.at_us)
    if ledger.resumed:
        times = ", ".join(wall.at(at_us) for at_us in ledger.resumed[:5])
        yield "Taken up again", f"{count_text(len(ledger.resumed), 'time')}: {times}"


def _bar(ledger: Ledger) -> Iterator[Stretch]:
    """The window as it was at the end; in it what was planned above what was used."""
    last = ledger.limits
    planned = max((each.load.finish_us for each in ledger.tables), default=0)
    whole = max(last.duration_us, planned, ledger.at_us, 1)
    own = (("planned", planned, "planned"), ("actual", ledger.at_us, "used"))
    return stretches(last, whole, own)
