"""One spelling for a table's name: as the lists of classes have it.

A sentence starts with a capital, whatever the table's name; in a policy names heed case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .markup import Name, Refusal
from .reading import Classed, Noted, Ordered, Spent, Statement
from .wording import DOUBTFUL


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


class Listing:
    """Which bare words a text takes for tables.

    A text that lists tables of two classes or more, and says nothing of all others, names all its
    tables there: then a word of letters alone must be one of them.
    """

    def __init__(self, statements: Collection[Statement]) -> None:
        listed = [s for s in statements if not isinstance(s, Spent | Noted) and s.listed]
        classes = {s.name for s in listed if isinstance(s, Classed) and s.by_class}
        rest = any(isinstance(s, Classed) and not s.tables for s in statements)
        self._whole = len(classes) > 1 and not rest
        named = [name for s in listed for name in _names(s)]
        named += (name for s in statements for name in _names(s) if name.quoted)
        self._listed = {name.text.lower() for name in named}
        self._quoted = {name.text for name in named if name.quoted}

    def check(self, statement: Statement) -> None:
        """Raises Refusal for a word that may be none of a table."""
        for name in _names(statement):
            word = name.text.lower()
            if name.quoted or name.text in self._quoted:
                continue
            if word in DOUBTFUL:
                raise Refusal(f'"{name.text}" may be no table: write it in backticks if it is one')
            if self._whole and word.isalpha() and word not in self._listed:
                raise Refusal(
                    f'"{name.text}" is in no list of a class: add it to one, '
                    "or write it in backticks"
                )


def _names(statement: Statement) -> tuple[Name, ...]:
    if isinstance(statement, Classed):
        return statement.tables
    return (*statement.tables, *statement.others) if isinstance(statement, Ordered) else ()


def _note(names: Iterable[Name], quoted: dict[str, set[str]], bare: dict[str, set[str]]) -> None:
    for name in names:
        if not name.initial:
            kept = quoted if name.quoted else bare
            kept.setdefault(name.text.lower(), set()).add(name.text)
