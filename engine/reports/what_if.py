"""What other plans come to, as text: a table of outcomes, what would cure one, what conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from tabulate import tabulate

from stowplan.model import Bound, Span, shown
from stowplan.rules.schedule import bound_text
from stowplan.units import count_text, decimal_text, duration_text, rate_text
from stowplan.what_if import Answer, Change, Conflict, Cure, Member, Outcome

from .break_even import footnotes, starred
from .text import printable

_NAMED = 3
_MEMBERS = 12

VERDICTS = {
    ("YES", True): "YES",
    ("TIGHT", True): "TIGHT (proven)",
    ("TIGHT", False): "TIGHT",
    ("NO", True): "NO (proven)",
    ("NO", False): "NO",
}


def what_if_text(found: Answer) -> str:
    """The whole report; names of hostile tables cannot break its lines."""
    table = [*_table(found.rows), *footnotes(outcome.break_even for outcome in found.rows)]
    lines = [_title(found), "", *table, *_cures(found), *_conflicts(found)]
    return "".join(f"{printable(line)}\n" for line in lines)


def _title(found: Answer) -> str:
    window, capacity = found.as_is.window
    return (
        f"Window {shown(window.name)} as it is: {duration_text(window.duration_us)}, "
        f"usable {duration_text(window.usable_us)}, {rate_text(capacity.rate)}, "
        f"{count_text(capacity.streams, 'stream')}; {bound_text(found.as_is.required.witness)}"
    )


# --- the table


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    varied = [key for key in Change._fields if any(getattr(o.change, key) for o in outcomes)]
    rows = [_row(number, outcome, varied) for number, outcome in enumerate(outcomes)]
    headers = [
        "plan",
        *(_HEADERS[key] for key in varied),
        "feasible",
        "required done",
        "all done",
        "bound",
        "gap",
        "break-even",
        "planned",
        "deferred",
        "",
    ]
    cells = [[printable(cell) for cell in row] for row in rows]
    text = tabulate(cells, headers, tablefmt="plain", disable_numparse=True)
    return [line.rstrip() for line in text.splitlines()]


_HEADERS = {
    "rate": "bandwidth",
    "duration_us": "window",
    "streams": "streams",
    "reserve": "reserve",
    "rollback_us": "rollback",
    "skip": "skip",
}


def _row(number: int, outcome: Outcome, varied: Iterable[str]) -> list[str]:
    return [
        str(number) if number else "as it is",
        *(_value(outcome, key) for key in varied),
        VERDICTS[outcome.feasibility, outcome.proven],
        duration_text(outcome.required.finish_us),
        duration_text(outcome.everything.finish_us),
        duration_text(outcome.everything.lower_us),
        _gap(outcome.everything),
        starred(outcome.break_even),
        str(len(outcome.planned)),
        str(outcome.deferred),
        "; ".join(_remarks(outcome)),
    ]


def _value(outcome: Outcome, key: str) -> str:
    """What the plan was made with, changed or not."""
    window, capacity = outcome.window
    if key == "skip":
        skip = outcome.change.skip
        return "-" if skip is None else shown(skip.label)
    return {
        "rate": rate_text(capacity.rate),
        "duration_us": duration_text(window.duration_us),
        "streams": str(capacity.streams),
        "reserve": percent(window.reserve),
        "rollback_us": duration_text(window.rollback_us),
    }[key]


def percent(share: Fraction) -> str:
    """A share as `12.5 %`."""
    return f"{decimal_text(int(share * 100_000_000))} %"


def _gap(bound: Bound) -> str:
    if not bound.lower_us:
        return "0 %"
    hundred_millionths = (bound.finish_us - bound.lower_us) * 100_000_000 // bound.lower_us
    return f"{decimal_text(hundred_millionths, 2)} %"


def _remarks(outcome: Outcome) -> Iterator[str]:
    yield from outcome.contradicts
    if outcome.unschedulable:
        yield f"{outcome.unschedulable} unschedulable"
    skip = outcome.change.skip
    if skip is not None:
        yield f"{len(skip.tables)} skipped"
    if outcome.gained:
        yield f"+{len(outcome.gained)} {_some(outcome.gained)}"
    if outcome.lost:
        yield f"-{len(outcome.lost)} {_some(outcome.lost)}"


def _some(names: Sequence[str]) -> str:
    listed = ", ".join(shown(name) for name in names[:_NAMED])
    return f"({listed}{', …' if len(names) > _NAMED else ''})"


# --- what would cure it


def _cures(found: Answer) -> Iterator[str]:
    if found.as_is.feasibility == "YES":
        return
    yield ""
    cheapest = found.cheapest
    if cheapest is None or cheapest.outcome is None:
        yield "Cheapest single change that makes it feasible: none found that the policy allows"
    else:
        yield f"Cheapest single change that makes it feasible: {_changed(cheapest.outcome)}"
    for cure in found.cures:
        yield f"  {cure.lever}: {_cure(cure)}"
    yield "  Leaving out weaker tables gains nothing: required tables never wait for them."


def _cure(cure: Cure) -> str:
    if cure.outcome is None:
        return cure.told
    parts = [_changed(cure.outcome), _signed(cure), *cure.outcome.contradicts]
    finish = duration_text(cure.outcome.required.finish_us)
    return f"{', '.join(parts)}: required done at {finish} ({cure.told})"


def _signed(cure: Cure) -> str:
    """How large the change is beside what there is."""
    amount = f"{decimal_text(int(cure.cost * 100_000_000), 2)} %"
    whole = {"skip": "required MB", "reserve": "window", "streams": "streams"}.get(cure.lever)
    of = f" of the {whole}" if whole else ""
    sign = "+" if cure.lever in ("bandwidth", "window") else ""
    return f"{sign}{amount}{of}"


def _changed(outcome: Outcome) -> str:
    """The change in words."""
    change, window = outcome.change, outcome.window.window
    if change.rate is not None:
        return f"bandwidth {rate_text(change.rate)}"
    if change.duration_us is not None:
        return f"a window of {duration_text(window.duration_us)}"
    if change.streams is not None:
        return count_text(change.streams, "stream")
    if change.reserve is not None:
        return f"a reserve of {percent(change.reserve)}"
    skip = change.skip
    if skip is None:
        return "nothing"
    more = len(skip.tables) - 1
    return f"without {shown(skip.label)}" + (f" ({len(skip.tables)} tables)" if more > 0 else "")


# --- what conflicts


def _conflicts(found: Answer) -> Iterator[str]:
    for conflict in found.conflicts:
        yield ""
        yield f"Conflict: {conflict.headline}{_window_place(found, conflict)}"
        for kind, members in groupby(conflict.members, key=lambda member: member.kind):
            alike = list(members)
            for member in alike[:_MEMBERS]:
                yield f"  {_member(member, found.locate(member.place) if member.place else None)}"
            if len(alike) > _MEMBERS:
                yield f"  {kind}: … and {len(alike) - _MEMBERS} more"
        yield f"  {_minimal(conflict)}"
    if found.as_is.feasibility != "YES" and not found.conflicts:
        yield ""
        yield "Conflict: none is proven; a plan that fits may exist, none was found"


def _minimal(conflict: Conflict) -> str:
    if conflict.minimal:
        return "Without any one of these it is no longer proven."
    return "Too much to try each: it may be there without some of these."


def _window_place(found: Answer, conflict: Conflict) -> str:
    window = next((member for member in conflict.members if member.kind == "window"), None)
    if window is None or window.place is None:
        return ""
    return f": rule {shown(window.rule or '')}, {_where(found.locate(window.place))}"


def _member(member: Member, span: Span | None) -> str:
    who = member.table if member.table is not None else member.rule
    named = f"{member.kind} {shown(who)}" if who is not None else member.kind
    place = f"  {_where(span)}" if span else ""
    return f"{named}: {member.text}{place}"


def _where(span: Span) -> str:
    return f"{span.path}:{span.line}"
