"""Why a table is where it is: every rule that looked at it, and what each came to.

Nothing is decided here: all of it is read from the groundwork, the judgements and the plan.
"""

from __future__ import annotations

from typing import NamedTuple

from stowplan.model import Place, Span, Table, Violation

from .checks import CheckRow, table_checks
from .classes import TableClass, table_class
from .costs import TableCost, table_cost
from .edges import Edges, table_edges
from .evidence import Evidence
from .outcome import Outcome, table_outcome

__all__ = ["Evidence", "Explanation", "explain_table"]


class Explanation(NamedTuple):
    """All that is known of one table."""

    table: Table
    span: Span
    classed: TableClass
    edges: Edges
    cost: TableCost
    checks: tuple[CheckRow, ...]
    findings: tuple[Violation, ...]
    outcome: Outcome


def explain_table(name: str, evidence: Evidence) -> Explanation:
    """Explain one listed table; KeyError for any other name."""
    number = evidence.ground.graph.index(name)
    table = evidence.ground.tables[number]
    return Explanation(
        table,
        evidence.locate(Place("", ("tables", table.place))),
        table_class(evidence, number),
        table_edges(evidence, number),
        table_cost(evidence, number),
        tuple(table_checks(evidence, number)),
        tuple(found for found in evidence.violations if name in found.tables),
        table_outcome(evidence, number),
    )
