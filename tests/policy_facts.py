"""What a policy means for a manifest, read from the two documents by a second program.

Written from the contract alone, without a line of Stowplan's own code: slow, plain, for the
checker of plans. Sizes are bytes, rates bytes/s, times microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import NamedTuple

from policy_text import chosen, exact, listed, rate_of, share_of, size_of, time_of

PLACEMENTS = ("required", "preferred", "optional", "follow-up", "excluded")
BUILT_IN = {
    "CRITICAL": "required",
    "IMPORTANT": "preferred",
    "DEFERRABLE": "follow-up",
    "EXCLUDED": "excluded",
}
_THROUGHPUT = ("rate", "rows_per_second", "overhead", "per_chunk", "index_rate", "verify_rate")


class Window(NamedTuple):
    """A window with everything that it inherits filled in."""

    name: str
    duration: int
    limit: int
    usable: int
    rate: int
    streams: int
    accepts: tuple[str, ...] | None


class Cost(NamedTuple):
    """What moving one table costs; `cap` is None where the table has no rate of its own."""

    size: int
    cap: int | None
    overhead: int
    post: int
    chunk: int
    chunks: int
    rows_per_chunk: int

    def alone(self, rate):
        """How long it takes by itself."""
        own = rate if self.cap is None else min(rate, self.cap)
        return self.overhead + ceil(Fraction(self.size * 10**6, own)) + self.post


@dataclass(frozen=True)
class Facts:
    """A manifest and a policy, both as parsed documents; `night` is the window to plan for.

    Windows before it are over, and what the classes leave to the follow-up is wanted now.
    """

    manifest: dict
    policy: dict
    night: str | None = None

    @cached_property
    def tables(self):
        return {table["name"]: table for table in self.manifest["tables"]}

    @cached_property
    def present(self):
        return set(self.manifest.get("present", ())) - set(self.tables)

    @cached_property
    def known(self):
        return set(self.tables) | self.present

    def rules(self, kind):
        return [rule for rule in self.policy["rules"] if rule["kind"] == kind]

    def resources(self, key):
        return [rule[key] | {"id": rule["id"]} for rule in self.rules("resource") if key in rule]

    # Who must come before whom.

    @cached_property
    def stated(self):
        """All (child, parent) pairs of the manifest, self references left out."""
        pairs = [(c, p) for c, ps in self.manifest.get("dependencies", {}).items() for p in ps]
        pairs += [(t["name"], p) for t in self.tables.values() for p in t.get("depends_on", ())]
        return {(child, parent) for child, parent in pairs if child != parent}

    @cached_property
    def pairs(self):
        """All (child, parent) pairs that hold, whether the parent is listed or not."""
        pairs = set(self.stated)
        removed = set()
        mentioned = self.known | {parent for _, parent in self.stated}
        for rule in self.rules("dependency"):
            if "not_after" in rule:
                others = chosen(rule["not_after"], mentioned)
                removed |= {(c, p) for c in chosen(rule["tables"], mentioned) for p in others}
                continue
            own = chosen(rule["tables"], self.known)
            others = chosen(rule.get("before") or rule["after"], self.known) - own
            pairs |= {(c, p) if "after" in rule else (p, c) for c in own for p in others}
        return pairs - removed

    @cached_property
    def parents(self):
        """Of each table the listed tables that come directly before it."""
        found = {name: set() for name in self.tables}
        for child, parent in self.pairs:
            if child in found and parent in found:
                found[child].add(parent)
        return found

    @cached_property
    def missing(self):
        """The tables with a parent that is neither listed nor present."""
        return {c for c, p in self.pairs if c in self.tables and p not in self.known}

    @cached_property
    def ancestors(self):
        found = {}
        for name in self.tables:
            seen, todo = set(), [name]
            while todo:
                fresh = self.parents[todo.pop()] - seen
                seen |= fresh
                todo += fresh
            found[name] = seen
        return found

    @cached_property
    def cyclic(self):
        return {name for name in self.tables if name in self.ancestors[name]}

    # Who is in which class.

    @cached_property
    def placements(self):
        """The placement of every class, the strongest class first."""
        own = {name: entry["placement"] for name, entry in self.policy.get("classes", {}).items()}
        placed = sorted((BUILT_IN | own).items(), key=lambda item: PLACEMENTS.index(item[1]))
        if self.night is not None:
            wanted = {"follow-up": "preferred"}
            placed = [(name, wanted.get(placement, placement)) for name, placement in placed]
        return dict(sorted(placed, key=lambda item: PLACEMENTS.index(item[1])))

    @cached_property
    def classes(self):
        """The class that the rules or the manifest give to each table, None where neither does."""
        found = {}
        for rule in self.rules("priority"):
            for name in chosen(rule["tables"], self.tables):
                found.setdefault(name, rule["class"])
        stated = {name: table.get("priority") for name, table in self.tables.items()} | found
        return {name: c if c in self.placements else None for name, c in stated.items()}

    @cached_property
    def effective(self):
        """The class of each table after promotion, the strongest classes promoting first."""
        found = dict(self.classes)
        order = list(self.placements)
        for name in order:
            todo = [table for table in self.tables if found[table] == name]
            while todo:
                for parent in self.parents[todo.pop()]:
                    held = found[parent]
                    weaker = held is None or order.index(held) > order.index(name)
                    if weaker and self._promotes(name, held):
                        found[parent] = name
                        todo.append(parent)
        return found

    def accepted(self, window, name):
        """Whether a window takes a table: by its own class, or by the one it is promoted to."""
        named = {self.classes[name], self.effective[name]}
        return window.accepts is None or bool(named & set(window.accepts))

    def _promotes(self, child, parent):
        """A child that is not required leaves its parents in the follow-up, or excluded."""
        placement = self.placements[child]
        if placement in ("required", "excluded"):
            return placement == "required"
        deferred = ("follow-up", "excluded")
        return (
            parent is None
            or (self.placements[parent] not in deferred)
            or (self.placements[parent] == placement)
        )

    @cached_property
    def placement(self):
        return {n: self.placements[c] if c else None for n, c in self.effective.items()}

    # What there is to spend.

    @cached_property
    def target(self):
        found = self.resources("bandwidth")[0]
        return rate_of(found.get("target", found.get("limit")))

    @cached_property
    def streams(self):
        return next((found["limit"] for found in self.resources("streams")), 1)

    @cached_property
    def windows(self):
        found = [self._window(window) for window in self.resources("window")]
        names = [window.name for window in found]
        return found if self.night is None else found[names.index(self.night) :]

    def _window(self, found):
        duration = time_of(found["duration"])
        limit = max(0, duration - time_of(found.get("rollback", "0s")))
        accepts = found.get("accepts")
        return Window(
            name=found.get("name", found["id"]),
            duration=duration,
            limit=limit,
            usable=int(limit * (1 - share_of(found.get("reserve", "0%")))),
            rate=rate_of(found["bandwidth"]) if "bandwidth" in found else self.target,
            streams=found.get("streams", self.streams),
            accepts=None if accepts is None else tuple(listed(accepts)),
        )

    @cached_property
    def memory(self):
        """What all chunks together may fill; None: no limit."""
        for found in self.resources("memory"):
            return int(size_of(found["limit"]) * (1 - share_of(found.get("reserve", "0%"))))
        return None

    def size(self, name, key="size_mb"):
        return ceil(exact(self.tables[name].get(key, 0)) * 10**6)

    def fits_memory(self, name, streams):
        """Whether two chunks of the largest row, or of the mean one, fit a stream's share."""
        if self.memory is None:
            return True
        rows = int(self.tables[name]["rows"])
        mean = Fraction(self.size(name), rows) if rows else 0
        return 2 * max(mean, self.size(name, "max_row_mb")) <= Fraction(self.memory, streams)

    def cost(self, name, streams):
        """What the table costs in a window with so many streams."""
        if (name, streams) not in self._costs:
            self._costs[name, streams] = self._cost(name, streams)
        return self._costs[name, streams]

    @cached_property
    def _costs(self):
        return {}

    def _cost(self, name, streams):
        figures = self._figures(name)
        rows, size = int(self.tables[name]["rows"]), self.size(name)
        chunk = figures["chunk"]
        if self.memory is not None:
            chunk = min(chunk, self.memory // streams // 2)
        per_chunk = max(1, int(Fraction(chunk * rows, size))) if size else max(1, rows)
        chunks = ceil(Fraction(rows, per_chunk)) if rows else int(size > 0)
        return Cost(
            size=size,
            cap=_cap(size, rows, figures),
            overhead=figures["overhead"] + chunks * figures["per_chunk"],
            post=_work(self.size(name, "index_mb"), figures["index_rate"])
            + (_work(size, figures["verify_rate"]) if figures["verify"] != "none" else 0),
            chunk=chunk,
            chunks=chunks,
            rows_per_chunk=per_chunk,
        )

    def _figures(self, name):
        """The first throughput and chunk figure in load order, for each key."""
        readers = {"overhead": time_of, "per_chunk": time_of, "rows_per_second": int}
        found = {}
        for rule in self.rules("resource"):
            if name not in chosen(rule.get("tables", "*"), [name]):
                continue
            for key in _THROUGHPUT:
                if key in rule.get("throughput", {}):
                    found.setdefault(key, readers.get(key, rate_of)(rule["throughput"][key]))
            if "verify" in rule.get("throughput", {}):
                found.setdefault("verify", rule["throughput"]["verify"])
            if "chunk" in rule:
                found.setdefault("chunk", size_of(rule["chunk"]["size"]))
        nothing = {"overhead": 0, "per_chunk": 0, "chunk": 100 * 10**6, "verify": "checksum"}
        return dict.fromkeys(_THROUGHPUT) | nothing | found

    # What cannot be planned.

    @cached_property
    def blocked(self):
        """The tables that something stands in the way of, and all downstream of them."""
        streams = self.windows[0].streams
        moving = {name for name in self.tables if self.placement[name] != "excluded"}
        struck = {
            name
            for name in moving
            if name in self.cyclic
            or name in self.missing
            or self.placement[name] is None
            or not self.fits_memory(name, streams)
        }
        while True:
            more = {n for n in moving - struck if self.parents[n] & struck}
            if not more:
                return struck
            struck |= more


def _cap(size, rows, figures):
    rate, rows_per_second = figures["rate"], figures["rows_per_second"]
    if rows_per_second is None or not (rows and size):
        return rate
    seconds = Fraction(rows, rows_per_second) + (Fraction(size, rate) if rate else 0)
    return max(1, int(size / seconds))


def _work(size, rate):
    return ceil(Fraction(size * 10**6, rate)) if rate else 0
