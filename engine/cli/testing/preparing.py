"""Test files made ready: each test with its manifest and its policy, or all faults at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from stowplan.cli.faulty import Faulty
from stowplan.cli.near_paths import near_hint
from stowplan.cli.places import violations_of
from stowplan.cli.policies import FaultyPolicy, LoadedPolicy, load_policies
from stowplan.documents import Document, Unreadable, read
from stowplan.evaluation import ordered
from stowplan.model import PLANNED_SUBJECTS, DocPath, Fault, Finding, Policy, Span, Violation, shown
from stowplan.planning.follow_up import window_names
from stowplan.policy_testing import Codes, unfit_codes, unknown_tables, unknown_windows
from stowplan.rules import CHECKS
from stowplan.schemas.policy_test import PolicyTest, read_policy_tests

from .files import PolicyTestFile

_UNSAID = date(9800, 1, 1)
"""The day of tests that set none: no waiver ends too many days after it."""

_CHECK = "check the path"
_WHOLE = (1, 1)
"""The place of a file as a whole."""

_OF_POLICIES = frozenset(check.code for check in CHECKS if check.code.startswith("Y"))
_PLANNED = frozenset(check.code for check in CHECKS if check.planned)
_OF_MANIFESTS = frozenset(check.code for check in CHECKS) - _OF_POLICIES


class FaultyTests(Faulty):
    """Test files with faults, or policies of theirs: all of them. Nothing was run."""


class PreparedTest(NamedTuple):
    """A test that can be run, and the document that it stands in."""

    test: PolicyTest
    file: Document
    manifest: Document
    loaded: LoadedPolicy

    @property
    def inputs(self) -> frozenset[Path]:
        """The files that it was made of, beside its own."""
        return frozenset({Path(self.manifest.path), *self.loaded.paths.values()})


@dataclass(frozen=True, kw_only=True)
class InlineManifest(Document):
    """A manifest that stands in a test file: its places are that file's."""

    file: Document
    root: DocPath

    def locate(self, path: DocPath, *, on_key: bool = False) -> tuple[int, int]:
        """Line and column in the test file."""
        return self.file.locate((*self.root, *path), on_key=on_key)

    def locate_within(self, path: DocPath, offset: int) -> tuple[int, int]:
        """Line and column of one character in the test file."""
        return self.file.locate_within((*self.root, *path), offset)


def prepare(files: Iterable[PolicyTestFile]) -> tuple[PreparedTest, ...]:
    """Every test of the files, in order. Raises FaultyTests."""
    preparation = _Preparation()
    prepared = tuple(test for file in files for test in preparation.tests(file))
    if preparation.violations:
        raise FaultyTests(ordered(preparation.violations))
    return prepared


@dataclass
class _Preparation:
    """What was read already, and what is wrong."""

    violations: list[Violation] = field(default_factory=list)
    manifests: dict[Path, Document | str] = field(default_factory=dict)
    policies: dict[tuple[tuple[str, ...], Path, date], LoadedPolicy] = field(default_factory=dict)
    codes: dict[int, Codes] = field(default_factory=dict)

    def tests(self, file: PolicyTestFile) -> Iterator[PreparedTest]:
        """The tests of one file, as far as they have no fault."""
        try:
            document = read(file.path, shown=file.label, kind="policy")
        except Unreadable as error:
            missing = Fault("Y611", Finding((), f"{shown(file.label)}: {error}", hint=_CHECK))
            self._note([missing], Document(file.label, None, "", ""))
            return
        tests, faults = read_policy_tests(document.data) if document.readable else ((), ())
        self._note((*document.faults, *faults), document)
        for test in tests:
            manifest = self._manifest(test, document, file)
            loaded = self._policy(test, document, file)
            if manifest is not None and manifest.readable:
                self._note(unknown_tables(test, manifest.data), document)
            if loaded is not None:
                self._note(self._unfit(test, loaded), document)
            if manifest is not None and loaded is not None:
                yield PreparedTest(test, document, manifest, loaded)

    def _note(self, faults: Iterable[Fault], document: Document) -> None:
        self.violations.extend(violations_of(faults, document))

    def _manifest(
        self, test: PolicyTest, document: Document, file: PolicyTestFile
    ) -> Document | None:
        path, data = test.manifest_path, test.manifest
        if data is None:
            return None
        if not isinstance(data, str):
            return InlineManifest(document.path, data, "", "", file=document, root=path)
        found = self._read(file, data)
        if isinstance(found, Document):
            return found
        hint = near_hint(data, file.path.parent)
        self._note([Fault("Y611", Finding(path, found, hint=hint))], document)
        return None

    def _read(self, file: PolicyTestFile, name: str) -> Document | str:
        """A manifest from its own file, or why there is none."""
        path = file.path.parent / name
        if path not in self.manifests:
            label = Path(os.path.normpath(Path(file.label).parent / name)).as_posix()
            try:
                self.manifests[path] = read(path, shown=label)
            except Unreadable as error:
                self.manifests[path] = f"{shown(label)}: {error}"
        return self.manifests[path]

    def _policy(
        self, test: PolicyTest, document: Document, file: PolicyTestFile
    ) -> LoadedPolicy | None:
        if "policies" in test.unread:
            return None
        names, folder = test.policies or (".",), file.path.parent
        named = tuple(file.beside if Path(name) == Path() else name for name in names)
        spans = _spans(test, document) if test.policies else ()
        key = (named, folder, test.as_of or _UNSAID)
        if key not in self.policies:
            try:
                self.policies[key] = load_policies(named, key[2], folder, spans)
            except FaultyPolicy as faulty:  # what is missing is told to each test that names it
                self.violations.extend(_asked(v, test, document) for v in faulty.violations)
        return self.policies.get(key)

    def _unfit(self, test: PolicyTest, loaded: LoadedPolicy) -> Iterator[Fault]:
        """What a test names that its policies do not have, and the day that it lacks."""
        if loaded.policy.waivers and test.as_of is None and "as_of" not in test.unread:
            hint = "set `as_of`, the day on which they are judged, like 2026-12-01"
            text = "the policies of the test have waivers, and no day is set"
            yield Fault("Y601", Finding(test.path, text, hint=hint))
        if id(loaded) not in self.codes:
            self.codes[id(loaded)] = _codes(loaded.policy)
        yield from unfit_codes(test, self.codes[id(loaded)])
        yield from unknown_windows(test, window_names(loaded.policy))


def _spans(test: PolicyTest, document: Document) -> tuple[Span, ...]:
    """Where each policy of a test is named."""
    paths = ((*test.policies_path, number) for number in range(len(test.policies or ())))
    return tuple(Span(document.path, *document.locate(path)) for path in paths)


def _asked(violation: Violation, test: PolicyTest, document: Document) -> Violation:
    """A test that names no policy and has none beside it is told where it stands."""
    whole = (violation.span.line, violation.span.column) == _WHOLE
    if test.policies or violation.code != "Y611" or not whole:
        return violation
    span = Span(document.path, *document.locate(test.policies_path))
    return replace(violation, span=span, hint="name the test's policies: `policies: [PATH]`")


def _codes(policy: Policy) -> Codes:
    ids = frozenset(rule.id for rule in policy.rules)
    planned = (rule.id for rule in policy.checks if rule.subject in PLANNED_SUBJECTS)
    return Codes(_OF_MANIFESTS | ids, _OF_POLICIES, _PLANNED.union(planned))
