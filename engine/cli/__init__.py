"""The command line: parse, wire, print, exit. One file a command.

Exit status: 0 nothing at or above `--fail-on`; 1 there is; 2 the command could not do its work; 70
a bug in Stowplan, told in one line unless `--debug` is given.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence

from stowplan import __version__
from stowplan.model import shown

from . import explain, lint, plan
from .outcome import CANNOT, UsageError, complain

_BUG = 70
_COMMANDS = (lint, plan, explain)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    # A command is short-lived and what it reads stays: collecting would cost a fifth of the time.
    gc.disable()
    # Whatever a terminal's encoding, names and paths can be shown: what it lacks, as an escape.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except UsageError as error:
        return complain(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANNOT
    except KeyboardInterrupt:
        print("stowplan: interrupted", file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
        if isinstance(error, OSError):
            return complain(UsageError(f"{shown(error.filename or '')}: {error.strerror}"))
        text = f"bug: {type(error).__name__}: {shown(str(error), 300)} (--debug shows where)"
        print(f"stowplan: {text}", file=sys.stderr)
        return _BUG
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="stowplan",
        description="Plan a data migration from its constraints, before anything moves.",
    )
    parser.add_argument("--version", action="version", version=f"stowplan {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        words = command.__doc__ or ""
        own = commands.add_parser(command.NAME, help=words.split("\n", 1)[0], description=words)
        own.add_argument("--debug", action="store_true", help="show a traceback where one arises")
        own.set_defaults(run=command.run)
        command.add_arguments(own)
    return parser
