"""All workloads by name: `python -m benchmarks.workloads NAME FOLDER` writes one into a folder.

The benchmark calls this as a process of its own: on Linux a child's peak memory is at least that of
the process that started it, so the one that measures must stay small.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .manifests import (
    CHECKS,
    OF_ANCESTORS,
    checked,
    first_for_all,
    migration,
    plain,
    three_nights,
    write,
)
from .traps import TRAPS

WORKLOADS = {
    "start": lambda: migration(1),
    "100": lambda: migration(100),
    "1k": lambda: migration(1_000),
    "10k": lambda: migration(10_000),
    "100k": lambda: migration(100_000),
    "100k-plain": lambda: plain(100_000),
    "100k-nights": lambda: three_nights(100_000),
    "100k-checked": lambda: checked(100_000, CHECKS),
    "10k-ancestors": lambda: checked(10_000, OF_ANCESTORS),
    "100k-first": lambda: first_for_all(100_000),
    **TRAPS,
}

if __name__ == "__main__":
    write(WORKLOADS[sys.argv[1]](), Path(sys.argv[2]))
