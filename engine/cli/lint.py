"""Check manifests, and the policies that apply to them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stowplan.documents import Document, Unreadable
from stowplan.evaluation import ordered
from stowplan.model import Violation
from stowplan.reports.lint_run import LintRun
from stowplan.reports.text import counts, printable, summary
from stowplan.rules.check import Usage

from .baselines import (
    Accepted,
    Baseline,
    FaultyBaseline,
    accepted,
    add_baseline,
    baseline_in_force,
    firm_codes,
    read_baseline_file,
    started,
)
from .configuration import Configuration, FaultyConfiguration
from .formats import add_formats, chosen, text_of, write
from .idle_globs import idle_globs
from .inspection import inspect, unused
from .manifests import Found, find_manifests, manifest_of
from .outcome import CANNOT, FINE, UsageError, add_as_of, add_fail_on, add_policy, today
from .places import violations_of
from .policies import FaultyPolicy, LoadedPolicy
from .projects import CONSTRAINTS, Projects
from .settings import add_show_config, exit_status, show_config
from .usages import listed_manifests, other_manifests, with_policies

if TYPE_CHECKING:
    from .fix import Fixed, Judge


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
    add_formats(parser)
    add_baseline(parser)
    _add_fixing(parser)


def _add_fixing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--fix", action="store_true", help="mend what has one safe mend, then report what is left"
    )
    group.add_argument(
        "--diff",
        action="store_true",
        help="only show what --fix would change, as a diff; exit status 1 if there is anything",
    )


def run(options: argparse.Namespace) -> int:
    """Lint; violations go to standard output, a summary for people to standard error."""
    projects = Projects(options.policy, today(options), options.fail_on)
    try:
        configuration = projects.configuration(_start(options.paths))
        paths = _meant(options.paths, projects)
        if options.paths and not paths:
            return FINE
        found = find_manifests(_paths(paths, configuration))
        stated = baseline_in_force(options, configuration)
        if options.show_config:
            named = (*(d.path for d in found.documents), *(path for path, _ in found.unreadable))
            return show_config(projects.settings, named, options.format or "text", stated)
        if not found.documents and not found.unreadable:
            raise UsageError("nothing to lint: no file with `tables` at its top; name a manifest")
        baseline = read_baseline_file(stated)
        listed = listed_manifests(configuration)
        unwritten = FINE
        if options.fix or options.diff:
            judge = partial(_judged, projects=projects, listed=listed, baseline=baseline)
            if options.diff:
                return _show_fixes(found, projects, judge, options)
            found, unwritten = _fixed(found, projects, judge)
        linted = _lint(found, projects, listed)
        idle = idle_globs(configuration, (document.path for document in found.documents))
        linted = linted._replace(violations=ordered((*linted.violations, *idle)))
    except (FaultyConfiguration, FaultyPolicy, FaultyBaseline) as faulty:
        write(LintRun(faulty.violations, status=CANNOT, text_of=text_of({})), options)
        return CANNOT
    accepted = _accepted(linted, baseline, options.write_baseline, found)
    told = _told(found, linted, accepted, projects)
    told = replace(told, status=max(told.status, unwritten))
    if configuration is not None:
        told = replace(told, docs_url=configuration.docs_url)
    inputs = [path for loaded in linted.policies for path in loaded.paths.values()]
    inputs += [] if configuration is None else [configuration.file]
    inputs += [] if stated is None else [Path(stated.value)]
    write(told, options, accepted.files, inputs)
    if chosen(options) in _FOR_PEOPLE:
        _summarize(told, linted.without_policy)
    _tell_stale(told)
    return told.status


_FOR_PEOPLE = ("text", "full", "github")
"""The formats that a summary follows."""


def _start(paths: list[str]) -> Path:
    """Where the search for the run's stowplan.yaml begins: at the first path."""
    first = Path(paths[0]) if paths else Path()
    return first if first.is_dir() else first.parent


def _meant(paths: list[str], projects: Projects) -> list[str]:
    """The paths, for a constraints.md the manifest beside it; its own faults come first.

    Raises FaultyPolicy.
    """
    meant: list[str] = []
    for path in paths:
        if Path(path).name != CONSTRAINTS or Path(path).is_dir():
            meant.append(path)
            continue
        projects.stated(path)
        try:
            meant.append(manifest_of(Path(path).parent.as_posix()).as_posix())
        except Unreadable:
            told = f"note: {path}: read; there is no manifest beside it"
            print(printable(told), file=sys.stderr)
    return meant


def _paths(paths: list[str], configuration: Configuration | None) -> list[str]:
    if paths or configuration is None or not configuration.manifests:
        return paths or ["."]
    listed = listed_manifests(configuration)
    if not listed:
        raise UsageError("nothing to lint: stowplan.yaml's manifests match no file")
    return listed


class _Linted(NamedTuple):
    """All violations, the policies of the run, and the manifests that had none."""

    violations: tuple[Violation, ...]
    policies: tuple[LoadedPolicy, ...]
    without_policy: tuple[Path, ...]


def _lint(found: Found, projects: Projects, listed: list[str]) -> _Linted:
    """Check what was found. Raises FaultyConfiguration, FaultyPolicy."""
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
    policies = {id(loaded): loaded for _, loaded in pairs if loaded is not None}
    for number, loaded in policies.items():
        violations.extend(unused(loaded, usages.get(number, []), planning=False))
    for path, fault in found.unreadable:
        violations.extend(violations_of((fault,), Document(path, None, "", "")))
    without = tuple(Path(document.path) for document, loaded in pairs if loaded is None)
    return _Linted(ordered(violations), tuple(policies.values()), without)


def _judged(
    found: Found, *, projects: Projects, listed: list[str], baseline: Baseline | None
) -> Sequence[Violation]:
    """The violations as policies and a baseline leave them. Raises as `_lint` does."""
    return _accepted(_lint(found, projects, listed), baseline, None, found).violations


def _fixed(found: Found, projects: Projects, judge: Judge) -> Fixed:
    from .fix import fix  # noqa: PLC0415 (most runs mend nothing)

    return fix(found, projects, judge)


def _show_fixes(found: Found, projects: Projects, judge: Judge, options: argparse.Namespace) -> int:
    from .fix import show_fixes  # noqa: PLC0415 (most runs mend nothing)

    if options.format or options.output or options.write_baseline:
        text = "--diff prints a diff alone: leave out --format, --output and --write-baseline"
        raise UsageError(text)
    return show_fixes(found, projects, judge)


def _accepted(
    linted: _Linted, baseline: Baseline | None, written: str | None, found: Found
) -> Accepted:
    """What a baseline leaves of the violations: the one that was read, or the one to be written."""
    violations = linted.violations
    if written is not None and found.unreadable:
        print(printable(f"note: {written} is not written: see M101"), file=sys.stderr)
        written = None
    if baseline is None and written is None:
        return Accepted(violations)
    firm = firm_codes(loaded.policy for loaded in linted.policies)
    manifests = [document.path for document in found.documents]
    policies = [path for loaded in linted.policies for path in loaded.documents]
    if baseline is None:
        return started(violations, written or "", firm, manifests, policies)
    return accepted(violations, baseline, firm, manifests, policies)


def _told(found: Found, linted: _Linted, accepted: Accepted, projects: Projects) -> LintRun:
    """The run as the formats need it."""
    files = tuple(document.path for document in found.documents)
    fail_on = projects.fail_on(files)
    status = CANNOT if found.unreadable else exit_status(accepted.violations, fail_on)
    texts = {document.path: document.text for document in found.documents}
    for loaded in linted.policies:
        texts |= {path: document.text for path, document in loaded.documents.items()}
    return LintRun(
        accepted.violations,
        files,
        found.skipped,
        status,
        accepted.stale,
        {rule.id: rule for loaded in linted.policies for rule in loaded.policy.rules},
        fail_on=fail_on,
        text_of=text_of(texts),
        folder=Path.cwd().as_posix(),
    )


def _summarize(told: LintRun, without_policy: Sequence[Path]) -> None:
    line = summary(counts(told.violations), len(told.files), told.skipped)
    if without_policy:
        line += f"; {len(without_policy)} without a policy: structural checks only"
    print(line, file=sys.stderr)


def _tell_stale(told: LintRun) -> None:
    """A line for each entry of the baseline that is no longer needed."""
    for entry, span in told.stale or ():
        place = f"{span.path}:{span.line}:{span.column}"
        said = f"stale: {entry.code} is no longer found in {entry.path}: {entry.message}"
        print(printable(f"note: {place}: {said}"), file=sys.stderr)
