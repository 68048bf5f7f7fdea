"""Make a validated plan of a manifest under its policies, and write its artefacts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from stowplan.documents import Document
from stowplan.evaluation import ordered
from stowplan.model import Plan, shown
from stowplan.planning.follow_up import for_window, window_names
from stowplan.policy_view import Judged
from stowplan.reports.summary import plan_summary
from stowplan.spelling import nearest

from .artefacts import ARTEFACTS, plan_artefacts, write_all
from .configuration import FaultyConfiguration
from .formats import show
from .inspection import Inspection, inspect, unused
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, FOUND, UsageError, add_as_of, add_fail_on, add_policy, status, today
from .policies import FaultyPolicy, LoadedPolicy
from .projects import Projects
from .settings import add_show_config, show_config
from .usages import listed_manifests, other_manifests

MOST_DRAWS = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "manifest", nargs="?", metavar="MANIFEST", help="a manifest, or a folder with one"
    )
    parser.add_argument(
        "--check",
        nargs="*",
        metavar="PLAN.json",
        help="make nothing: say whether these plans still follow from their inputs "
        "(default: every committed migration_plan.json)",
    )
    parser.add_argument(
        "-o", "--output-dir", metavar="DIR", default="OUTPUT", help="default: OUTPUT"
    )
    parser.add_argument(
        "--artefacts",
        metavar="KINDS",
        type=artefact_kinds,
        default=tuple(ARTEFACTS),
        help=f"which files to write, separated by commas (default: {','.join(ARTEFACTS)})",
    )
    parser.add_argument("--window", metavar="NAME", help="plan with this window as the main one")
    parser.add_argument(
        "--risk",
        metavar="N",
        type=draws,
        default=0,
        help="how likely the window is kept: time the schedule again in N draws "
        "(default: none, or 1000 where a check of the policy reads the probability)",
    )
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


def draws(text: str) -> int:
    """A number of draws. Raises argparse's error for what is none."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_DRAWS:
        return int(text)
    told = f"{shown(text)} is no number of draws: give one from 1 to {MOST_DRAWS}"
    raise argparse.ArgumentTypeError(told)


def artefact_kinds(text: str) -> tuple[str, ...]:
    """Kinds of artefacts. Raises argparse's error for one that there is not."""
    kinds = tuple(kind.strip() for kind in text.split(","))
    for kind in kinds:
        if kind not in ARTEFACTS:
            near = nearest(kind, ARTEFACTS)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(ARTEFACTS)}"
            raise argparse.ArgumentTypeError(f"no artefact is called {shown(kind)!r}: {hint}")
    return kinds


def run(options: argparse.Namespace) -> int:
    """Plan; artefacts go to the output folder, findings and a summary to standard output."""
    if options.check is not None:
        from .hook_plan import run_check  # noqa: PLC0415 (only hooks need it)

        return run_check(options)
    if options.manifest is None:
        raise UsageError("no manifest: name one, or a folder with one")
    projects = Projects(options.policy, today(options), options.fail_on)
    try:
        document = read_manifest(options.manifest)
        if options.show_config:
            return show_config(projects.settings, [document.path], options.format)
        policy = projects.policy(Path(document.path))
        if policy is None:
            raise UsageError(
                "no policy: name one with --policy, or put a folder policies/ or a constraints.md "
                "beside the manifest"
            )
        loaded = for_window_named(policy, options.window)
        inspection = planned(document, policy, loaded, projects, options.risk)
        options.kept.append(inspection)
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        show(faulty.violations, options.format)
        return CANNOT
    _finish(inspection, loaded, options)
    found = status(inspection.violations, projects.settings(Path(document.path)).fail_on.value)
    return found if inspection.plan is not None else max(found, FOUND)


def planned(
    document: Document,
    policy: LoadedPolicy,
    loaded: LoadedPolicy,
    projects: Projects,
    risk: int = 0,
) -> Inspection:
    """A manifest with its plan and all findings; `loaded` is its policy for the window asked for.

    `risk` is the number of draws; 0 leaves it to the policy's checks.
    Raises FaultyConfiguration, FaultyPolicy.
    """
    listed = listed_manifests(projects.configuration(Path(document.path).parent))
    others = other_manifests(listed, [document], projects)
    inspection = inspect(document, loaded, planning=True, draws=risk)
    elsewhere = [inspect(d, loaded, planning=False) for d, other in others if other is policy]
    usages = [found.usage for found in (inspection, *elsewhere) if found.usage is not None]
    violations = ordered((*inspection.violations, *unused(loaded, usages, planning=True)))
    return replace(inspection, violations=violations)


def for_window_named(loaded: LoadedPolicy, name: str | None) -> LoadedPolicy:
    """The policy with that window as the main one; as it is for None. Raises UsageError."""
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
    plan = recorded(inspection, loaded)
    folder = Path(options.output_dir)
    wanted = {*options.artefacts, *(("json",) if options.format == "json" else ())}
    texts = artefacts(inspection, loaded, folder, wanted)
    if plan is None or texts is None:
        show(inspection.violations, options.format)
        print("no plan: mend the errors above first", file=sys.stderr)
        return
    if options.format == "json":
        texts[ARTEFACTS["json"]] = [*texts[ARTEFACTS["json"]]]  # for two readers
    chosen = {ARTEFACTS[kind] for kind in options.artefacts}
    written = write_all(folder, {name: text for name, text in texts.items() if name in chosen})
    if options.format == "json":
        sys.stdout.writelines(texts[ARTEFACTS["json"]])
        return
    show(inspection.violations, options.format)
    if inspection.violations:
        print()
    print(plan_summary(plan))
    print()
    print(f"Written: {', '.join(path.as_posix() for path in written)}")


def recorded(inspection: Inspection, loaded: LoadedPolicy) -> Plan | None:
    """The plan as artefacts record it: with all findings, and the day of its waivers."""
    if inspection.plan is None:
        return None
    as_of = loaded.today if loaded.policy.waivers else None
    return replace(inspection.plan, violations=inspection.violations, as_of=as_of)


def artefacts(
    inspection: Inspection,
    loaded: LoadedPolicy,
    folder: Path,
    wanted: Collection[str] = tuple(ARTEFACTS),
) -> dict[str, Iterable[str]] | None:
    """The text of each wanted artefact as it is to stand in a folder, in pieces that come once.

    None without a plan.
    """
    plan, document, ground = recorded(inspection, loaded), inspection.document, inspection.ground
    if plan is None or ground is None:
        return None
    source = (Path(document.path), document.sha256)
    judged = Judged(ground, inspection.judgements)
    return plan_artefacts(plan, judged, source, loaded, folder, wanted)
