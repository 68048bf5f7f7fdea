"""Checkpoints, decisions, failures, phases and lessons as the rows of a run's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from stowplan.execution.entries import Judgement, Option
from stowplan.execution.ledger import Ledger
from stowplan.reports.run.checkpoints import (
    actions_text,
    adjusted_lines,
    chosen,
    decided,
    decision_lines,
    risk_text,
    status_lines,
    told_at_length,
    why,
)
from stowplan.reports.run.layout import PLAIN, heading, signed
from stowplan.reports.run.lessons import improvable, recommended, worked
from stowplan.reports.run.notes import outcome
from stowplan.reports.run.results import Adjusted, Phase, Wall, adjusted, phases, title_of
from stowplan.reports.text import printable
from stowplan.units import duration_text, size_text

from .run_bars import mark_record

MOST_ROWS = 300
MOST_AT_LENGTH = 40


class CheckpointRow(NamedTuple):
    """One checkpoint as it was judged."""

    title: str
    rule: bool
    at: str
    planned: str
    pace: str
    required_end: str
    spare: str
    decision: str
    why: str


class OptionRow(NamedTuple):
    """An action that was weighed, and what it would have come to."""

    action: str
    saves: str
    saves_all: str
    end: str
    limit: str
    risk: str
    sufficient: bool
    taken: bool


class Weighed(NamedTuple):
    """A checkpoint at which the run was late by a rule, or was decided upon."""

    title: str
    pace: str
    status: tuple[str, ...]
    options: tuple[OptionRow, ...]
    decision: tuple[str, ...]
    adjusted: tuple[str, ...]


class FailureRow(NamedTuple):
    """Something that failed, and what became of its table."""

    at: str
    table: str
    chunk: str
    reason: str
    outcome: str


class PhaseRow(NamedTuple):
    """A phase: the times of its tables added up, and when it ended."""

    number: int
    tables: str
    planned: str
    actual: str
    variance: str
    planned_end: str
    end: str


def checkpoint_rows(ledger: Ledger, wall: Wall) -> list[CheckpointRow]:
    """Those of rules and those decided upon, and as many of the phases' as there is room for."""
    judged = ledger.judgements
    telling = [each for each in judged if each.rule or decided(each)][:MOST_ROWS]
    if len(judged) <= MOST_ROWS:
        telling = judged
    return [_checkpoint(each, wall) for each in telling]


def decision_rows(ledger: Ledger, wall: Wall) -> list[CheckpointRow]:
    """The checkpoints at which something was taken, or a go was refused."""
    taken = (each for each in ledger.judgements if each.taken or each.vetoed is not None)
    return [_checkpoint(each, wall) for each in taken]


def _checkpoint(judgement: Judgement, wall: Wall) -> CheckpointRow:
    outlook = judgement.outlook
    end = outlook.required_us
    return CheckpointRow(
        printable(title_of(judgement)),
        judgement.rule is not None,
        wall.at(judgement.at_us),
        duration_text(judgement.planned_us),
        outlook.pace.value,
        "cannot be moved" if end is None else duration_text(end),
        "–" if end is None else _minus(outlook.limit_us - end),
        chosen(judgement, PLAIN),
        why(judgement),
    )


def weighed(ledger: Ledger, wall: Wall) -> list[Weighed]:
    """The checkpoints that have more to tell than how the run stood."""
    return [_weighed(each, wall) for each in told_at_length(ledger)[:MOST_AT_LENGTH]]


def _weighed(each: Adjusted, wall: Wall) -> Weighed:
    judgement = each.judgement
    return Weighed(
        heading(judgement, PLAIN),
        judgement.outlook.pace.value,
        tuple(status_lines(each, wall, PLAIN)),
        tuple(_option(option, judgement) for option in judgement.options),
        tuple(decision_lines(each, PLAIN)),
        tuple(adjusted_lines(each, wall, PLAIN)),
    )


def _option(option: Option, judgement: Judgement) -> OptionRow:
    end = option.required_us
    return OptionRow(
        actions_text(option.actions, PLAIN),
        _minus(option.saves_required_us),
        _minus(option.saves_all_us),
        "cannot be moved" if end is None else duration_text(end),
        duration_text(option.limit_us),
        risk_text(option),
        option.sufficient,
        option.actions == judgement.taken,
    )


def _minus(microseconds: int) -> str:
    return duration_text(microseconds).replace("-", "−")


def marks(ledger: Ledger, wall: Wall) -> list[dict[str, Any]]:
    """The checkpoints as marks of the timeline."""
    return [mark_record(each, *_told(each.judgement, wall)) for each in adjusted(ledger)]


def _told(judgement: Judgement, wall: Wall) -> tuple[str, list[str]]:
    row = _checkpoint(judgement, wall)
    lines = [
        f"judged at {row.at}, planned at {row.planned}",
        f"required tables projected to end after {row.required_end}, to spare {row.spare}",
        row.decision,
    ]
    return row.title, lines


def pressure_lines(ledger: Ledger, wall: Wall, most: int = 5) -> Iterator[str]:
    """When memory ran short, and what was done."""
    for each in ledger.pressures[:most]:
        held = f"{size_text(each.held)} of {size_text(each.limit)}"
        name = printable(each.table)
        yield f"{wall.at(each.at_us)}: memory came to {held}, the chunks of {name} were halved"
    if len(ledger.pressures) > most:
        yield f"… and {len(ledger.pressures) - most} more times"


def failure_rows(ledger: Ledger, wall: Wall) -> list[FailureRow]:
    """What failed, in order."""
    return [
        FailureRow(
            wall.at(each.at_us),
            printable(each.table),
            "" if each.number is None else str(each.number),
            printable(each.reason),
            outcome(ledger, each.table),
        )
        for each in ledger.failures[:MOST_ROWS]
    ]


def phase_rows(ledger: Ledger) -> list[PhaseRow]:
    """Every phase, in order."""
    return [_phase(each) for each in phases(ledger)]


def _phase(phase: Phase) -> PhaseRow:
    return PhaseRow(
        phase.number,
        f"{phase.done} of {phase.tables}",
        duration_text(phase.compared_us),
        duration_text(phase.actual_us) if phase.done else "–",
        signed(phase.variance_us).replace("-", "−") if phase.done else "–",
        duration_text(phase.planned_end_us),
        "–" if phase.end_us is None else duration_text(phase.end_us),
    )


def lessons(ledger: Ledger) -> list[tuple[str, list[str]]]:
    """Sentences about the figures, by what they are for; none is empty."""
    parts = (
        ("What worked well", worked(ledger)),
        ("What could be improved", improvable(ledger, PLAIN)),
        ("Recommendations for the follow-up", recommended(ledger)),
    )
    found = ((title, [*lines]) for title, lines in parts)
    return [(title, lines) for title, lines in found if lines]
