"""Collects the faults of one policy file, each at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from stowplan.model import DocPath, Fault, Finding, Pattern, Place
from stowplan.patterns import PatternError, literal_name
from stowplan.schemas.shape import Kind
from stowplan.units import UnitError

from .vocabulary import SHAPES

_T = TypeVar("_T")


class Faults:
    """Collects the faults of one file."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Fault] = []

    def add(
        self,
        code: str,
        path: DocPath,
        text: str,
        hint: str | None = None,
        *,
        on_key: bool = False,
        offset: int | None = None,
    ) -> None:
        """Note one fault at a path of this file, or at a character of the text there."""
        finding = Finding(path, text, hint=hint, source=self.source, on_key=on_key, offset=offset)
        self.found.append(Fault(code, finding))

    def shape(self, name: str, value: object, path: DocPath) -> dict[str, Any]:
        """Report what is wrong with a value's shape; return the entries that can be read.

        Whoever needs more than there is asks `len(self.found)` whether something was wrong.
        """
        bad: set[str | int] = set()
        for fault in SHAPES[name].faults(value, path):
            bad.update(fault.path[len(path) : len(path) + 1])
            code = "Y602" if fault.kind is Kind.UNKNOWN else "Y601"
            self.add(code, fault.path, fault.message, fault.hint, on_key=fault.on_key)
        entries = value if isinstance(value, dict) else {}
        return {key: entry for key, entry in entries.items() if key not in bad}

    def quantity(self, read: Callable[[object], _T], value: object, path: DocPath) -> _T | None:
        """Read a quantity; a fault and None where it cannot be read."""
        try:
            return read(value)
        except UnitError as error:
            self.add("Y606", path, f"{path[-1]}: {error}", error.hint)
            return None

    def patterns(self, value: object, path: DocPath) -> tuple[Pattern, ...]:
        """Read names and globs: one, or a list of them."""
        listed = [(value, path)] if isinstance(value, str) else numbered(value, path)
        patterns: list[Pattern] = []
        for text, at in listed:
            try:
                literal = literal_name(str(text))
            except PatternError as error:
                self.add("Y605", at, str(error), "write a table's name, or a glob like audit_*")
            else:
                patterns.append(Pattern(str(text), literal, Place(self.source, at)))
        return tuple(patterns)


def numbered(value: object, path: DocPath) -> list[tuple[object, DocPath]]:
    """A list's items with their paths; anything else has none."""
    items = value if isinstance(value, list) else []
    return [(item, (*path, index)) for index, item in enumerate(items)]
