"""The command line as a process of its own: `stowplan`, and `python -m stowplan`."""

import os
import sys
from contextlib import suppress
from typing import NoReturn

from stowplan.cli import main


def run() -> NoReturn:
    """Run the command and end the process, without taking apart what it has built.

    That would cost a small lint, which runs on every commit, a sixth of its time.
    """
    kept: list[object] = []
    try:
        status = main(kept=kept)
    except KeyboardInterrupt:  # while it starts: later the command itself tells
        sys.stderr.write("stowplan: interrupted\n")
        status = 130
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.flush()
    os._exit(status)


if __name__ == "__main__":
    run()
