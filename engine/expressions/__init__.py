"""A profile of CEL, the Common Expression Language: texts into checked, quick functions.

Nothing here knows Stowplan's tables: names and types are given. `docs/expressions.md` is the
language's page.
"""

from .compilation import Expression, Part, compile_expression
from .faults import (
    STEPS,
    Budget,
    BudgetExceeded,
    EvaluationError,
    ExpressionError,
    Fault,
)
from .kinds import BOOL, DOUBLE, INT, STRING, Field, Type, list_of, map_of, record
from .shared import Shared, Sieve, Sifted
from .templates import Template, compile_template, scalar_text

__all__ = [
    "BOOL",
    "DOUBLE",
    "INT",
    "STEPS",
    "STRING",
    "Budget",
    "BudgetExceeded",
    "EvaluationError",
    "Expression",
    "ExpressionError",
    "Fault",
    "Field",
    "Part",
    "Shared",
    "Sieve",
    "Sifted",
    "Template",
    "Type",
    "compile_expression",
    "compile_template",
    "list_of",
    "map_of",
    "record",
    "scalar_text",
]
