"""What is to be known of each table of a run, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.execution.mover import Closed
from stowplan.execution.program import Left
from stowplan.units import count_text

from .layout import MARKDOWN, Voice, grouped
from .results import SIMULATED, Wall


def notes(each: Progress, wall: Wall, voice: Voice) -> Iterator[str]:
    """What is to be known of a table: how it was verified, and why it is not there."""
    closed = each.closed
    if closed is not None and not closed.differences:
        yield _verified(closed, wall.moment(closed.at_us), voice)
    yield from remarks(each, voice)


def remarks(each: Progress, voice: Voice) -> Iterator[str]:
    """The same without how it was verified."""
    closed = each.closed
    if closed is not None and not closed.differences:
        yield from map(voice.said, closed.notes)
    if each.note and each.state is not State.DONE:
        yield voice.said(each.note)
    if each.state in (State.OPEN, State.LOADED) or (each.state is State.FAILED and each.rows):
        yield f"{grouped(each.rows)} of {grouped(each.load.rows)} rows are there"
    if each.pressed:
        yield f"chunks halved {count_text(each.pressed, 'time')}"


def _verified(closed: Closed, moment: str, voice: Voice) -> str:
    level, checksum = closed.verified, closed.checksum
    if level in SIMULATED:
        return "Simulated: nothing was compared"
    if level == "none":
        return f"Not verified; done at {moment}"
    of = f" {voice.said(checksum)}" if checksum else ""
    return f"Verified at {moment} ({voice.said(level)}{of})"


def scheduled(left: Left, voice: Voice = MARKDOWN) -> str:
    """What becomes of a table that the plan leaves out, and why."""
    text = voice.said(left.text)
    if left.code == "excluded":
        return f"Excluded: {text}"
    if left.code == "S501":
        return f"Could not be planned: {text}"
    name = f" (window {voice.name(left.window)})" if left.window else ""
    return f"Scheduled for follow-up{name}: {text}"


def outcome(ledger: Ledger, name: str) -> str:
    """What became of a table that failed once."""
    state = ledger.table(name).state
    return {State.DONE: "later moved", State.FAILED: "given up"}.get(state, "not done")
