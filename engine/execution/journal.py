"""A run's entries as lines of JSON, and back: its journal, and the events that programs follow.

A line is `{"event": "copied", "at_us": …, …}`: the entry's kind and its fields, those left out that
have their default. Times are microseconds from the window's start, sizes bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from stowplan.model import Action, Pattern, Place

from .entries import Began, Ended, Ending, Entry, Judgement, Option, Outlook, Passed, Resumed
from .mover import Abandoned, Closed, Copied, Failed, Opened, Pressure

_KINDS: Mapping[str, Any] = {
    "began": Began,
    "resumed": Resumed,
    "opened": Opened,
    "copied": Copied,
    "closed": Closed,
    "failed": Failed,
    "abandoned": Abandoned,
    "pressure": Pressure,
    "passed": Passed,
    "checkpoint": Judgement,
    "ended": Ended,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_NOWHERE = Place("", ())
_encoded = json.JSONEncoder(separators=(",", ":")).encode


class JournalError(ValueError):
    """A line that is no entry of a journal."""


def line_of(entry: Entry) -> str:
    """One line, with its end."""
    defaults = entry._field_defaults
    fields: dict[str, Any] = {
        key: value
        for key, value in zip(entry._fields, entry, strict=True)
        if key not in defaults or value != defaults[key]
    }
    if isinstance(entry, Judgement):
        fields["outlook"] = entry.outlook._asdict()
        fields["options"] = [
            {**option._asdict(), "actions": _actions(option.actions)} for option in entry.options
        ]
        fields["taken"] = _actions(entry.taken)
    return _encoded({"event": _NAMES[type(entry)], **fields}) + "\n"


def entries_of(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of a journal. A last line without its end was cut off and counts for nothing.

    Raises JournalError with the number of the line.
    """
    for number, line in enumerate(lines, 1):
        if line.endswith("\n"):
            try:
                yield _entry(json.loads(line))
            except (ValueError, TypeError, KeyError):
                raise JournalError(f"line {number} is no entry of a run") from None


def _entry(record: dict[str, Any]) -> Entry:
    kind = _KINDS[record.pop("event")]
    fields = {key: _READERS.get(key, _same)(value) for key, value in record.items()}
    entry: Entry = kind(**fields)
    return entry


def _actions(actions: Iterable[Action]) -> list[dict[str, Any]]:
    return [
        {
            "kind": action.kind,
            "value": action.value,
            "class": action.class_name,
            "tables": [[pattern.text, pattern.literal] for pattern in action.tables],
        }
        for action in actions
    ]


def _read_actions(records: Iterable[Mapping[str, Any]]) -> tuple[Action, ...]:
    return tuple(
        Action(
            record["kind"],
            record["value"],
            record["class"],
            tuple(Pattern(text, literal, _NOWHERE) for text, literal in record["tables"]),
        )
        for record in records
    )


def _read_options(records: Iterable[dict[str, Any]]) -> tuple[Option, ...]:
    return tuple(
        Option(**{**record, "actions": _read_actions(record["actions"])}) for record in records
    )


def _read_outlook(record: dict[str, Any]) -> Outlook:
    return Outlook(**{**record, "left": tuple(record["left"])})


def _same(value: Any) -> Any:  # noqa: ANN401 (a value of JSON)
    return value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "differences": tuple,
    "outlook": _read_outlook,
    "options": _read_options,
    "taken": _read_actions,
    "ending": Ending,
}
