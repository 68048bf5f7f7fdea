"""Lists, maps and strings; what takes longer for more spends the budget first.

A list is anything that has a length, iterates and answers `in`; none is copied without need.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from .arithmetic import add, total
from .faults import Budget, EvaluationError
from .shared import Shared

LARGEST_TEXT = 100_000
"""Characters of a text that `+` may make."""
LARGEST_LIST = 1_000_000
"""Items of a list that `+` may make."""
STEPS_TO_COMPARE = 4
"""For each pair of items that are not texts."""
ITEMS_A_STEP = 4
"""Where a list is gone through without anything being asked of its items."""
_PIECE = 64


def select(record: Mapping[str, object], name: str, path: str) -> object:
    """A record's field."""
    try:
        return record[name]
    except KeyError:
        raise EvaluationError(f"no such field: {path}") from None


def value_of(budget: Budget, mapping: Mapping[str, object], key: str) -> object:
    """A map's value."""
    budget.spend(1)
    if key not in mapping:
        raise EvaluationError(f"no such key: {key[:_PIECE]!r}")
    return mapping[key]


def item_at(budget: Budget, items: Collection[object], index: int) -> object:
    """A list's item, counted from 0."""
    if not 0 <= index < len(items):
        raise EvaluationError(f"index {index} of a list of {len(items)}")
    if isinstance(items, Sequence):
        budget.spend(1)
        return items[index]
    budget.spend(index + 1)
    return next(islice(items, index, None))


def walk(budget: Budget, items: Collection[Any], weight: int = 1) -> Collection[Any]:
    """The items of a list for something that takes `weight` steps for each."""
    budget.spend(1 + len(items) * weight)
    return _found(budget, items)


def _found(budget: Budget, items: Collection[Any]) -> Collection[Any]:
    if isinstance(items, (list, tuple)) or not isinstance(items, Shared):
        return items
    return items.walked(budget)


def first(budget: Budget, items: Collection[Any], count: int) -> list[Any]:
    """The first items of a list."""
    budget.spend(1 + count)
    return list(islice(_found(budget, items), count))


def among(budget: Budget, items: Collection[object], item: object) -> bool:
    """Whether a list has an item that Python finds equal just when CEL does."""
    # Another container answers by itself, perhaps at once; a list looks at every item.
    if isinstance(items, (list, tuple)):
        budget.spend(1 + len(items))
        return item in items
    if isinstance(items, Shared):
        return items.holds(budget, str(item))
    budget.spend(1)
    return item in items


def among_equal(budget: Budget, items: Collection[object], item: object) -> bool:
    """Whether a list has an item that CEL finds equal: no NaN is, 1 and 1.0 are."""
    return any(equal(budget, item, other) for other in walk(budget, items))


def equal(budget: Budget, one: Any, other: Any) -> bool:  # noqa: ANN401 - the checker knows
    """Whether two values of comparable types are equal, item by item."""
    if isinstance(one, str):
        return bool(one == other)
    if isinstance(one, (int, float)):
        return float(one) == float(other) if type(one) is not type(other) else bool(one == other)
    if len(one) != len(other):
        budget.spend(1)
        return False
    if isinstance(one, Mapping):
        budget.spend(1 + STEPS_TO_COMPARE * len(one))
        return all(key in other and equal(budget, one[key], other[key]) for key in one)
    if _exact(one) and _exact(other):
        budget.spend(1 + len(one))
        return list(one) == list(other)
    budget.spend(1 + STEPS_TO_COMPARE * len(one))
    return all(equal(budget, *pair) for pair in zip(one, other, strict=True))


def _exact(items: Collection[object]) -> bool:
    """Whether Python finds these items equal just when CEL does; they are of one type."""
    return type(next(iter(items), "")) in (str, bool)


def extend(budget: Budget, one: Collection[object], other: Collection[object]) -> list[object]:
    """A list and then another."""
    if len(one) + len(other) > LARGEST_LIST:
        raise EvaluationError(f"a list of more than {LARGEST_LIST} items")
    budget.spend(1 + (len(one) + len(other)) // ITEMS_A_STEP)
    return [*_found(budget, one), *_found(budget, other)]


def join(budget: Budget, one: str, other: str) -> str:
    """A text and then another."""
    if len(one) + len(other) > LARGEST_TEXT:
        raise EvaluationError(f"a string of more than {LARGEST_TEXT} characters")
    # Dearer than other work on texts: the new one may be kept, and memory is bounded by steps.
    budget.spend(4 + (len(one) + len(other)) // 8)
    return one + other


def starts_with(budget: Budget, text: str, start: str) -> bool:
    """Whether a text starts with another."""
    budget.spend(1 + len(start) // _PIECE)
    return text.startswith(start)


def ends_with(budget: Budget, text: str, end: str) -> bool:
    """Whether a text ends with another."""
    budget.spend(1 + len(end) // _PIECE)
    return text.endswith(end)


def contains(budget: Budget, text: str, part: str) -> bool:
    """Whether a text has another in it."""
    budget.spend(1 + (len(text) + len(part)) // _PIECE)
    return part in text


def sum_ints(budget: Budget, numbers: Collection[Any]) -> int:
    """Ints added up; each step may overflow, none of none is 0."""
    found: int = total(0, walk(budget, numbers), add)
    return found


def sum_doubles(budget: Budget, numbers: Collection[Any]) -> float:
    """Doubles added up from the left."""
    found: float = total(0.0, walk(budget, numbers), operator.add)
    return found


def least(budget: Budget, items: Collection[Any]) -> object:
    """The first of the smallest items."""
    return _extreme(budget, items, min)


def greatest(budget: Budget, items: Collection[Any]) -> object:
    """The first of the greatest items."""
    return _extreme(budget, items, max)


def _extreme(
    budget: Budget, items: Collection[Any], choose: Callable[[Iterable[Any]], object]
) -> object:
    if not items:
        raise EvaluationError(f"{choose.__name__}() of an empty list")
    budget.spend(1 + len(items) // ITEMS_A_STEP)
    return choose(_found(budget, items))
