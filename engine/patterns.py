r"""Names and globs of policies: which tables a pattern means.

Only `*` (any run of characters, also none) and `?` (exactly one) are wild; they cross dots and heed
case; a backslash takes the next character as itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import takewhile

from stowplan.model import Pattern, shown


class PatternError(ValueError):
    """A glob that cannot be read."""


def literal_name(text: str) -> str | None:
    """The name that a pattern means, its escapes resolved; None for a glob.

    Raises PatternError for an empty pattern and for a backslash at the end.
    """
    if not text:
        raise PatternError("an empty pattern names no table")
    tokens = _tokens(text)
    if any(wild for _, wild in tokens):
        return None
    return "".join(character for character, _ in tokens)


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Each character and whether it is wild."""
    tokens: list[tuple[str, bool]] = []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            escaped = next(characters, None)
            if escaped is None:
                raise PatternError(f'"{shown(text)}" ends in a lone backslash')
            tokens.append((escaped, False))
        else:
            tokens.append((character, character in "*?"))
    return tokens


class Names:
    """A set of table names that patterns are matched against, sorted once."""

    def __init__(self, names: Iterable[str]) -> None:
        self.sorted: Sequence[str] = sorted(set(names))
        self._known = frozenset(self.sorted)

    def matching(self, pattern: Pattern) -> Sequence[str]:
        """The names that one pattern means, sorted."""
        if pattern.literal is not None:
            return (pattern.literal,) if pattern.literal in self._known else ()
        tokens = _tokens(pattern.text)
        if all(wild and character == "*" for character, wild in tokens):
            return self.sorted
        prefix, regex = _compiled(tokens)
        return [name for name in self._starting_with(prefix) if regex.fullmatch(name)]

    def selected(self, patterns: Iterable[Pattern]) -> frozenset[str]:
        """The names that any of the patterns means."""
        return frozenset(name for pattern in patterns for name in self.matching(pattern))

    def _starting_with(self, prefix: str) -> Sequence[str]:
        if not prefix:
            return self.sorted
        low = bisect_left(self.sorted, prefix)
        high = bisect_right(self.sorted, prefix, lo=low, key=lambda name: name[: len(prefix)])
        return self.sorted[low:high]


def _compiled(tokens: list[tuple[str, bool]]) -> tuple[str, re.Pattern[str]]:
    """The characters before the first wild one, and the whole as a regular expression.

    Every run between two stars is matched once, as early as it can be, and never tried again (an
    atomic group): the time stays near-linear however many stars there are.
    """
    prefix = "".join(c for c, _ in takewhile(lambda token: not token[1], tokens))
    first, *between = _runs_between_stars(tokens)
    if not between:
        return prefix, re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{run})" for run in between[:-1])
    return prefix, re.compile(f"{first}{middle}.*{between[-1]}", re.DOTALL)


def _runs_between_stars(tokens: list[tuple[str, bool]]) -> list[str]:
    """The expressions between the stars; the last one must end the name."""
    runs = [""]
    for character, wild in tokens:
        if wild and character == "*":
            runs.append("")
        else:
            runs[-1] += "." if wild else re.escape(character)
    return runs
