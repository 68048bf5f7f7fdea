"""Show a check's page: what it is, why it matters, an example, how to mend it."""

from __future__ import annotations

import argparse
import inspect

from stowplan.rules import BY_CODE, CHECKS
from stowplan.spelling import nearest

from .outcome import FINE, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="a check's code, such as D203")
    parser.add_argument("--list", action="store_true", help="list all codes")


def run(options: argparse.Namespace) -> int:
    """Print one page, or the list of all checks."""
    if options.list or options.code is None:
        for entry in sorted(CHECKS, key=lambda check: check.code):
            print(f"{entry.code}  {entry.severity:<7}  {entry.title}")
        return FINE
    check = BY_CODE.get(options.code.upper())
    if check is None:
        near = nearest(options.code.upper(), BY_CODE)
        hint = f"did you mean {near}?" if near else "`stowplan explain --list` has all codes"
        raise UsageError(f"there is no check {options.code!r}: {hint}")
    print(f"# {check.code} ({check.severity})\n")
    print(inspect.cleandoc(check.page))
    return FINE
