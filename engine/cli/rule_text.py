"""The text of one rule, as it stands in its policy's file."""

from __future__ import annotations

import re

from stowplan.documents import Document
from stowplan.model import DocPath, Rule

_QUOTED_AFTER = frozenset("{[,: \t\n")
_TAIL = re.compile(r"(?:\n[ \t]*(?:#[^\n]*|-|)(?=\n|$))+$")
"""Blank lines, comments and the dash of what follows."""


def rule_text(rule: Rule, document: Document) -> str:
    """The rule's lines, from its first key on, without the indentation of its list.

    What follows it is what comes next in the file: another rule, another key, or the end. In
    constraints in Markdown a rule is one line.
    """
    line, column = document.locate(rule.place.path)
    if document.path.endswith(".md"):
        return document.text.splitlines()[line - 1].strip()
    starts = _line_starts(document.text)
    start = starts[line - 1] + column - 1
    text = document.text[start : _end(rule.place.path, document, start, starts)]
    text = _balanced(text) if text.startswith("{") else _block(text)
    indent = " " * (column - 1)
    return "\n".join(each.removeprefix(indent).rstrip() for each in text.splitlines())


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _end(path: DocPath, document: Document, start: int, starts: list[int]) -> int:
    """Where the next rule or the next key of the file begins."""
    *above, number = path
    data = document.data if isinstance(document.data, dict) else {}
    following = [document.locate((key,), on_key=True) for key in data]
    if isinstance(number, int):
        following.append(document.locate((*above, number + 1)))
    offsets = (starts[line - 1] + column - 1 for line, column in following)
    return min((offset for offset in offsets if offset > start), default=len(document.text))


def _block(text: str) -> str:
    """Without what belongs to the next entry."""
    return _TAIL.sub("", f"{text.rstrip()}\n").rstrip()


def _balanced(text: str) -> str:
    """A mapping in braces, up to the one that closes it; the whole if none does."""
    depth, quote, before = 0, "", "\n"
    at = 0
    while at < len(text):
        character = text[at]
        if quote:
            at += character == "\\" and quote == '"'
            quote = "" if character == quote else quote
        elif character in "\"'" and before in _QUOTED_AFTER:
            quote = character
        elif character in "{}":
            depth += 1 if character == "{" else -1
            if not depth:
                return text[: at + 1]
        before = character
        at += 1
    return text.rstrip()
