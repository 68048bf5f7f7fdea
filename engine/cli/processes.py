"""Work in a second process, for plans so large that people wait for it."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from stowplan.apart import Apart, here

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

LARGE = 20_000
"""Tables from which on a second process gains more than it costs."""

T = TypeVar("T")


def apart_if_large(tables: int) -> Apart:
    """How work on so many tables is begun."""
    return in_a_process if tables >= LARGE else here


def in_a_process(work: Callable[[], T]) -> Callable[[], T]:
    """Begin `work` in a process of its own; what is returned waits for its result.

    The process is a fork: it sees everything as it is now, and only the result is handed over.
    Where there is no fork, or the process ends without a result (it failed, or there was no memory
    for it), `work` runs here when the result is asked for: its errors are those of this process.
    """
    if sys.platform != "linux":  # elsewhere libraries of the system may not outlive a fork
        return work
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(work, sending, receiving), daemon=True)
    try:
        process.start()
    except OSError:
        return work
    sending.close()

    def result() -> T:
        try:
            made: T = receiving.recv()
        except (EOFError, OSError):  # it has ended without a result, or in the middle of it
            return work()
        finally:
            receiving.close()
            process.join()
        return made

    return result


def _send(work: Callable[[], T], sending: Connection, receiving: Connection) -> None:
    receiving.close()  # else sending would wait for ever where the other process is gone
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the other process says what there is to say
    try:
        made = work()
    except Exception:
        return
    with suppress(BrokenPipeError):  # nobody waits any more
        sending.send(made)
