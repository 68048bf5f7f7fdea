"""What moving one table costs, by the contract's formulas, in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from stowplan.model import Chunk, ResourceRule, Table, Throughput

if TYPE_CHECKING:
    from .facts import Facts

Figures: TypeAlias = list[Mapping[str, int]]
"""By table: what throughput and chunk rules say, the first in load order for each key.

`verify` is a place in `VERIFY`; beside each figure of `RATES`, `… measured` is 1 where it comes
from a run, else 0.
"""

VERIFY = ("none", "counts", "checksum")
RATES = ("rate", "rows_per_second")

THROUGHPUT = {
    "rate": "rate",
    "rows_per_second": "rows_per_second",
    "overhead_us": "overhead",
    "per_chunk_us": "per_chunk",
    "index_rate": "index_rate",
    "verify_rate": "verify_rate",
}
"""The figures of a throughput rule, and how a plan calls them."""

_CHUNK = 100_000_000
_MICRO = 1_000_000


class Cost(NamedTuple):
    """What one table costs; `cap` is its own highest rate, None where it has none."""

    size: int
    cap: int | None
    overhead: int
    post: int
    chunk: int
    chunks: int
    rows_per_chunk: int

    def full(self, rate: int) -> int:
        """The rate that it can use of a bandwidth."""
        cap = self.cap
        return rate if cap is None or cap > rate else cap

    def held(self, rate: int) -> int:
        """How long it holds a stream at full rate."""
        return self.overhead - (-self.size * _MICRO // self.full(rate))

    def alone(self, rate: int) -> int:
        """How long it takes by itself, work after the load included."""
        return self.held(rate) + self.post


def figures_of(facts: Facts) -> Figures:
    """What the rules say of each table's costs; tables with equal figures share them."""
    shared: dict[tuple[tuple[str, int], ...], Mapping[str, int]] = {(): {}}
    found: Figures = [shared[()]] * len(facts.names)
    for rule in facts.policy.rules:
        stated = _stated(rule.resource) if isinstance(rule, ResourceRule) else {}
        if not stated:
            continue
        merged: dict[int, Mapping[str, int]] = {}
        for name in facts.chosen(rule, facts.listed):
            at = facts.index[name]
            before = found[at]
            if id(before) not in merged:
                both = {**stated, **before}
                merged[id(before)] = shared.setdefault(tuple(sorted(both.items())), both)
            found[at] = merged[id(before)]
    return found


def _stated(resource: object) -> dict[str, int]:
    if isinstance(resource, Chunk):
        return {"chunk": resource.size}
    if not isinstance(resource, Throughput):
        return {}
    values = {key: getattr(resource, key) for key in THROUGHPUT}
    stated = {key: value for key, value in values.items() if value is not None}
    for key in stated.keys() & set(RATES):
        stated[f"{key} measured"] = int(resource.basis == "measured")
    if resource.verify is not None:
        stated["verify"] = VERIFY.index(resource.verify)
    return stated


def verify_of(figures: Mapping[str, int]) -> str:
    """How a table's copy is compared: by a checksum where no rule says."""
    return VERIFY[figures.get("verify", VERIFY.index("checksum"))]


def basis_of(figures: Mapping[str, int]) -> str:
    """What a table's time rests on: measured only where all that is said of its rate is."""
    sources = [figures[f"{key} measured"] for key in RATES if key in figures]
    return "assumed" if not sources else "measured" if all(sources) else "declared"


def cost_of(table: Table, figures: Mapping[str, int], ceiling: int | None) -> Cost:
    """A table's cost; `ceiling` is the largest chunk that memory allows, None for any."""
    chunk = figures.get("chunk", _CHUNK)
    chunk = chunk if ceiling is None else min(chunk, ceiling)
    rows, size = table.rows, table.size
    per_chunk = max(1, chunk * rows // size if size else rows)
    chunks = -(-rows // per_chunk) if rows else int(size > 0)
    cap = _cap(rows, size, figures.get("rate"), figures.get("rows_per_second"))
    overhead = figures.get("overhead_us", 0) + chunks * figures.get("per_chunk_us", 0)
    built = _work(table.index_size, figures.get("index_rate"))
    verified = _work(size, figures.get("verify_rate")) if verify_of(figures) != "none" else 0
    return Cost(size, cap, overhead, built + verified, chunk, chunks, per_chunk)


def _cap(rows: int, size: int, rate: int | None, per_second: int | None) -> int | None:
    """`size / (size / rate + rows / rows_per_second)`, rounded down, at least one byte a second."""
    if rate is None and (per_second is None or not rows or not size):
        return None
    if per_second is None or not rows or not size:
        return max(1, rate or 0)
    if rate is None:
        return max(1, size * per_second // rows)
    return max(1, size * rate * per_second // (size * per_second + rows * rate))


def _work(size: int, rate: int | None) -> int:
    return 0 if rate is None else -(-size * _MICRO // rate)


def fits(table: Table, memory: int, streams: int) -> bool:
    """Whether two rows, of the largest and of the mean size, fit a stream's share of the memory."""
    mean_fits = 2 * table.size * streams <= memory * table.rows if table.rows else True
    return mean_fits and 2 * table.max_row * streams <= memory
