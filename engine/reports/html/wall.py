"""A window's clock for a page's script: when it starts, and where the clocks change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stowplan.moments import after
from stowplan.units import MICROSECONDS, seconds

_PROBES = 1000
_LEAST_US = 900 * MICROSECONDS


def wall_record(starts: datetime | None, duration_us: int) -> dict[str, Any] | None:
    """The start in seconds since 1970, and from which offset on which seconds from UTC hold."""
    if starts is None:
        return None
    step = max(_LEAST_US, duration_us // _PROBES)
    zones: list[tuple[float, int]] = []
    for offset in range(0, duration_us + step, step):
        ahead = _ahead(after(starts, offset))
        if not zones or zones[-1][1] != ahead:
            zones.append((seconds(offset), ahead))
    return {"epoch": int(starts.timestamp()), "zones": zones}


def _ahead(moment: datetime) -> int:
    """Seconds ahead of UTC."""
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())
