"""What `plan_checker` demands of checkpoints: recomputed from the plan's own segments."""

from __future__ import annotations

from fractions import Fraction

from policy_text import micro


def complaints(subject):
    found = subject.plan["checkpoints"]
    if [c["at_s"] for c in found] != sorted(c["at_s"] for c in found):
        yield "checkpoints are not in order"
    stated = {rule["id"] for rule in subject.facts.policy["rules"] if rule["kind"] == "checkpoint"}
    if not {c["rule"] for c in found} <= stated | {None}:
        yield "a checkpoint belongs to no rule"
    yield from _phase_checkpoints(subject, [c for c in found if c["rule"] is None])
    for checkpoint in found:
        at = micro(checkpoint["at_s"])
        for complaint in (
            *_done(subject, checkpoint, at),
            *_status(subject, checkpoint, at),
            *_outstanding(subject, checkpoint, at),
        ):
            yield f"checkpoint {checkpoint['rule']} {checkpoint['after']} {complaint}"


def _phase_checkpoints(subject, found):
    """Each phase has one, when its last required table ends, else when its last table does."""
    ends = {}
    for record in subject.main.values():
        needed = record["placement"] == "required"
        end = (needed, micro(record["finish_s"]))
        ends[record["phase"]] = max(ends.get(record["phase"], end), end)
    stated = {c["after"]: micro(c["at_s"]) for c in found}
    expected = {f"phase {phase}": end for phase, (_, end) in ends.items()}
    if len(ends) <= 50 and stated != expected:
        yield f"phases end at {stated}, should end at {expected}"
    if not stated.items() <= expected.items():
        yield f"phases end at {stated}"
    told = [name for c in found for name in c["tables"]]
    if len(told) != len(set(told)):
        yield "phases tell a table twice"


def _done(subject, checkpoint, at):
    done = [r for r in subject.main.values() if micro(r["finish_s"]) <= at]
    names = sorted(record["name"] for record in done)
    whole = checkpoint["rule"] is not None
    if checkpoint["tables"] != names if whole else not set(checkpoint["tables"]) <= set(names):
        yield "has other tables"
    if checkpoint["tables_done"] != len(done):
        yield f"counts {checkpoint['tables_done']} tables"
    if micro(checkpoint["expected_s"]) != max((micro(r["finish_s"]) for r in done), default=0):
        yield f"is expected at {checkpoint['expected_s']}"


def _moved(records, at):
    """Bytes at the destination at a moment, exactly; the last rate of a table may be too high."""
    return sum(
        min(
            micro(record["size_mb"]),
            sum(
                Fraction(rate * (min(at, end) - begin), 10**6)
                for begin, end, rate in _spans(record)
                if begin < at
            ),
        )
        for record in records
    )


def _required(subject):
    return [subject.main[name] for name in subject.required]


def _status(subject, checkpoint, at):
    """A run that is late by d has at a moment what the plan has d earlier, and ends d later."""
    window, finish = subject.facts.windows[0], subject.required_finish
    moved, needed = _moved(subject.main.values(), at), _moved(_required(subject), at)
    stated = micro(checkpoint["mb"]), micro(checkpoint["required_mb"])
    near = len(subject.main) + 1  # bytes: a table's last rate is rounded up
    if abs(stated[0] - moved) > near or abs(stated[1] - needed) > near or stated[1] > stated[0]:
        yield f"has moved {stated}, should have {float(moved)}, {float(needed)}"
    spare, early = window.limit - finish, window.usable - finish
    status = checkpoint["status"]
    track, risk, behind = (status[word] for word in ("ON_TRACK", "AT_RISK", "BEHIND"))
    for word, delay in ((track, early), (risk, spare)):
        least = _moved(_required(subject), at - delay)
        if micro(word["up_to_delay_s"]) != delay:
            yield f"allows a delay of {word['up_to_delay_s']}, should allow {delay}"
        if abs(micro(word["from_required_mb"]) - least) > near:
            yield f"demands {word['from_required_mb']} MB, should demand {float(least)}"
    said = behind["beyond_delay_s"], behind["below_required_mb"]
    if said != (risk["up_to_delay_s"], risk["from_required_mb"]):
        yield f"is behind beyond {said}"
    latest = min(window.limit, micro(checkpoint["expected_s"]) + spare)
    told = checkpoint["latest_s"]
    if (None if told is None else micro(told)) != (latest if latest >= 0 else None):
        yield f"may come true at {told}, should at {latest}"
    size = sum(micro(record["size_mb"]) for record in _required(subject))
    left = max(0, window.limit - at) * window.rate // 10**6
    no_go = micro(checkpoint["no_go_below_mb"])
    if not max(0, size - left) - 1 <= no_go <= max(0, size - left):
        yield f"is no go below {no_go}, should be below {size - left}"
    if no_go > micro(risk["from_required_mb"]):
        yield "is no go with what is enough"


def _outstanding(subject, checkpoint, at):
    window, left = subject.facts.windows[0], checkpoint["required_left"]
    names = [r["name"] for r in _required(subject) if micro(r["finish_s"]) > at]
    if left["tables"] != len(names) or not set(left["first"]) <= set(names):
        yield f"leaves {left['tables']} tables, should leave {sorted(names)}"
    if len(left["first"]) != min(20, len(names)):
        yield f"names {left['first']}"
    needs = max(0, subject.required_finish - at)
    remaining = max(0, window.limit - at)
    gap = max(0, needs - remaining)
    if [micro(left[k]) for k in ("needs_s", "remaining_s", "gap_s")] != [needs, remaining, gap]:
        yield f"leaves {left}, should leave {needs}, {remaining}, {gap}"
    if micro(checkpoint["go_back_by_s"]) != window.limit:
        yield f"goes back by {checkpoint['go_back_by_s']}"


def _spans(record):
    """The segments of a table in whole microseconds and bytes/s."""
    return [tuple(micro(number) for number in segment) for segment in record["segments"]]
