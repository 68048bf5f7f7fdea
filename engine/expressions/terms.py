"""What a checked expression computes: names, types and overloads are settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias, get_args


class Constant(NamedTuple):
    """A scalar, or a tuple or frozenset of them."""

    value: object


class Variable(NamedTuple):
    """A variable by the name it has in Python."""

    name: str


class Held(NamedTuple):
    """An object that is made when the expression is compiled."""

    value: object


class Selection(NamedTuple):
    """A field of a record; `path` is what a message calls it."""

    record: Term
    name: str
    path: str


class Presence(NamedTuple):
    """Whether a record or map has a name."""

    operand: Term
    name: str


class Operation(NamedTuple):
    """A function of `runtime` and its arguments."""

    function: str
    arguments: tuple[Term, ...]


class Inline(NamedTuple):
    """An operator that Python computes just as CEL does for these types."""

    operator: str
    left: Term
    right: Term


class Negation(NamedTuple):
    """Not."""

    operand: Term


class Junction(NamedTuple):
    """All operands (`&&`) or any (`||`)."""

    every: bool
    operands: tuple[Term, ...]


class Choice(NamedTuple):
    """One of two, by a condition."""

    condition: Term
    then: Term
    otherwise: Term


class Listing(NamedTuple):
    """A list of what the items are."""

    items: tuple[Term, ...]


class Fold(NamedTuple):
    """A macro over `range`; `result` is what map makes, `condition` what the others ask.

    `texts`: the range is a list of strings, which may be shared.
    """

    macro: str
    variable: str
    range: Term
    condition: Term | None
    result: Term | None = None
    texts: bool = False


class Same(NamedTuple):
    """Whether a list of strings has an item that is `text`, which is asked only if it has any."""

    range: Term
    text: Term


Term: TypeAlias = (
    Constant
    | Variable
    | Held
    | Selection
    | Presence
    | Operation
    | Inline
    | Negation
    | Junction
    | Choice
    | Listing
    | Fold
    | Same
)


def reads(term: Term) -> frozenset[str]:
    """The variables in a term, its macros' own left out."""
    if isinstance(term, Variable):
        return frozenset((term.name,))
    own = {term.variable} if isinstance(term, Fold) else set()
    return frozenset().union(*(reads(part) for part in _parts(term))) - own


def _parts(term: Term) -> Iterator[Term]:
    for value in () if isinstance(term, Constant | Held) else term:
        if isinstance(value, _TERMS):
            yield value
        elif isinstance(value, tuple):
            yield from value


_TERMS = get_args(Term)
