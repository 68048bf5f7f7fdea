"""Macros over lists of strings, which may be shared: CEL specification, «Macros»."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from .containers import among, walk
from .faults import Budget
from .logic import every_item, single, some_item
from .shared import Condition, Shared, Sieve, Sifted


def quick(
    budget: Budget,
    macro: str,
    items: Collection[Any],
    weight: int,
    key: object,
    condition: Condition,
    given: tuple[object, ...],
) -> object:
    """What a macro says of a list; the first failure is raised, whatever comes after it."""
    sieve = Sieve(key, condition, given, weight)
    return _folded(budget, macro, items, sieve, _QUICK)


def exact(
    budget: Budget,
    macro: str,
    items: Collection[Any],
    weight: int,
    key: object,
    condition: Condition,
    given: tuple[object, ...],
) -> object:
    """The same; an item that decides absorbs failures before and after it."""
    sieve = Sieve(key, condition, given, weight)
    return _folded(budget, macro, items, sieve, _EXACT)


def same_as(budget: Budget, items: Collection[str], text: Callable[[], str]) -> bool:
    """Whether a list has the text; of an empty one the text is never asked for."""
    return bool(len(items)) and among(budget, items, text())


_Alone = Mapping[str, Callable[[Collection[Any], Condition], object]]


def _folded(
    budget: Budget, macro: str, items: Collection[Any], sieve: Sieve, alone: _Alone
) -> object:
    found = items.sifted(budget, sieve) if isinstance(items, Shared) else None
    if found is None:
        return alone[macro](walk(budget, items, sieve.weight), sieve.condition)
    if found.failing is not None and not _DECIDED[macro](found):
        sieve.condition(found.failing)  # raises what it raised when it was asked first
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
