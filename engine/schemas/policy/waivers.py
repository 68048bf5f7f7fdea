"""Waivers: findings that are accepted until a day, by whom and why."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from stowplan.model import DocPath, Place, PolicyFile, Waiver, shown
from stowplan.units import plain_date

from .entries import is_visible
from .faults import Faults, numbered


def read_waivers(value: object, file: PolicyFile, faults: Faults) -> Iterable[Waiver]:
    """The waivers that can be read; what is wrong with the others is added to the faults."""
    for data, path in numbered(value, ("waivers",)):
        if isinstance(data, dict):
            waiver = _waiver(data, path, file, faults)
            if waiver is not None:
                yield waiver


def _waiver(
    data: Mapping[str, object], path: DocPath, file: PolicyFile, faults: Faults
) -> Waiver | None:
    before = len(faults.found)
    sound = faults.shape("waiver", data, path)
    tables = faults.patterns(sound.get("tables"), (*path, "tables"))
    expires = _day(sound.get("expires"), (*path, "expires"), faults)
    for key in ("reason", "owner"):
        text = sound.get(key)
        if isinstance(text, str) and not is_visible(text):
            said = "has nothing that can be seen" if text.strip() else "is empty"
            hint = "say it for those who come after"
            faults.add("Y601", (*path, key), f"`{key}` {said}", hint)
    if len(faults.found) > before or expires is None:
        return None
    return Waiver(
        code=str(sound["code"]),
        tables=tables,
        reason=str(sound["reason"]).rstrip("\n"),
        owner=str(sound["owner"]).rstrip("\n"),
        expires=expires,
        place=Place(file.path, path),
    )


def _day(value: object, path: DocPath, faults: Faults) -> datetime.date | None:
    if not isinstance(value, str):
        return None
    try:
        return plain_date(value)
    except ValueError:
        pass
    faults.add("Y601", path, f"`expires` must be a date, is {shown(value)}", "write 2027-01-31")
    return None
