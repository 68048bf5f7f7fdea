"""Statements into a policy: names by one spelling, figures by their resource, one rule each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from stowplan.model import DocPath, shown

from .document import Passed, Read, read_text
from .markup import Name, Refusal
from .names import Spellings
from .reading import Classed, Noted, Ordered, Spent, Statement, Unread

_BASES: Mapping[str, str] = {"window": "duration", "memory": "limit"}
"""The key without which a resource's other keys mean nothing."""


class Note(NamedTuple):
    """A line that needs no rule, and what is always done about it."""

    line: int
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class ConvertedPolicy:
    """The policy that a text states, as data, and the place of each rule and figure by its path.

    `passed` are headings and the like; with `unread`, `notes` and the rules they are all lines.
    """

    data: Mapping[str, Any]
    places: Mapping[DocPath, tuple[int, int]]
    notes: tuple[Note, ...]
    unread: tuple[Unread, ...]
    passed: tuple[Passed, ...]


def convert(text: str, name: str) -> ConvertedPolicy:
    """The policy of a text; `name` is what reasons call the file."""
    found = tuple(read_text(text))
    passed = tuple(line for line in found if isinstance(line, Passed))
    conversion = _Conversion(shown(name))
    conversion.take([line for line in found if isinstance(line, Read)])
    unread = [line for line in found if isinstance(line, Unread)] + conversion.unread
    rules, places = conversion.rules()
    if not rules and not conversion.notes and not unread:
        unread.append(Unread(1, 1, "", "no constraint is stated"))
    data: dict[str, Any] = {
        "policy": _slug(passed[0].text if passed else "", "constraints"),
        "description": f"Converted from {shown(name)}.",
    }
    if any(rule.get("class") == "OPTIONAL" for rule in rules):
        data["classes"] = {"OPTIONAL": {"placement": "optional"}}
    data["rules"] = rules
    notes = tuple(conversion.notes)
    return ConvertedPolicy(data, places, notes, tuple(sorted(unread)), passed)


class _Draft(NamedTuple):
    """A rule, and the lines that state it, by the path within it."""

    rule: dict[str, Any]
    lines: dict[DocPath, Read]


@dataclass
class _Conversion:
    """The rules as they come together; `name` is the file's."""

    name: str
    drafts: list[_Draft] = field(default_factory=list)
    rest: list[_Draft] = field(default_factory=list)
    spent: dict[str, _Draft] = field(default_factory=dict)
    classes: dict[str, tuple[str, int]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def take(self, lines: list[Read]) -> None:
        """Every line, all or nothing of it; what contradicts an earlier one is not read."""
        spellings = Spellings(statement for line in lines for statement in line.statements)
        stated = {
            statement.resource
            for line in lines
            for statement in line.statements
            if isinstance(statement, Spent) and statement.key == _BASES.get(statement.resource)
        }
        for line in lines:
            try:
                spelled = [_spelled(statement, spellings) for statement in line.statements]
                for statement in spelled:
                    self._check(statement, stated)
            except Refusal as refusal:
                self.unread.append(Unread(line.line, line.column, line.text, str(refusal)))
                continue
            for statement in spelled:
                self._add(statement, line)

    def rules(self) -> tuple[list[dict[str, Any]], dict[DocPath, tuple[int, int]]]:
        """All rules with their reasons, and their places; the follow-up window comes last."""
        order = {"follow-up": 2}
        drafts = sorted(self.drafts, key=lambda draft: order.get(draft.rule["id"], 0))
        rules: list[dict[str, Any]] = []
        places: dict[DocPath, tuple[int, int]] = {}
        for draft in (*drafts, *self.rest):
            lines = {line.line: line for line in draft.lines.values()}
            reason = "; ".join(self._reason(line) for line in lines.values())
            for path, line in draft.lines.items():
                places["rules", len(rules), *path] = (line.line, line.column)
            rules.append({**draft.rule, "reason": reason})
        return rules, places

    def _reason(self, line: Read) -> str:
        return f"{self.name}, line {line.line}: {shown(line.text, 300)}"

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
        figures = draft.rule[_key(statement.resource)] if draft else {}
        if draft and figures.get(statement.key, statement.value) != statement.value:
            line = draft.lines[_key(statement.resource), statement.key].line
            raise Refusal(f"line {line} states it as {figures[statement.key]}")

    def _add(self, statement: Statement, line: Read) -> None:
        if isinstance(statement, Noted):
            self.notes.append(Note(line.line, line.text, statement.text))
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
            draft = self.spent[statement.resource] = _Draft(rule, {(): line})
            self.drafts.append(draft)
        if statement.key not in draft.rule[key]:
            draft.rule[key][statement.key] = statement.value
            draft.lines[key, statement.key] = line

    def _classify(self, statement: Classed, line: Read) -> None:
        tables = _texts(statement.tables)
        for table in tables or ["*"]:
            self.classes.setdefault(table, (statement.name, line.line))
        word = statement.name.lower()
        stem = f"{word}-{tables[0]}" if len(tables) == 1 else word if tables else f"others-{word}"
        rule = {"id": self._id(stem), "kind": "priority", "tables": tables or ["*"]}
        draft = _Draft({**rule, "class": statement.name}, {(): line})
        (self.drafts if tables else self.rest).append(draft)

    def _order(self, statement: Ordered, line: Read) -> None:
        tables, others = _texts(statement.tables), _texts(statement.others)
        end = "first" if statement.relation == "before" else "last"
        subject = "-and-".join(tables[:3])
        stem = f"{subject}-{statement.relation}-{'-and-'.join(others[:3])}"
        rule: dict[str, Any] = {"kind": "dependency", "tables": tables}
        if others and statement.relation == "before":
            # Said of those that wait: an edge then stands beside the table that has it.
            rule |= {"tables": others, "after": tables}
        else:
            rule[statement.relation] = others or ["*"]
        identity = self._id(stem if others else f"{subject}-{end}")
        self.drafts.append(_Draft({"id": identity, **rule}, {(): line}))

    def _id(self, stem: str) -> str:
        """An id that no other rule has."""
        slug = _slug(stem, "rule")
        number, free = 2, slug
        while free in self.ids:
            free, number = f"{slug}-{number}", number + 1
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


def _slug(text: str, default: str) -> str:
    """Small letters, digits and dashes, at most sixty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or default
