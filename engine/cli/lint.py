"""Check manifests, and the policies that apply to them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from stowplan.documents import Document
from stowplan.evaluation import ordered
from stowplan.model import Violation
from stowplan.reports.text import counts, summary
from stowplan.rules.check import Usage

from .configuration import Configuration, FaultyConfiguration
from .formats import FORMATS, show
from .inspection import inspect, unused
from .manifests import Found, find_manifests
from .outcome import CANNOT, UsageError, add_as_of, add_fail_on, add_policy, today
from .places import violations_of
from .policies import FaultyPolicy
from .projects import Projects, unread_constraints
from .settings import add_show_config, exit_status, show_config
from .usages import listed_manifests, other_manifests, with_policies


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="manifests, or folders to search for them (default: what stowplan.yaml lists, else .)",
    )
    add_policy(parser)
    add_fail_on(parser)
    add_as_of(parser)
    add_show_config(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Lint; violations go to standard output, a summary of text to standard error."""
    projects = Projects(options.policy, today(options), options.fail_on)
    try:
        configuration = projects.configuration(_start(options.paths))
        found = find_manifests(_paths(options.paths, configuration))
        if options.show_config:
            named = (*(d.path for d in found.documents), *(path for path, _ in found.unreadable))
            return show_config(projects.settings, named, options.format)
        linted = _lint(found, projects, listed_manifests(configuration))
    except (FaultyConfiguration, FaultyPolicy) as faulty:
        show(faulty.violations, options.format)
        return CANNOT
    show(linted.violations, options.format)
    if options.format == "text":
        _summarize(found, linted)
    if found.unreadable:
        return CANNOT
    fail_on = projects.fail_on(document.path for document in found.documents)
    return exit_status(linted.violations, fail_on)


def _start(paths: list[str]) -> Path:
    """Where the search for the run's stowplan.yaml begins: at the first path."""
    first = Path(paths[0]) if paths else Path()
    return first if first.is_dir() else first.parent


def _paths(paths: list[str], configuration: Configuration | None) -> list[str]:
    if paths or configuration is None or not configuration.manifests:
        return paths or ["."]
    listed = listed_manifests(configuration)
    if not listed:
        raise UsageError("nothing to lint: stowplan.yaml's manifests match no file")
    return listed


class _Linted(NamedTuple):
    """All violations, and the manifests that had no policy."""

    violations: tuple[Violation, ...]
    without_policy: tuple[Path, ...]


def _lint(found: Found, projects: Projects, listed: list[str]) -> _Linted:
    """Check what was found. Raises FaultyConfiguration, FaultyPolicy."""
    if not found.documents and not found.unreadable:
        raise UsageError("nothing to lint: no file with `tables` at its top; name a manifest")
    pairs = with_policies(found.documents, projects)
    violations: list[Violation] = []
    usages: dict[int, list[Usage]] = {}
    for document, loaded in pairs:
        inspection = inspect(document, loaded, planning=False)
        violations.extend(inspection.violations)
        if inspection.usage is not None:
            usages.setdefault(id(loaded), []).append(inspection.usage)
    for document, loaded in other_manifests(listed, found.documents, projects) if usages else ():
        usage = inspect(document, loaded, planning=False).usage
        if usage is not None and id(loaded) in usages:
            usages[id(loaded)].append(usage)
    for loaded in {id(loaded): loaded for _, loaded in pairs}.values():
        if loaded is not None:
            violations.extend(unused(loaded, usages.get(id(loaded), []), planning=False))
    for path, fault in found.unreadable:
        violations.extend(violations_of((fault,), Document(path, None, "", "")))
    without = tuple(Path(document.path) for document, loaded in pairs if loaded is None)
    return _Linted(ordered(violations), without)


def _summarize(found: Found, linted: _Linted) -> None:
    line = summary(counts(linted.violations), len(found.documents), found.skipped)
    if linted.without_policy:
        line += f"; {len(linted.without_policy)} without a policy: structural checks only"
    for unread in sorted({unread_constraints(path) for path in linted.without_policy} - {""}):
        print(f"note: {unread}", file=sys.stderr)
    print(line, file=sys.stderr)
