"""`stowplan.yaml`: which manifests and policies a project has. Searched upwards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from stowplan.documents import Document, Unreadable, read
from stowplan.model import Fault, Finding, Severity
from stowplan.schemas.configuration import Section, read_configuration

from .faulty import Faulty
from .places import violations_of
from .policies import PACK_PREFIX
from .settings import Setting

FILE = "stowplan.yaml"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """The file itself, or an override: its settings, and the manifests that they are for.

    Without globs they are for all of them.
    """

    globs: tuple[tuple[str, ...], ...]
    policies: Setting[tuple[str, ...]] | None
    fail_on: Setting[Severity] | None

    def covers(self, parts: Sequence[str]) -> bool:
        """Whether it is for a manifest, given the parts of its path from the file's folder."""
        return not self.globs or any(_matches(glob, parts) for glob in self.globs)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a project's file says; the globs of manifests are relative to its folder.

    `docs_url` is where checks are explained, `{code}` standing for a check's code.
    """

    folder: Path
    manifests: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    docs_url: str | None = None

    def policies(self, manifest: Path) -> Setting[tuple[str, ...]] | None:
        """The policies that it gives a manifest, as seen from here; None where it gives none."""
        return next((s.policies for s in self._strongest_first(manifest) if s.policies), None)

    def fail_on(self, manifest: Path) -> Setting[Severity] | None:
        """From which severity on a manifest's violations make the exit status 1."""
        return next((s.fail_on for s in self._strongest_first(manifest) if s.fail_on), None)

    def _strongest_first(self, manifest: Path) -> Iterator[Scope]:
        """The scopes for a manifest: of two overrides the later one wins, the file itself last."""
        path = manifest.parent.resolve() / manifest.name
        parts = path.relative_to(self.folder).parts
        return (scope for scope in reversed(self.scopes) if scope.covers(parts))


class FaultyConfiguration(Faulty):
    """A configuration with faults: all of them."""


def find_configuration(start: Path) -> Configuration | None:
    """The nearest `stowplan.yaml` from a folder upwards. Raises FaultyConfiguration."""
    found = next(_candidates(start), None)
    if found is None:
        return None
    document = _read(found)
    values, faults = read_configuration(document.data) if document.readable else (None, ())
    if document.faults or faults or values is None:
        raise FaultyConfiguration(violations_of((*document.faults, *faults), document))
    scopes = tuple(_scope(section, document, found.parent) for section in values.sections)
    return Configuration(found.parent, values.manifests, scopes, values.docs_url)


def nearby(path: Path) -> Path:
    """A path as seen from here, where it lies below; messages then need no absolute path."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _candidates(start: Path) -> Iterator[Path]:
    """Whatever has the name, so that what cannot be read is not passed over."""
    folder = start.resolve()
    for above in (folder, *folder.parents):
        if os.path.lexists(above / FILE):
            yield above / FILE


def _read(path: Path) -> Document:
    label = nearby(path).as_posix()
    try:
        return read(path, shown=label, kind="policy")
    except Unreadable as error:
        finding = Finding((), f"{FILE}: {error}", hint="check the path and its permissions")
        fault = Fault("Y611", finding)
        raise FaultyConfiguration(violations_of((fault,), Document(label, None, "", ""))) from None


def _scope(section: Section, document: Document, folder: Path) -> Scope:
    def stated(key: str, value: T | None) -> Setting[T] | None:
        line, column = document.locate((*section.path, key), on_key=True)
        return None if value is None else Setting(value, f"{document.path}:{line}:{column}")

    names = section.policies
    paths = None if names is None else tuple(_from_here(name, folder) for name in names)
    globs = tuple(tuple(glob.split("/")) for glob in section.globs)
    return Scope(globs, stated("policies", paths), stated("fail_on", section.fail_on))


def _from_here(name: str, folder: Path) -> str:
    """A policy's path as seen from here; packs keep their name."""
    return name if name.startswith(PACK_PREFIX) else nearby(folder / name).as_posix()


def _matches(glob: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether a glob is for a path; `**` is any number of folders, also none.

    Keeps how far the glob may have come after each part, so that many `**` cost no more than few.
    """
    reached = _past_folders(glob, {0})
    for part in parts:
        stepped = {
            at if glob[at] == "**" else at + 1
            for at in reached
            if at < len(glob) and (glob[at] == "**" or fnmatchcase(part, glob[at]))
        }
        reached = _past_folders(glob, stepped)
    return len(glob) in reached


def _past_folders(glob: Sequence[str], reached: set[int]) -> set[int]:
    """The same and what follows each `**`, since that may stand for nothing."""
    passed = set(reached)
    for at, part in enumerate(glob):
        if at in passed and part in ("**", "", "."):
            passed.add(at + 1)
    return passed
