"""Where a run begins: anew, or where an earlier start of it came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from stowplan.cli.outcome import UsageError
from stowplan.execution.entries import Began, Ended, Ending, Entry
from stowplan.execution.mover import Closed, Copied, Opened, Standing

_OVER = (Ending.DONE, Ending.NO_GO, Ending.WINDOW)


class Start(NamedTuple):
    """The entries so far, the beginning first; `again`: an earlier start is gone on with."""

    began: Began
    entries: tuple[Entry, ...]
    again: bool


def rehearsal(found: Sequence[Entry], began: Began, folder: str, wish: str | None) -> Start:
    """Where a simulated run begins. `wish` is resume, fresh or None.

    A rehearsal that was killed or interrupted goes on; another one, or one that is over, is
    replaced. What a run on databases has left is never touched. Raises UsageError.
    """
    earlier = beginning(found)
    if earlier is not None and earlier.mover != began.mover:
        text = f"{folder} holds run {earlier.run} on databases, and this would be a rehearsal"
        raise UsageError(f"{text}: name --source and --target, or another folder (-o)")
    same = earlier is not None and earlier == began
    if wish == "resume" and not same:
        raise UsageError("--resume: there is no rehearsal of this plan with these options")
    over = isinstance(found[-1], Ended) and found[-1].ending in _OVER if found else True
    if same and wish != "fresh" and (wish == "resume" or not over):
        return Start(began, tuple(found), again=True)
    return Start(began, (began,), again=False)


def real(found: Sequence[Entry], began: Began, folder: str, wish: str | None) -> Start:
    """Where a run on a database begins: never anew where something was begun. Raises UsageError."""
    earlier = beginning(found)
    if earlier is None:
        if wish == "resume":
            raise UsageError(f"--resume: {folder} holds no run to go on with")
        return Start(began, (began,), again=False)
    if wish == "fresh":
        text = "--fresh is for rehearsals: what the target holds is believed"
        raise UsageError(f"{text}; for another target name another folder (-o)")
    wanted = (began.key, began.window, began.mover, began.settings)
    if (earlier.key, earlier.window, earlier.mover, earlier.settings) != wanted:
        raise UsageError(f"{folder} holds {_difference(earlier, began)}: name another folder (-o)")
    last = found[-1]
    if isinstance(last, Ended) and last.ending is Ending.NO_GO and wish != "resume":
        raise UsageError(f"{folder}: {last.text}; --resume goes on all the same")
    return Start(earlier, tuple(found), again=True)


def _difference(earlier: Began, began: Began) -> str:
    if earlier.key != began.key:
        return f"run {earlier.run} of another plan"
    if earlier.window != began.window:
        return f"run {earlier.run} of the window {earlier.window}"
    return f"run {earlier.run} between other databases"


def beginning(entries: Iterable[Entry]) -> Began | None:
    """The beginning of a run, if it has one."""
    return next((entry for entry in entries if isinstance(entry, Began)), None)


def standing_of(ledger_entries: Iterable[Entry]) -> Mapping[str, Standing]:
    """What a journal says is done, by table: what a simulated target holds."""
    chunks: dict[str, list[Copied]] = {}
    closed: dict[str, Closed] = {}
    for entry in ledger_entries:
        if isinstance(entry, Copied):
            chunks.setdefault(entry.table, []).append(entry)
        elif isinstance(entry, Closed):
            closed[entry.table] = entry
    return {
        name: Standing(tuple(chunks.get(name, ())), closed.get(name))
        for name in {**chunks, **closed}
    }


def reconciled(entries: Sequence[Entry], standing: Mapping[str, Standing]) -> list[Entry]:
    """A journal brought to what the target holds: that is believed, whatever the journal says.

    What the target lacks is dropped; what only the target knows is entered, after all else.
    """
    known = {name: {c.number: c for c in held.chunks} for name, held in standing.items()}
    missing = {name: dict(chunks) for name, chunks in known.items()}
    kept: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Copied):
            held = known.get(entry.table, {}).get(entry.number)
            if (held is None or held.rows != entry.rows) and (entry.rows or entry.size):
                continue
            missing.get(entry.table, {}).pop(entry.number, None)
        elif isinstance(entry, Closed):
            target = standing.get(entry.table)
            if target is None or target.closed is None:
                continue
        kept.append(entry)
    return [*kept, *_unknown(kept, missing, standing)]


def _unknown(
    kept: Sequence[Entry],
    missing: Mapping[str, Mapping[int, Copied]],
    standing: Mapping[str, Standing],
) -> Iterator[Entry]:
    """What only the target knows."""
    opened = {entry.table for entry in kept if isinstance(entry, Opened)}
    closed = {entry.table for entry in kept if isinstance(entry, Closed)}
    for name in sorted(standing):
        chunks = [missing[name][number] for number in sorted(missing.get(name, ()))]
        held = standing[name]
        if name not in opened and (held.chunks or held.closed):
            first = held.chunks[0] if held.chunks else held.closed
            assert first is not None
            yield Opened(name, first.started_us, first.started_us)
        yield from chunks
        if held.closed is not None and name not in closed:
            yield held.closed
