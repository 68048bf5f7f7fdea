"""A window's offsets as times on the wall, where the policy says when the window starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from stowplan.model import PlannedWindow
from stowplan.moments import after
from stowplan.units import MICROSECONDS, duration_text

_EXACT_US = 600 * MICROSECONDS  # up to here people's units round nothing of a millisecond


class Clock(NamedTuple):
    """The clock of one window; without a start it shows offsets alone.

    What lies past the calendar (the year 9999) has an offset alone too.
    """

    starts: datetime | None

    def moment(self, offset_us: int) -> datetime | None:
        """The moment; None where no start is known, or no calendar has it."""
        try:
            return None if self.starts is None else after(self.starts, offset_us)
        except OverflowError:
            return None

    def iso(self, offset_us: int) -> str | None:
        """The moment in ISO 8601 with its offset from UTC; None where there is none."""
        moment = self.moment(offset_us)
        return None if moment is None else moment.isoformat()

    def time(self, offset_us: int) -> str:
        """What a clock on the wall shows, to the second; empty where there is no moment.

        The day stands there where it is not the day of the start, the offset from UTC where the
        clocks have been changed since.
        """
        moment = self.moment(offset_us)
        if self.starts is None or moment is None:
            return ""
        day = f"{moment:%Y-%m-%d} " if moment.date() != self.starts.date() else ""
        same = moment.utcoffset() == self.starts.utcoffset()
        return f"{day}{moment:%H:%M:%S}{'' if same else f' ({moment.isoformat()[-6:]})'}"

    def at(self, offset_us: int) -> str:
        """An offset, and the time on the wall beside it."""
        offset, time = duration_text(offset_us), self.time(offset_us)
        return f"{offset} ({time})" if time else offset

    def by(self, offset_us: int) -> str:
        """The same for what must be done by then: never later than it is."""
        return self.at(rounded_down(offset_us))

    def span(self, start_us: int, finish_us: int) -> str:
        """From one offset to another, and the times on the wall beside them."""
        offsets = f"{duration_text(start_us)} to {duration_text(finish_us)}"
        start, finish = self.time(start_us), self.time(finish_us)
        return f"{offsets} ({start} to {finish})" if start and finish else offsets


def rounded_down(deadline_us: int) -> int:
    """A deadline whose text is no later than it is: texts of long times round to seconds."""
    unit = MICROSECONDS if abs(deadline_us) >= _EXACT_US else 1000
    return deadline_us // unit * unit if abs(deadline_us) >= MICROSECONDS else deadline_us


def clocks(windows: Iterable[PlannedWindow]) -> Mapping[str, Clock]:
    """The clock of each window, by its name."""
    return {window.name: Clock(window.starts) for window, _ in windows}
