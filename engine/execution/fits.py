"""What bytes and rows cost in time, by least squares over chunks: t = a * bytes + b * rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import sqrt
from typing import NamedTuple

from stowplan.planning.risk_factors import Z90

from .mover import Copied

_CLEARLY = 1.1
"""Where bytes and rows tell the same, rounding decides nothing: rows must fit clearly better."""


class Fit(NamedTuple):
    """Microseconds a byte and a row, neither below 0, and how far apart the chunks lie.

    `spread` is by how much more than the fit a chunk takes in the ninth of ten cases, as a share,
    as for `spread` of throughput rules.
    """

    byte_us: float
    row_us: float
    spread: float
    chunks: float

    def takes(self, size: int, rows: int) -> float:
        """The time in microseconds for so many bytes and rows."""
        return self.byte_us * size + self.row_us * rows


@dataclass(slots=True)
class Sums:
    """What the least squares need of any number of chunks: sums of products.

    They are exact as long as nothing fades.
    """

    chunks: float = 0
    us: float = 0
    size: float = 0
    rows: float = 0
    size_size: float = 0
    size_rows: float = 0
    rows_rows: float = 0
    us_size: float = 0
    us_rows: float = 0
    us_us: float = 0

    def fade(self, weight: float) -> None:
        """Let all that was taken in so far weigh less."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) * weight)

    def add(self, chunk: Copied) -> None:
        """Take in a chunk: its own time where that is known, else the time it was under way."""
        us = chunk.at_us - chunk.started_us if chunk.own_us is None else chunk.own_us
        size, rows = chunk.size, chunk.rows
        self.chunks += 1
        self.us += us
        self.size += size
        self.rows += rows
        self.size_size += size * size
        self.size_rows += size * rows
        self.rows_rows += rows * rows
        self.us_size += us * size
        self.us_rows += us * rows
        self.us_us += us * us

    def fit(self) -> Fit | None:
        """The fit; by bytes alone where rows tell nothing more. None without anything measured."""
        if not self.us or not (self.size or self.rows):
            return None
        byte_us, row_us = self._coefficients()
        return Fit(byte_us, row_us, self._spread(byte_us, row_us), self.chunks)

    def _coefficients(self) -> tuple[float, float]:
        """Neither is below 0: where the free fit has one there, the other stands alone."""
        determinant = self.size_size * self.rows_rows - self.size_rows**2
        if determinant * 10**6 > self.size_size * self.rows_rows:
            byte_us = (self.us_size * self.rows_rows - self.us_rows * self.size_rows) / determinant
            row_us = (self.us_rows * self.size_size - self.us_size * self.size_rows) / determinant
            if byte_us >= 0 and row_us >= 0:
                return byte_us, row_us
        by_size = self.us_size / self.size_size if self.size_size else 0.0
        by_rows = self.us_rows / self.rows_rows if self.rows_rows else 0.0
        rows_better = self._squares(0, by_rows) * _CLEARLY < self._squares(by_size, 0)
        return (0.0, by_rows) if rows_better or not by_size else (by_size, 0.0)

    def _squares(self, byte_us: float, row_us: float) -> float:
        """The sum of the squared residuals."""
        return max(
            0.0,
            self.us_us
            - 2 * (byte_us * self.us_size + row_us * self.us_rows)
            + byte_us**2 * self.size_size
            + 2 * byte_us * row_us * self.size_rows
            + row_us**2 * self.rows_rows,
        )

    def _spread(self, byte_us: float, row_us: float) -> float:
        deviation = sqrt(self._squares(byte_us, row_us) / self.chunks)
        return Z90 * deviation * self.chunks / self.us


_SUMS = tuple(field.name for field in fields(Sums))
