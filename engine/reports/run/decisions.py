"""Checkpoints and decisions of a run in a line each."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.execution.ledger import Ledger, State
from stowplan.units import duration_text, size_text

from .checkpoints import chosen, decided, why
from .layout import LISTED, MARKDOWN, Voice, more, table, titled
from .results import Wall


def checkpoint_table(ledger: Ledger) -> Iterator[str]:
    """A line for each checkpoint that was judged."""
    wall = Wall.of(ledger)
    rows = (
        (
            titled(judgement),
            wall.at(judgement.at_us),
            duration_text(judgement.planned_us),
            judgement.outlook.pace.value,
            _end(judgement.outlook.required_us),
            chosen(judgement, MARKDOWN),
        )
        for judgement in ledger.judgements[:LISTED]
    )
    headers = ("Checkpoint", "At", "Planned", "Status", "Required tables end", "Decision")
    yield from table(headers, rows, "lrrlrl")
    yield from more(len(ledger.judgements), "migration_report.json")
    yield from _never_came(ledger)


def _never_came(ledger: Ledger) -> Iterator[str]:
    said = never_came(ledger, MARKDOWN)
    if said:
        yield said
        yield ""


def never_came(ledger: Ledger, voice: Voice) -> str:
    """The rules' checkpoints that an ended run has not come to; empty where there is none."""
    judged = {judgement.title for judgement in ledger.judgements}
    missed = [mark for mark in ledger.program.marks if mark.rule and mark.title not in judged]
    if ledger.ended is None or not missed:
        return ""
    named = ", ".join(f"{voice.name(m.title)} ({duration_text(m.at_us)})" for m in missed[:LISTED])
    return f"Never came: {named}."


def _end(at_us: int | None) -> str:
    return "cannot be moved" if at_us is None else duration_text(at_us)


def decisions(ledger: Ledger, voice: Voice = MARKDOWN) -> Iterator[str]:
    """Every decision so far in a line each: at checkpoints, under pressure, by vetoes."""
    wall = Wall.of(ledger)
    for judgement in ledger.judgements:
        if decided(judgement):
            yield (
                f"{wall.at(judgement.at_us)}, {titled(judgement, voice)}, "
                f"{judgement.outlook.pace}: {chosen(judgement, voice)} ({why(judgement)})"
            )
    for pressure in ledger.pressures[:LISTED]:
        name = voice.name(pressure.table)
        yield (
            f"{wall.at(pressure.at_us)}: the chunks of {name} were halved, as "
            f"memory came to {size_text(pressure.held)} of {size_text(pressure.limit)}"
        )
    for each in ledger.tables:
        if each.state is State.PASSED:
            yield f"{voice.name(each.load.name)} is left out: {voice.said(each.note)}"
