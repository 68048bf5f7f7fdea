"""The nearest known word for one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MANY = 500
"""Likeness is slow to measure: of more words than this only those with the same initial count."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant: equal but for case, else alike, else None."""
    words = sorted(known)
    folded = word.casefold().replace("-", "_")
    if len(words) > _MANY:
        words = [other for other in words if other[:1].casefold() == folded[:1]][:_MANY]
    same = next((other for other in words if other.casefold().replace("-", "_") == folded), None)
    if same is not None:
        return same
    close = difflib.get_close_matches(word.casefold(), [w.casefold() for w in words], n=1)
    return next((other for other in words if close and other.casefold() == close[0]), None)
