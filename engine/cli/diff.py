"""Say what a change of manifests or policies does: placements, times, findings, rules."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stowplan.comparison import Comparison, Side, compare
from stowplan.documents import Unreadable, read
from stowplan.model import shown
from stowplan.reports.diff_json import diff_json, faults_json
from stowplan.reports.diff_markdown import diff_markdown, faults_markdown
from stowplan.reports.diff_text import SideFaults, diff_text, faults_text

from .artefacts import write_all
from .diff_sides import FAULTY, FaultySides, side_of_manifest, side_of_plan, side_of_policy
from .diff_trees import trees_compared
from .manifests import manifest_of
from .outcome import CANNOT, FINE, FOUND, UsageError, add_as_of, add_policy, today
from .policies import PACK_PREFIX
from .projects import Projects


class _Format(NamedTuple):
    """How comparisons are written, and the faults that prevent them."""

    compared: Callable[[Sequence[Comparison]], str]
    faults: Callable[[Sequence[SideFaults]], str]


_FORMATS = {
    "text": _Format(diff_text, faults_text),
    "json": _Format(diff_json, faults_json),
    "markdown": _Format(diff_markdown, faults_markdown),
}
_POLICY_KEYS = frozenset({"policy", "rules", "extends", "classes", "waivers", "severities"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="OLD and NEW: two manifests, two policies, or two migration_plan.json; with --git the "
        "manifests to compare (default: what stowplan.yaml lists, else all below .)",
    )
    parser.add_argument(
        "--git", metavar="BASE", help="compare the files of a revision with those that are here"
    )
    parser.add_argument("--manifest", metavar="FILE", help="judge two policies on this manifest")
    add_policy(parser)
    add_as_of(parser)
    parser.add_argument("--format", choices=list(_FORMATS), default="text", help="default: text")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there, not to the terminal")
    parser.add_argument(
        "--exit-zero", action="store_true", help="exit with 0 also where there is a difference"
    )


def run(options: argparse.Namespace) -> int:
    """Compare; the exit status is 1 where something decided differs."""
    form = _FORMATS[options.format]
    try:
        found = [_pair(options)] if options.git is None else _trees(options)
    except FaultySides as faulty:
        _write(options, form.faults(faulty.faults))
        for side in faulty.faults:
            text = f"stowplan: {side.side} ({shown(side.label, 200)}) has faults: "
            print(f"{text}mend them first; nothing was compared", file=sys.stderr)
        return CANNOT
    _write(options, form.compared(found), _files(found))
    differs = any(comparison.differs for comparison in found)
    return FOUND if differs and not options.exit_zero else FINE


def _write(options: argparse.Namespace, text: str, files: Iterable[str] = ()) -> None:
    """To standard output or to the file of `-o`, but over none of the inputs. Raises UsageError."""
    if options.output is None:
        sys.stdout.write(text)
        return
    path = Path(options.output)
    if not path.name or "\0" in options.output or (path.exists() and not path.is_file()):
        raise UsageError(f"{shown(options.output)}: is no file to write to")
    named = [*options.paths, *options.policy, options.manifest or "", *files]
    if os.path.realpath(path) in {os.path.realpath(each) for each in named if "\0" not in each}:
        raise UsageError(f"{shown(options.output)}: has just been compared: name another file")
    write_all(path.parent, {path.name: text})


def _files(found: Iterable[Comparison]) -> Iterator[str]:
    """The manifests and the policies that were compared."""
    for comparison in found:
        for side in (comparison.old, comparison.new):
            yield side.label
            yield from (rule.place.rsplit(":", 2)[0] for rule in side.rules or ())


def _trees(options: argparse.Namespace) -> list[Comparison]:
    if options.manifest is not None:
        raise UsageError("--manifest is for two policies; with --git name manifests as they are")
    return trees_compared(options.git, options.paths, options.policy, today(options))


# --- two paths --------------------------------------------------------------------------------


def _pair(options: argparse.Namespace) -> Comparison:
    """OLD and NEW, whatever they are. Raises FaultySides, UsageError."""
    if len(options.paths) != 2:
        raise UsageError("diff compares two paths: name OLD and NEW, or a revision with --git")
    old, new = options.paths
    kind = _kind(options, old, new)
    day = today(options)
    projects = Projects(options.policy, day)
    makers: Mapping[str, Callable[[str], Side]] = {
        "manifest": lambda path: side_of_manifest(path, projects),
        "policy": lambda path: side_of_policy(path, options.manifest, day),
        "plan": side_of_plan,
    }
    make = makers[kind]
    if options.policy and kind != "manifest":
        raise UsageError(f"--policy is for two manifests, and these are of the kind {kind}")
    return compare(*_both(("OLD", old, lambda: make(old)), ("NEW", new, lambda: make(new))))


def _both(*asked: tuple[str, str, Callable[[], Side]]) -> list[Side]:
    """Both sides. Raises FaultySides with what is wrong on either."""
    sides: list[Side] = []
    faults: list[SideFaults] = []
    for word, label, make in asked:
        try:
            sides.append(make())
        except FAULTY as faulty:
            faults.append(SideFaults(word, label, faulty.violations))
    if faults:
        raise FaultySides(faults)
    return sides


def _kind(options: argparse.Namespace, old: str, new: str) -> str:
    """What the two paths are: both the same; one that cannot be told is what the other is."""
    if options.manifest is not None:
        return "policy"
    before, after = _told(old), _told(new)
    if before and after and before != after:
        raise UsageError(
            f"OLD is a {before} and NEW a {after}: name two of one kind "
            "(--manifest FILE judges two policies on a manifest)"
        )
    return before or after or "manifest"


def _told(path: str) -> str | None:
    """manifest, policy or plan; None where the path does not tell."""
    if path.startswith(PACK_PREFIX) or path.endswith(".md"):
        return "policy"
    try:
        file = manifest_of(path)
        document = read(file, shown=path)
    except Unreadable:
        return "policy" if Path(path).is_dir() else None
    keys = document.data.keys() if isinstance(document.data, dict) else frozenset[str]()
    if "stowplan_plan" in keys:
        return "plan"
    if "tables" in keys:
        return "manifest"
    return "policy" if _POLICY_KEYS.intersection(keys) else None
