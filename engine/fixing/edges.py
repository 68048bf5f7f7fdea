"""Dependencies that one list states twice."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import DocPath

from .wanted import Drop


def repeated_edges(data: object) -> Iterator[Drop]:
    """Parents that stand in a list of a manifest already; the first one stays.

    An edge that `dependencies` and a table's `depends_on` both state is left: either may go.
    """
    if not isinstance(data, dict):
        return
    stated = data.get("dependencies")
    for child, parents in stated.items() if isinstance(stated, dict) else ():
        yield from _repeated(parents, ("dependencies", child))
    tables = data.get("tables")
    for place, table in enumerate(tables) if isinstance(tables, list) else ():
        if isinstance(table, dict):
            yield from _repeated(table.get("depends_on"), ("tables", place, "depends_on"))


def _repeated(parents: object, path: DocPath) -> Iterator[Drop]:
    seen: set[str] = set()
    for index, parent in enumerate(parents) if isinstance(parents, list) else ():
        if isinstance(parent, str):
            if parent in seen:
                yield Drop((*path, index), parent)
            seen.add(parent)
