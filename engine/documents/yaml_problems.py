"""PyYAML's syntax errors in words that say what to do."""

from __future__ import annotations

import re

import yaml

from stowplan.model import shown

from .flaws import Flaw
from .yaml_quoting import unquoted

_STARRED = re.compile(r"\*[^\s,\[\]{}]*")
_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # YAML's c-printable
)

# What PyYAML's problem contains (the C parser's words or the pure one's), what we say, the hint.
_PROBLEMS = (
    (
        "mapping values are not allowed",
        "a `:` that does not belong here",
        "check the indentation, or put text that holds `: ` in quotes",
    ),
    ("could not find expected ':'", "a key without its `:`", None),
    (
        "expected key",
        "the indentation fits none of the levels above",
        "align it with the keys beside it",
    ),
    ("expected '-' indicator", "a list item that starts with `- ` is expected here", None),
    ("expected ',' or ']'", "a comma or `]` is expected here", None),
    ("expected ',' or '}'", "a comma or `}` is expected here", None),
    ("node content", "a value is expected here", None),
    ("sequence entries are not allowed", "a `-` item cannot stand here", "check the indentation"),
    (
        "unknown escape character",
        "no escape sequence of YAML",
        "write `\\\\`, or use single quotes",
    ),
    ("<block end>", "this fits none of the levels above", "check the indentation"),
    ("<document start>", "something after the end of the document", "check the indentation"),
)


def explained(error: yaml.YAMLError, text: str) -> Flaw:
    """A syntax error at its place."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _unprintable(text)
    problem, context = error.problem or "", error.context or ""
    offset = _offset(error, at_context="quoted scalar" in context or "simple key" in context)
    if "scanning an alias" in context:
        return starred(text, _offset(error, at_context=True))
    if "unexpected end of stream" in problem and "quoted scalar" in context:
        return _syntax(offset, "a quote that is never closed")
    return unquoted(text, offset) or _named(problem, context, offset, text)


def _named(problem: str, context: str, offset: int, text: str) -> Flaw:
    if "tab character" in problem or "cannot start any token" in problem:
        return _unstartable(offset, text)
    for part, message, hint in _PROBLEMS:
        if part in problem:
            return _syntax(offset, message, hint)
    return _syntax(offset, ", ".join(filter(None, (context, problem))))


def starred(text: str, offset: int) -> Flaw:
    """A glob that YAML takes for an alias."""
    match = _STARRED.match(text, offset)
    word = shown(match.group() if match else "*")
    return Flaw(offset, f'a value that starts with `*` must be quoted: write "{word}"')


def _unstartable(offset: int, text: str) -> Flaw:
    character = text[offset : offset + 1]
    if character == "\t":
        return _syntax(offset, "a tab where YAML wants spaces", "indent with spaces")
    return _syntax(
        offset, f"a value cannot start with `{shown(character)}`", "put the value in quotes"
    )


def _unprintable(text: str) -> Flaw:
    match = _CONTROL.search(text)
    if match is None:
        return _syntax(0, "it cannot be read as text")
    return _syntax(match.start(), f"the character U+{ord(match.group()):04X} is not allowed")


def _syntax(offset: int, message: str, hint: str | None = None) -> Flaw:
    return Flaw(offset, f"not YAML: {message}", hint)


def _offset(error: yaml.MarkedYAMLError, *, at_context: bool) -> int:
    """Where the problem shows, or where that began which is not complete."""
    marks = (error.context_mark, error.problem_mark)
    for mark in marks if at_context else reversed(marks):
        if mark is not None:
            return int(mark.index)
    return 0
