"""Say what other bandwidths, windows, streams, reserves and classes would come to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from stowplan.documents import Document
from stowplan.model import Place, Span
from stowplan.planning.groundwork import Groundwork
from stowplan.planning.planner import NothingToPlanAgainstError
from stowplan.reports.what_if import what_if_text
from stowplan.reports.what_if_csv import what_if_csv
from stowplan.reports.what_if_json import what_if_json
from stowplan.what_if import (
    Answer,
    Grid,
    Skip,
    TooLargeError,
    UnknownTableError,
    answer,
    skipped,
)

from .configuration import FaultyConfiguration
from .formats import add_output, show, write_files
from .inspection import inspect
from .manifests import FaultyManifest, read_manifest
from .outcome import CANNOT, FINE, UsageError, add_as_of, add_policy, today
from .policies import FaultyPolicy, LoadedPolicy
from .projects import Projects
from .what_if_values import durations, rates, shares, stream_counts, words

_FORMATS = ("text", "json", "csv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("manifest", metavar="MANIFEST", help="a manifest, or a folder with one")
    axes = {
        "--bandwidth": ("RATES", "bandwidths of the main window, such as 30MB/s,50MB/s"),
        "--window": ("DURATIONS", "lengths of the main window, such as 3h,4h30m"),
        "--streams": ("NUMBERS", "numbers of streams, such as 1,2,4 or 1..8"),
        "--reserve": ("SHARES", "reserves of the main window, such as 0%%,10%%"),
        "--rollback": ("DURATIONS", "times that going back takes, such as 0s,30m"),
        "--skip": ("NAMES", "classes, tables and globs to leave out together; each --skip a plan"),
    }
    for option, (metavar, text) in axes.items():
        parser.add_argument(
            option, action="append", metavar=metavar, default=[], help=f"{text}; repeatable"
        )
    add_policy(parser)
    add_as_of(parser)
    parser.add_argument("--format", choices=_FORMATS, default="text", help="default: text")
    add_output(parser, _FORMATS)


def run(options: argparse.Namespace) -> int:
    """Plan the manifest as it is and with every combination of the values; print what comes."""
    projects = Projects(options.policy, today(options))
    try:
        document = read_manifest(options.manifest)
        loaded = _policy(document, projects)
        ground = _ground(document, loaded)
    except (FaultyConfiguration, FaultyPolicy, FaultyManifest) as faulty:
        show(faulty.violations, "json" if options.format == "json" else "text")
        return CANNOT
    found = _answer(ground, options, _locator(document, loaded))
    texts = _texts(found, document, loaded)
    files = [(path, texts[form]()) for form, path in options.output]
    shown_text = texts[options.format]()
    write_files(files, [Path(document.path), *loaded.paths.values()])
    sys.stdout.write(shown_text)
    return FINE


def _policy(document: Document, projects: Projects) -> LoadedPolicy:
    loaded = projects.policy(Path(document.path))
    if loaded is None:
        mend = "name one with --policy, or put a folder policies/ or a constraints.md"
        raise UsageError(f"no policy: {mend} beside the manifest")
    return loaded


def _ground(document: Document, loaded: LoadedPolicy) -> Groundwork:
    """What is known before planning. Raises FaultyManifest where that is too little for a plan."""
    found = inspect(document, loaded, planning=False)
    if found.ground is None or found.blocked:
        raise FaultyManifest(found.errors)
    return found.ground


def _answer(
    ground: Groundwork, options: argparse.Namespace, locate: Callable[[Place], Span]
) -> Answer:
    """The plans that the options ask for. Raises UsageError."""
    try:
        changes = _grid(ground, options).changes(len(ground.tables))
        return answer(ground, changes, locate)
    except TooLargeError as error:
        raise UsageError(str(error)) from None
    except NothingToPlanAgainstError:
        text = "no plan: the policy states no window, no bandwidth, or a limit of zero"
        raise UsageError(f"{text} (stowplan explain R404)") from None


def _grid(ground: Groundwork, options: argparse.Namespace) -> Grid:
    return Grid(
        rates=rates("--bandwidth", options.bandwidth),
        durations=durations("--window", options.window),
        streams=stream_counts("--streams", options.streams),
        reserves=shares("--reserve", options.reserve),
        rollbacks=durations("--rollback", options.rollback, least=0),
        skips=[_skip(ground, label) for label in dict.fromkeys(options.skip)] or [None],
    )


def _skip(ground: Groundwork, label: str) -> Skip | None:
    try:
        return None if label == "as-is" else skipped(ground, label, words(label))
    except UnknownTableError as error:
        raise UsageError(f"--skip: {error}") from None


def _texts(found: Answer, document: Document, loaded: LoadedPolicy) -> dict[str, Callable[[], str]]:
    policies = [(file.path, file.sha256) for file in loaded.policy.files]
    return {
        "text": lambda: what_if_text(found),
        "json": lambda: what_if_json(found, (document.path, document.sha256), policies),
        "csv": lambda: what_if_csv(found),
    }


def _locator(document: Document, loaded: LoadedPolicy) -> Callable[[Place], Span]:
    def locate(place: Place) -> Span:
        if place.source:
            return loaded.span(place)
        return Span(document.path, *document.locate(place.path))

    return locate
