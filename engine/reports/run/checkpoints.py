"""Checkpoints of a run: how it stood, what could be done, what was, and what holds since then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stowplan.execution.entries import Judgement, Option
from stowplan.execution.ledger import Ledger
from stowplan.execution.program import Limits
from stowplan.model import Action
from stowplan.reports.text import action_text
from stowplan.units import count_text, decimal_text, duration_text, rate_text, size_text

from .layout import LISTED, MARKDOWN, Voice, bullets, heading, minutes, more, names
from .results import Adjusted, Wall, adjusted

_RISKS = {
    "raise_bandwidth": "risk: impact on other systems",
    "streams": "risk: more memory and more load on both sides",
    "chunk": "risk: memory pressure",
    "extend_window": "needs the agreement of whoever waits for the window's end",
}


def _weighed(judgement: Judgement) -> bool:
    """Whether there is more to say of a checkpoint than how the run stood."""
    late = judgement.rule is not None and not _on_track(judgement)
    return late or decided(judgement)


def decided(judgement: Judgement) -> bool:
    """Whether options were weighed, or something was taken or vetoed."""
    return bool(judgement.options or judgement.taken or judgement.vetoed)


def told_at_length(ledger: Ledger) -> list[Adjusted]:
    """The checkpoints at which the run was late by a rule, or was decided upon."""
    return [each for each in adjusted(ledger) if _weighed(each.judgement)]


def checkpoint_pages(ledger: Ledger) -> Iterator[str]:
    """A section for each checkpoint at which the run was late by a rule, or was decided upon."""
    chosen = told_at_length(ledger)
    wall = Wall.of(ledger)
    for each in chosen[:LISTED]:
        yield from _page(each, wall)
    yield from more(len(chosen), "migration_report.json")


def _page(each: Adjusted, wall: Wall) -> Iterator[str]:
    judgement = each.judgement
    yield f"## {heading(judgement)}"
    yield ""
    yield "### Status"
    yield from bullets(status_lines(each, wall))
    yield "### Options"
    yield from _options(judgement)
    yield "### Decision"
    yield from bullets(decision_lines(each))
    yield "### Adjusted Plan"
    yield from bullets(adjusted_lines(each, wall))


def status_lines(each: Adjusted, wall: Wall, voice: Voice = MARKDOWN) -> Iterator[str]:
    """How the run stood, with the arithmetic."""
    judgement, outlook = each.judgement, each.judgement.outlook
    rule = f"rule {voice.name(judgement.rule)}, " if judgement.rule else ""
    late = "; what it waits for had not come by its latest moment" if judgement.late else ""
    yield (
        f"Judged at {wall.at(judgement.at_us)} ({rule}planned at "
        f"{duration_text(judgement.planned_us)}){late}: {outlook.pace}"
    )
    yield (
        f"Critical tables remaining: {names(outlook.left, voice) or 'none'}"
        f" ({size_text(outlook.required_left)})"
    )
    remaining = outlook.limit_us - judgement.at_us
    if outlook.required_us is None:
        yield "Estimated time needed: a required table cannot be moved any more"
    else:
        needed = max(0, outlook.required_us - judgement.at_us)
        yield f"Estimated time needed: {minutes(needed)} minutes, as {_slow(outlook.slowness)}"
    yield f"Time remaining: {minutes(remaining)} minutes"
    yield f"Gap: {_gap(outlook.required_us, outlook.limit_us)}"
    if outlook.required_us is not None:
        yield (
            f"Required tables are projected to end after {minutes(outlook.required_us)} of "
            f"{minutes(outlook.limit_us)} minutes ({_usable(each.before)})"
        )


def _slow(thousandths: int) -> str:
    times = f"{decimal_text(thousandths * 1000, 3)} times " if thousandths != 1000 else ""
    return f"chunks took {times}as long as planned"


def _usable(limits: Limits) -> str:
    return f"{minutes(limits.usable_us)} without the reserve" if limits.reserve else "no reserve"


def _gap(required_us: int | None, limit_us: int) -> str:
    if required_us is None:
        return "no time would do"
    over = required_us - limit_us
    spare = f"none, {minutes(-over)} minutes to spare"
    return f"{minutes(over)} minutes" if over > 0 else spare


def _options(judgement: Judgement) -> Iterator[str]:
    """Every permitted action that was weighed, in the policy's order."""
    for number, option in enumerate(judgement.options, start=1):
        yield f"{number}. {actions_text(option.actions, MARKDOWN)}: {worth(option)}"
    if not judgement.options:
        nothing = "the policy permits none here" if not _on_track(judgement) else "none needed"
        yield f"- {nothing[0].upper()}{nothing[1:]}."
    yield ""


def _on_track(judgement: Judgement) -> bool:
    return judgement.outlook.pace == "ON_TRACK"


def actions_text(actions: Iterable[Action], voice: Voice) -> str:
    """Some actions together, in words."""
    said = " and ".join(action_text(action, voice.name) for action in actions)
    return f"{said[:1].upper()}{said[1:]}"


def worth(option: Option) -> str:
    """What an option saves, when the required tables would end, and the verdict."""
    risk = f" ({said})" if (said := risk_text(option)) else ""
    end = "a required table cannot be moved any more"
    if option.required_us is not None:
        end = (
            f"they would end after {minutes(option.required_us)} of "
            f"{minutes(option.limit_us)} minutes"
        )
    verdict = "SUFFICIENT" if option.sufficient else "INSUFFICIENT"
    return (
        f"{_saves(option.saves_required_us)} for the required tables, "
        f"{_saves(option.saves_all_us)} for all; {end}{risk} - {verdict}"
    )


def risk_text(option: Option) -> str:
    """What an action by itself may bring about; empty where nothing is known."""
    risks = [_RISKS[action.kind] for action in option.actions if action.kind in _RISKS]
    return "; ".join(risks) if len(option.actions) == 1 else ""


def _saves(saved_us: int) -> str:
    return f"{'saves' if saved_us >= 0 else 'costs'} {minutes(abs(saved_us))} minutes"


def chosen(judgement: Judgement, voice: Voice) -> str:
    """What was decided, in words."""
    if judgement.vetoed is not None:
        return f"NO-GO: {voice.said(judgement.vetoed)}"
    if judgement.no_go:
        return "NO-GO"
    return actions_text(judgement.taken, voice) if judgement.taken else "go on as planned"


def decision_lines(each: Adjusted, voice: Voice = MARKDOWN) -> Iterator[str]:
    """What was decided, why, and by whom."""
    judgement = each.judgement
    said = chosen(judgement, voice)
    yield f"{said[:1].upper()}{said[1:]}"
    yield f"Why: {why(judgement)}"
    rule = (
        f"rule {voice.name(judgement.rule)}" if judgement.rule else "no rule: the plan's own phases"
    )
    decider = f"; {voice.name(judgement.decider)} answers for it" if judgement.decider else ""
    yield f"Decided by: {rule}{decider}"


def why(judgement: Judgement) -> str:
    """What in the figures led to what was taken."""
    if judgement.vetoed is not None:
        return "the run was stopped from outside"
    if _on_track(judgement):
        return "the required tables end within the usable time"
    fit = next(
        (o for o in judgement.options if o.actions == judgement.taken and o.sufficient), None
    )
    if fit is None:
        weighed = count_text(len(judgement.options), "option")
        none = f"of {weighed} none suffices"
        none = none if judgement.options else "no rule permits an action here"
        risk = "; the window still holds them" if judgement.outlook.pace == "AT_RISK" else ""
        return f"{none}{risk}; required tables are never skipped"
    first = "the first that suffices, in the policy's order"
    if len(fit.actions) > 1:
        first = "none suffices alone; the shortest beginning of the policy's list that does"
    end = minutes(fit.required_us or 0)
    return f"{first}: the required tables end after {end} of {minutes(fit.limit_us)} minutes"


def adjusted_lines(each: Adjusted, wall: Wall, voice: Voice = MARKDOWN) -> Iterator[str]:
    """The limits and the tables that are skipped from then on."""
    if each.judgement.no_go:
        yield "Nothing more is begun: the run stops at the end of the chunks that are under way"
        return
    changes = list(_changes(each, wall, voice))
    yield from changes
    if not changes:
        yield "Unchanged"
        return
    left = each.judgement.outlook.left
    yield f"Order from here, the required tables first: {names(left, voice) or 'none is left'}"


def _changes(each: Adjusted, wall: Wall, voice: Voice) -> Iterator[str]:
    before, after = each.before, each.after
    if after.rate != before.rate:
        yield f"Bandwidth: {rate_text(after.rate)} instead of {rate_text(before.rate)}"
    if after.streams != before.streams:
        yield f"Streams: {after.streams} instead of {before.streams}"
    if after.limit_us != before.limit_us:
        yield f"Copying stops at {wall.at(after.limit_us)} instead of {wall.at(before.limit_us)}"
    for action in each.judgement.taken:
        if action.kind == "chunk":
            yield f"Chunks: at most {size_text(action.value or 0)}"
        if action.kind == "skip":
            skipped = (
                names(each.skipped, voice) or "none, as all of them have begun or are required"
            )
            yield f"Skipped: {skipped}"
