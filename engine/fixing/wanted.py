"""What a mend does to the value of a file, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from stowplan.model import DocPath, shown


class Rename(NamedTuple):
    """A key that gets another name; `path` leads to its value."""

    path: DocPath
    key: str

    @property
    def told(self) -> str:
        """What is mended, on one line."""
        return f"`{shown(self.path[-1])}` is now `{self.key}`"


class Drop(NamedTuple):
    """An item of a list, equal to an earlier one, that goes; `value` is what it says."""

    path: DocPath
    value: str

    @property
    def told(self) -> str:
        """What is mended, on one line."""
        return f"{shown(self.value)} is no longer listed twice"


class Replace(NamedTuple):
    """A number that becomes another one, given in plain digits."""

    path: DocPath
    digits: str

    @property
    def told(self) -> str:
        """What is mended, on one line."""
        return f"`{shown(self.path[-1])}` is now {self.digits}"


Want: TypeAlias = Rename | Drop | Replace


def changed(data: object, wants: Iterable[Want]) -> object:
    """The value with the mends made; lists and mappings that aliases share are shared no more."""
    fresh = _unshared(data)
    for want in sorted(wants, key=_last_items_first):
        holder: Any = fresh
        for part in want.path[:-1]:
            holder = holder[part]
        _change(holder, want)
    return fresh


def same(one: object, other: object) -> bool:
    """Are two values the same, with the types of all scalars and the order of all keys?"""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Decimal) and isinstance(other, Decimal) and one.is_nan():
        return other.is_nan()
    return one == other


def number(digits: str) -> int | Decimal:
    """What plain digits are read as."""
    return Decimal(digits) if "." in digits else int(digits)


def _last_items_first(want: Want) -> int:
    """Items of one list go from its end, so that the places of the others stay true."""
    return -int(want.path[-1]) if isinstance(want, Drop) else 0


def _change(holder: Any, want: Want) -> None:  # noqa: ANN401 (a value as read)
    last = want.path[-1]
    if isinstance(want, Drop):
        del holder[last]
    elif isinstance(want, Replace):
        holder[last] = number(want.digits)
    else:
        entries = [(want.key if key == last else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(entries)


def _unshared(value: object) -> object:
    if isinstance(value, dict):
        return {key: _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value
