"""Show the policy in force: each rule, where it comes from, what it selects, what is dead."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stowplan.documents import Document
from stowplan.model import DocPath, Place
from stowplan.policy_view import Judged, PolicyView, view_policy
from stowplan.reports.policies import policies_text
from stowplan.reports.policies_json import policies_json

from .configuration import FaultyConfiguration
from .current_policies import current_policies
from .formats import show
from .inspection import Inspection, inspect, unused
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, FINE, UsageError, add_as_of, add_policy, today
from .policies import FaultyPolicy, LoadedPolicy, load_policies
from .projects import Projects
from .settings import Setting

_MEND = "name one with --policy, or put a folder policies/ or a constraints.md"


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
            view = _by_itself(current_policies(options.policy, projects), projects, day)
        else:
            view = _for_manifest(read_manifest(options.manifest), projects)
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        show(faulty.violations, options.format)
        return CANNOT
    sys.stdout.write(policies_json(view) if options.format == "json" else policies_text(view))
    return FINE


def _by_itself(setting: Setting[tuple[str, ...]], projects: Projects, day: date) -> PolicyView:
    if not setting.value:
        raise UsageError(f"no policy: {_MEND} in the current folder")
    configuration = projects.configuration(Path())
    named = configuration.named_policies if configuration else ()
    loaded = load_policies(setting.value, day, spans=setting.spans, elsewhere=named)
    sources = _Sources(loaded)
    return view_policy(
        loaded.policy,
        day,
        setting.origin,
        locate=loaded.span,
        declared=sources.declared,
    )


def _for_manifest(document: Document, projects: Projects) -> PolicyView:
    path = Path(document.path)
    loaded = projects.policy(path)
    if loaded is None:
        raise UsageError(f"no policy: {_MEND} beside the manifest")
    inspection = inspect(document, loaded, planning=False)
    judged = _judged(inspection)
    usages = [] if inspection.usage is None else [inspection.usage]
    sources = _Sources(loaded)
    return view_policy(
        loaded.policy,
        loaded.today,
        projects.settings(path).policies.origin,
        locate=loaded.span,
        declared=sources.declared,
        manifest=document.path,
        judged=judged,
        violations=(*inspection.violations, *unused(loaded, usages, planning=False)),
    )


def _judged(inspection: Inspection) -> Judged:
    """The manifest under the policy. Raises FaultyManifest with the errors that forbid it."""
    if inspection.ground is None:
        raise FaultyManifest(inspection.errors)
    return Judged(inspection.ground, inspection.judgements)


@dataclass(frozen=True, slots=True)
class _Sources:
    """The files of a policy, which know where everything stands."""

    loaded: LoadedPolicy

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
