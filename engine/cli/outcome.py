"""How a command ends: its exit statuses, and how it says that it could not do its work."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from stowplan.model import Severity, Violation, shown
from stowplan.reports.text import printable
from stowplan.units import plain_date

FINE, FOUND, CANNOT = 0, 1, 2
_INTERRUPTED, _BUG = 130, 70

_STRENGTH = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}


class UsageError(Exception):
    """What was asked cannot be done; the message is one line and says how to mend it."""


def carry_out(options: argparse.Namespace) -> int:
    """Run the command that was asked for and return its exit status."""
    if sys.stderr is None:  # closed: what would be said there must not come out on the other
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (kept open)
    # Whatever a terminal's encoding, names and paths can be shown: what it lacks, as an escape.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if sys.stdout is None:
            raise UsageError("standard output is closed: nothing could be told")
        status: int = options.run(options)
        sys.stdout.flush()
    except UsageError as error:
        return complain(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANNOT
    except KeyboardInterrupt:
        print("stowplan: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except Exception as error:
        if options.debug:
            raise
        if isinstance(error, OSError):
            return complain(UsageError(f"{shown(error.filename or 'output')}: {error.strerror}"))
        text = f"{type(error).__name__}: {shown(str(error), 300)} (--debug shows where)"
        print(f"stowplan: bug: {text}", file=sys.stderr)
        return _BUG
    return status


def complain(error: UsageError) -> int:
    """Say so on standard error."""
    with suppress(OSError):  # a full disk: the exit status still tells
        print(f"stowplan: {printable(str(error))}", file=sys.stderr, flush=True)
    return CANNOT


def status(violations: Iterable[Violation], fail_on: Severity) -> int:
    """1 where a violation that is not suppressed is at or above `fail_on`."""
    least = _STRENGTH[fail_on]
    bad = (v for v in violations if v.suppressed is None and _STRENGTH[v.severity] >= least)
    return FOUND if any(True for _ in bad) else FINE


def add_fail_on(parser: argparse.ArgumentParser) -> None:
    """The option that says from which severity on the exit status is 1."""
    parser.add_argument(
        "--fail-on",
        choices=[severity.value for severity in Severity],
        help="the mildest severity that makes the exit status 1 (default: error)",
    )


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """The option that sets the day on which waivers are judged."""
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help="judge waivers as of this day, like 2027-01-31 (default: today, in UTC)",
    )


def today(options: argparse.Namespace) -> date:
    """The day that `--as-of` sets. Raises UsageError for what is no date."""
    if options.as_of is None:
        return datetime.now(UTC).date()
    try:
        return plain_date(options.as_of)
    except ValueError:
        text = f"--as-of: {shown(options.as_of)} is no date: write it like 2027-01-31"
        raise UsageError(text) from None


def add_policy(parser: argparse.ArgumentParser) -> None:
    """The option that names policies."""
    parser.add_argument(
        "--policy",
        action="append",
        metavar="FILE|DIR|PACK",
        default=[],
        help="a policy file, a folder of them, or a shipped pack such as stowplan:customer-data; "
        "repeatable (default: what stowplan.yaml names, else policies/ beside the manifest, else "
        "constraints.md there)",
    )
