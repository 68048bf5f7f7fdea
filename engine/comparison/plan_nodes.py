"""The values of a plan's document, each with the place that a complaint names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stowplan.model import shown

NUMBER = (int, Decimal)
_MILLION = 1_000_000
_LARGEST = 10**18


class NotAPlanError(ValueError):
    """A document that is no plan: where, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping of the document, and the path that leads to it."""

    data: object
    path: str

    def get(self, key: str, *types: type) -> Any:  # noqa: ANN401 (what the types say)
        """The value of a key that must be there, of one of these types."""
        value = self.data.get(key, ...) if isinstance(self.data, dict) else ...
        wrong = not isinstance(value, types) or (isinstance(value, bool) and bool not in types)
        if value is ... or wrong:
            said = "is missing" if value is ... else f"is {shown(value)}"
            raise NotAPlanError(f"{shown(self.path + key, 200)} {said}: no plan of stowplan")
        return value

    def text(self, key: str) -> str:
        """A text that must be there."""
        return str(self.get(key, str))

    def maybe(self, key: str, *types: type) -> Any:  # noqa: ANN401 (what the types say)
        """The value of a key that may be left out or null."""
        absent = isinstance(self.data, dict) and self.data.get(key) is None
        return None if absent else self.get(key, *types)

    def scaled(self, key: str) -> int:
        """A number of seconds or MB in millionths: microseconds, bytes."""
        value: int | Decimal = self.get(key, *NUMBER)
        return _scaled(value)

    def maybe_scaled(self, key: str) -> int | None:
        """The same where it may be null."""
        value = self.maybe(key, *NUMBER)
        return None if value is None else _scaled(value)

    def node(self, key: str) -> Node:
        """A mapping below."""
        return Node(self.get(key, dict), f"{self.path}{key}.")

    def entries(self, key: str) -> Iterator[Node]:
        """The mappings of a list."""
        for number, entry in enumerate(self.get(key, list)):
            yield Node(entry, f"{self.path}{key}[{number}].")

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self.get(key, list)
        if not all(isinstance(name, str) for name in found):
            raise NotAPlanError(
                f"{shown(self.path + key, 200)} holds no names: no plan of stowplan"
            )
        return tuple(found)


def _scaled(value: int | Decimal) -> int:
    # Numbers past this are nobody's plan, and an exponent would write out billions of digits.
    if not -_LARGEST < value < _LARGEST:
        raise NotAPlanError("a number is too large: no plan of stowplan")
    return round(value * _MILLION)
