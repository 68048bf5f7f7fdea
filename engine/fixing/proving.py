"""Mends that are proved: the edited text is read again and must say what was wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from stowplan.documents import Document, Kind, parse
from stowplan.documents.places import Lines

from .edits import Edit, Refused, edit_of, edited
from .source import Node, find, outline
from .wanted import Rename, Want, changed, same

Wishes: TypeAlias = Callable[[object], Iterable[Want]]
"""From a file's value to the mends that are wanted."""

_ROUNDS = 8
"""How often keys are looked for again: a key inside of one that was itself misspelled."""

_HALVINGS = 6
"""How often a group of mends is halved to find those that do not hold; each half is read again."""


class Told(NamedTuple):
    """A mend, or why there was none, at a line and column of the text before it."""

    line: int
    column: int
    text: str


class Mended(NamedTuple):
    """A document after its mends: those made, and those that were not, each with its reason."""

    document: Document
    made: tuple[Told, ...] = ()
    refused: tuple[Told, ...] = ()


class _Try(NamedTuple):
    """A wanted mend and its edit."""

    want: Want
    edit: Edit


def mended(document: Document, wishes: Wishes, kind: Kind = "manifest") -> Mended:
    """Make the mends that are wanted, as far as the text allows, all from one reading of it."""
    wants = list(wishes(document.data)) if document.readable else []
    if not wants:
        return Mended(document)
    root = outline(document)
    edits = [(want, edit_of(want, document.text, root)) for want in wants]
    tries = [_Try(want, edit) for want, edit in edits if isinstance(edit, Edit)]
    proved, after = _proved(document, tries, kind)
    done = {id(a_try.want) for a_try in proved}
    place = _places(document, root)
    made = (Told(*place(want), want.told) for want, _ in edits if id(want) in done)
    refused = (
        Told(*place(want), f"{_wish(want)}: {_reason(edit)}")
        for want, edit in edits
        if id(want) not in done
    )
    return Mended(after, tuple(sorted(made)), tuple(sorted(refused)))


def respelled(document: Document, wishes: Wishes, kind: Kind = "manifest") -> Mended:
    """The same for keys, until no known key holds a misspelled one any more."""
    made: tuple[Told, ...] = ()
    last = Mended(document)
    for _ in range(_ROUNDS):
        last = mended(last.document, wishes, kind)
        made += last.made
        if not last.made:
            break
    return last._replace(made=tuple(sorted(made)))


def _places(document: Document, root: Node) -> Callable[[Want], tuple[int, int]]:
    """What gives the line and column of a mend: of the key that is renamed, else of the value."""
    lines = Lines(document.text)

    def place(want: Want) -> tuple[int, int]:
        found = find(root, want.path)
        if found is None:
            return document.locate(want.path)
        key = found.key if isinstance(want, Rename) else None
        return lines.position((key or found.node.token).start)

    return place


def _reason(edit: Edit | Refused) -> str:
    return edit.reason if isinstance(edit, Refused) else "its edit would change more than that"


def _wish(want: Want) -> str:
    """What a mend would have come to."""
    return want.told.replace(" is now ", " should be ").replace("is no longer listed", "is listed")


def _proved(
    document: Document, tries: Sequence[_Try], kind: Kind, halvings: int = _HALVINGS
) -> tuple[list[_Try], Document]:
    """The mends that hold, and the document with them; what does not hold is found by halving."""
    after = _made(document, tries, kind) if tries else document
    if after is not None:
        return list(tries), after
    if len(tries) == 1 or not halvings:
        return [], document
    middle = len(tries) // 2
    parts = (tries[:middle], tries[middle:])
    halves = [_proved(document, part, kind, halvings - 1) for part in parts]
    both = [a_try for part, _ in halves for a_try in part]
    after = _made(document, both, kind)
    return (both, after) if after is not None else halves[0]


def _made(document: Document, tries: Sequence[_Try], kind: Kind) -> Document | None:
    """The document with these mends; None where its text would not say just that."""
    text = edited(document.text, (a_try.edit for a_try in tries))
    after = parse(text, document.path, kind)
    wanted = changed(document.data, (a_try.want for a_try in tries))
    holds = after.readable and len(after.faults) == len(document.faults)
    return after if holds and same(after.data, wanted) else None
