"""What a conflict may consist of beside its tables: rules, limits and edges, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from stowplan.model import (
    MANIFEST_ORIGIN,
    Bandwidth,
    DependencyRule,
    Memory,
    Place,
    ResourceRule,
    Rule,
    Streams,
    Throughput,
    shown,
)
from stowplan.planning.groundwork import Groundwork
from stowplan.units import count_text, rate_text, size_text

from .changes import main_window

Key: TypeAlias = tuple[str, str | tuple[str, str] | None]
"""What a member is known by."""


class Terms(NamedTuple):
    """What is left of a policy: some tables, without these rules and (child, parent) edges.

    `free`: limits that no longer hold, of bandwidth and streams.
    """

    tables: tuple[str, ...]
    rules: frozenset[str] = frozenset()
    edges: frozenset[tuple[str, str]] = frozenset()
    free: frozenset[str] = frozenset()


class Element(NamedTuple):
    """Something that can be dropped: a rule, a manifest's edge, or a limit."""

    kind: str
    rule: str | None
    place: Place | None
    text: str
    edge: tuple[str, str] | None = None

    @property
    def key(self) -> Key:
        """What tells it from others: its kind, and its rule or edge."""
        return self.kind, self.rule if self.edge is None else self.edge

    def dropped(self, terms: Terms) -> Terms:
        """The terms without it."""
        if self.kind in ("bandwidth", "streams"):
            return terms._replace(free=terms.free | {self.kind})
        if self.edge is not None:
            return terms._replace(edges=terms.edges | {self.edge})
        return terms._replace(rules=terms.rules | {self.rule or ""})


def elements(ground: Groundwork, terms: Terms, kind: str) -> list[Element]:
    """What may matter to the tables of some terms, what is dropped first at the front.

    `ground` is that of the terms. What is plainest to a reader, bandwidth, is tried last.
    """
    tables = [ground.graph.index(name) for name in terms.tables]
    found = [*_memory(ground), *_throughput(ground, terms, kind)]
    found += [e for e in (_limit(ground, "streams"),) if e and "streams" not in terms.free]
    found += _dependencies(ground, tables, kind)
    found += _priorities(ground, tables)
    bandwidth = _limit(ground, "bandwidth") if kind == "late" else None
    if bandwidth and "bandwidth" not in terms.free:
        found.append(bandwidth)
    return _merged(found)


def shortcuts(ground: Groundwork, terms: Terms) -> Iterator[Terms]:
    """Terms with very many edges dropped at once, to be tried before single ones.

    First without any; then without those by which other tables promote these: what a rule itself
    says of a table is plainer than what it is promoted to.
    """
    edges = [(edge.child, edge.parent) for edge in ground.manifest.dependencies]
    rules = {rule.id for rule in ground.policy.rules if isinstance(rule, DependencyRule)}
    yield terms._replace(edges=frozenset(edges), rules=terms.rules | rules)
    chosen = frozenset(terms.tables)
    outward = (edge for edge in edges if edge[1] in chosen and edge[0] not in chosen)
    yield terms._replace(edges=terms.edges.union(outward))


def _merged(found: Iterable[Element]) -> list[Element]:
    """Each rule once: the first of what it does, and how much more."""
    grouped: dict[Key, list[Element]] = {}
    for element in found:
        grouped.setdefault(element.key, []).append(element)
    return [_with_count(group) for group in grouped.values()]


def _with_count(group: list[Element]) -> Element:
    texts = list(dict.fromkeys(element.text for element in group))
    more = f", and {len(texts) - 1} more like it" if len(texts) > 1 else ""
    return group[0]._replace(text=texts[0] + more)


def _limit(ground: Groundwork, kind: str) -> Element | None:
    """The rule that limits bandwidth or streams: the window's own, else the first of its kind."""
    main = ground.assessment.main
    if main is None:
        return None
    rate, streams = main.capacity.rate, main.capacity.streams
    text = rate_text(rate) if kind == "bandwidth" else count_text(streams, "stream")
    own = main.window.bandwidth if kind == "bandwidth" else main.window.streams
    if own is not None:
        rule: Rule | None = next(r for r in ground.policy.rules if main_window(r))
    else:
        rule = _first(ground, Bandwidth if kind == "bandwidth" else Streams)
    if rule is None:
        return Element(kind, None, None, f"{text}, since no rule says otherwise")
    return Element(kind, rule.id, rule.place, text)


def _first(ground: Groundwork, kind: type) -> ResourceRule | None:
    rules = (rule for rule in ground.policy.rules if isinstance(rule, ResourceRule))
    return next((rule for rule in rules if isinstance(rule.resource, kind)), None)


def _memory(ground: Groundwork) -> Iterator[Element]:
    rule = _first(ground, Memory)
    if rule is not None and isinstance(rule.resource, Memory):
        text = f"{size_text(rule.resource.usable)} for the chunks of all streams"
        yield Element("memory", rule.id, rule.place, text)


def _throughput(ground: Groundwork, terms: Terms, kind: str) -> Iterator[Element]:
    """The throughput and chunk rules that give a figure to one of the tables."""
    if kind != "late":
        return
    wanted = frozenset(terms.tables)
    for rule in ground.policy.rules:
        if isinstance(rule, ResourceRule) and rule.id in ground.figures.effective:
            named = sorted(wanted & ground.selections.of(rule, ground.selections.listed))
            if named:
                word = "throughput" if isinstance(rule.resource, Throughput) else "chunk"
                yield Element(word, rule.id, rule.place, f"of {_some(named)}")


def _some(names: list[str]) -> str:
    return shown(names[0]) + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _dependencies(ground: Groundwork, tables: list[int], kind: str) -> Iterator[Element]:
    """The edges among the tables, those by which they are required, and those that block them."""
    graph, chosen = ground.graph, frozenset(tables)
    pairs = {(c, p) for c in tables for p in graph.table_parents(c) if p in chosen}
    pairs |= {pair for table in tables for pair in _lifts(ground, table)}
    if kind == "blocked":
        pairs |= _circular(ground, tables)
    stated = {(edge.child, edge.parent): edge.path for edge in ground.manifest.dependencies}
    rules = {rule.id: rule for rule in ground.policy.rules}
    for child, parent in sorted(pairs):
        origin = graph.origin(child, parent)
        yield _edge((graph.names[child], graph.names[parent]), origin, stated, rules)
    if kind == "blocked":
        for child_name, parent_name, path in graph.missing:
            if graph.position.get(child_name) in chosen:
                text = f"{shown(child_name)} depends on {shown(parent_name)}"
                pair = (child_name, parent_name)
                yield Element("dependency", None, Place("", path), text, pair)


def _edge(
    pair: tuple[str, str],
    origin: str | None,
    stated: dict[tuple[str, str], tuple[str | int, ...]],
    rules: dict[str, Rule],
) -> Element:
    text = f"{shown(pair[0])} depends on {shown(pair[1])}"
    if origin is None or origin == MANIFEST_ORIGIN or origin not in rules:
        return Element("dependency", None, Place("", stated.get(pair, ())), text, pair)
    return Element("dependency", origin, rules[origin].place, text)


def _circular(ground: Groundwork, tables: Iterable[int]) -> set[tuple[int, int]]:
    """The (child, parent) edges of the components that tables are in."""
    graph = ground.graph
    numbers = {graph.component_of[t] for t in tables if t in graph.component_of}
    members = {table for number in numbers for table in graph.components[number]}
    return {(c, p) for c in members for p in graph.table_parents(c) if p in members}


def _lifts(ground: Groundwork, table: int) -> Iterator[tuple[int, int]]:
    """The (child, parent) edges over which a table was promoted, up to where it started."""
    classed, position = ground.classification.tables, ground.graph.position
    while (child := classed[table].lifted_by) is not None:
        yield position[child], table
        table = position[child]


def _priorities(ground: Groundwork, tables: Iterable[int]) -> Iterator[Element]:
    """The priority rules that make the tables required, themselves or through a child."""
    rules = {rule.id: rule for rule in ground.policy.rules}
    classed, position = ground.classification.tables, ground.graph.position
    for table in tables:
        number = table
        while (child := classed[number].lifted_by) is not None:
            number = position[child]
        entry = classed[number]
        if entry.rule is not None:
            text = f"{shown(ground.graph.names[number])} is {shown(entry.class_name or '')}"
            yield Element("priority", entry.rule, rules[entry.rule].place, text)
