"""Whole processes, measured from outside: their time and their peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from statistics import median
from typing import NamedTuple

BARE = (sys.executable, "-c", "pass")
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Figures(NamedTuple):
    """Medians of a command's runs, and of bare Python's start beside each of them.

    `seconds` and `bare` are wall time; `peak` is the highest resident size of any run, in bytes.
    """

    seconds: float
    bare: float
    peak: int


class _Run(NamedTuple):
    seconds: float
    peak: int


def measure(
    command: Sequence[str], runs: int, statuses: Collection[int], *, warm_up: bool
) -> Figures:
    """Run a command and bare Python in turns.

    Raises RuntimeError where the command ends with none of the exit statuses.
    """
    if warm_up:
        _run(command, statuses)
        _run(BARE)
    own: list[_Run] = []
    bare: list[_Run] = []
    for _ in range(runs):
        own.append(_run(command, statuses))
        bare += [_run(BARE) for _ in range(3)]
    return Figures(
        median(run.seconds for run in own),
        median(run.seconds for run in bare),
        max(run.peak for run in own),
    )


def _run(command: Sequence[str], statuses: Collection[int] = (0,)) -> _Run:
    started = time.perf_counter()
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment()
    )
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in statuses:
        raise RuntimeError(f"exit status {child.returncode}: {' '.join(command)}")
    return _Run(seconds, usage.ru_maxrss * _MAXRSS_UNIT)


def _environment() -> dict[str, str]:
    """Compiled modules are kept from one run to the next, as they are for every installed tool."""
    return {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
