"""The streams in use: which table has which share of the bandwidth while its chunk is under way."""

from __future__ import annotations

from dataclasses import dataclass

from .turns import Urgency


@dataclass(slots=True)
class Lane:
    """One stream in use. `offered` is what its share had room for so far, in byte-microseconds."""

    at: int
    urgency: Urgency
    most: int
    copying: bool
    share: int = 0
    offered: int = 0


class Lanes:
    """All streams in use; the bandwidth goes to the most urgent first, up to its own speed."""

    def __init__(self) -> None:
        self.lanes: dict[int, Lane] = {}
        self._since = 0

    def __len__(self) -> int:
        return len(self.lanes)

    def free(self, rate: int) -> int:
        """The bandwidth that nobody has."""
        return rate - sum(lane.share for lane in self.lanes.values())

    def enter(self, at: int, urgency: Urgency, most: int, *, copying: bool) -> None:
        """A table takes a stream; `most` is the highest rate that it can have."""
        self.lanes[at] = Lane(at, urgency, most, copying)

    def leave(self, at: int) -> Lane | None:
        """A table gives its stream back."""
        return self.lanes.pop(at, None)

    def share_out(self, rate: int) -> None:
        """Give out so much bandwidth from now on."""
        for lane in sorted(self.lanes.values(), key=_urgency):
            lane.share = min(lane.most, rate) if lane.copying else 0
            rate -= lane.share

    def elapse(self, now_us: int) -> None:
        """Time has passed with the shares as they were."""
        length = now_us - self._since
        self._since = now_us
        if length > 0:
            for lane in self.lanes.values():
                lane.offered += lane.share * length


def _urgency(lane: Lane) -> Urgency:
    return lane.urgency
