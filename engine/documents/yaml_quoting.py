"""Texts that want quotes: YAML has taken their start for something else and stumbled after it."""

from __future__ import annotations

import re

from stowplan.model import shown

from .flaws import Flaw

LONGEST_SHOWN = 120
"""Characters of a value that a hint repeats."""
_CLOSING = {'"': '"', "'": "'", "[": "]", "{": "}"}
_VALUE = re.compile(r"(?:^|[\s{,])(?P<key>[\w-]+):[ \t]+(?P<first>[\"'\[{!])")
_PLAIN = re.compile(r"[\s{,](?P<key>[\w-]+):[ \t]+(?P<text>[^\s\"'\[{!,][^,]*)$")
_KEY = re.compile(r"[\w-]+:(?:\s|$)")
_LINE = re.compile(r"[^\r\n]*")


def unquoted(text: str, offset: int) -> Flaw | None:
    """A value that goes on after the quote, bracket or brace that YAML takes for its end.

    One that starts with `!` is no tag either, if YAML then cannot read it.
    """
    start = text.rfind("\n", 0, offset) + 1
    before = text[start:offset].rstrip()
    if _KEY.match(text, offset):
        return None  # a comma or line break is missing
    plain = _PLAIN.search(before) if text[offset : offset + 1] in ("[", "{") else None
    if plain is not None and "{" in before[: plain.start("key")]:
        at = start + plain.start("text")
        return _to_be_quoted(at, plain["key"], _flow_text(_line(text, at)))
    for value in reversed(list(_VALUE.finditer(before))):
        first, at = value["first"], start + value.start("first")
        closing = _CLOSING.get(first, "")
        if before.endswith(closing) and (not closing or len(before) > value.end()):
            line = _line(text, at)
            is_flow = "{" in before[: value.start("key")]
            return _to_be_quoted(at, value["key"], _flow_text(line) if is_flow else line)
    return None


def _line(text: str, at: int) -> str:
    """The rest of a line."""
    found = _LINE.match(text, at)
    return found.group().strip() if found else ""


def _flow_text(line: str) -> str:
    """A value within `{…}` up to the comma or brace that most likely ends it."""
    depth = 0
    for place, character in enumerate(line):
        depth += (character in "([{") - (character in ")]}")
        if depth < 0 or (depth == 0 and character == ","):
            return line[:place].rstrip()
    return line


def quoted(key: str, value: str) -> str:
    """How to write a text that YAML takes for something else."""
    quote = next((mark for mark in "'\"" if mark not in value), None)
    if quote and len(value) <= LONGEST_SHOWN and value.isprintable() and "\\" not in value:
        return f"put the whole text in quotes: {key}{quote}{value}{quote}"
    return "put the whole text in quotes, or on a line of its own after a `|`"


def _to_be_quoted(offset: int, key: str, value: str) -> Flaw:
    closing = _CLOSING.get(value[:1])
    message = f"the text of `{shown(key)}` goes on after the `{closing}` that ends it"
    if closing is None:
        message = f"within braces {{…}} the text of `{shown(key)}` ends at a bracket"
    if value[:1] == "!":
        message = "a value that starts with `!` must be quoted"
    return Flaw(offset, f"not YAML: {message}", quoted(f"{shown(key)}: ", value))
