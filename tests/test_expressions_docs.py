"""The page about expressions says what is so: its examples are run, its bounds are the code's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from stowplan.conditions.judging import STEPS
from stowplan.expressions import (
    DOUBLE,
    INT,
    STRING,
    Budget,
    EvaluationError,
    ExpressionError,
    Field,
    compile_expression,
    compile_template,
    list_of,
    map_of,
    record,
)
from stowplan.expressions.automata import MOST_STATES
from stowplan.expressions.containers import LARGEST_LIST, LARGEST_TEXT
from stowplan.expressions.macros import DEEPEST_MACRO
from stowplan.expressions.overloads import FUNCTIONS, MACROS, METHODS, OPERATORS
from stowplan.expressions.parsing import DEPTH, LONGEST_LIST
from stowplan.expressions.patterns import LONGEST_PATTERN
from stowplan.expressions.templates import LONGEST_MESSAGE, MOST_SHOWN
from stowplan.expressions.tokens import LONGEST
from stowplan.schemas.policy.conditions import MOST_FAULTS

PAGE = (Path(__file__).parents[1] / "docs" / "expressions.md").read_text(encoding="utf-8")
NAMES = {
    "table": record(
        "table",
        {
            "name": Field(STRING),
            "rows": Field(INT),
            "size_mb": Field(DOUBLE),
            "class": Field(STRING),
            "owner": Field(STRING, optional=True),
            "labels": Field(map_of(STRING)),
            "parents": Field(list_of(STRING)),
            "depth": Field(INT),
        },
    )
}
VALUES = {
    "table": {
        "name": "orders",
        "rows": 12_000_000,
        "size_mb": 8000.5,
        "class": "CRITICAL",
        "labels": {"env": "prod"},
        "parents": ["customers", "products"],
        "depth": 1,
    }
}


def rows(*headings):
    """The last two cells of each row of the tables with these last two headings."""
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
        cells = [[cell.strip().replace("\\|", "|") for cell in line] for line in lines]
        if cells[0][-2:] == list(headings):
            found += [tuple(cell.strip("`") for cell in line[-2:]) for line in cells[2:]]
    return found


def plain(value):
    return (
        {"true": True, "false": False}[value]
        if value in {"true", "false"}
        else ast.literal_eval(value)
    )


@pytest.mark.parametrize(("text", "value"), rows("example", "value"))
def test_an_example_has_its_value(text, value):
    found = compile_expression(text, NAMES, None).evaluate(VALUES, Budget())
    assert repr(list(found) if isinstance(found, tuple) else found) == repr(plain(value))


@pytest.mark.parametrize(("message", "text"), rows("it fails with", "for instance"))
def test_a_failure_has_its_message(message, text):
    with pytest.raises(EvaluationError) as caught:
        compile_expression(text, NAMES, None).evaluate(VALUES, Budget())
    assert str(caught.value) == message


@pytest.mark.parametrize(("text", "shown"), rows("message", "shown as"))
def test_a_message_is_shown_so(text, shown):
    assert compile_template(text, NAMES).render(VALUES, Budget()) == shown


@pytest.mark.parametrize("text", re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
def test_a_block_is_a_condition(text):
    assert compile_expression(text, NAMES).evaluate(VALUES, Budget()) is True


@pytest.mark.parametrize(
    "text",
    [
        "1u",
        "uint(1)",
        "b'a'",
        "null",
        "{}",
        "table{}",
        "timestamp('')",
        "duration('')",
        "type(1)",
        "dyn(1)",
        "[1,'']",
        "optional.of(1)",
        "table.?owner",
        "bool('true')",
        "table.`a`",
        ".table",
        "math.abs(1)",
        "cel.bind(x,1,x)",
    ],
)
def test_what_is_left_out_is_a_fault(text):
    with pytest.raises(ExpressionError):
        compile_expression(text, NAMES, None)


def test_every_function_operator_and_macro_has_an_example():
    examples = " ".join(text for text, _ in rows("example", "value"))
    words = {*FUNCTIONS, *METHODS, *MACROS, "has"}
    assert {word for word in words if f"{word}(" not in examples} == set()
    assert {sign for sign in OPERATORS if f" {sign} " not in examples} == set()


def test_the_bounds_are_those_of_the_code():
    bounds = [
        found[0].replace(" ", "")
        for _, bound in rows("of what", "bound")
        if (found := re.search(r"\d[\d ]*", bound))
    ]
    assert list(map(int, bounds)) == [
        LONGEST,
        MOST_FAULTS,
        LONGEST_MESSAGE,
        MOST_SHOWN,
        DEPTH,
        DEPTH,
        DEEPEST_MACRO,
        LONGEST_LIST,
        LONGEST_PATTERN,
        MOST_STATES,
        LARGEST_TEXT,
        LARGEST_LIST,
        STEPS,
    ]
