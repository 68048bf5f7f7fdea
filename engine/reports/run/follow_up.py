"""What a run leaves to do: the check list of its report, and the next manifest."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.execution.ledger import Ledger, Progress, State
from stowplan.model import Manifest
from stowplan.reports.follow_up import manifest_without
from stowplan.units import count_text, size_text

from .layout import LISTED, MARKDOWN, Voice
from .results import SIMULATED


def run_follow_up(manifest: Manifest, ledger: Ledger) -> str:
    """`follow_up.manifest.json` after a run: what was not moved, with `present` naming what was.

    Excluded tables are left out for good.
    """
    moved = {each.load.name for each in ledger.tables if each.state is State.DONE}
    excluded = {each.name for each in ledger.program.left if each.code == "excluded"}
    return manifest_without(manifest, moved | _elsewhere(manifest, ledger), excluded)


def _elsewhere(manifest: Manifest, ledger: Ledger) -> set[str]:
    """The tables that an earlier window has moved: neither of this one, nor left by the plan."""
    known = {*ledger.number, *(each.name for each in ledger.program.left)}
    return {table.name for table in manifest.tables} - known


def check_list(ledger: Ledger) -> Iterator[str]:
    """What is still to be done, each with a box."""
    for done, text in tasks(ledger, MARKDOWN):
        yield f"- [{'x' if done else ' '}] {text}"


def tasks(ledger: Ledger, voice: Voice, most: int = LISTED) -> Iterator[tuple[bool, str]]:
    """What is still to be done, of tables at most so many of a kind; and whether it is done."""
    missing = [each for each in ledger.tables if each.state is not State.DONE]
    missing.sort(key=lambda each: (not each.load.needed, each.load.start_us, each.load.name))
    yield from ((False, _missing(each, voice)) for each in missing[:most])
    later = [each for each in ledger.program.left if each.code != "excluded"]
    for left in later[:most]:
        where = _window(left.window, voice)
        yield False, f"Migrate {voice.name(left.name)} ({size_text(left.size)}){where}"
    rest = max(0, len(missing) - most) + max(0, len(later) - most)
    if rest:
        file = voice.run("migration_report.json")
        yield False, f"{count_text(rest, 'more table')}: {file} has all of them"
    yield _integrity(ledger)


def _window(name: str | None, voice: Voice) -> str:
    return f" in window {voice.name(name)}" if name else ""


def _missing(each: Progress, voice: Voice) -> str:
    load = each.load
    required = "required, " if load.needed else ""
    there = f"; {size_text(each.moved)} of it are there" if each.moved else ""
    why = f": {voice.said(each.note)}" if each.note else ""
    return f"Migrate {voice.name(load.name)} ({required}{size_text(load.size)}{there}){why}"


def _integrity(ledger: Ledger) -> tuple[bool, str]:
    """How many of the tables that are there were compared with their source."""
    done = [each.closed for each in ledger.tables if each.state is State.DONE and each.closed]
    levels = [closed.verified for closed in done]
    compared = sum(level not in SIMULATED and level != "none" for level in levels)
    whole = levels.count("checksum")
    sums = f", {whole} by checksum" if compared else ""
    whole_run = bool(done) and compared == len(ledger.tables)
    of = count_text(len(ledger.tables), "table")
    return whole_run, f"Verify data integrity: {compared} of {of} compared{sums}"
