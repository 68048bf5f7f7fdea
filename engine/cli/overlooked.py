"""What lies in a folder of policies, looks like a policy, and is not read as one.

A rule that was not loaded cannot fail: each such file is a fault that says how to mend it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from stowplan.documents import PlacedFinding
from stowplan.model import Fault, shown

_YAML = (".yaml", ".yml")
_SAMPLES = frozenset({"examples", "fixtures", "tests"})
"""Folders below one of policies that hold something else; nothing in them is looked at."""

_LARGEST = 1024 * 1024
_KEYS = ("policy", "rules", "waivers", "severities")
_STATED = re.compile(rb"^(?:%s)[ \t]*:" % "|".join(_KEYS).encode(), re.MULTILINE)


def overlooked(folder: Path, read: Collection[Path]) -> Iterator[Fault]:
    """Y601 and Y611 for what a folder's policies are named as if it were among them.

    `read` are files and folders, as links lead to them, that something else names.
    """
    named = {str(path) for path in read}
    for path in _below(folder, named):
        found = None if os.path.realpath(path) in named else _fault(path, folder)
        if found is not None:
            yield found


def _below(folder: Path, named: Collection[str]) -> Iterator[Path]:
    """The files below a folder by path, without hidden ones and folders of samples or named."""
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _SAMPLES
            and os.path.realpath(os.path.join(top, name)) not in named  # noqa: PTH118
        )
        yield from (Path(top, name) for name in sorted(files) if not name.startswith("."))


def _fault(path: Path, folder: Path) -> Fault | None:
    ending, label = path.suffix.lower(), Path(os.path.normpath(path)).as_posix()
    line = _stated_at(_content(path), ending) if ending in (*_YAML, ".json") else None
    if line is None:
        return None
    if path.stem.endswith("_test") and ending != ".json":
        text = f"{shown(label)} has a test's name and is not read as a policy"
        return _told("Y601", label, line, text, "a policy needs another name, a test no such key")
    if path.parent != folder:
        text = f"{shown(label)} is in a folder below {shown(_label(folder))} and is not read"
        hint = f"name {shown(_label(path.parent))} too, or move it up; see docs/configuration.md"
        return _told("Y611", label, line, text, hint)
    if ending == ".json":
        hint = f"call it {shown(path.stem)}.yaml (JSON is YAML), or name it by itself"
        return _told("Y611", label, line, f"{shown(label)} is not YAML and is not read", hint)
    return None


def _told(code: str, label: str, line: int, text: str, hint: str) -> Fault:
    return Fault(code, PlacedFinding((), text, hint=hint, source=label, line=line, column=1))


def _label(folder: Path) -> str:
    return Path(os.path.normpath(folder)).as_posix()


def _content(path: Path) -> bytes:
    """What a file holds; nothing where it cannot be read or is larger than policies are."""
    try:
        small = path.is_file() and path.stat().st_size <= _LARGEST
        return path.read_bytes() if small else b""
    except OSError:
        return b""


def _stated_at(content: bytes, ending: str) -> int | None:
    """The line of the first key of a policy at the top of a file; None where there is none."""
    if ending == ".json":
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            return None
        return 1 if isinstance(data, dict) and not data.keys().isdisjoint(_KEYS) else None
    found = _STATED.search(content)
    return None if found is None else content.count(b"\n", 0, found.start()) + 1
