"""What an expression holds against strings that are written out, for whoever knows what may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MOST_NAMED = 100
"""Strings of a list for which the variable of a macro over it may stand."""


class Comparison(NamedTuple):
    """A string that is written out, its offset, and the paths of what it is held against."""

    paths: tuple[str, ...]
    text: str
    offset: int


class Written(NamedTuple):
    """A string that is written out, and its offset in the expression."""

    text: str
    offset: int


class Comparisons:
    """Notes which strings meet which paths.

    A string that stands for something else too (`["x"].exists(p, name == p || name.endsWith(p))`)
    is no claim about the paths, and is left out.
    """

    def __init__(self) -> None:
        self._paths: dict[Written, dict[str, None]] = {}
        self._open: Counter[Written] = Counter()

    def use(self, texts: Iterable[Written]) -> None:
        """A macro's variable that stands for these is read; a comparison that follows closes it."""
        self._open.update(texts)

    def note(self, paths: Iterable[str], texts: Iterable[Written]) -> None:
        """What comes from these paths is held against these texts."""
        paths = tuple(paths)
        for text in texts if paths else ():
            self._open[text] -= 1
            self._paths.setdefault(text, {}).update(dict.fromkeys(paths))

    def found(self) -> tuple[Comparison, ...]:
        """The strings that are held against paths, and serve for nothing else."""
        return tuple(
            Comparison(tuple(paths), *written)
            for written, paths in self._paths.items()
            if self._open[written] <= 0
        )


def together(*several: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of a value that may come from either; none, if one of them may be anything."""
    return tuple(dict.fromkeys(path for some in several for path in some)) if all(several) else ()
