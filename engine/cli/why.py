"""Why a table is where it is: every rule that looked at it, and what each came to."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stowplan.documents import Document
from stowplan.explanation import Evidence, explain_table
from stowplan.model import Manifest, Place, Span, shown
from stowplan.reports.why import why_text
from stowplan.reports.why_json import why_json
from stowplan.spelling import nearest

from .configuration import FaultyConfiguration
from .formats import show
from .inspection import inspect, situation_of
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, FINE, UsageError, add_as_of, add_policy, today
from .plan import for_window_named
from .policies import FaultyPolicy, LoadedPolicy
from .projects import Projects


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("table", metavar="TABLE", help="a table's name, as the manifest has it")
    parser.add_argument("manifest", metavar="MANIFEST", help="a manifest, or a folder with one")
    parser.add_argument("--window", metavar="NAME", help="plan with this window as the main one")
    add_policy(parser)
    add_as_of(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Plan, and print what there is to say of one table."""
    projects = Projects(options.policy, today(options))
    try:
        document = read_manifest(options.manifest)
        loaded = for_window_named(_policy(document, projects), options.window)
        evidence = _evidence(document, loaded, options.table)
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        show(faulty.violations, options.format)
        return CANNOT
    found = explain_table(options.table, evidence)
    if options.format == "json":
        sys.stdout.write(why_json(found, document.path, loaded.today))
    else:
        sys.stdout.write(why_text(found))
    return FINE


def _policy(document: Document, projects: Projects) -> LoadedPolicy:
    path = Path(document.path)
    loaded = projects.policy(path)
    if loaded is None:
        mend = "name one with --policy, or put a folder policies/ or a constraints.md"
        raise UsageError(f"no policy: {mend} beside the manifest")
    return loaded


def _evidence(document: Document, loaded: LoadedPolicy, table: str) -> Evidence:
    """The manifest under its policy, planned. Raises FaultyManifest, and UsageError for a name."""
    found = inspect(document, loaded, planning=True)
    if found.ground is None:
        raise FaultyManifest(found.errors)
    if table not in found.ground.graph.position:
        raise UsageError(_unknown(table, found.ground.manifest))

    def locate(place: Place) -> Span:
        if place.source:
            return loaded.span(place)
        return Span(document.path, *document.locate(place.path))

    situation = situation_of(found.ground, found.plan)
    return Evidence(found.ground, situation, found.judgements, found.violations, locate)


def _unknown(table: str, manifest: Manifest) -> str:
    name = shown(repr(table))
    if table in manifest.present:
        return f"table {name} is at the destination already: nothing is planned for it"
    near = nearest(table, (entry.name for entry in manifest.tables))
    hint = f"did you mean {shown(near)}?" if near else "the manifest lists others"
    return f"the manifest has no table {name}: {hint}"
