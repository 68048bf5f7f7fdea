"""Message templates: text with expressions in braces, `{{` and `}}` for braces themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from stowplan.model import shown

from .arithmetic import double_text
from .comparing import Comparison
from .compilation import Expression, compile_expression
from .containers import first
from .faults import Budget, ExpressionError, Fault
from .kinds import ANY, SCALARS, Type
from .overloads import plain
from .runtime import bool_text
from .tokens import LONGEST, STRING

MOST_BRACES = 200
"""Opening braces in one template."""
LONGEST_MESSAGE = 2000
"""Characters; a longer one is cut."""
MOST_SHOWN = 10
"""Items of a list in a message; of more their number is told."""
_CHARACTERS_A_STEP = 8
_SPECIFIER = re.compile(r"(?::[^\s\"'?:\]()]*|![rsa])\s*$")
_INSIDE = re.compile(rf"(?:{STRING}|[^{{}}\"'])*", re.VERBOSE | re.DOTALL)
_PLAIN = re.compile(r"(?:[^{}]|\{\{|\}\})+")


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A compiled template; `reads` and `compared` are those of all its expressions."""

    text: str
    reads: frozenset[str]
    compared: tuple[Comparison, ...]
    _pieces: tuple[str | Expression, ...]

    def render(self, values: Mapping[str, object], budget: Budget) -> str:
        """The message, cut where it is too long; raises EvaluationError and BudgetExceeded."""
        pieces: list[str] = []
        left = LONGEST_MESSAGE
        for piece in self._pieces:
            told = piece if isinstance(piece, str) else _told(piece, values, budget)
            pieces.append(told)
            left -= len(told)
            if left < 0:
                return "".join(pieces)[: LONGEST_MESSAGE - 1] + "…"
        return "".join(pieces)


def _told(piece: Expression, values: Mapping[str, object], budget: Budget) -> str:
    text = _shown(piece.evaluate(values, budget), budget)
    budget.spend(len(text) // _CHARACTERS_A_STEP)
    return text


def compile_template(text: str, names: Mapping[str, Type]) -> Template:
    """The template of a text; raises ExpressionError with all faults, placed in the template."""
    if len(text) > LONGEST or text.count("{") > MOST_BRACES:
        raise ExpressionError([_too_long(text)])
    pieces: list[str | Expression] = []
    faults: list[Fault] = []
    compared: list[Comparison] = []
    for offset, piece, braced in _pieces(text, faults):
        try:
            made = _compiled(piece, names) if braced else piece
            pieces.append(made)
            found = made.compared if isinstance(made, Expression) else ()
            compared.extend(each._replace(offset=each.offset + offset) for each in found)
        except ExpressionError as error:
            faults.extend(Fault(f.offset + offset, f.message, f.hint) for f in error.faults)
    if faults:
        raise ExpressionError(faults)
    reads = [piece.reads for piece in pieces if isinstance(piece, Expression)]
    return Template(text, frozenset().union(*reads), tuple(compared), tuple(pieces))


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
    expression = _braced(text, names)
    item = expression.type.item if expression.type.kind == "list" else expression.type
    if item not in (*SCALARS, ANY):
        message = f"a message shows scalars and lists of them; this is {plain(expression.type)}"
        raise ExpressionError([Fault(0, message)])
    return expression


def _braced(text: str, names: Mapping[str, Type]) -> Expression:
    try:
        return compile_expression(text, names, None)
    except ExpressionError:
        found = None if "?" in text else _SPECIFIER.search(text)
        if found is None:
            raise
        message = f"a message has no format specifiers such as '{shown(found[0].strip())}'"
        specifier = Fault(found.start(), message, _PLACES)
        raise ExpressionError([*_faults(text[: found.start()], names), specifier]) from None


_PLACES = "leave it out; double(int(x * 100.0)) / 100.0 cuts x to two places"


def _faults(text: str, names: Mapping[str, Type]) -> tuple[Fault, ...]:
    try:
        compile_expression(text, names, None)
    except ExpressionError as error:
        return error.faults
    return ()


def _shown(value: object, budget: Budget) -> str:
    if isinstance(value, Collection) and not isinstance(value, str):
        texts = [_shown(item, budget) for item in first(budget, value, MOST_SHOWN)]
        more = len(value) - len(texts)
        return ", ".join(texts) + (f" and {more} more" if more else "")
    return scalar_text(value)


def scalar_text(value: object) -> str:
    """A single value as a message shows it."""
    if isinstance(value, str):
        return value[: LONGEST_MESSAGE + 1]
    if isinstance(value, bool):
        return bool_text(value)
    return double_text(value) if isinstance(value, float) else str(value)
