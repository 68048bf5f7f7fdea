"""What reading finds, before it is a finding: offsets into the text instead of lines."""

from __future__ import annotations

from typing import NamedTuple

from stowplan.model import DocPath

DEPTH = 64
"""How deep lists and mappings may be nested."""


class Flaw(NamedTuple):
    """Something wrong at one character of the text; `repeated` flaws are second keys of a name."""

    offset: int
    message: str
    hint: str | None = None
    path: DocPath = ()
    repeated: bool = False


class Broken(Exception):  # noqa: N818 (it is no error of the program's)
    """The text cannot be read: these flaws are all that there is to say."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__(*flaws)
        self.flaws = flaws


def too_deep(offset: int) -> Broken:
    """Nesting past `DEPTH`, at the list or mapping that is one too many."""
    return Broken(Flaw(offset, f"is nested more than {DEPTH} levels deep"))
