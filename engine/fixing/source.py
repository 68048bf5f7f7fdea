"""The text of a document as a tree: where each key and value starts and ends, how it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from stowplan.documents import Document, json_text
from stowplan.documents.places import CLOSE, LIST, MAPPING, SCALAR
from stowplan.documents.spans import BREAKS
from stowplan.model import DocPath

ALIAS = "alias"
"""A kind of token beside those of marks: what stands elsewhere in the text."""

_JSON_SCALAR = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s\[\]{},:"]+', re.DOTALL)
_PROPERTIES = re.compile(
    rf"(?:(?:!<[^>]*+>|[&!][^\s,\[\]{{}}]*+)(?:[ \t{BREAKS}]++(?:\#[^{BREAKS}]*+)?)*+)*+"
)
"""An anchor and a tag before a scalar, with the blanks and comments after them."""


class Token(NamedTuple):
    """One scalar, or one end of a list or mapping.

    A scalar spans its quotes but no anchor; `style` is its quote or YAML's indicator of a block,
    that of a list or mapping is its bracket, and empty where it has none.
    """

    kind: str
    start: int
    end: int
    style: str = ""
    value: str = ""


class Node:
    """A value: its first token, where it ends, and the nodes of its items or entries."""

    __slots__ = ("end", "entries", "items", "token")

    def __init__(self, token: Token) -> None:
        self.token = token
        self.end = token.end
        self.items: list[Node] = []
        self.entries: dict[str, Entry] = {}


class Entry(NamedTuple):
    """A key of a mapping, and its value."""

    key: Token
    node: Node


class Found(NamedTuple):
    """A value in the text: its holder, its key where it has one, and itself."""

    holder: Node
    key: Token | None
    node: Node


def outline(document: Document) -> Node:
    """The tree of a document that could be read; of a repeated key, the last one counts."""
    is_json = document.marks is json_text.coarse_marks
    tokens = _json_tokens(document.text) if is_json else _yaml_tokens(document.text)
    return _tree(tokens)


def find(root: Node, path: DocPath) -> Found | None:
    """What a path leads to; None where it leads through an alias or nowhere."""
    found = Found(root, None, root)
    for part in path:
        holder = found.node
        if isinstance(part, str):
            entry = holder.entries.get(part)
            if entry is None:
                return None
            found = Found(holder, entry.key, entry.node)
        elif part < len(holder.items):
            found = Found(holder, None, holder.items[part])
        else:
            return None
    return found


def _tree(tokens: Iterable[Token]) -> Node:
    root = Node(Token(LIST, 0, 0))
    stack, keys = [root], list[Token | None]((None,))
    for token in tokens:
        top = stack[-1]
        if token.kind is CLOSE:
            top.end = token.end
            stack.pop()
            keys.pop()
        elif top.token.kind is MAPPING and keys[-1] is None:
            keys[-1] = token
        else:
            node = Node(token)
            _hold(top, keys[-1], node)
            keys[-1] = None
            if token.kind in (LIST, MAPPING):
                stack.append(node)
                keys.append(None)
    return root.items[0]


def _hold(holder: Node, key: Token | None, node: Node) -> None:
    if key is None:
        holder.items.append(node)
    else:
        holder.entries[key.value] = Entry(key, node)


def _json_tokens(text: str) -> Iterator[Token]:
    for kind, start, value in json_text.marks(text):
        if kind is SCALAR:
            match = _JSON_SCALAR.match(text, start)
            end = match.end() if match else start
            yield Token(kind, start, end, text[start] if text[start] == '"' else "", value)
        else:
            yield Token(kind, start, start + 1, text[start])


def _yaml_tokens(text: str) -> Iterator[Token]:
    from stowplan.documents.yaml_text import events  # noqa: PLC0415 (JSON does without PyYAML)

    for event in events(text):
        name = type(event).__name__.removesuffix("Event")
        if name in _KINDS:
            yield _yaml_token(_KINDS[name], event, text)


def _yaml_token(kind: str, event: Any, text: str) -> Token:  # noqa: ANN401 (PyYAML's events)
    start, end = event.start_mark.index, event.end_mark.index
    if kind is ALIAS:
        return Token(kind, start, end, value=f"*{event.anchor}")
    if kind is SCALAR:
        properties = _PROPERTIES.match(text, start, end)
        start = properties.end() if properties else start
        return Token(kind, start, end, event.style or "", event.value)
    if kind in (LIST, MAPPING):
        return Token(kind, start, end, kind if event.flow_style else "")
    return Token(kind, start, end)


_KINDS = {
    "Scalar": SCALAR,
    "Alias": ALIAS,
    "SequenceStart": LIST,
    "MappingStart": MAPPING,
    "SequenceEnd": CLOSE,
    "MappingEnd": CLOSE,
}
