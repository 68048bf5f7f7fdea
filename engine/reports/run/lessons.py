"""What follows from a run's figures: each sentence is calculated, and none stands without one."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.units import (
    count_text,
    decimal_text,
    duration_text,
    rate_text,
    share_text,
    size_text,
)

from .layout import MARKDOWN, Voice
from .results import (
    TOLERATED_US,
    Speed,
    average,
    behind_us,
    planned_us,
    simulated,
    takes_us,
)
from .stretches import stretches

LARGEST = 3
"""How many variances are told."""


def variances(ledger: Ledger) -> list[tuple[int, Progress]]:
    """By how much longer than planned each done table took, largest first; none below a second."""
    found = [
        ((takes_us(each) or 0) - planned_us(each.load), each)
        for each in ledger.tables
        if takes_us(each) is not None
    ]
    found = [(by, each) for by, each in found if abs(by) >= TOLERATED_US]
    return sorted(found, key=lambda pair: (-abs(pair[0]), pair[1].load.name))


def worked(ledger: Ledger) -> Iterator[str]:
    """What worked well."""
    done = [each for each in ledger.tables if each.state is State.DONE]
    kept = sum(behind_us(each, ledger.at_us) <= TOLERATED_US for each in done)
    if kept:
        yield f"{kept} of {count_text(len(done), 'moved table')} ended on schedule"
    limit = ledger.program.memory
    if limit and ledger.held:
        yield (
            f"Memory came to {size_text(ledger.held)}, {share_text(ledger.held, limit)} of what"
            f" there was ({size_text(limit)})"
        )
    if _on_target(ledger):
        yield _speed(ledger)
    helped = [judgement for judgement in ledger.judgements if judgement.taken]
    required = [each for each in ledger.tables if each.load.needed]
    if helped and not any(judgement.no_go for judgement in ledger.judgements):
        there = sum(each.state is State.DONE for each in required)
        yield (
            f"Decisions at {count_text(len(helped), 'checkpoint')}, and {there} of "
            f"{count_text(len(required), 'required table')} moved"
        )


def improvable(ledger: Ledger, voice: Voice = MARKDOWN) -> Iterator[str]:
    """What could be improved: the largest variances, and what they imply; speed against plan."""
    found = variances(ledger)
    for by, each in found[:LARGEST]:
        yield _variance(by, each, ledger, voice)
    if len(found) > LARGEST:
        rest = sum(by for by, _ in found[LARGEST:])
        others = count_text(len(found) - LARGEST, "other table")
        yield f"{others} differ from the plan by {duration_text(rest)} together"
    yield from _throughput(ledger, voice)
    if ledger.pressures:
        tables = {pressure.table for pressure in ledger.pressures}
        yield (
            f"Memory pressure halved chunks {count_text(len(ledger.pressures), 'time')} in "
            f"{count_text(len(tables), 'table')}: plan smaller ones"
        )


def _variance(by: int, each: Progress, ledger: Ledger, voice: Voice) -> str:
    taken, planned = takes_us(each) or 0, planned_us(each.load)
    name = voice.name(each.load.name)
    times = f", {_times(taken, planned)} the plan's time" if planned else ""
    base = f"{name} took {duration_text(taken)} instead of {duration_text(planned)}{times}"
    speed = _own_speed(each)
    if not speed:
        return base
    implied = "plan with it" if by > 0 else "the plan may count on it"
    if _changed_during(each, ledger):
        implied = "before and after a change of the bandwidth together"
    whole = sum(abs(found) for found, _ in variances(ledger))
    weight = f"; {share_text(abs(by), whole)} of all variance"
    return f"{base}: it moved at {rate_text(speed)}, {implied}{weight}"


def _times(taken: int, planned: int) -> str:
    return f"{decimal_text(taken * 1_000_000 // planned, 2)} times"


def _own_speed(each: Progress) -> int:
    """Bytes a second between the table's opening and its last chunk."""
    if each.opened is None or each.loaded_us is None:
        return 0
    return average(each.size, each.loaded_us - each.opened.at_us)


def _changed_during(each: Progress, ledger: Ledger) -> bool:
    """Whether the bandwidth was changed while the table's data moved."""
    if each.opened is None or each.loaded_us is None:
        return False
    begun, loaded = each.opened.at_us, each.loaded_us
    return any(begun < stretch.start_us < loaded for stretch in stretches(ledger))


def _throughput(ledger: Ledger, voice: Voice) -> Iterator[str]:
    """Measured against assumed."""
    if not ledger.size:
        return
    if not _on_target(ledger):
        yield _speed(ledger)
    slow = round(1000 * ledger.pace.slowness)
    if abs(slow - 1000) >= 10:
        command = voice.run("stowplan calibrate migration_report.json")
        yield (
            f"The last chunks took {decimal_text(slow * 1000, 3)} times as long as planned: "
            f"{command} makes throughput rules of what was measured"
        )


def _on_target(ledger: Ledger) -> bool:
    """Whether data moved nearly as fast as the plan assumed."""
    return Speed.of(ledger).moving * 100 >= ledger.program.limits.rate * 98


def _speed(ledger: Ledger) -> str:
    target, speed = ledger.program.limits.rate, Speed.of(ledger).moving
    how = "as rehearsed" if simulated(ledger) else "measured"
    return (
        f"Data moved at {rate_text(speed)} ({how}) where the plan assumed {rate_text(target)}: "
        f"{share_text(speed, target)} of it{_parts(ledger)}"
    )


def _parts(ledger: Ledger) -> str:
    """The speed before and after each change of the bandwidth; empty where there was none."""
    first, *others = stretches(ledger)
    if not others:
        return ""
    told = [f"{rate_text(first.speed)} at first"]
    for part in others:
        since = f"from {duration_text(part.start_us)} on, with {rate_text(part.bandwidth)} allowed"
        told.append(f"{rate_text(part.speed)} {since}")
    return f" ({', '.join(told)})"


def recommended(ledger: Ledger) -> Iterator[str]:
    """What to do in the follow-up migration."""
    left = [each for each in ledger.program.left if each.code != "excluded"]
    size = sum(each.size for each in left)
    size += sum(each.load.size - each.moved for each in ledger.tables if each.state != "COMPLETE")
    first, *others = stretches(ledger)
    speed = first.speed if others and first.speed else Speed.of(ledger).moving
    if not size:
        return
    missing = sum(each.state is not State.DONE for each in ledger.tables)
    count = count_text(len(left) + missing, "table")
    text = f"The follow-up has {count}, {size_text(size)}"
    if not speed:
        yield f"{text}; nothing was measured that could say how long it takes"
        return
    takes = size * 1_000_000 // speed
    window = ledger.program.limits.limit_us
    before = ", as before the bandwidth was changed," if speed == first.speed and others else ""
    longer = "longer than" if takes > window else "within"
    yield (
        f"{text}: at {rate_text(speed)}{before} it takes {duration_text(takes)}, {longer} "
        f"the time of this window ({duration_text(window)})"
    )
