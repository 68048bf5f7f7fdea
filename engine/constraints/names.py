"""One spelling for a table's name: as the lists of classes have it.

A sentence starts with a capital, whatever the table's name; in a policy names heed case.
"""

from __future__ import annotations

from collections.abc import Iterable

from .markup import Name, Refusal
from .reading import Classed, Ordered, Statement


class Spellings:
    """The names of a text: those of lists and quotes first, then those within sentences."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._listed: dict[str, set[str]] = {}
        self._other: dict[str, set[str]] = {}
        for statement in statements:
            if isinstance(statement, Classed):
                _note(statement.tables, self._listed, self._listed)
            elif isinstance(statement, Ordered):
                _note((*statement.tables, *statement.others), self._listed, self._other)

    def of(self, names: Iterable[Name]) -> tuple[Name, ...]:
        """Names of an order. Raises Refusal where one may be spelled in two ways."""
        return tuple(name if name.quoted else name._replace(text=self._one(name)) for name in names)

    def of_list(self, names: Iterable[Name]) -> tuple[Name, ...]:
        """Names of a class: as written, unless one starts a sentence. Raises Refusal."""
        return tuple(
            name._replace(text=self._one(name)) if name.initial else name for name in names
        )

    def _one(self, name: Name) -> str:
        known = self._listed.get(name.text.lower(), set())
        if not known and name.initial:
            known = self._other.get(name.text.lower(), set())
        if name.text in known or (not known and not name.initial):
            return name.text
        if len(known) == 1:
            return next(iter(known))
        either = " or ".join(sorted(known or {name.text, name.text.lower()}))
        raise Refusal(f'"{name.text}" may be {either}: write it in backticks')


def _note(names: Iterable[Name], quoted: dict[str, set[str]], bare: dict[str, set[str]]) -> None:
    for name in names:
        if not name.initial:
            kept = quoted if name.quoted else bare
            kept.setdefault(name.text.lower(), set()).add(name.text)
