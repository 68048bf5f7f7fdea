"""Records for expressions: each word with its type, its meaning, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from stowplan.expressions import EvaluationError, Field, Type, list_of, record

Reader = Callable[[Any], dict[str, object]]
"""A subject to the values of the fields that are asked for."""


class Word(NamedTuple):
    """One field. `read` gives its value for a subject; an optional one is absent where None.

    With `record` that value is itself a subject, or with `many` a list of such. `of` is what its
    text, or each of a list, names: a `table`, `class`, `window` …; empty where it may be anything.
    """

    type: Type
    meaning: str
    read: Callable[[Any], Any]
    optional: bool = False
    record: Record | None = None
    many: bool = False
    of: str = ""


class Failing(dict[str, object]):
    """Values beside a field that has none: whoever reads that learns why."""

    def __init__(self, values: Mapping[str, object], field: str, why: str) -> None:
        super().__init__(values)
        self._failures = {**getattr(values, "_failures", {}), field: why}

    def __missing__(self, field: str) -> object:
        if field in self._failures:
            raise EvaluationError(self._failures[field])
        raise KeyError(field)


class Record:
    """The fields of one kind of subject."""

    def __init__(self, name: str, words: Mapping[str, Word]) -> None:
        self.words = words
        self.type = record(
            name,
            {key: Field(word.type, word.optional, word.meaning) for key, word in words.items()},
        )

    def reader(self, reads: Iterable[str]) -> Reader:
        """What reads these paths (`name`, `labels`, `windows[].size_mb`) of a subject.

        An optional field that is absent has no key; one that has no value fails when it is read.
        """
        readers = [(name, _reading(self.words[name], rest)) for name, rest in _by_first_word(reads)]

        def values(subject: object) -> dict[str, object]:
            found: dict[str, object] = {}
            for name, read in readers:
                try:
                    value = read(subject)
                except EvaluationError as error:
                    found = Failing(found, name, str(error))
                    continue
                if value is not None:
                    found[name] = value
            return found

        return values


def one(record_: Record, meaning: str, read: Callable[[Any], Any]) -> Word:
    """A word that stands for another record."""
    return Word(record_.type, meaning, read, record=record_)


def many(record_: Record, meaning: str, read: Callable[[Any], Any]) -> Word:
    """A word that stands for a list of records."""
    return Word(list_of(record_.type), meaning, read, record=record_, many=True)


def below(reads: Iterable[str], name: str) -> list[str]:
    """What is read of one name: the paths below it."""
    return [rest for first, rests in _by_first_word(reads) if first == name for rest in rests]


def _by_first_word(reads: Iterable[str]) -> list[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for path in sorted(reads):
        first, _, rest = path.partition(".")
        groups.setdefault(first.removesuffix("[]"), []).extend([rest] if rest else [])
    return list(groups.items())


def _reading(word: Word, rest: list[str]) -> Callable[[Any], object]:
    if word.record is None:
        return word.read
    inner, read = word.record.reader(rest), word.read
    if word.many:
        return lambda subject: [inner(each) for each in read(subject)]
    return lambda subject: inner(read(subject))
