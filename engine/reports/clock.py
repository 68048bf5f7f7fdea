"""A window's offsets as times on the wall, where the policy says when the window starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from stowplan.model import PlannedWindow
from stowplan.moments import after
from stowplan.units import duration_text


class Clock(NamedTuple):
    """The clock of one window; without a start it shows offsets alone."""

    starts: datetime | None

    def iso(self, offset_us: int) -> str | None:
        """The moment in ISO 8601 with its offset from UTC; None where no start is known."""
        return None if self.starts is None else after(self.starts, offset_us).isoformat()

    def time(self, offset_us: int) -> str:
        """What a clock on the wall shows, to the second; empty where no start is known.

        The day stands there where it is not the day of the start, the offset from UTC where the
        clocks have been changed since.
        """
        if self.starts is None:
            return ""
        moment = after(self.starts, offset_us)
        day = f"{moment:%Y-%m-%d} " if moment.date() != self.starts.date() else ""
        same = moment.utcoffset() == self.starts.utcoffset()
        return f"{day}{moment:%H:%M:%S}{'' if same else f' ({moment.isoformat()[-6:]})'}"

    def at(self, offset_us: int) -> str:
        """An offset, and the time on the wall beside it."""
        offset, time = duration_text(offset_us), self.time(offset_us)
        return f"{offset} ({time})" if time else offset

    def span(self, start_us: int, finish_us: int) -> str:
        """From one offset to another, and the times on the wall beside them."""
        offsets = f"{duration_text(start_us)} to {duration_text(finish_us)}"
        if self.starts is None:
            return offsets
        return f"{offsets} ({self.time(start_us)} to {self.time(finish_us)})"


def clocks(windows: Iterable[PlannedWindow]) -> Mapping[str, Clock]:
    """The clock of each window, by its name."""
    return {window.name: Clock(window.starts) for window, _ in windows}
