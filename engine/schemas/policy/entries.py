"""What a rule's entries show before its kind is known: ids, and texts that YAML has cut."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from stowplan.model import DocPath, shown

from .faults import Faults


def without_commas(data: Mapping[str, Any], path: DocPath, faults: Faults) -> Mapping[str, Any]:
    """The entries; a condition that a comma ended is told once, and then left alone."""
    cut = _cut_by_comma(data)
    if cut is None:
        return data
    key, whole, stray = cut
    text = f"{key}: within braces {{…}} a comma ends the text"
    quote = next((mark for mark in "'\"" if mark not in whole), "")
    quoted = f"put it in quotes: {key}: {quote}{shown(whole, 200)}{quote}"
    hint = quoted if quote else "write the rule over several lines, without braces"
    faults.add("Y605", (*path, key), text, hint)
    rest = {name: entry for name, entry in data.items() if name not in stray}
    return {**rest, key: "text" if key == "message" else "true"}


def check_id(text: str, path: DocPath, faults: Faults) -> None:
    """An id is one line of text that can be seen; an empty one is a fault of its shape."""
    hint = "an id is one line of text, such as no-giant-tables"
    if text and not text.strip():
        faults.add("Y603", path, "an id of spaces alone names no rule", hint)
    elif text != text.strip():
        faults.add("Y603", path, f'the id "{shown(text)}" has spaces around it', hint)
    elif not text.isprintable():
        faults.add("Y603", path, f"the id {shown(text)} has a character that cannot be seen", hint)


def _cut_by_comma(data: Mapping[str, object]) -> tuple[str, str, frozenset[str]] | None:
    """A condition that a comma ended within `{…}`: its key, its whole text, and the stray keys.

    YAML reads what follows the comma as keys of their own that have no value.
    """
    keys = list(data)
    for number, key in enumerate(keys):
        text = data[key]
        if key not in ("where", "require", "message") or not isinstance(text, str):
            continue
        stray = list(takewhile(lambda other: data[other] is None, keys[number + 1 :]))
        if stray and (_is_open(text) or not all(map(_WORD.fullmatch, stray))):
            return key, ", ".join([text, *stray]), frozenset(stray)
    return None


def _is_open(text: str) -> bool:
    return any(text.count(a) > text.count(b) for a, b in ("()", "[]", "{}"))


_WORD = re.compile(r"[\w-]+")
