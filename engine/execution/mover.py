"""What a run asks of whatever touches the data, and what it is told.

A mover gets orders and says what happens; it decides nothing. One that copies on several
connections or machines at once takes each order up as it comes; one that has a single writer
carries the orders out one after the other, inside `next`. Times are microseconds since the window's
start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol, TypeAlias


class ChunkOrder(NamedTuple):
    """Copy the next rows of a table: at most `rows` of them, and about `size` bytes.

    `number` counts the table's chunks from 0. Of orders that compete the one with the least
    `urgency` is served first.
    """

    table: str
    number: int
    rows: int
    size: int
    urgency: tuple[int, int, str]


class Opened(NamedTuple):
    """A table can take rows: it was created, or was there and is ours."""

    table: str
    at_us: int
    started_us: int


class Copied(NamedTuple):
    """A chunk is at the target for good, with its progress in the same transaction.

    `own_us` is how long copying took without what was waited for the bandwidth, None where that
    cannot be told. `last` says that the table has no further rows. `waits` counts how often the
    bandwidth made it wait, `held` is the most memory of the process so far, in bytes (0: unknown).
    A chunk without rows and bytes only says that there is nothing (more).
    `low` and `high` are the keys it spans, for people. `offered` is how many bytes its share of
    the bandwidth had room for meanwhile; the run sets it.
    """

    table: str
    number: int
    rows: int
    size: int
    started_us: int
    at_us: int
    last: bool
    own_us: int | None = None
    waits: int = 0
    held: int = 0
    low: str = ""
    high: str = ""
    offered: int = 0


class Closed(NamedTuple):
    """Indexes and constraints are built, and the copy was compared with the source.

    `verified` is the level at which it was (none, counts, checksum); `differences` say where the
    two differ: chunks, then keys; empty if nowhere. `notes` say what else is to be known, as which
    views could not be made.
    """

    table: str
    at_us: int
    started_us: int
    verified: str
    source_rows: int | None = None
    target_rows: int | None = None
    checksum: str | None = None
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Failed(NamedTuple):
    """An order was not carried out, and nothing of it is at the target.

    `scope` is what cannot go on: chunk (worth another try), table, or run (disk full, target lost).
    `number` is the chunk's, None when opening or closing.
    """

    table: str
    number: int | None
    at_us: int
    started_us: int
    scope: str
    reason: str


class Abandoned(NamedTuple):
    """An order that the deadline cut off; nothing of it is at the target.

    `number` is the chunk's, None when opening or closing.
    """

    table: str
    number: int | None
    at_us: int


class Pressure(NamedTuple):
    """Memory came near its limit while a table was copied; both in bytes."""

    table: str
    at_us: int
    held: int
    limit: int


Happening: TypeAlias = Opened | Copied | Closed | Failed | Abandoned | Pressure


class Standing(NamedTuple):
    """What the target holds of a table of this run: chunks that are there for good, in order."""

    chunks: tuple[Copied, ...]
    closed: Closed | None


class Mover(Protocol):
    """Carries out orders for one run. Every method may raise MoverError."""

    def standing(self) -> Mapping[str, Standing]:
        """What the target holds of this run already, by table: it is believed."""

    def now(self) -> int:
        """The time since the window's start."""

    def limits(self, rate: int, deadline_us: int) -> None:
        """From now on move at most `rate` bytes/s, and commit nothing after the deadline."""

    def open(self, table: str, urgency: tuple[int, int, str]) -> None:
        """Order: make the table ready to take rows. Ends in Opened, Abandoned or Failed."""

    def copy(self, order: ChunkOrder) -> None:
        """Order: copy a chunk. Ends in Copied, Abandoned or Failed; Pressure may come before."""

    def close(self, table: str) -> None:
        """Order: indexes, constraints, verification. Ends in Closed, Abandoned, Failed."""

    def next(self, until_us: int | None) -> Happening | None:
        """What happens next; None when `until_us` comes first, or when nothing is under way."""


class MoverError(Exception):
    """Source or target cannot be used: one line, with how to mend it."""
