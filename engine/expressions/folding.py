"""Macros over lists of strings, which may be shared: CEL specification, «Macros»."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from .containers import among, walk
from .faults import Budget
from .logic import every_item, single, some_item
from .shared import Condition, Shared, Sieve, Sifted


def same_as(budget: Budget, items: Collection[str], text: Callable[[], str]) -> bool:
    """Whether a list has the text; of an empty one the text is never asked for."""
    return bool(len(items)) and among(budget, items, text())


_Alone = Mapping[str, Callable[[Collection[Any], Condition], object]]


def _folded(
    alone: _Alone,
    budget: Budget,
    macro: str,
    items: Collection[Any],
    weight: int,
    key: object,
    condition: Condition,
    given: tuple[object, ...],
) -> object:
    sieve = Sieve(key, condition, given, weight)
    found = items.sifted(budget, sieve) if isinstance(items, Shared) else None
    if found is None:
        return alone[macro](walk(budget, items, weight), condition)
    if found.failing is not None and not _DECIDED[macro](found):
        condition(found.failing)  # raises what it raised when it was asked first
    return _ANSWERS[macro](found)


_QUICK: _Alone = {
    "exists": lambda items, condition: any(map(condition, items)),
    "all": lambda items, condition: all(map(condition, items)),
    "exists_one": lambda items, condition: single(map(condition, items)),
    "filter": lambda items, condition: list(filter(condition, items)),
}
_EXACT: _Alone = {**_QUICK, "exists": some_item, "all": every_item}
_DECIDED: Mapping[str, Callable[[Sifted], bool]] = {
    "exists": lambda found: found.yes > 0,
    "all": lambda found: found.no > 0,
    "exists_one": lambda _: False,
    "filter": lambda _: False,
}
_ANSWERS: Mapping[str, Callable[[Sifted], object]] = {
    "exists": lambda found: found.yes > 0,
    "all": lambda found: found.no == 0,
    "exists_one": lambda found: found.yes == 1,
    "filter": lambda found: found.kept,
}

quick = partial(_folded, _QUICK)
"""What a macro says of a list; the first failure is raised, whatever comes after it."""

exact = partial(_folded, _EXACT)
"""The same; an item that decides absorbs failures before and after it."""
