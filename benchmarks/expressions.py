"""Evaluations a second of a policy's usual condition, over tables that are all different."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from tabulate import tabulate

from stowplan.expressions import (
    DOUBLE,
    INT,
    STRING,
    Budget,
    Field,
    compile_expression,
    list_of,
    record,
)

TABLES = 100_000
ROUNDS = 5
BOUND = 1_000_000
HEADINGS = ("expression", "a second", "bound", "ns each", "holds")
TABLE = record(
    "table",
    {
        "name": Field(STRING),
        "rows": Field(INT),
        "size_mb": Field(DOUBLE),
        "class": Field(STRING),
        "owner": Field(STRING, optional=True),
        "parents": Field(list_of(STRING)),
    },
)
CONDITION = 'table.size_mb > 5000.0 && table.class == "CRITICAL" && !("orders" in table.parents)'


class Case(NamedTuple):
    """An expression and how many evaluations a second it must reach; None for any number."""

    text: str
    bound: int | None = None


CASES = (
    Case(CONDITION, BOUND),
    Case("table.rows > 1000", BOUND),
    Case("has(table.owner) && table.owner == 'dba'", BOUND),
    Case("table.owner == 'dba' || table.rows >= 0"),
    Case("table.name.matches('^t_[0-9]+7$')"),
    Case("table.parents.exists(p, p.startsWith('t_0'))"),
    Case("table.rows / 1000 * 3 + 1 < 10000"),
)


def _tables() -> list[Mapping[str, object]]:
    """Tables of which every second one goes through the whole of the condition."""
    return [
        {
            "name": f"t_{number:06}",
            "rows": number * 10,
            "size_mb": 4000.0 + number % 2 * 2000,
            "class": "CRITICAL",
            "parents": [f"t_{number // 2:06}", f"t_{number // 3:06}"],
        }
        for number in range(TABLES)
    ]


def rate(text: str) -> float:
    """Evaluations a second, the best of some rounds over all tables."""
    tables = _tables()
    run = compile_expression(text, {"table": TABLE}).bind(Budget(10**12))
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for table in tables:
            run(table)
        best = min(best, time.perf_counter() - start)
    return TABLES / best


def _row(case: Case) -> tuple[str, ...]:
    found = rate(case.text)
    bound = "" if case.bound is None else f"{case.bound:_}".replace("_", " ")
    holds = "" if case.bound is None else "yes" if found >= case.bound else "NO"
    return case.text, f"{found:_.0f}".replace("_", " "), bound, f"{1e9 / found:.0f}", holds


def main() -> int:
    """Print the table; exit status 1 says that a bound does not hold on this machine."""
    rows = [_row(case) for case in CASES]
    print(tabulate(rows, HEADINGS, disable_numparse=True))
    return int(any(row[-1] == "NO" for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
