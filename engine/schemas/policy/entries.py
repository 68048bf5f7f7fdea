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
    wrong = _wrong_with(text, "id")
    if wrong:
        faults.add("Y603", path, wrong, hint)


def check_name(
    text: str, what: str, path: DocPath, faults: Faults, *, on_key: bool = False
) -> None:
    """The name of a class or window is one line of text that can be seen, as an id is."""
    wrong = _wrong_with(text, what)
    if wrong:
        example = "NICE_TO_HAVE" if what == "class" else "next-night"
        hint = f"a {what} is one line of text, such as {example}"
        faults.add("Y601", path, wrong, hint, on_key=on_key)


def is_visible(text: str) -> bool:
    """Whether anything in a text can be seen."""
    return any(char.isprintable() and not char.isspace() for char in _BLANK.sub("", text))


def _wrong_with(text: str, what: str) -> str | None:
    """Why a text is no name that people can tell from others."""
    article = "an" if what == "id" else "a"
    if text and not text.strip():
        return f"{article} {what} of spaces alone names {'no rule' if what == 'id' else 'nothing'}"
    if text != text.strip():
        return f'the {what} "{shown(text)}" has spaces around it'
    if not text.isprintable() or _BLANK.search(text):
        return f"the {what} {shown(text)} has a character that cannot be seen"
    return None


_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""What Python calls printable and nobody sees."""


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
