"""Conditions and messages, compiled as they are read; each fault at its own character.

The compiler and the words are imported only where a policy has a condition: `lint` starts on every
commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from stowplan.model import Condition, DocPath, MessageTemplate, Subject
from stowplan.units import UnitError, count_text, megabytes, parse_duration, parse_size, seconds

from .faults import Faults


def selecting(text: object, path: DocPath, faults: Faults) -> Condition | None:
    """A condition over what the manifest says of a table; None where it has faults."""
    from stowplan.conditions.scopes import SELECTING, types  # noqa: PLC0415
    from stowplan.conditions.tables import KNOWN  # noqa: PLC0415
    from stowplan.expressions import compile_expression  # noqa: PLC0415

    condition: Condition | None = _compiled(
        lambda: compile_expression(str(text), types(SELECTING)), str(text), path, faults, KNOWN
    )
    return condition


def checking(text: object, subject: Subject, path: DocPath, faults: Faults) -> Condition | None:
    """A condition of a check; None where it has faults."""
    from stowplan.conditions.scopes import CHECKING, types  # noqa: PLC0415
    from stowplan.expressions import compile_expression  # noqa: PLC0415

    names = types(CHECKING[subject])
    condition: Condition | None = _compiled(
        lambda: compile_expression(str(text), names), str(text), path, faults
    )
    return condition


def message(
    text: object, subject: Subject, path: DocPath, faults: Faults
) -> MessageTemplate | None:
    """A check's message; None where it has faults. A block's last line end is none of it."""
    from stowplan.conditions.scopes import CHECKING, types  # noqa: PLC0415
    from stowplan.expressions import compile_template  # noqa: PLC0415

    if not str(text).strip():
        hint = "say what is wrong, or take it out: the condition is shown then"
        faults.add("Y605", path, f"{path[-1]}: it is empty", hint)
        return None
    names = types(CHECKING[subject])
    template: MessageTemplate | None = _compiled(
        lambda: compile_template(str(text).rstrip("\n"), names), str(text), path, faults
    )
    return template


def _compiled(
    make: Callable[[], Any],
    text: str,
    path: DocPath,
    faults: Faults,
    later: Collection[str] = (),
) -> Any:  # noqa: ANN401
    from stowplan.expressions import ExpressionError  # noqa: PLC0415

    try:
        return make()
    except ExpressionError as error:
        if len(text) > LARGEST_PLACED:  # finding a character in it would cost more than reading it
            faults.add("Y605", path, f"{path[-1]}: {error.faults[0].message}")
            return None
        more = len(error.faults) - MOST_FAULTS
        for number, fault in enumerate(error.faults[:MOST_FAULTS], start=1):
            last = f", and {count_text(more, 'more fault')}" if more > 0 else ""
            said = f"{path[-1]}: {fault.message}{last if number == MOST_FAULTS else ''}"
            hint = _elsewhere(fault.message, later) or _in_plain_numbers(text, fault.offset)
            faults.add("Y605", path, said, hint or fault.hint, offset=fault.offset)
        return None


MOST_FAULTS = 20
"""Faults of one text that are shown; nobody reads on."""

LARGEST_PLACED = 100_000
"""Characters of a text up to which a fault is placed within it."""


def _elsewhere(message: str, later: Collection[str]) -> str | None:
    """Where a name is known that is not known here."""
    field, name = _FIELD.search(message), _NAME.search(message)
    if field and field[1] in later:
        return "only checks know this; here a condition reads what the manifest says of a table"
    if name and name[1] in _SUBJECTS and later:
        known = "here a condition reads what the manifest says of a `table`"
        return f"only checks know `{name[1]}`; {known}"
    if name and name[1] in _SUBJECTS:
        return f"checks with `on: {_SUBJECTS[name[1]]}` know it"
    return None


def _in_plain_numbers(text: str, offset: int) -> str | None:
    """What to write for a quantity with a unit, at which an expression stopped."""
    found = next((f for f in _QUANTITY.finditer(text) if f.start() <= offset < f.end()), None)
    if found is None:
        return None
    written = f"{found[1]}{found[2]}"
    for read, what in _PLAIN_NUMBERS:
        try:
            return f"numbers have no units here: {what(read(written)).format(written)}"
        except UnitError:
            continue
    return None


def _in_megabytes(size: int) -> str:
    return f"compare table.size_mb, which is in MB, with {megabytes(size)} ({{}})"


def _in_seconds(duration: int) -> str:
    return f"compare a field in seconds, such as step.slack_s, with {seconds(duration)} ({{}})"


_QUANTITY = re.compile(r"(?<![\w.])([0-9]+(?:\.[0-9]+)?)[ \t]*([A-Za-z]+)\b")
_PLAIN_NUMBERS: tuple[tuple[Callable[[object], int], Callable[[int], str]], ...] = (
    (parse_size, _in_megabytes),
    (parse_duration, _in_seconds),
)
_FIELD = re.compile(r"has no field '(\w+)'")
_NAME = re.compile(r"unknown name '(\w+)'")
_SUBJECTS = {
    "table": Subject.TABLE,
    "edge": Subject.DEPENDENCY,
    "manifest": Subject.MANIFEST,
    "step": Subject.STEP,
    "window": Subject.WINDOW,
    "plan": Subject.PLAN,
}
"""What looks at whom."""
