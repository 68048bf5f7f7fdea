"""Statements into rules: names by one spelling, figures by their resource, one rule each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from stowplan.model import DocPath, shown

from .blocks import Line
from .document import Read
from .markup import Name, Refusal
from .names import Listing, Spellings
from .orders import Orders
from .reading import Classed, Noted, Ordered, Spent, Statement, Unread, unread_lines

_BASES: Mapping[str, str] = {"window": "duration", "memory": "limit"}
"""The key without which a resource's other keys mean nothing."""


class Note(NamedTuple):
    """A line that needs no rule, and what is always done about it."""

    line: int
    column: int
    text: str
    note: str


class Stating(NamedTuple):
    """A line that states a rule, or a part of one."""

    line: int
    column: int
    rule: str


class _Draft(NamedTuple):
    """A rule, the lines that state it by the path within it, and all of them."""

    rule: dict[str, Any]
    lines: dict[DocPath, Read]
    stating: list[Read]


@dataclass
class Conversion:
    """The rules as they come together."""

    drafts: list[_Draft] = field(default_factory=list)
    rest: list[_Draft] = field(default_factory=list)
    spent: dict[str, _Draft] = field(default_factory=dict)
    amounts: dict[tuple[str, str], object] = field(default_factory=dict)
    ends: dict[str, _Draft] = field(default_factory=dict)
    placed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    orders: Orders = field(default_factory=Orders)
    classes: dict[str, tuple[str, int]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def take(self, lines: list[Read]) -> None:
        """Every line, all or nothing of it; what contradicts an earlier one is not read."""
        statements = [statement for line in lines for statement in line.statements]
        spellings, listing = Spellings(statements), Listing(statements)
        stated = {
            statement.resource
            for statement in statements
            if isinstance(statement, Spent) and statement.key == _BASES.get(statement.resource)
        }
        for line in lines:
            try:
                for statement in line.statements:
                    listing.check(statement)
                spelled = [_spelled(statement, spellings) for statement in line.statements]
                for statement in spelled:
                    self._check(statement, stated)
                self.orders.join(spelled, line.line)
            except Refusal as refusal:
                first = Line(line.line, line.column, line.text)
                self.unread += unread_lines(first, line.more, str(refusal), binding=True)
                continue
            for statement in spelled:
                self._add(statement, line)

    def rules(
        self,
    ) -> tuple[list[dict[str, Any]], dict[DocPath, tuple[int, int]], tuple[Stating, ...]]:
        """All rules with their reasons, their places and lines; the follow-up window comes last."""
        order = {"follow-up": 2}
        drafts = sorted(self.drafts, key=lambda draft: order.get(draft.rule["id"], 0))
        rules: list[dict[str, Any]] = []
        places: dict[DocPath, tuple[int, int]] = {}
        stating: list[Stating] = []
        for draft in (*drafts, *self.rest):
            lines = {line.line: line for line in draft.stating}.values()
            reason = "; ".join(dict.fromkeys(shown(line.text, 300) for line in lines))
            stating += (place for line in lines for place in _stating(line, draft.rule["id"]))
            for path, line in draft.lines.items():
                places["rules", len(rules), *path] = (line.line, line.column)
            rules.append({**draft.rule, "reason": reason})
        return rules, places, tuple(sorted(stating))

    def _check(self, statement: Statement, stated: set[str]) -> None:
        """Raises Refusal for what contradicts an earlier line, or lacks what it belongs to."""
        if isinstance(statement, Spent):
            base = _BASES.get(statement.resource)
            if base and statement.resource not in stated:
                raise Refusal(f"no line states the {statement.resource}'s {base}")
            self._check_figure(statement)
        elif isinstance(statement, Classed):
            for table in _texts(statement.tables) or ["*"]:
                known = self.classes.get(table)
                if known and known[0] != statement.name:
                    raise Refusal(f"line {known[1]} puts {shown(table)} into {known[0]}")

    def _check_figure(self, statement: Spent) -> None:
        draft = self.spent.get(statement.resource)
        amount = self.amounts.get((statement.resource, statement.key), statement.amount)
        if draft and amount != statement.amount:
            key = _key(statement.resource)
            line = draft.lines[key, statement.key].line
            raise Refusal(f"line {line} states it as {draft.rule[key][statement.key]}")

    def _add(self, statement: Statement, line: Read) -> None:
        if isinstance(statement, Noted):
            self.notes.append(Note(line.line, line.column, line.text, statement.text))
        elif isinstance(statement, Spent):
            self._spend(statement, line)
        elif isinstance(statement, Classed):
            self._classify(statement, line)
        else:
            self._order(statement, line)

    def _spend(self, statement: Spent, line: Read) -> None:
        key = _key(statement.resource)
        draft = self.spent.get(statement.resource)
        if draft is None:
            rule = {"id": self._id(statement.resource), "kind": "resource", key: {}}
            draft = self.spent[statement.resource] = _Draft(rule, {(): line}, [])
            self.drafts.append(draft)
        draft.stating.append(line)
        if statement.key not in draft.rule[key]:
            draft.rule[key][statement.key] = statement.value
            draft.lines[key, statement.key] = line
            self.amounts[statement.resource, statement.key] = statement.amount

    def _classify(self, statement: Classed, line: Read) -> None:
        tables = _texts(statement.tables)
        for table in tables or ["*"]:
            self.classes.setdefault(table, (statement.name, line.line))
        word = statement.name.lower()
        stem = f"{word}-{tables[0]}" if len(tables) == 1 else word if tables else f"others-{word}"
        rule = {"id": self._id(stem), "kind": "priority", "tables": tables or ["*"]}
        draft = _Draft({**rule, "class": statement.name}, {(): line}, [line])
        (self.drafts if tables else self.rest).append(draft)

    def _order(self, statement: Ordered, line: Read) -> None:
        tables, others = _texts(statement.tables), _texts(statement.others)
        if not others:
            self._end(tables, statement.relation, line)
            return
        subject = "-and-".join(tables[:3])
        stem = f"{subject}-{statement.relation}-{'-and-'.join(others[:3])}"
        rule: dict[str, Any] = {"kind": "dependency", "tables": tables}
        if statement.relation == "before":
            # Said of those that wait: an edge then stands beside the table that has it.
            rule |= {"tables": others, "after": tables}
        else:
            rule[statement.relation] = others
        self.drafts.append(_Draft({"id": self._id(stem), **rule}, {(): line}, [line]))

    def _end(self, tables: list[str], relation: str, line: Read) -> None:
        """One rule for all tables that come first, one for the last; neither parts its own."""
        draft = self.ends.get(relation)
        if draft is None:
            end = "first" if relation == "before" else "last"
            rule = {"id": self._id(f"{'-and-'.join(tables[:3])}-{end}"), "kind": "dependency"}
            draft = _Draft({**rule, "tables": [], relation: ["*"]}, {(): line}, [])
            self.ends[relation] = draft
            self.drafts.append(draft)
        draft.stating.append(line)
        known = self.placed[relation]
        for table in tables:
            if table not in known:
                known.add(table)
                draft.lines["tables", len(draft.rule["tables"])] = line
                draft.rule["tables"].append(table)

    def _id(self, stem: str) -> str:
        """An id that no other rule has."""
        base = slug(stem, "rule")
        number, free = 2, base
        while free in self.ids:
            free, number = f"{base}-{number}", number + 1
        self.ids.add(free)
        return free


def _key(resource: str) -> str:
    return "window" if resource == "follow-up" else resource


def _texts(names: Iterable[Name]) -> list[str]:
    return [name.text for name in names]


def _spelled(statement: Statement, spellings: Spellings) -> Statement:
    if isinstance(statement, Classed):
        return statement._replace(tables=spellings.of_list(statement.tables))
    if isinstance(statement, Ordered):
        tables, others = spellings.of(statement.tables), spellings.of(statement.others)
        return statement._replace(tables=tables, others=others)
    return statement


def _stating(line: Read, rule: str) -> Iterator[Stating]:
    """The line and those on which it goes on."""
    yield Stating(line.line, line.column, rule)
    for part in line.more:
        yield Stating(part.number, part.column, rule)


def slug(text: str, default: str) -> str:
    """Small letters, digits and dashes, at most sixty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or default
