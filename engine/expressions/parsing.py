"""Tokens into a tree: CEL specification, «Syntax»; nesting is bounded, never left to Python."""

from __future__ import annotations

from . import syntax
from .faults import ExpressionError, refused
from .literals import double_value, int_value, string_value
from .syntax import Node
from .tokens import Token, read_tokens

DEPTH = 64
"""Operators, brackets and calls within each other; the parser takes up to seven frames each."""

LONGEST_LIST = 2000
"""Items of a list literal, arguments of a call."""

_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/", "%"))
_LEVEL = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
KEYWORDS = {"true": True, "false": False}
_WORDS = "as break const continue else for function if import let loop package namespace return"
RESERVED = frozenset([*_WORDS.split(" "), "var", "void", "while"])
_LOGICAL = 2
_MEANT = {"and": "write &&", "or": "write ||", "<>": "write != for not equal"}
"""What people who know SQL are told, by the token that does not fit, alone or with another."""


def parse(text: str) -> Node:
    """The tree of a text; raises ExpressionError with one fault."""
    parser = _Parser(read_tokens(text))
    tree = parser.expression()
    if parser.token.kind != "end":
        raise parser.unexpected("an operator")
    return tree


class _Parser:
    """Reads tokens from left to right; `token` is the next one, `last` the one before."""

    def __init__(self, tokens: list[Token]) -> None:
        self._rest = iter(tokens)
        self.token = self.last = next(self._rest)
        self._depth = 0

    def _take(self) -> Token:
        self.last = self.token
        self.token = next(self._rest, self.token)
        return self.last

    def _accept(self, *marks: str) -> Token | None:
        """The next token, taken, if it is one of these."""
        is_mark = self.token.kind == "mark" or self.token.text == "in"
        return self._take() if is_mark and self.token.text in marks else None

    def _expect(self, mark: str) -> Token:
        found = self._accept(mark)
        if found is None:
            raise self.unexpected(f"'{mark}'")
        return found

    def unexpected(self, wanted: str) -> ExpressionError:
        """The error of the next token."""
        offset = self.token.offset
        if self.token.text == "{":
            message = "this profile of CEL leaves maps and messages in braces out"
            return refused(offset, message, "lists are written in brackets: [1, 2]")
        if self.token.text == "?" and self.last.text in {".", "["}:
            message = "this profile of CEL leaves optional values out"
            return refused(offset, message, "has(record.field) says whether a field is there")
        hint = _MEANT.get(self.token.text.lower()) or _MEANT.get(self.last.text + self.token.text)
        hint = "write ! for not" if self.last.text.lower() == "not" else hint
        return refused(offset, f"{self.token} stands where {wanted} is expected", hint)

    def _height(self, *nodes: Node) -> int:
        height = 1 + max((node.height for node in nodes), default=0)
        if height > DEPTH:
            raise self._too_deep()
        return height

    def _too_deep(self) -> ExpressionError:
        hint = "split it into several rules, or leave out parentheses"
        return refused(self.last.offset, f"this is nested more than {DEPTH} deep", hint)

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise self._too_deep()

    def expression(self) -> Node:
        """A whole expression, with its ternary."""
        self._enter()
        tree = self._operators(0)
        question = self._accept("?")
        if question is not None:
            then = self._binary(0)
            self._expect(":")
            rest = self.expression()
            height = self._height(tree, then, rest)
            tree = syntax.Ternary(question.offset, height, tree, then, rest)
        self._depth -= 1
        return tree

    def _binary(self, lowest: int) -> Node:
        """An operand whose operators are at least of this level."""
        self._enter()
        tree = self._operators(lowest)
        self._depth -= 1
        return tree

    def _operators(self, lowest: int) -> Node:
        """Operands and operators of at least this level, grouped from the left."""
        start = self.token.offset
        left = self._unary()
        while (level := self._level()) >= lowest:
            if level < _LOGICAL:
                left = self._chain(left, start, level)
            else:
                operator = self._take()
                right = self._binary(level + 1)
                height = self._height(left, right)
                left = syntax.Binary(operator.offset, height, operator.text, left, right)
        return left

    def _level(self) -> int:
        return _LEVEL.get(self.token.text, -1)

    def _chain(self, left: Node, start: int, level: int) -> Node:
        operands, spans = [left], [(start, self.last.end)]
        offset = self.token.offset
        while self._accept(*_LEVELS[level]):
            start = self.token.offset
            operands.append(self._binary(level + 1))
            spans.append((start, self.last.end))
        height = self._height(*operands)
        return syntax.Chain(offset, height, _LEVELS[level][0], tuple(operands), tuple(spans))

    def _unary(self) -> Node:
        first = self._accept("!", "-")
        if first is None:
            return self._postfix(negative=False)
        count = 1
        while self._accept(first.text):
            count += 1
        if count > DEPTH:
            raise self._too_deep()
        return self._signed(first, count)

    def _signed(self, first: Token, count: int) -> Node:
        """The sign next to a number is part of it: only so the smallest int can be written."""
        number = first.text == "-" and self.token.kind in {"int", "double"}
        operand = self._postfix(negative=number)
        if number and count == 1:
            return operand
        height = self._height(operand)
        return syntax.Unary(first.offset, height, first.text, count - number, operand)

    def _postfix(self, *, negative: bool) -> Node:
        tree = self._primary(negative=negative)
        while mark := self._accept(".", "["):
            if mark.text == ".":
                tree = self._member(tree)
            else:
                index = self.expression()
                self._expect("]")
                tree = syntax.Index(mark.offset, self._height(tree, index), tree, index)
        return tree

    def _member(self, operand: Node) -> Node:
        name = self.token
        if name.kind != "name" or name.text in {"true", "false", "null", "in"}:
            raise self.unexpected("the name of a field or function")
        self._take()
        if self._accept("("):
            arguments = self._items(")")
            height = self._height(operand, *arguments)
            return syntax.Call(name.offset, height, operand, name.text, arguments)
        return syntax.Member(name.offset, self._height(operand), operand, name.text)

    def _primary(self, *, negative: bool) -> Node:
        token = self.token
        if token.kind in {"int", "double", "string"}:
            value = self._literal(negative=negative)
            source = token.text if token.kind == "string" else ""
            return syntax.Literal(token.offset - negative, 1, value, source)
        if token.kind == "name" and token.text != "in":
            return self._name(self._take())
        if self._accept("("):
            tree = self.expression()
            self._expect(")")
            return tree
        if self._accept("["):
            items = self._items("]")
            return syntax.ListLiteral(token.offset, self._height(*items), items)
        raise self.unexpected("a value")

    def _literal(self, *, negative: bool) -> int | float | str:
        token = self._take()
        if token.kind == "string":
            return string_value(token)
        if token.kind == "int":
            return int_value(token, negative=negative)
        return double_value(token, negative=negative)

    def _name(self, token: Token) -> Node:
        if token.text in KEYWORDS:
            return syntax.Literal(token.offset, 1, KEYWORDS[token.text])
        if token.text == "null":
            message = "this profile of CEL leaves null out"
            raise refused(token.offset, message, "has(record.field) says whether a field is there")
        if token.text in RESERVED:
            message = f"'{token.text}' is a reserved word of CEL"
            raise refused(token.offset, message, "it may only follow a dot, as a field")
        if self._accept("("):
            arguments = self._items(")")
            height = self._height(*arguments)
            return syntax.Call(token.offset, height, None, token.text, arguments)
        return syntax.Name(token.offset, 1, token.text)

    def _items(self, closing: str) -> tuple[Node, ...]:
        """Expressions between commas; a list may end in one (CEL specification, «Syntax»)."""
        items: list[Node] = []
        while not self._accept(closing):
            items.append(self.expression())
            if len(items) > LONGEST_LIST:
                raise refused(self.last.offset, f"more than {LONGEST_LIST} items")
            if not self._accept(","):
                self._expect(closing)
                break
            if closing == ")" == self.token.text:
                raise self.unexpected("an argument")
        return tuple(items)
