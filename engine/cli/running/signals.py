"""Ctrl-C and SIGTERM: the first stops at a chunk's end, the second at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType

_FIRST = (
    "stowplan: stopping when the chunk in hand is done; the same command goes on with the run "
    "(once more: at once, and nothing is lost either)\n"
)
_STOPPED = 1


class Signals:
    """While it is entered, `stopping` says whether somebody wants the run to stop."""

    def __init__(self, last: Callable[[], None]) -> None:
        """`last` is called before the process ends at once."""
        self.stopping = False
        self._last = last
        self._before: dict[int, object] = {}

    def __enter__(self) -> Signals:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        if self.stopping:
            self._last()
            os._exit(_STOPPED)  # whatever is not committed is not at the target
        self.stopping = True
        sys.stderr.write(_FIRST)
        sys.stderr.flush()
