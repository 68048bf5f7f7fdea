"""The dependency graph as Mermaid, while it stays readable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice

from stowplan.conditions.plans import steps
from stowplan.model import Plan, PlannedTable
from stowplan.reports.text import printable

MOST_TABLES = 40
MOST_EDGES = 120
_NAME = 60


def dependency_picture(plan: Plan) -> Iterator[str]:
    """The section Dependency Graph; nothing where it would be too large to read, or has no edge."""
    tables = [*islice(steps(plan), MOST_TABLES + 1)]
    if not 1 < len(tables) <= MOST_TABLES:
        return
    tables.sort(key=lambda table: (table.phase, table.name))
    node = {table.name: f"t{number}" for number, table in enumerate(tables, start=1)}
    pairs = dict.fromkeys(chain.from_iterable(_pairs(plan, table) for table in tables))
    edges = [(node[parent], node[child]) for parent, child in pairs if parent in node]
    if not edges or len(edges) > MOST_EDGES:
        return
    yield "### Dependency Graph"
    yield ""
    yield "```mermaid"
    yield "flowchart LR"
    yield from _phases(tables, node)
    yield from (f"  {parent} --> {child}" for parent, child in edges)
    yield "```"
    yield ""


def _phases(tables: Iterable[PlannedTable], node: dict[str, str]) -> Iterator[str]:
    for phase, members in groupby(tables, key=lambda table: table.phase):
        yield f'  subgraph "Phase {phase}"'
        for table in members:
            label = f"{_label(table.name)}, {_label(table.effective_class)}"
            yield f'    {node[table.name]}("{label}")'
        yield "  end"


def _label(name: str) -> str:
    """A text in which nothing is markup of Mermaid, HTML or Markdown: all else is its number."""
    shown = printable(name)
    cut = shown if len(shown) <= _NAME else f"{shown[: _NAME - 1]}…"
    return "".join(c if c.isalnum() or c in " _" else f"#{ord(c)};" for c in cut)


def _pairs(plan: Plan, table: PlannedTable) -> Iterator[tuple[str, str]]:
    """Who comes before a table, parents first; a rule with very many pairs stands by its name."""
    rules = (plan.rule_edges[rule][0] for rule in table.depends_on_rules)
    for parent in chain(table.depends_on, *rules):
        if parent != table.name:
            yield parent, table.name
