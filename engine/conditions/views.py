"""What checks look at: the subjects of a manifest and its plan, with the values of their words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from stowplan.expressions import Budget
from stowplan.model import CheckRule, DocPath, Plan, Subject

from .manifests import MANIFEST
from .plans import PLAN, STEP, WINDOW, FilledWindow, filled_windows, steps
from .scopes import CHECKING
from .selection import Situation
from .tables import TABLE, Facts, TableFacts
from .words import below

Row = dict[str, object]
About = Any
"""What a subject is, for the finding: a table's number, an edge, a step, a window, or nothing."""


class Broken(NamedTuple):
    """A subject that breaks a check, or on which it fails; `place` is in the manifest.

    `window` and `origin` name the rule whose place stands for a window or a rule-made dependency.
    `given_up`: the check could not be judged to its end. `failed`: nor on this subject.
    """

    message: str
    tables: tuple[str, ...] = ()
    place: DocPath = ()
    window: str | None = None
    origin: str | None = None
    given_up: bool = False
    failed: bool = False


class Views:
    """The subjects of some checks. What they read is worked out once for all of them."""

    def __init__(self, situation: Situation, rules: Sequence[CheckRule]) -> None:
        self.situation = situation
        self._facts = Facts(
            situation.manifest,
            situation.tables,
            situation.graph,
            situation.classed,
            situation.placements,
        )
        self._reads = {path for rule in rules for path in _reads(rule)}

    def subjects(self, rule: CheckRule, budget: Budget) -> Iterable[tuple[tuple[Row, ...], About]]:
        """The values of each subject that a check's `tables` select, in the scope's order."""
        return _SUBJECTS[rule.subject](self, self._selected(rule), budget)

    def named(self, rule: CheckRule, values: tuple[Row, ...]) -> Mapping[str, object]:
        """The same values by name."""
        return dict(zip(CHECKING[rule.subject], values, strict=True))

    def broken(self, subject: Subject, about: About, message: str) -> Broken:
        """What to say of a subject that breaks a check."""
        return _BROKEN[subject](self, about, message)

    def tables(self, selected: frozenset[str] | None, _: Budget) -> Iterator[Any]:
        """Every table."""
        manifest = self.manifest_row
        for number, row in enumerate(self.table_rows):
            if selected is None or self._name(number) in selected:
                yield (row, manifest), number

    def dependencies(self, selected: frozenset[str] | None, budget: Budget) -> Iterator[Any]:
        """Every dependency whose child is selected; each costs a step, for rules make very many."""
        rows, manifest, graph = self.table_rows, self.manifest_row, self._facts.graph
        with_origin = "edge.origin" in self._reads
        for child in range(graph.size):
            if selected is not None and self._name(child) not in selected:
                continue
            for parent in graph.table_parents(child):
                budget.spend(1)
                edge: Row = {"child": rows[child], "parent": rows[parent]}
                if with_origin:
                    edge["origin"] = graph.origin(child, parent)
                yield (edge, manifest), (child, parent)

    def manifests(self, _selected: frozenset[str] | None, _: Budget) -> Iterator[Any]:
        """The manifest."""
        yield (self.manifest_row,), None

    def steps(self, selected: frozenset[str] | None, _: Budget) -> Iterator[Any]:
        """Every table that a window takes, with that window."""
        read = STEP.reader(below(self._reads, "step"))
        rows, manifest, index = self.table_rows, self.manifest_row, self._facts.graph.index
        windows = {window.planned.window.name: row for window, row in self._windows}
        for step in steps(self._plan):
            if selected is None or step.name in selected:
                number = index(step.name)
                yield (rows[number], read(step), windows[step.window], manifest), number

    def windows(self, _selected: frozenset[str] | None, _: Budget) -> Iterator[Any]:
        """Every window."""
        for window, row in self._windows:
            yield (row, self.manifest_row), window.planned.window.name

    def plans(self, _selected: frozenset[str] | None, _: Budget) -> Iterator[Any]:
        """The plan."""
        yield (PLAN.reader(below(self._reads, "plan"))(self._plan), self.manifest_row), None

    def of_table(self, number: int, message: str) -> Broken:
        """A table's finding."""
        table = self._facts.tables[number]
        return Broken(message, (table.name,), ("tables", table.place))

    def of_dependency(self, edge: tuple[int, int], message: str) -> Broken:
        """A dependency's finding: at the manifest's statement, else at the rule that made it."""
        names = (self._name(edge[0]), self._name(edge[1]))
        if names in self._stated_at:
            return Broken(message, names, self._stated_at[names])
        origin = self._facts.graph.origin(*edge)
        return Broken(message, names, origin=origin)

    def of_window(self, name: str, message: str) -> Broken:
        """A window's finding."""
        return Broken(message, window=name)

    def of_whole(self, _: None, message: str) -> Broken:
        """The finding of a manifest or a plan."""
        return Broken(message)

    @cached_property
    def table_rows(self) -> list[Row]:
        """The values of every table, by its number."""
        names = ("table", "edge.child", "edge.parent")
        reads = [rest for name in names for rest in _under(self._reads, name)]
        read = TABLE.reader(reads)
        facts = self._facts
        return [read(TableFacts(facts, number)) for number in range(len(facts.tables))]

    @cached_property
    def manifest_row(self) -> Row:
        """The values of the manifest."""
        return MANIFEST.reader(below(self._reads, "manifest"))(self._facts)

    @cached_property
    def _windows(self) -> list[tuple[FilledWindow, Row]]:
        read = WINDOW.reader(below(self._reads, "window"))
        return [(window, read(window)) for window in filled_windows(self._plan)]

    @cached_property
    def _stated_at(self) -> Mapping[tuple[str, str], DocPath]:
        dependencies = self._facts.manifest.dependencies
        return {(child, parent): path for child, parent, path in reversed(dependencies)}

    @property
    def _plan(self) -> Plan:
        if self.situation.plan is None:
            raise ValueError("there is no plan yet")
        return self.situation.plan

    def _name(self, number: int) -> str:
        return self._facts.tables[number].name

    def _selected(self, rule: CheckRule) -> frozenset[str] | None:
        """The tables that a check names; None for all."""
        return self.situation.listed.selected(rule.tables) if rule.tables else None


_SUBJECTS: Mapping[Subject, Callable[[Views, frozenset[str] | None, Budget], Iterator[Any]]] = {
    Subject.TABLE: Views.tables,
    Subject.DEPENDENCY: Views.dependencies,
    Subject.MANIFEST: Views.manifests,
    Subject.STEP: Views.steps,
    Subject.WINDOW: Views.windows,
    Subject.PLAN: Views.plans,
}
_BROKEN: Mapping[Subject, Callable[[Views, Any, str], Broken]] = {
    Subject.TABLE: Views.of_table,
    Subject.DEPENDENCY: Views.of_dependency,
    Subject.MANIFEST: Views.of_whole,
    Subject.STEP: Views.of_table,
    Subject.WINDOW: Views.of_window,
    Subject.PLAN: Views.of_whole,
}


def _reads(rule: CheckRule) -> set[str]:
    texts = (rule.where, rule.require, rule.message)
    return {path for text in texts if text is not None for path in text.reads}


def _under(reads: Iterable[str], name: str) -> list[str]:
    """The paths below a dotted name."""
    return [path.removeprefix(f"{name}.") for path in reads if path.startswith(f"{name}.")]
