"""Policies from files: what was named, a folder's files by name, and whatever they extend."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import stowplan.policies
from stowplan.documents import Document, PlacedFinding, Unreadable, read
from stowplan.evaluation import evaluate, ordered
from stowplan.model import Fault, Finding, Place, Policy, PolicyFile, Span, shown
from stowplan.rules import CHECKS
from stowplan.rules.check import Reading
from stowplan.schemas.policy import PolicyPart, combine, read_policy
from stowplan.spelling import nearest

from .faulty import Faulty
from .near_paths import near_hint
from .places import locator

PACK_PREFIX = "stowplan:"
_ENDINGS = (".yaml", ".yml")


class FaultyPolicy(Faulty):
    """A policy with faults: all of them. Nothing is checked by half a policy."""


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy and the documents that it came from, by the path that messages use.

    `today` is the day on which its waivers are judged.
    """

    policy: Policy
    documents: Mapping[str, Document]
    paths: Mapping[str, Path]
    today: date

    def span(self, place: Place) -> Span:
        """Line and column of a value in one of its files."""
        return Span(place.source, *self.documents[place.source].locate(place.path))


def load_policies(
    named: Sequence[str],
    today: date,
    base: Path | None = None,
    spans: Sequence[Span] = (),
    elsewhere: Collection[str] | None = None,
) -> LoadedPolicy:
    """Load what was named, relative to `base` where given. Raises FaultyPolicy with all faults.

    `spans` are where each name stands, if a file names them: what is not there is told there.
    With `elsewhere`, what other manifests' policies are named, policies that a folder has and that
    nothing reads are faults too.
    """
    loading = _Loading()
    for number, name in enumerate(named):
        loading.take(name, base, spans[number] if spans else None, packed=False)
    loading.take_extended()
    if elsewhere is not None:
        loading.find_overlooked(elsewhere)
    policy, faults = combine(loading.parts, _CODES, today)
    found = (*loading.faults, *faults)
    if found:
        locate = locator(None, loading.documents)
        raise FaultyPolicy(ordered(evaluate(Reading(found), locate)))
    return LoadedPolicy(policy, loading.documents, loading.paths, today)


def shipped_packs() -> dict[str, Path]:
    """The packs that come with Stowplan, by name."""
    folder = Path(stowplan.policies.__file__).parent
    packs = (path for path in sorted(folder.iterdir()) if path.is_dir())
    return {path.name: path for path in packs if any(_policy_files(path))}


@dataclass
class _Loading:
    """The state of one load: what was read, what is still to be read, and what is wrong."""

    parts: list[PolicyPart] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    folders: list[Path] = field(default_factory=list)
    pack_files: set[Path] = field(default_factory=set)
    waiting: list[tuple[str, Path, Place, Path]] = field(default_factory=list)
    extended: list[tuple[Path, Path, Place, str]] = field(default_factory=list)

    def take(
        self,
        name: str,
        base: Path | None,
        asked: Place | Span | None,
        *,
        packed: bool,
        asking: Path | None = None,
    ) -> None:
        """Read a file, a folder's files, or a pack; `asked` is what names it, the `extends` of
        `asking` or a place in another file.
        """
        in_pack = asking in self.pack_files or (packed and _is_pack(name, base))
        for path, label in self._files(name, base, asked):
            identity = _identity(path)
            if in_pack:
                self.pack_files.add(identity)
            if asking is not None and isinstance(asked, Place):
                self.extended.append((asking, identity, asked, label))
            if identity in self.seen:
                continue
            self.seen.add(identity)
            try:
                self._read(path, label, packed=packed)
            except Unreadable as error:
                self.seen.discard(identity)  # whoever else asks for it is told too
                self._missing(asked, label, f"{shown(label)}: {error}", _hint(name, base, asked))

    def take_extended(self) -> None:
        """Read what files extend; it comes after all that was named, in the order of asking."""
        while self.waiting:
            name, base, place, asking = self.waiting.pop(0)
            self.take(name, base, place, packed=True, asking=asking)
        self._find_circles()

    def find_overlooked(self, elsewhere: Iterable[str]) -> None:
        """A fault for each policy in the folders that were named and that nothing reads."""
        from .overlooked import overlooked  # noqa: PLC0415 (most policies are few files)

        read = self.seen.union(_identity(Path(name)) for name in elsewhere if "\0" not in name)
        for folder in self.folders:
            self.faults.extend(overlooked(folder, read))

    def _find_circles(self) -> None:
        """A fault for each `extends` that closes a circle, in the order of asking."""
        targets: dict[Path, list[Path]] = {}
        for source, target, place, label in self.extended:
            reached = [target]
            for path in reached:  # grows by what these extend
                reached.extend(other for other in targets.get(path, ()) if other not in reached)
            if source in reached:
                hint = "take one `extends` of the circle away"
                self._missing(place, label, f"{shown(label)} extends itself in a circle", hint)
            targets.setdefault(source, []).append(target)

    def _files(
        self, name: str, base: Path | None, asked: Place | Span | None
    ) -> Iterator[tuple[Path, str]]:
        """The files that a name means, each with what messages call it."""
        if name.startswith(PACK_PREFIX):
            pack = name.removeprefix(PACK_PREFIX)
            packs = shipped_packs()
            if pack in packs:
                yield from ((path, f"{name}/{path.name}") for path in _policy_files(packs[pack]))
            else:
                near = nearest(pack, packs)
                hint = (
                    f"did you mean {PACK_PREFIX}{near}?" if near else f"packs: {', '.join(packs)}"
                )
                self._missing(asked, name, f"there is no pack {shown(name)}", hint)
            return
        path = Path(name) if base is None else base / name
        label = _label(path)
        if "\0" in name:
            self._missing(asked, label, f"{shown(label)} is no path")
        elif os.path.isdir(path):  # noqa: PTH112 (Path's own raises where a name is too long)
            self.folders.append(path)
            yield from self._listed(path, label, asked)
        else:
            yield path, label

    def _listed(
        self, folder: Path, label: str, asked: Place | Span | None
    ) -> Iterator[tuple[Path, str]]:
        try:
            files = _policy_files(folder)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self._missing(asked, label, f"{shown(label)}: cannot be read: {reason}")
            return
        if not files:
            self._missing(asked, label, f"{shown(label)} has no policies (*.yaml, *.yml)")
        yield from ((file, _label(file)) for file in files)

    def _read(self, path: Path, label: str, *, packed: bool) -> None:
        """Read one file, with what it states and what is wrong with it. Raises Unreadable."""
        document = read(path, shown=label, kind="policy")
        self.documents[label] = document
        self.paths[label] = path
        self.faults.extend(_sourced(document.faults, label))
        if not document.readable:
            return
        here = _identity(path)
        in_pack = here in self.pack_files
        file = PolicyFile(label, document.sha256, packed=packed, in_pack=in_pack)
        part, faults = read_policy(document.data, file, _CODES)
        self.faults.extend(faults)
        if part is not None:
            self.parts.append(part)
            self.waiting += [(name, path.parent, place, here) for name, place in part.extends]

    def _missing(
        self, asked: Place | Span | None, label: str, text: str, hint: str = "check the path"
    ) -> None:
        """A policy that is not there, where it was asked for, else at its own path."""
        self.faults.append(Fault("Y611", _told(asked or Place(label, ()), text, hint)))


def _hint(name: str, base: Path | None, asked: Place | Span | None) -> str:
    """What a name that leads nowhere may have meant: a path, or a pack without its prefix."""
    packs = (f"{PACK_PREFIX}{pack}" for pack in shipped_packs())
    told_from = Path(asked.path).parent if isinstance(asked, Span) else Path()
    return near_hint(name, base, packs, told_from)


def _told(asked: Place | Span, text: str, hint: str) -> Finding:
    if isinstance(asked, Place):
        return Finding(asked.path, text, hint=hint, source=asked.source)
    line, column = asked.line, asked.column
    return PlacedFinding((), text, hint=hint, source=asked.path, line=line, column=column)


_CODES = {check.code: check.firm for check in CHECKS}


def _is_pack(name: str, base: Path | None) -> bool:
    """Whether an `extends` names a shipped pack or a folder."""
    return name.startswith(PACK_PREFIX) or os.path.isdir(base / name if base else name)  # noqa: PTH112


def _identity(path: Path) -> Path:
    """A file wherever links lead to it; a circle of links is left as it is."""
    return Path(os.path.realpath(path))


def _sourced(faults: Iterable[Fault], source: str) -> Iterator[Fault]:
    """Faults of reading, made to speak of their policy file."""
    return (Fault(code, replace(finding, source=source)) for code, finding in faults)


def _policy_files(folder: Path) -> list[Path]:
    """A folder's policies by name; files that end in _test are tests of policies."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _ENDINGS and not path.stem.endswith("_test") and not path.is_dir()
    )


def _label(path: Path) -> str:
    """What messages call a file: its path without detours."""
    return Path(os.path.normpath(path)).as_posix()
