"""How much longer than estimated each table takes in each draw; docs/risk.md has the formula.

`(1 + spread) ^ ((Z + OWN * z) / Z90)`, Z drawn once for all tables of a draw, z for each table. A
table's z come from a generator of its own, seeded with its name: other tables, added or removed,
change nothing in them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import exp, log
from random import Random
from statistics import NormalDist

from stowplan.model import Basis

from .workload import MICROSECONDS

SEED = 1
OWN = 0.25
"""How strong a table's own part of the lateness is beside the part that all share."""

SPREADS = {
    Basis.ASSUMED: Fraction(1, 2),
    Basis.DECLARED: Fraction(1, 5),
    Basis.MEASURED: Fraction(1, 10),
}
"""The spread of an estimate for which no rule states one, by its basis."""

MOST = 1000
"""No draw makes a table take more than so many times as long."""

CHUNK = 250  # draws of one seeding
Z90 = 1.2815515655446004  # the standard normal's ninth decile
_LEAST = 2.0**-54  # in place of a draw of exactly 0, which has no quantile
_NORMAL = NormalDist().inv_cdf


def factors(
    names: Sequence[str], spreads: Sequence[Fraction], chunk: int, draws: int
) -> list[array[int]]:
    """The factors by table and draw, in millionths, of one chunk of so many draws.

    Z is drawn once from each of `draws` equally likely parts of its range: what all tables share
    then adds next to nothing to the error of a share or a quantile.
    """
    random = _random(f"chunk {chunk}")
    shared = [_NORMAL((part + random()) / draws or _LEAST) for part in range(draws)]
    return [
        _factors(float(spread), shared, _random(f"chunk {chunk}, table {name}"))
        for name, spread in zip(names, spreads, strict=True)
    ]


def _factors(spread: float, shared: Sequence[float], random: Callable[[], float]) -> array[int]:
    sigma, normal = log(1 + spread) / Z90, _NORMAL
    # Whole millionths: a last bit that a platform computes differently hardly ever shows.
    found = [
        int(exp(sigma * (z + OWN * normal(random() or _LEAST))) * MICROSECONDS + 0.5)
        for z in shared
    ]
    if min(found) < 1 or max(found) > MOST * MICROSECONDS:
        found = [min(MOST * MICROSECONDS, max(1, factor)) for factor in found]
    return array("I", found)


def _random(what: str) -> Callable[[], float]:
    seed = f"stowplan: risk {SEED}, {what}".encode("utf-8", "surrogatepass")
    return Random(seed).random  # noqa: S311 - a simulation, not a secret


def stretched(spread: Fraction) -> int:
    """The factor of a table that is late by its spread, in millionths."""
    return min(MOST * MICROSECONDS, int((1 + spread) * MICROSECONDS))


def batches(draws: int, at_once: int) -> Iterator[list[tuple[int, int]]]:
    """The chunks of so many draws, each with how many of its draws; some `at_once` together."""
    chunks = [
        (number, min(CHUNK, draws - start)) for number, start in enumerate(range(0, draws, CHUNK))
    ]
    size = max(1, at_once // CHUNK)
    for first in range(0, len(chunks), size):
        yield chunks[first : first + size]
