"""Which path was probably meant by one that leads nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from stowplan.model import shown
from stowplan.spelling import nearest

_ENDINGS = (".yaml", ".yml", ".json", ".md")


def near_path(name: str, base: Path | None = None) -> str | None:
    """The existing path that a name most likely means, written as the name is; else None.

    Only the parts that are not there are looked for. `base` is where a relative name starts.
    """
    start = Path() if base is None else base
    found = Path()
    for part in Path(os.path.normpath(name)).parts:
        known = part if os.path.lexists(start / found / part) else near_entry(part, start / found)
        if known is None:
            return None
        found /= known
    return found.as_posix()


def near_hint(
    name: str, base: Path | None = None, more: Iterable[str] = (), told_from: Path = Path()
) -> str:
    """A hint with the nearest path, else the one of `more` that ends like it, else a general one.

    Without a `base` the nearest path is written as seen from `told_from`.
    """
    try:
        near = near_path(name, base)
    except (OSError, ValueError):  # too long, or no path at all
        near = None
    if near == Path(os.path.normpath(name)).as_posix():
        return "check the path"  # it is there, and something else is wrong with it
    if near is not None and base is None:
        near = Path(os.path.relpath(near, told_from)).as_posix()
    near = near or next((other for other in more if other.endswith(f":{Path(name).name}")), None)
    return f"did you mean {shown(near)}?" if near else "check the path"


def near_entry(part: str, folder: Path) -> str | None:
    """The entry of a folder that is like a name, with or without its ending."""
    if not folder.is_dir():
        return None
    entries = {entry.name for entry in folder.iterdir() if not entry.name.startswith(".")}
    with_ending = next((part + end for end in _ENDINGS if part + end in entries), None)
    if with_ending or not part.endswith(_ENDINGS):
        return with_ending or nearest(part, entries)
    stems = {Path(entry).stem: entry for entry in entries if entry.endswith(_ENDINGS)}
    near = nearest(Path(part).stem, stems)  # endings are too alike to compare
    return stems[near] if near else None
