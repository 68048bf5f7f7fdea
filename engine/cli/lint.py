"""Check manifests, and the policies that apply to them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from stowplan.documents import Document
from stowplan.evaluation import ordered
from stowplan.model import Severity, Violation
from stowplan.reports.structured import violations_json
from stowplan.reports.text import counts, summary, violation_line
from stowplan.rules.check import Usage

from .configuration import Configuration, FaultyConfiguration, find_configuration
from .inspection import Policies, inspect, policies_for, unread_constraints, unused
from .manifests import Found, find_manifests
from .outcome import CANNOT, UsageError, add_fail_on, add_policy, status
from .places import violations_of
from .policies import FaultyPolicy, LoadedPolicy

NAME = "lint"


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
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Lint; violations go to standard output, a summary of text to standard error."""
    write = FORMATS[options.format]
    try:
        configuration = find_configuration(_start(options.paths))
        found = find_manifests(_paths(options.paths, configuration))
        linted = _lint(found, options, configuration)
    except (FaultyConfiguration, FaultyPolicy) as faulty:
        write(faulty.violations)
        return CANNOT
    violations, without_policy = linted
    write(violations)
    if options.format == "text":
        _summarize(found, violations, without_policy)
    if found.unreadable:
        return CANNOT
    fail_on = options.fail_on or (configuration.fail_on if configuration else None)
    return status(violations, Severity(fail_on or Severity.ERROR))


def _start(paths: list[str]) -> Path:
    """Where the search for stowplan.yaml begins: at the first path."""
    first = Path(paths[0]) if paths else Path()
    return first if first.is_dir() else first.parent


def _paths(paths: list[str], configuration: Configuration | None) -> list[str]:
    if paths or configuration is None or not configuration.manifests:
        return paths or ["."]
    folder = configuration.folder
    listed = [path for glob in configuration.manifests for path in sorted(folder.glob(glob))]
    if not listed:
        raise UsageError("nothing to lint: stowplan.yaml's manifests match no file")
    here = Path.cwd()
    return [str(p.relative_to(here)) if p.is_relative_to(here) else str(p) for p in listed]


def _lint(
    found: Found, options: argparse.Namespace, configuration: Configuration | None
) -> tuple[tuple[Violation, ...], list[Path]]:
    """All violations, and the manifests that had no policy. Raises FaultyPolicy."""
    if not found.documents and not found.unreadable:
        raise UsageError("nothing to lint: no file with `tables` at its top; name a manifest")
    policies = Policies()
    pairs = [(doc, _policy(doc, policies, options, configuration)) for doc in found.documents]
    violations: list[Violation] = []
    usages: dict[int, tuple[LoadedPolicy, list[Usage]]] = {}
    for document, loaded in pairs:
        inspection = inspect(document, loaded, planning=False)
        violations.extend(inspection.violations)
        if loaded is not None and inspection.usage is not None:
            usages.setdefault(id(loaded), (loaded, []))[1].append(inspection.usage)
    for loaded, used in usages.values():
        violations.extend(unused(loaded, used))
    for path, fault in found.unreadable:
        violations.extend(violations_of((fault,), Document(path, None, "", "")))
    without = [Path(document.path) for document, loaded in pairs if loaded is None]
    return ordered(violations), without


def _policy(
    document: Document,
    policies: Policies,
    options: argparse.Namespace,
    configuration: Configuration | None,
) -> LoadedPolicy | None:
    names, base = policies_for(Path(document.path), options.policy, configuration)
    return policies.load(names, base)


def _summarize(
    found: Found, violations: Iterable[Violation], without_policy: Sequence[Path]
) -> None:
    line = summary(counts(violations), len(found.documents), found.skipped)
    if without_policy:
        line += f"; {len(without_policy)} without a policy: structural checks only"
    for unread in sorted({unread_constraints(path) for path in without_policy} - {""}):
        print(f"note: {unread}", file=sys.stderr)
    print(line, file=sys.stderr)


def _write_text(violations: Iterable[Violation]) -> None:
    for violation in violations:
        print(violation_line(violation))


def _write_json(violations: Iterable[Violation]) -> None:
    sys.stdout.write(violations_json(tuple(violations)))


FORMATS: Mapping[str, Callable[[Iterable[Violation]], None]] = {
    "text": _write_text,
    "json": _write_json,
}
