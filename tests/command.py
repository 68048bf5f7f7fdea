"""Runs Stowplan's command line inside the test's process."""

from __future__ import annotations

import gc
import io
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

from stowplan.cli import main


class Outcome(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    output: str
    errors: str


def stowplan(*arguments: object) -> Outcome:
    """Run one command; a usage error of the parser is a status too."""
    output, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        finally:
            gc.enable()  # a command switches collection off, since it is about to end
    return Outcome(status, output.getvalue(), errors.getvalue())
