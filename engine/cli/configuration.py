"""`stowplan.yaml`: which manifests and policies a project has. Searched upwards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple, TypeVar

from stowplan.documents import Document, Unreadable, read
from stowplan.model import Fault, Finding, Severity, Span, Violation
from stowplan.schemas.configuration import ConfigurationValues, Section, read_configuration

from .faulty import Faulty
from .places import violations_of
from .policies import PACK_PREFIX
from .settings import Setting

FILE = "stowplan.yaml"
_MISNAMED = ("stowplan.yml", "stowplan.json", ".stowplan.yaml", ".stowplan.yml")

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
        return not self.globs or any(matches(glob, parts) for glob in self.globs)


class Glob(NamedTuple):
    """A glob of the file and where it stands: one of an override, else one that lists manifests."""

    text: str
    span: Span
    overriding: bool

    @property
    def parts(self) -> tuple[str, ...]:
        """What stands between its slashes."""
        return tuple(self.text.split("/"))


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a project's file says; the globs of manifests are relative to its folder.

    `docs_url` is where checks are explained, `{code}` standing for a check's code. `baseline` is a
    path as seen from here.
    """

    folder: Path
    manifests: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    docs_url: str | None = None
    globs: tuple[Glob, ...] = ()
    baseline: Setting[str] | None = None

    @property
    def file(self) -> Path:
        """The file itself."""
        return self.folder / FILE

    def parts(self, manifest: Path) -> tuple[str, ...]:
        """A manifest's path from the file's folder; empty where it lies elsewhere."""
        path = manifest.parent.resolve() / manifest.name
        return path.relative_to(self.folder).parts if path.is_relative_to(self.folder) else ()

    def policies(self, manifest: Path) -> Setting[tuple[str, ...]] | None:
        """The policies that it gives a manifest, as seen from here; None where it gives none."""
        return next((s.policies for s in self._strongest_first(manifest) if s.policies), None)

    @property
    def named_policies(self) -> frozenset[str]:
        """Every policy that it names for any manifest, as seen from here."""
        return frozenset(name for s in self.scopes if s.policies for name in s.policies.value)

    def fail_on(self, manifest: Path) -> Setting[Severity] | None:
        """From which severity on a manifest's violations make the exit status 1."""
        return next((s.fail_on for s in self._strongest_first(manifest) if s.fail_on), None)

    def _strongest_first(self, manifest: Path) -> Iterator[Scope]:
        """The scopes for a manifest: of two overrides the later one wins, the file itself last."""
        parts = self.parts(manifest)
        return (scope for scope in reversed(self.scopes) if scope.covers(parts))


class FaultyConfiguration(Faulty):
    """A configuration with faults: all of them."""


def find_configuration(start: Path) -> Configuration | None:
    """The nearest `stowplan.yaml` from a folder upwards. Raises FaultyConfiguration."""
    found = next(_candidates(start), None)
    if found is None:
        return None
    _refuse_misnamed(found)
    document = _read(found)
    values, faults = read_configuration(document.data) if document.readable else (None, ())
    if document.faults or faults or values is None:
        raise FaultyConfiguration(violations_of((*document.faults, *faults), document))
    scopes = tuple(_scope(section, document, found.parent) for section in values.sections)
    globs = tuple(_globs(values, document))
    baseline = _baseline(values, document, found.parent)
    return Configuration(found.parent, values.manifests, scopes, values.docs_url, globs, baseline)


def nearby(path: Path) -> Path:
    """A path as seen from here, where it lies below; messages then need no absolute path."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _candidates(start: Path) -> Iterator[Path]:
    """Whatever has the name, so that what cannot be read is not passed over, or nearly has it."""
    folder = start.resolve()
    for above in (folder, *folder.parents):
        for name in (*_MISNAMED, FILE):
            if os.path.lexists(above / name):
                yield above / name


def _refuse_misnamed(path: Path) -> None:
    """What is called nearly like a configuration would be one that says nothing."""
    if path.name == FILE:
        return
    both = (path.parent / FILE).is_file()
    hint = f"{FILE} is there too: put all into it" if both else f"rename it to {FILE}"
    text = f"{path.name} is not read as a configuration"
    raise FaultyConfiguration(_at_top(path, Finding((), text, hint=hint)))


def _at_top(path: Path, finding: Finding) -> tuple[Violation, ...]:
    document = Document(nearby(path).as_posix(), None, "", "")
    return violations_of((Fault("Y611", finding),), document)


def _read(path: Path) -> Document:
    label = nearby(path).as_posix()
    try:
        return read(path, shown=label, kind="policy")
    except Unreadable as error:
        finding = Finding((), f"{FILE}: {error}", hint="check the path and its permissions")
        raise FaultyConfiguration(_at_top(path, finding)) from None


def _baseline(values: ConfigurationValues, document: Document, folder: Path) -> Setting[str] | None:
    if values.baseline is None:
        return None
    line, column = document.locate(("baseline",), on_key=True)
    span = Span(document.path, *document.locate(("baseline",)))
    path = nearby(folder / values.baseline).as_posix()
    return Setting(path, f"{document.path}:{line}:{column}", (span,))


def _globs(values: ConfigurationValues, document: Document) -> Iterator[Glob]:
    """Every glob of the file, those of its overrides last."""
    listed = (((), values.manifests), *((s.path, s.globs) for s in values.sections))
    for path, globs in listed:
        for number, glob in enumerate(globs):
            place = document.locate((*path, "manifests", number))
            yield Glob(glob, Span(document.path, *place), bool(path))


def _scope(section: Section, document: Document, folder: Path) -> Scope:
    def stated(key: str, value: T | None, count: int = 0) -> Setting[T] | None:
        path = (*section.path, key)
        line, column = document.locate(path, on_key=True)
        items = tuple(Span(document.path, *document.locate((*path, n))) for n in range(count))
        return None if value is None else Setting(value, f"{document.path}:{line}:{column}", items)

    names = section.policies
    paths = None if names is None else tuple(_from_here(name, folder) for name in names)
    globs = tuple(tuple(glob.split("/")) for glob in section.globs)
    return Scope(
        globs, stated("policies", paths, len(paths or ())), stated("fail_on", section.fail_on)
    )


def _from_here(name: str, folder: Path) -> str:
    """A policy's path as seen from here; packs keep their name."""
    return name if name.startswith(PACK_PREFIX) else nearby(folder / name).as_posix()


def matches(glob: Sequence[str], parts: Sequence[str]) -> bool:
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
