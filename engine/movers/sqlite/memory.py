"""How much memory this process holds, as the operating system counts it."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


def resident() -> int:
    """What is resident now, in bytes; where that is not told, the most that ever was."""
    return _figure("VmRSS") or _most()


def most_resident() -> int:
    """The most that was ever resident, in bytes."""
    return _figure("VmHWM") or _most()


def _figure(name: str) -> int:
    """A line of Linux's `/proc/self/status`, in bytes; 0 where there is none (proc(5): kB)."""
    try:
        lines = _STATUS.read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    found = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(next(found, "0")) * 1024


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT
