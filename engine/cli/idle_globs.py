"""Globs of `stowplan.yaml` that no file on disk matches: what they say is for nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stowplan.model import Violation, shown
from stowplan.rules import BY_CODE

from .configuration import Configuration, Glob, matches
from .manifests import ENDINGS
from .near_paths import near_entry

CODE = "Y607"
_WILD = frozenset("*?[")


def idle_globs(
    configuration: Configuration | None, manifests: Iterable[str]
) -> Iterator[Violation]:
    """A finding for each glob without a file; `manifests` are some that are known to be there."""
    if configuration is None:
        return
    known = [parts for path in manifests if (parts := configuration.parts(Path(path)))]
    for glob in configuration.globs:
        used = _has_manifest if glob.overriding else _has_path
        if not any(matches(glob.parts, parts) for parts in known) and not used(configuration, glob):
            what = "manifest" if glob.overriding else "file"
            text = f"the glob {shown(glob.text)} matches no {what}"
            severity = BY_CODE[CODE].severity
            hint = _hint(configuration.folder, glob.parts)
            yield Violation(CODE, severity, text, glob.span, hint=hint)


def _has_path(configuration: Configuration, glob: Glob) -> bool:
    return any(True for _ in configuration.folder.glob(glob.text))


def _has_manifest(configuration: Configuration, glob: Glob) -> bool:
    """Whether any JSON or YAML file matches; only the folder that the glob begins with is read."""
    folder = configuration.folder
    fixed = _fixed(glob.parts[:-1])
    for top, folders, files in os.walk(folder.joinpath(*fixed)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        parts = Path(top).relative_to(folder).parts
        if any(matches(glob.parts, (*parts, f)) for f in files if f.endswith(ENDINGS)):
            return True
    return False


def _fixed(parts: Sequence[str]) -> list[str]:
    """The parts that a glob begins with and that are no patterns."""
    wild = next((n for n, part in enumerate(parts) if _WILD & {*part}), len(parts))
    return list(parts[:wild])


def _hint(folder: Path, parts: Sequence[str]) -> str:
    """The nearest name for the first part that is not there, where that is no pattern."""
    for part in _fixed(parts):
        if not (folder / part).exists():
            near = near_entry(part, folder)
            return f"did you mean {shown(near)}?" if near else "correct it or take it out"
        folder /= part
    return "correct it or take it out"
