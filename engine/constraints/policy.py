"""The policy that a text states, and what else there is to tell of its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stowplan.model import DocPath, shown

from .conversion import Conversion, Note, Stating, slug
from .document import Passed, Read, read_text
from .reading import Unread


@dataclass(frozen=True, slots=True)
class ConvertedPolicy:
    """The policy that a text states, as data, and the place of each rule and figure by its path.

    `stating` are the lines of the rules; with `passed` (headings and the like), `unread` and
    `notes` they are all lines.
    """

    data: Mapping[str, Any]
    places: Mapping[DocPath, tuple[int, int]]
    notes: tuple[Note, ...]
    unread: tuple[Unread, ...]
    passed: tuple[Passed, ...]
    stating: tuple[Stating, ...]


def convert(text: str, name: str) -> ConvertedPolicy:
    """The policy of a text; `name` is what its description calls the file."""
    found = tuple(read_text(text))
    passed = tuple(line for line in found if isinstance(line, Passed))
    conversion = Conversion()
    conversion.take([line for line in found if isinstance(line, Read)])
    unread = [line for line in found if isinstance(line, Unread)] + conversion.unread
    rules, places, stating = conversion.rules()
    if not rules and not conversion.notes and not unread:
        unread.append(Unread(1, 1, "", "no constraint is stated"))
    data: dict[str, Any] = {
        "policy": slug(passed[0].text if passed else "", "constraints"),
        "description": f"Converted from {shown(name)}.",
    }
    if any(rule.get("class") == "OPTIONAL" for rule in rules):
        data["classes"] = {"OPTIONAL": {"placement": "optional"}}
    data["rules"] = rules
    notes = tuple(conversion.notes)
    return ConvertedPolicy(data, places, notes, tuple(sorted(unread)), passed, stating)
