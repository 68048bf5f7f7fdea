"""Show the policy in force: each rule, where it comes from, what it selects, what is dead."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stowplan.documents import Document, Unreadable, read
from stowplan.model import DocPath, Place, Severity, Span, Violation
from stowplan.policy_view import Judged, PolicyView, view_policy
from stowplan.reports.policies import policies_text
from stowplan.reports.policies_json import policies_json
from stowplan.reports.text import violation_line
from stowplan.reports.violations_json import violations_json

from .configuration import FaultyConfiguration
from .inspection import Inspection, inspect, unused
from .manifests import manifest_of, unreadable_fault
from .outcome import CANNOT, FINE, UsageError, add_as_of, add_policy, today
from .places import violations_of
from .policies import FaultyPolicy, LoadedPolicy, load_policies
from .projects import Projects, unread_constraints
from .settings import Setting

_MEND = "name one with --policy, or put a folder policies/"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "manifest",
        nargs="?",
        metavar="MANIFEST",
        help="a manifest, or a folder with one (default: show only what the policy itself says)",
    )
    add_policy(parser)
    add_as_of(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Show the policy on standard output; where it cannot be judged, show why."""
    day = today(options)
    projects = Projects(options.policy, day)
    try:
        if options.manifest is None:
            view = _by_itself(_without_manifest(options.policy, projects), day)
        else:
            view = _for_manifest(_read(options.manifest), projects)
    except (FaultyConfiguration, FaultyPolicy, _UnjudgedManifest) as faulty:
        _show(faulty.violations, options.format)
        return CANNOT
    sys.stdout.write(policies_json(view) if options.format == "json" else policies_text(view))
    return FINE


class _UnjudgedManifest(Exception):  # noqa: N818 (it is no error of the program's)
    """A manifest that cannot be read, or has too little of a manifest's shape."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("unjudged manifest")
        self.violations = violations


def _read(path: str) -> Document:
    try:
        file = manifest_of(path)
        return read(file, shown=file.as_posix())
    except Unreadable as error:
        empty = Document(path, None, "", "")
        violations = violations_of((unreadable_fault(str(error)),), empty)
        raise _UnjudgedManifest(violations) from None


def _without_manifest(named: list[str], projects: Projects) -> Setting[tuple[str, ...]]:
    """The policies of the current folder; overrides of stowplan.yaml are for manifests only."""
    if named:
        return Setting(tuple(named), "--policy")
    configuration = projects.configuration(Path())
    for scope in configuration.scopes if configuration else ():
        if scope.policies and not scope.globs:
            return scope.policies
    if Path("policies").exists():
        return Setting(("policies",), "policies/ in the current folder")
    return Setting((), "default")


def _by_itself(setting: Setting[tuple[str, ...]], day: date) -> PolicyView:
    if not setting.value:
        raise UsageError(f"no policy: {_MEND} in the current folder")
    loaded = load_policies(setting.value, day)
    sources = _Sources(loaded)
    return view_policy(
        loaded.policy,
        day,
        setting.origin,
        locate=sources.locate,
        declared=sources.declared,
    )


def _for_manifest(document: Document, projects: Projects) -> PolicyView:
    path = Path(document.path)
    loaded = projects.policy(path)
    if loaded is None:
        unread = unread_constraints(path)
        beside = f"{_MEND} beside the manifest"
        raise UsageError(f"no policy: {beside}" + (f" ({unread})" if unread else ""))
    inspection = inspect(document, loaded, planning=False)
    judged = _judged(inspection)
    usages = [] if inspection.usage is None else [inspection.usage]
    sources = _Sources(loaded)
    return view_policy(
        loaded.policy,
        loaded.today,
        projects.settings(path).policies.origin,
        locate=sources.locate,
        declared=sources.declared,
        manifest=document.path,
        judged=judged,
        violations=(*inspection.violations, *unused(loaded, usages, planning=False)),
    )


def _judged(inspection: Inspection) -> Judged:
    """The manifest under the policy. Raises _UnjudgedManifest with the errors that forbid it."""
    if inspection.ground is None:
        found = inspection.violations
        raise _UnjudgedManifest(tuple(v for v in found if v.severity is Severity.ERROR))
    return Judged(inspection.ground, inspection.judgements)


@dataclass(frozen=True, slots=True)
class _Sources:
    """The files of a policy, which know where everything stands."""

    loaded: LoadedPolicy

    def locate(self, place: Place) -> Span:
        """Line and column of a value."""
        return Span(place.source, *self.loaded.documents[place.source].locate(place.path))

    def declared(self, path: DocPath) -> Place | None:
        """The first file in load order that states a path of two keys."""
        section, key = path
        for file in self.loaded.policy.files:
            if _states(self.loaded.documents[file.path].data, section, key):
                return Place(file.path, path)
        return None


def _states(data: object, section: object, key: object) -> bool:
    entries = data.get(section) if isinstance(data, dict) else None
    return isinstance(entries, dict) and key in entries


def _show(violations: Sequence[Violation], form: str) -> None:
    if form == "json":
        sys.stdout.write(violations_json(violations))
        return
    for violation in violations:
        print(violation_line(violation))
