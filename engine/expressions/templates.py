"""Message templates: text with expressions in braces, `{{` and `}}` for braces themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from .arithmetic import double_text
from .compilation import Expression, compile_expression
from .faults import Budget, ExpressionError, Fault
from .kinds import ANY, SCALARS, Type
from .overloads import plain
from .runtime import bool_text
from .tokens import LONGEST, STRING

MOST_BRACES = 200
"""Opening braces in one template."""
_INSIDE = re.compile(rf"(?:{STRING}|[^{{}}\"'])*", re.VERBOSE | re.DOTALL)
_PLAIN = re.compile(r"(?:[^{}]|\{\{|\}\})+")


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A compiled template; `reads` are the paths of all its expressions."""

    text: str
    reads: frozenset[str]
    _pieces: tuple[str | Expression, ...]

    def render(self, values: Mapping[str, object], budget: Budget) -> str:
        """The message; raises EvaluationError and BudgetExceeded."""
        return "".join(
            piece if isinstance(piece, str) else _shown(piece.evaluate(values, budget), budget)
            for piece in self._pieces
        )


def compile_template(text: str, names: Mapping[str, Type]) -> Template:
    """The template of a text; raises ExpressionError with all faults, placed in the template."""
    if len(text) > LONGEST or text.count("{") > MOST_BRACES:
        raise ExpressionError([_too_long(text)])
    pieces: list[str | Expression] = []
    faults: list[Fault] = []
    for offset, piece, braced in _pieces(text, faults):
        try:
            pieces.append(_compiled(piece, names) if braced else piece)
        except ExpressionError as error:
            faults.extend(Fault(f.offset + offset, f.message, f.hint) for f in error.faults)
    if faults:
        raise ExpressionError(faults)
    reads = [piece.reads for piece in pieces if isinstance(piece, Expression)]
    return Template(text, frozenset().union(*reads), tuple(pieces))


def _too_long(text: str) -> Fault:
    if len(text) > LONGEST:
        return Fault(0, f"the template has {len(text)} characters; {LONGEST} are allowed")
    return Fault(0, f"the template has more than {MOST_BRACES} opening braces")


def _pieces(text: str, faults: list[Fault]) -> Iterator[tuple[int, str, bool]]:
    """Offset, text, and whether it stood in braces."""
    position = 0
    while position < len(text):
        plain_text = _PLAIN.match(text, position)
        if plain_text is not None:
            yield position, plain_text[0].replace("{{", "{").replace("}}", "}"), False
            position = plain_text.end()
            continue
        inside = _INSIDE.match(text, position + 1)
        end = position + 1 if inside is None else inside.end()
        if text[position] == "}" or text[end : end + 1] != "}":
            faults.append(_unbalanced(text[position], position))
            return
        yield position + 1, text[position + 1 : end], True
        position = end + 1


def _unbalanced(brace: str, position: int) -> Fault:
    if brace == "}":
        return Fault(position, "this brace closes none", "a brace itself is written }}")
    return Fault(position, "this brace is never closed", "a brace itself is written {{")


def _compiled(text: str, names: Mapping[str, Type]) -> Expression:
    if not text.strip():
        raise ExpressionError([Fault(0, "the braces are empty", "write {table.name} or {{")])
    expression = compile_expression(text, names, None)
    item = expression.type.item if expression.type.kind == "list" else expression.type
    if item not in (*SCALARS, ANY):
        message = f"a message shows scalars and lists of them; this is {plain(expression.type)}"
        raise ExpressionError([Fault(0, message)])
    return expression


def _shown(value: object, budget: Budget) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return bool_text(value)
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Collection):
        budget.spend(1 + len(value))
        return ", ".join(_shown(item, budget) for item in value)
    return str(value)
