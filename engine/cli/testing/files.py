"""Which test files a command means: files, whole folders, shipped packs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from stowplan.cli.configuration import find_configuration
from stowplan.cli.outcome import UsageError
from stowplan.cli.policies import PACK_PREFIX, shipped_packs
from stowplan.model import shown
from stowplan.spelling import nearest

_ENDINGS = ("_test.yaml", "_test.yml")


class PolicyTestFile(NamedTuple):
    """A test file, what messages call it, and what `.` means among its policies."""

    path: Path
    label: str
    beside: str


def find_test_files(paths: Sequence[str]) -> tuple[PolicyTestFile, ...]:
    """The named files, and those below the named folders and packs; each once. Raises UsageError.

    Without any path: what `default_paths` says. Raises FaultyConfiguration.
    """
    searched = paths or default_paths()
    files: dict[Path, PolicyTestFile] = {}
    for path in searched:
        for file in _files(path):
            files.setdefault(file.path.resolve(), file)
    if not files:
        where = ", ".join(shown(path) for path in searched)
        raise UsageError(f"nothing to test: no *_test.yaml in {where}")
    return tuple(files.values())


def default_paths() -> list[str]:
    """The folders of the policies that stowplan.yaml names, else `policies`, else here."""
    configuration = find_configuration(Path())
    scopes = configuration.scopes if configuration else ()
    named = [name for scope in scopes if scope.policies for name in scope.policies.value]
    own = (Path(name) for name in named if not name.startswith(PACK_PREFIX))
    folders = [(path if path.is_dir() else path.parent).as_posix() for path in own]
    return list(dict.fromkeys(folders)) or ["policies" if Path("policies").is_dir() else "."]


def _files(path: str) -> Iterator[PolicyTestFile]:
    if path.startswith(PACK_PREFIX):
        folder = _pack(path.removeprefix(PACK_PREFIX))
        for file in _below(folder):
            label = f"{path}/{file.relative_to(folder).as_posix()}"
            yield PolicyTestFile(file, label, path if file.parent == folder else ".")
    elif os.path.isdir(path):  # noqa: PTH112 (Path's own raises where a name is too long)
        yield from (_file(file) for file in _below(Path(path)))
    else:
        yield _file(Path(path))


def _file(path: Path) -> PolicyTestFile:
    return PolicyTestFile(path, Path(os.path.normpath(path)).as_posix(), ".")


def _pack(name: str) -> Path:
    packs = shipped_packs()
    if name not in packs:
        near = nearest(name, packs)
        hint = f"did you mean {PACK_PREFIX}{near}?" if near else f"packs: {', '.join(packs)}"
        raise UsageError(f"there is no pack {shown(name)}: {hint}")
    return packs[name]


def _below(folder: Path) -> Iterator[Path]:
    """Every test file below a folder, by path; hidden folders are passed over."""
    for path in sorted(folder.rglob("*_test.y*ml")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.name.endswith(_ENDINGS) and not hidden and path.is_file():
            yield path
