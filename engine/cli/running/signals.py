"""Ctrl-C and SIGTERM: the first stops at a chunk's end, the second at once."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType, TracebackType

_FIRST = (
    "stowplan: stopping when the chunk in hand is done; the same command goes on with the run "
    "(once more: at once, and nothing is lost either)\n"
)
_STOPPED = 1


class Signals:
    """While it is entered, `stopping` says whether somebody wants the run to stop."""

    def __init__(self) -> None:
        self.stopping = False
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
            os._exit(_STOPPED)  # whatever is not committed is not at the target
        self.stopping = True
        sys.stderr.write(_FIRST)
        sys.stderr.flush()
