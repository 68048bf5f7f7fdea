"""Whole processes, measured from outside: their time and their peak memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

BARE = (sys.executable, "-c", "pass")
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Figures(NamedTuple):
    """Medians of a command's runs, and of bare Python's start beside each of them.

    `seconds` and `bare` are wall time; `peak` is the highest memory of any run, in bytes.
    """

    seconds: float
    bare: float
    peak: int


class Run(NamedTuple):
    """One run: wall time and processor time (user and system) in seconds, peak memory in bytes.

    The peak is the highest resident size of one process, or, where it is more, the highest sum of
    the proportional sizes of all processes that was seen (on Linux, several times a second).
    """

    seconds: float
    peak: int
    cpu: float


def measure(
    command: Sequence[str], runs: int, statuses: Collection[int], *, warm_up: bool
) -> Figures:
    """Run a command and bare Python in turns.

    Raises RuntimeError where the command ends with none of the exit statuses.
    """
    if warm_up:
        run(command, statuses)
        run(BARE)
    own: list[Run] = []
    bare: list[Run] = []
    for _ in range(runs):
        own.append(run(command, statuses))
        bare += [run(BARE) for _ in range(3)]
    return Figures(
        median(run.seconds for run in own),
        median(run.seconds for run in bare),
        max(run.peak for run in own),
    )


def run(
    command: Sequence[str], statuses: Collection[int] = (0,), limit: float | None = None
) -> Run:
    """Run a command once, without its output; past the limit, in seconds, it is killed.

    Raises TimeoutError where it is killed, RuntimeError where it ends with none of the statuses.
    """
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )
    timer = threading.Timer(limit or 0, os.killpg, (child.pid, signal.SIGKILL))
    if limit is not None:
        timer.start()
    together = Together(child.pid)
    together.start()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    timer.cancel()
    together.ended.set()
    together.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    if limit is not None and seconds >= limit:
        raise TimeoutError(f"more than {limit:g} s: {' '.join(command)}")
    if child.returncode not in statuses:
        raise RuntimeError(f"exit status {child.returncode}: {' '.join(command)}")
    peak = max(usage.ru_maxrss * _MAXRSS_UNIT, together.peak)
    return Run(seconds, peak, usage.ru_utime + usage.ru_stime)


class Together(threading.Thread):
    """Looks now and then at how much memory a process takes together with those it started."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Look until the process has ended."""
        while not self.ended.wait(0.2):
            others = _children(self.pid)
            if others:
                self.peak = max(self.peak, sum(map(_proportional, [self.pid, *others])))


def _children(pid: int) -> list[int]:
    try:
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split())]
    except OSError:
        return []


def _proportional(pid: int) -> int:
    """Its memory in bytes, where what it shares with n processes counts as an nth."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _environment() -> dict[str, str]:
    """Compiled modules are kept from one run to the next, as they are for every installed tool."""
    return {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
