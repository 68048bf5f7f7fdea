"""Conditions and checks as lines: each part with its value and what it read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from stowplan.explanation.checks import BROKEN, CheckRow
from stowplan.explanation.traces import Part, Reading, Trace
from stowplan.model import shown
from stowplan.policy_view.phrases import condition_text

_LONG = 100
_FIRST = 5


def trace_lines(word: str, trace: Trace) -> Iterator[str]:
    """A condition; one of several parts has a line for each."""
    if len(trace.parts) == 1:
        yield f"{word} {_part(trace.parts[0])}"
        return
    yield f"{word} {condition_text(trace.text)} → {_value(trace.value, trace.failure)}"
    yield from (f"  {_part(part)}" for part in trace.parts)


def _part(part: Part) -> str:
    read = ", ".join(map(_reading, part.readings))
    about = f" ({read})" if read else ""
    return f"{condition_text(part.text)} → {_value(part.value, part.failure)}{about}"


def _reading(reading: Reading) -> str:
    if reading.absent:
        return f"{reading.path} is absent"
    if reading.entries is not None:
        return f"{reading.path} has {reading.entries} entries"
    return f"{reading.path} = {_value(reading.value, None)}"


def _value(value: object, failure: str | None) -> str:
    if failure is not None:
        return f"cannot be evaluated: {shown(failure, _LONG)}"
    return shown(json.dumps(value, ensure_ascii=False), _LONG)


def checks_lines(rows: Iterable[CheckRow]) -> Iterator[str]:
    """Every check that looked at the table; of one that did often, what is broken comes first."""
    for _, group in groupby(rows, key=lambda row: row.rule.id):
        own = sorted(group, key=lambda row: row.state != BROKEN)
        for row in own[:_FIRST]:
            yield from _check(row)
        if len(own) > _FIRST:
            yield f"{own[0].rule.id}: on {len(own) - _FIRST} more: --format json has all"


def _check(row: CheckRow) -> Iterator[str]:
    span = row.span
    yield f"{row.rule.id}: {_state(row)}  {span.path}:{span.line}:{span.column}"
    if len(row.tables) > 1:
        yield f"  dependency {' → '.join(map(shown, row.tables))}"
    if row.where is not None:
        yield from (f"  {line}" for line in trace_lines("where", row.where))
    if row.require is not None:
        yield from (f"  {line}" for line in trace_lines("require", row.require))
    if row.message is not None:
        yield f"  {row.message}"
    if row.suppressed is not None:
        waived = row.suppressed
        yield f"  waived until {waived['expires']} by {waived['owner']}: {waived['reason']}"


def _state(row: CheckRow) -> str:
    if row.suppressed is not None:
        return f"{row.state}, waived"
    return f"{row.state} ({row.rule.severity})" if row.state == BROKEN else row.state
