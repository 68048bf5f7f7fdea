"""Which test files a command means: files, whole folders, shipped packs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from stowplan.cli.configuration import find_configuration
from stowplan.cli.outcome import UsageError
from stowplan.cli.policies import PACK_PREFIX, shipped_packs
from stowplan.model import shown
from stowplan.spelling import nearest

_ENDINGS = (".yaml", ".yml", ".json")


class PolicyTestFile(NamedTuple):
    """A test file, what messages call it, and what `.` means among its policies."""

    path: Path
    label: str
    beside: str


class NothingToTestError(UsageError):
    """There is no file of tests where they were looked for."""


def find_test_files(paths: Sequence[str]) -> tuple[PolicyTestFile, ...]:
    """The named files, and those below the named folders and packs; each once. Raises UsageError.

    Without any path: what `default_paths` says. Raises FaultyConfiguration.
    """
    searched = paths or default_paths()
    files: dict[Path, PolicyTestFile] = {}
    for path in searched:
        for file in _files(path):
            files.setdefault(Path(os.path.realpath(file.path)), file)
    if not files:
        where = ", ".join(shown(path) for path in searched)
        raise NothingToTestError(f"nothing to test: no *_test.yaml in {where}")
    return tuple(files.values())


def default_paths() -> list[str]:
    """The folders of the policies that stowplan.yaml names, else `policies`, else here."""
    configuration = find_configuration(Path())
    scopes = configuration.scopes if configuration else ()
    named = [name for scope in scopes if scope.policies for name in scope.policies.value]
    own = (Path(name) for name in named if not name.startswith(PACK_PREFIX))
    folders = [(path if path.is_dir() else path.parent).as_posix() for path in own]
    return list(dict.fromkeys(folders)) or ["policies" if os.path.lexists("policies") else "."]


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
    """Every test file below a folder, by path; hidden folders are passed over. Raises UsageError.

    What has the name and cannot be read is there too, so that it is told and not skipped.
    """
    yield from sorted(path for path in _visible(folder) if _is_test(path))


def _visible(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(top, name) for name in (*folders, *files) if not name.startswith("."))


def _refuse(error: OSError) -> None:
    reason = (error.strerror or str(error)).lower()
    raise UsageError(f"{shown(str(error.filename))}: cannot be read: {reason}")


def _is_test(path: Path) -> bool:
    """Whether a path has a test's name; a JSON file only with `tests` at its top."""
    ending = path.suffix.lower()
    if not path.stem.endswith("_test") or ending not in _ENDINGS:
        return False
    return ending != ".json" or not path.is_file() or _has_tests(path)


def _has_tests(path: Path) -> bool:
    """Whether JSON has `tests` at its top; what is none is judged by its text."""
    try:
        content = path.read_bytes()
        data = json.loads(content)
    except OSError:
        return True
    except (ValueError, RecursionError):
        return b'"tests"' in content
    return isinstance(data, dict) and "tests" in data
