"""What expressions read of a manifest as a whole, and of one dependency in it."""

from __future__ import annotations

from typing import NamedTuple

from stowplan.expressions import DOUBLE, INT, STRING, EvaluationError, list_of
from stowplan.units import megabytes

from .tables import TABLE, Facts, TableFacts
from .words import Record, Word, many, one


class Edge(NamedTuple):
    """One dependency; `origin` is `manifest` or the id of the rule that made it."""

    child: TableFacts
    parent: TableFacts
    origin: str


def _size(facts: Facts) -> float:
    return megabytes(sum(table.size for table in facts.tables))


def _rows(facts: Facts) -> int:
    total = sum(table.rows for table in facts.tables)
    if total >= _BEYOND:
        raise EvaluationError("manifest.rows: integer overflow, the tables have 2^63 rows or more")
    return total


_BEYOND = 2**63


def _declared(facts: Facts) -> float | None:
    total = facts.manifest.declared_total
    return None if total is None else megabytes(total)


MANIFEST = Record(
    "manifest",
    {
        "source": Word(STRING, "Where it comes from.", lambda f: f.manifest.source, True),
        "destination": Word(STRING, "Where it goes.", lambda f: f.manifest.destination, True),
        "measured_at": Word(
            STRING, "When it was measured.", lambda f: f.manifest.measured_at, True
        ),
        "total_size_mb": Word(DOUBLE, "The total that it declares.", _declared, True),
        "size_mb": Word(DOUBLE, "The sum of its tables' sizes.", _size),
        "rows": Word(INT, "The sum of its tables' rows.", _rows),
        "present": Word(
            list_of(STRING),
            "Tables that are at the destination.",
            lambda f: f.manifest.present,
            of="table",
        ),
        "tables": many(TABLE, "Its tables, by name.", lambda f: f.all()),
    },
)

EDGE = Record(
    "edge",
    {
        "child": one(TABLE, "The table that waits.", lambda edge: edge.child),
        "parent": one(TABLE, "The table that it waits for.", lambda edge: edge.parent),
        "origin": Word(
            STRING, "`manifest`, or the rule that made it.", lambda edge: edge.origin, of="origin"
        ),
    },
)
