"""From a wanted mend to an edit of the text, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from stowplan.documents.places import SCALAR
from stowplan.documents.spans import BREAKS

from .source import ALIAS, Found, Node, Token, find
from .wanted import Drop, Rename, Replace, Want

_BLOCKS = ("|", ">")
_COMMENT = "a comment stands beside it"
_ODD = "it is written in a way that is not edited"

_BREAK = rf"(?:\r\n|[{BREAKS}])"
_DASH = re.compile(r"[ ]*-[ \t]+")
_REST = re.compile(rf"[ \t]*(?P<break>{_BREAK})?")
_AFTER = re.compile(r"[ \t]*(?P<comma>,)?[ \t]*(?P<comment>\#)?")


class Edit(NamedTuple):
    """A piece of the text, from its first character to after its last, and what comes instead."""

    start: int
    end: int
    text: str


class Refused(NamedTuple):
    """Why a mend is not made."""

    reason: str


def edit_of(want: Want, text: str, root: Node) -> Edit | Refused:
    """The edit that makes one mend in the text whose tree this is."""
    found = find(root, want.path)
    if found is None or found.node.token.kind is ALIAS:
        return Refused("it is written through an alias")
    if isinstance(want, Drop):
        return _dropped(found, text)
    token = found.key if isinstance(want, Rename) else found.node.token
    if token is None or token.kind is not SCALAR or token.style in _BLOCKS:
        return Refused(_ODD)
    if isinstance(want, Rename):
        return _content(token, want.key)
    return Refused(_ODD) if token.style else _number(token, want)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; of pieces that overlap, all that they cover is replaced."""
    parts, done = [], 0
    for start, end, new in sorted(edits):
        parts += [text[done:start], new]
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _content(token: Token, new: str) -> Edit:
    """Another text within the same quotes."""
    quotes = len(token.style)
    return Edit(token.start + quotes, token.end - quotes, new)


def _number(token: Token, want: Replace) -> Edit:
    return Edit(token.start, token.end, want.digits)


def _dropped(found: Found, text: str) -> Edit | Refused:
    index = next(n for n, item in enumerate(found.holder.items) if item is found.node)
    if found.node.token.style in _BLOCKS or found.node.token.kind is not SCALAR or not index:
        return Refused(_ODD)
    if found.holder.token.style:
        return _from_brackets(found.holder.items[index - 1].end, found.node, text)
    return _from_lines(found.node, text)


def _from_brackets(before: int, node: Node, text: str) -> Edit | Refused:
    """An item between brackets goes with the comma before it, and the blanks and breaks there."""
    gap, after = text[before : node.token.start], _AFTER.match(text, node.end)
    if (after and after["comment"]) or "#" in gap:
        return Refused(_COMMENT)
    return Edit(before, node.end, "") if "," in gap else Refused(_ODD)


def _from_lines(node: Node, text: str) -> Edit | Refused:
    """An item with a dash goes with its lines, if nothing else stands on them."""
    start, rest = _line_start(text, node.token.start), _REST.match(text, node.end)
    end = rest.end() if rest else node.end
    has_break = rest is not None and rest["break"] is not None
    if not has_break and text[end : end + 1] == "#":
        return Refused(_COMMENT)
    if not (has_break or end == len(text)) or not _DASH.fullmatch(text, start, node.token.start):
        return Refused(_ODD)
    if not has_break:
        start -= 2 if text[start - 2 : start] == "\r\n" else 1  # the end has still no break
    return Edit(start, end, "")


def _line_start(text: str, offset: int) -> int:
    """Where the line of a character starts."""
    while offset and text[offset - 1] not in BREAKS:
        offset -= 1
    return offset
