"""The tree of an expression as it is written; `offset` is where a fault of the node is shown."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Literal(NamedTuple):
    """A bool, int, double or string; `source` is a string as it is written."""

    offset: int
    height: int
    value: bool | int | float | str
    source: str = ""


class Name(NamedTuple):
    """A variable."""

    offset: int
    height: int
    name: str


class Member(NamedTuple):
    """`operand.name`; the offset is that of the name."""

    offset: int
    height: int
    operand: Node
    name: str


class Index(NamedTuple):
    """`operand[key]`; the offset is that of the bracket."""

    offset: int
    height: int
    operand: Node
    key: Node


class Call(NamedTuple):
    """`function(arguments)` or `target.function(arguments)`; the offset is the function's."""

    offset: int
    height: int
    target: Node | None
    function: str
    arguments: tuple[Node, ...]


class ListLiteral(NamedTuple):
    """`[items]`."""

    offset: int
    height: int
    items: tuple[Node, ...]


class Unary(NamedTuple):
    """`!` or `-`, one or more `times`."""

    offset: int
    height: int
    operator: str
    times: int
    operand: Node


class Binary(NamedTuple):
    """Arithmetic, a comparison or `in`; the offset is the operator's."""

    offset: int
    height: int
    operator: str
    left: Node
    right: Node


class Chain(NamedTuple):
    """Operands of one `&&` or `||` and their spans (start, end) in the text."""

    offset: int
    height: int
    operator: str
    operands: tuple[Node, ...]
    spans: tuple[tuple[int, int], ...]


class Ternary(NamedTuple):
    """`condition ? then : otherwise`; the offset is that of the question mark."""

    offset: int
    height: int
    condition: Node
    then: Node
    otherwise: Node


Node: TypeAlias = (
    Literal | Name | Member | Index | Call | ListLiteral | Unary | Binary | Chain | Ternary
)
