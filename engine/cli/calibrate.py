"""Print throughput rules of what runs have measured, for the next plan."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stowplan.documents import Unreadable, read
from stowplan.model import shown
from stowplan.reports.run.measurements import (
    Measurements,
    MisshapenReportError,
    measurements,
)
from stowplan.reports.run.throughput_rules import LEAST, throughput_policy, without_own_rule
from stowplan.reports.text import printable
from stowplan.units import count_text

from .artefacts import write_all
from .outcome import FINE, UsageError

_NAMED = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "reports", nargs="+", metavar="REPORT.json", help="what runs left: migration_report.json"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write the policy to a file (default: print it)"
    )
    parser.add_argument(
        "--rehearsal", action="store_true", help="take reports of simulated runs, too"
    )


def run(options: argparse.Namespace) -> int:
    """Print the policy; tables without a rule of their own are told on standard error."""
    found = _measurements(options.reports, rehearsal=options.rehearsal)
    text = throughput_policy(found)
    if not text:
        chunks = count_text(int(found.everything.sums.chunks), "chunk")
        text = f"too little was measured: {chunks}, and a rule needs {LEAST} that took time"
        raise UsageError(text)
    if options.output is None:
        sys.stdout.write(text)
    else:
        _write(Path(options.output), text, options.reports)
    few = without_own_rule(found)
    if few:
        named = ", ".join(few[:_NAMED]) + (", …" if len(few) > _NAMED else "")
        own = "its own" if len(few) == 1 else "their own"
        told = f"{count_text(len(few), 'table')} without a rule of {own}: {named}"
        why = f"fewer than {LEAST} chunks, or smaller than those that have one"
        print(printable(f"{told} ({why}): the rule for all others holds"), file=sys.stderr)
    return FINE


def _measurements(paths: list[str], *, rehearsal: bool) -> Measurements:
    """What all of the reports measured. Raises UsageError, naming the report."""
    reports: list[object] = []
    seen: set[Path] = set()
    for path in paths:
        if Path(path).resolve() in seen:
            raise UsageError(f"{shown(path, 200)}: is named twice: its chunks would count twice")
        seen.add(Path(path).resolve())
        reports.append(_report(path))
        try:
            found = measurements(reports[-1:])
        except MisshapenReportError:
            text = f"{shown(path, 200)} is no report of a run: `stowplan run` writes them"
            raise UsageError(text) from None
        if found.simulated and not rehearsal:
            text = f"{shown(path, 200)}: is of a simulated run, whose speeds are the plan's own"
            raise UsageError(f"{text}: --rehearsal takes it all the same")
    return measurements(reports)


def _report(path: str) -> object:
    try:
        document = read(path, shown=Path(path).as_posix())
    except Unreadable as error:
        raise UsageError(f"{shown(path, 200)}: {error}") from None
    return None if document.faults else document.data


def _write(path: Path, text: str, reports: list[str]) -> None:
    """Replace the file at once. Raises UsageError."""
    if not path.name or path.is_dir():
        raise UsageError(f"{path}: is no file to write to")
    if path.resolve() in (Path(report).resolve() for report in reports):
        raise UsageError(f"{path}: is one of the reports: name another file")
    write_all(path.parent, {path.name: text})
