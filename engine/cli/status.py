"""Tell where a run stands, from another shell and at any time."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stowplan.execution.entries import Outlook
from stowplan.execution.lanes import Lanes
from stowplan.execution.ledger import Ledger
from stowplan.execution.outlook import Prospect
from stowplan.execution.turns import Turns

from .outcome import FINE
from .running.folder import FOLDER, JOURNAL, read_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "place",
        nargs="?",
        default=".",
        metavar="FOLDER|PLAN.json",
        help="where the run writes, or its plan there (default: this folder)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print it as migration_report.json has it"
    )


def run(options: argparse.Namespace) -> int:
    """Print it; the run is not disturbed. Raises UsageError where there is none."""
    ledger = read_run(journal_folder(Path(options.place)))
    if options.json:
        from stowplan.reports.run.report_json import report_json  # noqa: PLC0415 (one of two)

        sys.stdout.write(report_json(ledger))
    else:
        from stowplan.reports.run.status_text import status_text  # noqa: PLC0415 (one of two)

        sys.stdout.write(status_text(ledger, _outlook(ledger)))
    return FINE


def journal_folder(place: Path) -> Path:
    """The folder of a run's journal: itself, that below it, or that beside a plan."""
    folder = place.parent if place.suffix.lower() == ".json" else place
    below = folder / FOLDER
    return folder if (folder / JOURNAL).exists() or not below.exists() else below


def _outlook(ledger: Ledger) -> Outlook | None:
    """When the rest ends, as of the last entry; None for a run that is over.

    What is under way counts from its last chunk: who has which share is not in the journal.
    """
    if ledger.ended is not None:
        return None
    return Prospect(ledger, Lanes(), Turns(ledger.program.loads), ledger.at_us).outlook()
