"""Which manifests a command means: files, folders with a manifest, whole trees of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stowplan.documents import Document, Unreadable, read
from stowplan.model import Fault, Finding, shown

from .faulty import Faulty
from .places import violations_of

ENDINGS = (".json", ".yaml", ".yml")
FOLLOW_UP = "follow_up.manifest.json"
"""What a plan leaves for the next window: a folder's search passes over it, for nobody wrote it."""

_NAMES = ("manifest.json", "manifest.yaml", "manifest.yml")


@dataclass(frozen=True, slots=True)
class Found:
    """What the paths of a command line led to; `skipped` counts files that are no manifests."""

    documents: tuple[Document, ...]
    skipped: int
    unreadable: tuple[tuple[str, Fault], ...]


def find_manifests(paths: Sequence[str]) -> Found:
    """Read the named files, and every manifest below the named folders; each file once."""
    documents: dict[str, Document] = {}
    unreadable: list[tuple[str, Fault]] = []
    skipped = 0
    for path in paths:
        if not path:
            unreadable.append((path, unreadable_fault("an empty path")))
            continue
        named = not Path(path).is_dir()
        for file in [Path(path)] if named else _files_below(Path(path)):
            label = file.as_posix()
            try:
                document = read(file, shown=label)
            except Unreadable as error:
                unreadable.append((label, unreadable_fault(str(error))))
                continue
            if named or (file.name != FOLLOW_UP and _is_manifest(document)):
                documents.setdefault(label, document)
            else:
                skipped += 1
    return Found(tuple(documents.values()), skipped, tuple(unreadable))


def manifest_of(path: str) -> Path:
    """The manifest that a path means: itself, or the one in a folder. Raises Unreadable."""
    given = Path(path)
    if not given.is_dir():
        return given
    for name in _NAMES:
        if (given / name).is_file():
            return given / name
    raise Unreadable(path, f"is a folder without {', '.join(_NAMES)}")


class FaultyManifest(Faulty):
    """A manifest that keeps a command from its work, and why."""


def read_manifest(path: str) -> Document:
    """The manifest that a path means. Raises FaultyManifest where it cannot be read."""
    try:
        file = manifest_of(path)
        return read(file, shown=file.as_posix())
    except Unreadable as error:
        empty = Document(path, None, "", "")
        violations = violations_of((unreadable_fault(str(error)),), empty)
        raise FaultyManifest(violations) from None


def unreadable_fault(reason: str) -> Fault:
    """The fault of a path that cannot be read."""
    hint = "check the path and its permissions"
    why = shown(reason.removeprefix("cannot be read: "), 200)
    return Fault("M101", Finding((), f"cannot be read: {why}", hint=hint))


def _files_below(folder: Path) -> Iterator[Path]:
    """Every JSON and YAML file below a folder, by path; hidden folders are passed over."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in ENDINGS and not hidden and path.is_file():
            yield path


_ARTEFACTS = {"stowplan_plan", "stowplan_report"}


def _is_manifest(document: Document) -> bool:
    """Whether a file found in a folder means to be a manifest: it has `tables` at its top.

    So have a plan and a run's report, which say what they are. One that cannot be parsed is judged
    by its text, so that a broken manifest is not passed over.
    """
    if document.readable:
        data = document.data
        return isinstance(data, dict) and "tables" in data and not data.keys() & _ARTEFACTS
    lines = document.text.splitlines()
    return '"tables"' in document.text or any(line.startswith("tables:") for line in lines)
