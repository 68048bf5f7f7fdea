"""The hooks of a run: the shape of their file, and what it says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from stowplan.model import Fault, shown

from .shape import Check, Complaint, Kind, Schema, Shape

MOMENTS = {
    "before_table": "Before a table is begun; a non-zero exit leaves it out.",
    "after_table": "After a table is done, or has failed.",
    "checkpoint": "After a checkpoint is judged; a non-zero exit stops the run.",
    "no_go": "After a NO-GO.",
    "done": "At the run's end, however it ended.",
}
"""When a hook is called, and what its exit status means."""


def _wrong_command(value: object) -> Complaint | None:
    words = value if isinstance(value, list) else _words(value)
    if words and all(isinstance(word, str) and "\0" not in word for word in words):
        return None
    said = f"must be a command, is {shown(value)}"
    return Complaint(Kind.OTHER, said, "write [program, argument], or one line")


HOOKS: Schema = {
    moment: {
        "type": ["string", "list"],
        "check_with": Check(_wrong_command),
        "meta": {"description": text},
    }
    for moment, text in MOMENTS.items()
}
_SHAPE = Shape(HOOKS)


def read_hooks(data: object) -> tuple[Mapping[str, tuple[str, ...]], tuple[Fault, ...]]:
    """The words of each hook's command by its moment; or all faults, and nothing (Y601, Y602)."""
    codes = {Kind.UNKNOWN: "Y602"}
    faults = tuple(each.coded(codes.get(each.kind, "Y601")) for each in _SHAPE.faults(data))
    if faults or not isinstance(data, dict):
        return {}, faults
    return {moment: tuple(_words(command)) for moment, command in data.items()}, ()


def _words(command: object) -> list[str]:
    """The words of a command; a line is split as a shell would, and none is started."""
    if isinstance(command, list):
        return command
    try:
        return shlex.split(str(command))
    except ValueError:
        return []
