"""How many bytes of the main window's tables are at the destination at a moment."""

from __future__ import annotations

from .case import Case, Placed


class MovedBytes:
    """Moments are cheap to ask for in rising order: only what runs then is looked at."""

    def __init__(self, case: Case) -> None:
        self._required = case.required_tables
        self._waiting = sorted(case.main, key=lambda placed: placed.move.start, reverse=True)
        self._begun: list[Placed] = []
        self._all = self._needed = 0
        self._case = case
        self._asked: int | None = None

    def at(self, moment: int) -> tuple[int, int, int]:
        """The bytes of all tables and of the required ones, and how many tables are running."""
        if (
            self._asked is not None and moment < self._asked
        ):  # a plan whose checkpoints are not in order
            return MovedBytes(self._case).at(moment)
        self._asked = moment
        while self._waiting and self._waiting[-1].move.start <= moment:
            self._begun.append(self._waiting.pop())
        running = [placed for placed in self._begun if placed.move.finish > moment]
        for placed in self._begun:
            if placed.move.finish <= moment:
                self._all += placed.move.size
                self._needed += self._is_required(placed) * placed.move.size
        self._begun = running
        parts = [(placed, _moved(placed, moment)) for placed in running]
        needed = sum(size for placed, size in parts if self._is_required(placed))
        return self._all + sum(size for _, size in parts), self._needed + needed, len(running)

    def _is_required(self, placed: Placed) -> bool:
        return placed.table in self._required


def _moved(placed: Placed, moment: int) -> int:
    move = placed.move
    spans = (
        (min(moment, end) - start) * rate for start, end, rate in move.segments if start < moment
    )
    return min(move.size, sum(spans) // 1_000_000)
