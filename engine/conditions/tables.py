"""What expressions read of a table: the manifest's fields, its class, and the graph's words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from stowplan.expressions import BOOL, DOUBLE, INT, STRING, list_of, map_of
from stowplan.graph import DependencyGraph
from stowplan.model import ClassedTable, Dependency, Manifest, Placement, Table
from stowplan.units import megabytes

from .reached import Lineage
from .words import Record, Word


class Facts:
    """Some tables and what is known of them; `graph` and `classed` only once they are there.

    With a graph the tables go by its numbers.
    """

    def __init__(
        self,
        manifest: Manifest,
        tables: Sequence[Table],
        graph: DependencyGraph | None = None,
        classed: Sequence[ClassedTable] = (),
        placements: Mapping[str, Placement] | None = None,
    ) -> None:
        self.manifest = manifest
        self.tables = tables
        self._graph = graph
        self.classed = classed
        self.placements = placements or {}

    @property
    def graph(self) -> DependencyGraph:
        """The dependency graph; only for words that a condition may read once it is there."""
        if self._graph is None:
            raise ValueError("there is no graph yet")
        return self._graph

    def all(self) -> Iterator[TableFacts]:
        """Every table."""
        return (TableFacts(self, number) for number in range(len(self.tables)))

    @cached_property
    def stated(self) -> Mapping[str, list[str]]:
        """The parents that the manifest states, by child."""
        return _stated(self.manifest.dependencies)

    @cached_property
    def above(self) -> Lineage:
        """Who is above whom."""
        return Lineage(self.graph, upwards=True)

    @cached_property
    def below(self) -> Lineage:
        """Who is below whom."""
        return Lineage(self.graph, upwards=False)


def _stated(dependencies: Sequence[Dependency]) -> dict[str, list[str]]:
    parents: dict[str, dict[str, None]] = {}
    for dependency in dependencies:
        parents.setdefault(dependency.child, {})[dependency.parent] = None
    return {child: list(above) for child, above in parents.items()}


class TableFacts(NamedTuple):
    """One table among the others."""

    facts: Facts
    number: int

    @property
    def table(self) -> Table:
        """As the manifest has it."""
        return self.facts.tables[self.number]

    @property
    def class_name(self) -> str:
        """The rules' own word; empty where nothing classifies the table."""
        return self.facts.classed[self.number].class_name or ""

    @property
    def effective(self) -> str:
        """The class after promotion; empty where there is none."""
        return self.facts.classed[self.number].effective or ""

    @property
    def placement(self) -> str:
        """The placement of the effective class; empty where there is none."""
        return self.facts.placements.get(self.effective, "")

    def names(self, numbers: Collection[int]) -> list[str]:
        """The names of some tables."""
        return [self.facts.graph.names[number] for number in numbers]


def _stated_size(size: int) -> float | None:
    return megabytes(size) if size else None


def _parents_stated(facts: TableFacts) -> list[str]:
    return facts.facts.stated.get(facts.table.name, [])


_NAMES = list_of(STRING)

STATED: Mapping[str, Word] = {
    "name": Word(STRING, "The table's name.", lambda t: t.table.name, of="table"),
    "rows": Word(INT, "How many rows it has.", lambda t: t.table.rows),
    "size_mb": Word(DOUBLE, "Its size in MB.", lambda t: megabytes(t.table.size)),
    "index_mb": Word(
        DOUBLE, "The size of its indexes.", lambda t: _stated_size(t.table.index_size), True
    ),
    "max_row_mb": Word(
        DOUBLE, "The size of its largest row.", lambda t: _stated_size(t.table.max_row), True
    ),
    "priority": Word(STRING, "The manifest's own class.", lambda t: t.table.priority, True),
    "owner": Word(STRING, "Who owns it.", lambda t: t.table.owner, True),
    "lob": Word(BOOL, "Whether it has large objects.", lambda t: t.table.lob, True),
    "primary_key": Word(_NAMES, "The columns of its key.", lambda t: t.table.primary_key),
    "depends_on": Word(
        _NAMES, "The parents that the manifest states.", _parents_stated, of="table"
    ),
    "labels": Word(map_of(STRING), "Its labels.", lambda t: t.table.labels),
}
"""What the manifest says of a table; a size of 0 counts as not stated where it is optional."""

KNOWN: Mapping[str, Word] = {
    **STATED,
    "class": Word(
        STRING,
        'Its class by the rules; "" where nothing classifies it.',
        lambda t: t.class_name,
        of="class",
    ),
    "effective_class": Word(
        STRING, "Its class after promotion.", lambda t: t.effective, of="class"
    ),
    "placement": Word(
        STRING, "The placement of its effective class.", lambda t: t.placement, of="placement"
    ),
    "parents": Word(
        _NAMES,
        "The tables that come directly before it.",
        lambda t: t.names(t.facts.graph.table_parents(t.number)),
        of="table",
    ),
    "children": Word(
        _NAMES,
        "The tables that come directly after it.",
        lambda t: t.names(t.facts.graph.table_children(t.number)),
        of="table",
    ),
    "ancestors": Word(
        _NAMES, "All tables that come before it.", lambda t: t.facts.above.of(t.number), of="table"
    ),
    "descendants": Word(
        _NAMES, "All tables that come after it.", lambda t: t.facts.below.of(t.number), of="table"
    ),
    "depth": Word(INT, "Its phase: 1 without parents.", lambda t: t.facts.graph.phases[t.number]),
    "in_cycle": Word(BOOL, "Whether it is in a cycle.", lambda t: t.facts.graph.in_cycle(t.number)),
}
"""What is known of a table once it is classified and the graph is built."""

STATED_TABLE = Record("table", STATED)
TABLE = Record("table", KNOWN)
