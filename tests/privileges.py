"""A process that permissions hold for, also where the tests run as root."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

from command import Outcome

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def without_privileges() -> None:
    """Root, but not allowed to read and write everything (prctl(2)).

    To be run in a new process; it takes effect with the next program there.
    """
    if os.getuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
            prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def stowplan(*arguments: object) -> Outcome:
    """Run one command as such a process."""
    ended = subprocess.run(
        [sys.executable, "-m", "stowplan", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=without_privileges,
    )
    return Outcome(ended.returncode, ended.stdout, ended.stderr)
