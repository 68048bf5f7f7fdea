"""Make a validated plan of a manifest under its policies, and write its artefacts."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from stowplan.evaluation import ordered
from stowplan.planning.follow_up import for_window, window_names
from stowplan.reports.summary import plan_summary
from stowplan.spelling import nearest

from .artefacts import plan_artefacts, write_all
from .configuration import FaultyConfiguration
from .formats import show
from .inspection import Inspection, inspect, unused
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, UsageError, add_as_of, add_fail_on, add_policy, status, today
from .policies import FaultyPolicy, LoadedPolicy
from .projects import Projects, unread_constraints
from .settings import add_show_config, show_config
from .usages import listed_manifests, other_manifests


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("manifest", metavar="MANIFEST", help="a manifest, or a folder with one")
    parser.add_argument(
        "-o", "--output-dir", metavar="DIR", default="OUTPUT", help="default: OUTPUT"
    )
    parser.add_argument("--window", metavar="NAME", help="plan with this window as the main one")
    add_policy(parser)
    add_fail_on(parser)
    add_as_of(parser)
    add_show_config(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="what standard output gets: findings and a summary, or the plan (default: text)",
    )


def run(options: argparse.Namespace) -> int:
    """Plan; artefacts go to the output folder, findings and a summary to standard output."""
    projects = Projects(options.policy, today(options), options.fail_on)
    try:
        document = read_manifest(options.manifest)
        if options.show_config:
            return show_config(projects.settings, [document.path], options.format)
        policy = projects.policy(Path(document.path))
        if policy is None:
            unread = unread_constraints(Path(document.path))
            raise UsageError(
                "no policy: name one with --policy, or put a folder policies/ beside the manifest"
                + (f" ({unread})" if unread else "")
            )
        loaded = _for_window(policy, options.window)
        listed = listed_manifests(projects.configuration(Path(document.path).parent))
        others = other_manifests(listed, [document], projects)
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        show(faulty.violations, options.format)
        return CANNOT
    inspection = inspect(document, loaded, planning=True)
    elsewhere = [inspect(d, loaded, planning=False) for d, other in others if other is policy]
    usages = [found.usage for found in (inspection, *elsewhere) if found.usage is not None]
    violations = ordered((*inspection.violations, *unused(loaded, usages, planning=True)))
    _finish(replace(inspection, violations=violations), loaded, options)
    return status(violations, projects.settings(Path(document.path)).fail_on.value)


def _for_window(loaded: LoadedPolicy, name: str | None) -> LoadedPolicy:
    if name is None:
        return loaded
    try:
        return replace(loaded, policy=for_window(loaded.policy, name))
    except KeyError:
        names = window_names(loaded.policy)
        near = nearest(name, names)
        hint = f"did you mean {near}?" if near else f"windows are {', '.join(names)}"
        raise UsageError(f"no window is called {name!r}: {hint}") from None


def _finish(inspection: Inspection, loaded: LoadedPolicy, options: argparse.Namespace) -> None:
    """Write the artefacts and say what there is; without a plan say that there is none."""
    if inspection.plan is None or inspection.manifest is None:
        show(inspection.violations, options.format)
        print("no plan: mend the errors above first", file=sys.stderr)
        return
    document = inspection.document
    policies = {file.path: (loaded.paths[file.path], file.sha256) for file in loaded.policy.files}
    folder = Path(options.output_dir)
    as_of = loaded.today if loaded.policy.waivers else None
    plan = replace(inspection.plan, violations=inspection.violations, as_of=as_of)
    texts = plan_artefacts(
        plan,
        inspection.manifest,
        (Path(document.path), document.sha256),
        policies,
        folder,
    )
    written = write_all(folder, texts)
    if options.format == "json":
        sys.stdout.write(texts["migration_plan.json"])
        return
    show(inspection.violations, options.format)
    if inspection.violations:
        print()
    print(plan_summary(plan))
    print()
    print(f"Written: {', '.join(path.as_posix() for path in written)}")
