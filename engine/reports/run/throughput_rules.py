"""What runs have measured as a policy of `throughput` rules, in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from stowplan.constraints.writing import scalar
from stowplan.execution.fits import Fit, Sums
from stowplan.model import Basis
from stowplan.units import MICROSECONDS, count_text, size_text

from .layout import grouped
from .measurements import Measured, Measurements

LEAST = 3
"""From how many chunks on a fit is one."""

_CONDITION = 9000
"""So many characters of names a condition has room for."""
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_MOST_ROWS = 10**15
_LITTLE = 0.001
"""Below this share of the time rows cost nothing worth a figure."""


def throughput_policy(found: Measurements) -> str:
    """A rule for each table of `with_own_rule`, and one for all others, if any."""
    if not _enough(found.everything):
        return ""  # too little was measured
    return "\n".join((*_head(found), *_rules(found, with_own_rule(found)))) + "\n"


def with_own_rule(found: Measurements) -> dict[str, Measured]:
    """The tables that get a rule each, by name: those with enough chunks.

    Of very many only those with the most bytes: the condition of the others' rule names them all.
    """
    own: dict[str, Measured] = {}
    room = _CONDITION
    for name, each in sorted(found.tables.items(), key=lambda pair: (-pair[1].sums.size, pair[0])):
        if _enough(each) and (room := room - len(_literal(name)) - len(", ")) >= 0:
            own[name] = each
    return dict(sorted(own.items()))


def without_own_rule(found: Measurements) -> list[str]:
    """The tables of which something was measured and which get no rule of their own."""
    own = with_own_rule(found)
    return sorted(
        name for name, each in found.tables.items() if each.sums.chunks and name not in own
    )


def _enough(measured: Measured) -> bool:
    return measured.sums.chunks >= LEAST and _fit(measured.sums) is not None


def _fit(sums: Sums) -> Fit | None:
    """The fit; by bytes alone where rows grow with them or cost next to nothing."""
    alone = replace(sums, rows=0, size_rows=0, rows_rows=0, us_rows=0)
    determinant = sums.size_size * sums.rows_rows - sums.size_rows**2
    if sums.size_size and determinant * 10**6 <= sums.size_size * sums.rows_rows:
        return alone.fit()
    fit = sums.fit()
    little = fit is not None and fit.byte_us and fit.row_us * sums.rows < _LITTLE * sums.us
    return alone.fit() if little else fit


def _head(found: Measurements) -> Iterator[str]:
    named = "; ".join(found.runs)
    how = "Rehearsed, not measured," if found.simulated else "Measured"
    yield "policy: measured"
    yield f"description: {scalar(f'{how} in {named}.')}"
    yield ""
    yield "rules:"


def _rules(found: Measurements, own: Mapping[str, Measured]) -> Iterator[str]:
    taken: set[str] = set()
    for name, measured in own.items():
        yield from _rule(_id(name, taken), f"tables: [{scalar(_pattern(name))}]", measured, found)
    # Figures are looked up one by one: without the condition this rule would add those that a
    # table's own rule does not state.
    others = 'tables: ["*"]'
    if own:
        named = ", ".join(map(_literal, own))
        others = f"where: {scalar(f'!(table.name in [{named}])')}"
    if not own or {*found.tables, *found.left} > own.keys():
        yield from _rule(_id("others", taken), others, found.everything, found)


def _rule(rule: str, selects: str, measured: Measured, found: Measurements) -> Iterator[str]:
    fit = _fit(measured.sums)
    assert fit is not None
    figures = ", ".join(f"{key}: {value}" for key, value in _figures(measured, fit))
    yield f"  - id: {scalar(rule)}"
    yield "    kind: resource"
    yield f"    {selects}"
    basis = Basis.DECLARED if found.simulated else Basis.MEASURED
    yield f"    throughput: {{{figures}, basis: {basis.value}}}"
    yield f"    reason: {scalar(_reason(measured, found))}"


def _figures(measured: Measured, fit: Fit) -> Iterator[tuple[str, str]]:
    """Rates rounded down and times up: they never flatter a plan."""
    if fit.byte_us:
        yield "rate", _rate(int(MICROSECONDS / fit.byte_us))
    if fit.row_us:
        yield "rows_per_second", str(min(_MOST_ROWS, max(1, int(MICROSECONDS / fit.row_us))))
    if measured.openings and any(measured.openings):
        mean = -(-sum(measured.openings) // len(measured.openings))
        yield "overhead", f"{_decimal(mean)}s"
    if measured.closing_us and measured.closed_size:
        yield "verify_rate", _rate(measured.closed_size * MICROSECONDS // measured.closing_us)
    if fit.spread >= 0.0005:
        yield "spread", f"{min(100.0, round(100 * fit.spread, 1)):g}%"


def _rate(rate: int) -> str:
    return f"{_decimal(max(1, rate))}MB/s"


def _decimal(millionths: int) -> str:
    """Millionths as plain digits that a policy reads."""
    whole, rest = divmod(millionths, 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _reason(measured: Measured, found: Measurements) -> str:
    sums, runs = measured.sums, "; ".join(found.runs[:3])
    more = f" and {len(found.runs) - 3} more" if len(found.runs) > 3 else ""
    moved = f"{size_text(int(sums.size))}, {grouped(int(sums.rows))} rows"
    waited = "" if measured.own else "; times include what was waited for the bandwidth"
    rehearsed = "rehearsed " if found.simulated else ""
    chunks = count_text(int(sums.chunks), f"{rehearsed}chunk")
    return f"From {chunks} ({moved}) of run {runs}{more}{waited}."


def _id(name: str, taken: set[str]) -> str:
    """A rule's id that no other has; of odd names only that there is one."""
    stem = f"measured-{name}" if _PLAIN.fullmatch(name) else "measured-table"
    rule, number = stem, 1
    while rule in taken:
        number += 1
        rule = f"{stem}-{number}"
    taken.add(rule)
    return rule


def _pattern(name: str) -> str:
    """A name as a pattern that means it alone."""
    return re.sub(r"([*?\\])", r"\\\1", name)


def _literal(name: str) -> str:
    """A name as a string of a condition."""
    return '"' + "".join(_character(character) for character in name) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"
