"""A condition taken apart: each operand of its `&&` with its value, and the fields that it read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from stowplan.conditions.judging import STEPS, given_up
from stowplan.expressions import Budget, BudgetExceeded, EvaluationError, Expression
from stowplan.expressions import Part as Operand
from stowplan.model import Condition


class Reading(NamedTuple):
    """One field with its value; `absent` where the subject does not have it.

    Of a list of records only `entries`, how many there are, is told.
    """

    path: str
    value: object = None
    absent: bool = False
    entries: int | None = None


class Part(NamedTuple):
    """One operand: its text, its value (None where it failed, and why), what it read."""

    text: str
    value: object
    failure: str | None
    readings: tuple[Reading, ...]


class Trace(NamedTuple):
    """A condition on one subject."""

    text: str
    value: object
    failure: str | None
    parts: tuple[Part, ...]


def trace(condition: Condition, values: Mapping[str, object]) -> Trace:
    """Evaluate a condition and each of its parts over named values."""
    value, failure = _outcome(condition, values)
    parts = _parts(condition) if isinstance(condition, Expression) else ()
    return Trace(
        condition.text,
        value,
        failure,
        tuple(
            Part(part.text, *_outcome(part.expression, values), _readings(part.expression, values))
            for part in parts
        ),
    )


@lru_cache(maxsize=64)
def _parts(condition: Expression) -> tuple[Operand, ...]:
    """The operands; compiled once for all the subjects of a check."""
    return condition.parts()


def _outcome(condition: Condition, values: Mapping[str, object]) -> tuple[object, str | None]:
    try:
        return condition.evaluate(values, Budget(STEPS)), None
    except EvaluationError as error:
        return None, str(error)
    except BudgetExceeded:
        return None, given_up(STEPS)


def _readings(condition: Condition, values: Mapping[str, object]) -> tuple[Reading, ...]:
    return tuple(_reading(path, values) for path in sorted(condition.reads))


def _reading(path: str, values: Mapping[str, object]) -> Reading:
    found: object = values
    for word in path.split("."):
        key = word.removesuffix("[]")
        if not isinstance(found, Mapping) or key not in found:
            return Reading(path, absent=True)
        found = found[key]
        if word != key:
            break
    if _holds_records(found):
        return Reading(path, entries=len(found) if isinstance(found, Collection) else None)
    return Reading(path, _plain(found))


def _holds_records(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value)


def _plain(value: object) -> object:
    """The value as JSON has it: sets of names that are walked on demand become lists."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, Collection) else str(value)
