"""What each table's cost is made of: which rule gave which figure, for the page's arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from stowplan.model import Chunk, ResourceRule, Throughput
from stowplan.planning.costs import DEFAULT_CHUNK
from stowplan.planning.groundwork import Groundwork
from stowplan.units import megabytes, seconds

_RATES = ("rate", "index_rate", "verify_rate")
_TIMES = {"overhead": "overhead_us", "per_chunk": "per_chunk_us"}


class FigureRecords(NamedTuple):
    """The different sets of figures, and by table the number of its set.

    A set leads from a figure to its value (MB, MB/s, rows/s or seconds) and the rule that gave it.
    """

    sets: list[dict[str, list[Any]]]
    of: dict[str, int]


def figure_records(ground: Groundwork, names: Sequence[str]) -> FigureRecords:
    """The figures of the tables of a page: for each key those of the first rule that gives it."""
    given: dict[str, dict[str, list[Any]]] = {name: {} for name in names}
    selections = ground.selections
    for rule in ground.policy.rules:
        if isinstance(rule, ResourceRule) and (stated := dict(_stated(rule))):
            for name in selections.of(rule, selections.listed):
                if name in given:
                    given[name] = stated | given[name]
    return _numbered(given)


def _stated(rule: ResourceRule) -> Iterator[tuple[str, list[Any]]]:
    """The figures of a throughput or chunk rule, each with the rule."""
    resource = rule.resource
    if isinstance(resource, Chunk):
        yield "chunk", [megabytes(resource.size), rule.id]
    if isinstance(resource, Throughput):
        for key in _RATES:
            if (value := getattr(resource, key)) is not None:
                yield key, [megabytes(value), rule.id]
        for key, field in _TIMES.items():
            if (value := getattr(resource, field)) is not None:
                yield key, [seconds(value), rule.id]
        if resource.rows_per_second is not None:
            yield "rows", [resource.rows_per_second, rule.id]
        if resource.verify is not None:
            yield "verify", [resource.verify.value, rule.id]


def _numbered(given: dict[str, dict[str, list[Any]]]) -> FigureRecords:
    """Equal sets once, in the order of the tables."""
    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    sets: list[dict[str, list[Any]]] = []
    of: dict[str, int] = {}
    for name, figures in given.items():
        key = tuple(sorted((figure, rule) for figure, (_, rule) in figures.items()))
        if key not in numbers:
            numbers[key] = len(sets)
            sets.append(dict(sorted(figures.items())))
        of[name] = numbers[key]
    return FigureRecords(sets, of)


def memory_record(ground: Groundwork) -> dict[str, Any]:
    """What bounds a chunk in the main window: MB of memory, shared by its streams; the default."""
    usable = ground.assessment.usable_memory
    return {
        "usable": None if usable is None else megabytes(usable),
        "streams": ground.assessment.streams,
        "default": megabytes(DEFAULT_CHUNK),
    }
