"""Reads a plan's JSON as what it states; what has not a plan's form is told with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from stowplan.model import DocPath, shown

from . import forms
from .breaches import Breach, first_of
from .forms import Spec
from .nested import read_checkpoints, read_contingencies
from .stated import (
    Bound,
    Checkpoint,
    Deferred,
    Driver,
    Finding,
    Move,
    Resources,
    Risk,
    Stated,
    Summary,
    Unschedulable,
    Window,
)
from .values import (
    WrongError,
    count,
    flag,
    list_of,
    mapping,
    or_null,
    text,
)

_T = TypeVar("_T")
_LEFT_OUT = "phases_left_out"


class MisshapenError(ValueError):
    """A plan that does not have a plan's form."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        super().__init__("not the form of a plan")
        self.breaches = breaches


def read_plan(document: object) -> Stated:
    """Read a plan's JSON. Raises MisshapenError with everything that has not its form.

    Tables are taken out of the document while they are read: there may be very many.
    """
    reader = _Reader()
    plan = document if isinstance(document, dict) else {}
    stated = reader.plan(plan)
    if reader.breaches or stated is None:
        raise MisshapenError([*first_of(reader.breaches)])
    return stated


class _Reader:
    """Reads records; what has not its form is noted, and reading goes on."""

    def __init__(self) -> None:
        self.breaches: list[Breach] = []

    def plan(self, plan: Mapping[str, Any]) -> Stated | None:
        """All parts of a plan; without a whole there are breaches."""
        moves = self._moves(plan.get("tables"), ("tables",))
        deferred = self._records(Deferred, forms.DEFERRED, plan, "deferred")
        later = self._later(plan.get("deferred"))
        edges = self._value(mapping, plan, "rule_edges", ())
        return Stated(
            feasibility=self._value(text, plan, "feasibility", ()),
            proven=self._value(flag, plan, "proven", ()),
            resources=self._resources(plan.get("resources")),
            summary=self._summary(plan.get("summary")),
            bounds=self._bounds(plan.get("bounds")),
            windows=self._windows(plan),
            tables=moves,
            deferred=deferred,
            later=later,
            unschedulable=self._records(Unschedulable, forms.UNSCHEDULABLE, plan, "unschedulable"),
            rule_edges={
                key: tuple(self._values(forms.EDGES, value, ("rule_edges", key)) or ([], []))
                for key, value in (edges or {}).items()
            },
            critical_path=self._value(forms.TEXTS, plan, "critical_path", ()),
            checkpoints=self._checkpoints(plan),
            phases_left_out=self._value(count, {_LEFT_OUT: plan.get(_LEFT_OUT, 0)}, _LEFT_OUT, ()),
            contingencies=self._contingencies(plan),
            risk=self._risk(plan),
            findings=[
                Finding(values[0], values[1], record)
                for values, record in self._both(forms.FINDING, plan, "violations")
            ],
            as_of=self._value(or_null(text), {"as_of": plan.get("as_of")}, "as_of", ()),
        )

    def _later(self, entries: object) -> dict[int, Move]:
        """The deferred tables that a window takes, taken out of their list."""
        found: dict[int, Move] = {}
        for at, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, dict) and entry.get("window") is not None:
                found.update((at, move) for move in self._moves([entry], ("deferred",), at))
                entries[at] = None  # type: ignore[index]
        return found

    def _windows(self, plan: Mapping[str, Any]) -> list[Window]:
        found = self._whole(Window, forms.WINDOW, plan, "windows")
        if not found:
            self._wrong(("windows",), "must have at least one window")
        return found

    def _resources(self, value: object) -> Any:  # noqa: ANN401 (None only beside a breach)
        spec: Spec = (("bandwidth", mapping), ("streams", count), ("memory", or_null(mapping)))
        path = ("resources",)
        found = self._values(spec, value, path)
        if found is None:
            return None
        rates = self._values(forms.BANDWIDTH, found[0], (*path, "bandwidth"))
        memory = found[2] and self._values(forms.MEMORY, found[2], (*path, "memory"))
        held = (memory[0], memory[1]) if memory else None
        return rates and Resources(rates[0], rates[1], found[1], held)

    def _summary(self, value: object) -> Any:  # noqa: ANN401
        path = ("summary",)
        spec = (*forms.SUMMARY, ("break_even_mb_s", mapping))
        found = self._values(spec, value, path)
        if found is None:
            return None
        rates = self._values(forms.BREAK_EVEN, found[-1], (*path, "break_even_mb_s"))
        return rates and Summary._make([*found[:-1], (rates[0], rates[1])])

    def _bounds(self, value: object) -> Any:  # noqa: ANN401
        found = self._values((("required", mapping), ("all", mapping)), value, ("bounds",))
        if found is None:
            return None
        both = [
            self._values(forms.BOUND, bound, ("bounds", key))
            for key, bound in zip(("required", "all"), found, strict=True)
        ]
        return [bound and Bound(*bound) for bound in both]

    def _risk(self, plan: Mapping[str, Any]) -> Risk | None:
        """What the draws came to; None where there are none, or beside a breach."""
        path = ("risk",)
        if self._value(or_null(mapping), plan, "risk", ()) is None:
            return None
        found = self._values(forms.RISK, plan["risk"], path)
        if found is not None:
            found[-1] = self._records(Driver, forms.DRIVER, plan["risk"], "drivers", path)
        ends = self._value(mapping, plan["risk"], "finish", path)
        if ends is None:
            return None
        both = [
            self._values(forms.QUANTILES, ends.get(key), (*path, "finish", key))
            for key in ("required", "all")
        ]
        return None if found is None else Risk._make([*found, both[0] or [], both[1] or []])

    def _checkpoints(self, plan: Mapping[str, Any]) -> list[Checkpoint]:
        kept = len(Checkpoint._fields) - 1
        read = self._both(forms.CHECKPOINT, plan, "checkpoints")
        read_checkpoints(self._values, plan)
        return [Checkpoint._make([*values[:kept], record]) for values, record in read]

    def _contingencies(self, plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        read = self._both(forms.CONTINGENCY, plan, "contingencies")
        read_contingencies(self._values, plan)
        return [record for _, record in read]

    def _whole(
        self, kind: Callable[..., _T], spec: Spec, plan: Mapping[str, Any], key: str
    ) -> list[_T]:
        """Records that keep the whole of what stands there as their last value."""
        return [kind(*values, record) for values, record in self._both(spec, plan, key)]

    def _both(self, spec: Spec, plan: Mapping[str, Any], key: str) -> list[tuple[list[Any], Any]]:
        """The values of each record in a list, and the record itself."""
        items = self._value(list_of(lambda item: item), plan, key, ()) or []
        read = [(self._values(spec, item, (key, at)), item) for at, item in enumerate(items)]
        return [(values, item) for values, item in read if values is not None]

    def _records(
        self,
        kind: Callable[..., _T],
        spec: Spec,
        plan: Mapping[str, Any],
        key: str,
        path: DocPath = (),
    ) -> list[_T]:
        items = self._value(list_of(lambda item: item), plan, key, path) or []
        read = (self._values(spec, item, (*path, key, at)) for at, item in enumerate(items))
        return [kind(*values) for values in read if values is not None]

    def _moves(self, items: object, path: DocPath, first: int = 0) -> list[Move]:
        if not isinstance(items, list):
            self._wrong(path, "must be a list")
            return []
        return [*self._each_move(items, path, first)]

    def _each_move(self, items: list[object], path: DocPath, first: int) -> Iterator[Move]:
        for at, item in enumerate(items, first):
            values = self._values(forms.MOVE, item, (*path, at))
            items[at - first] = None
            if values is not None and isinstance(item, dict):
                rules = item.get("depends_on_rules")
                through = forms.NO_RULES
                if rules is not None:
                    through = self._value(forms.TEXTS, item, "depends_on_rules", (*path, at)) or []
                times = item.get("starts_at"), item.get("done_at")
                yield Move._make([*values, through, *times])

    def _values(self, spec: Spec, value: object, path: DocPath) -> list[Any] | None:
        """The values of a record, None where one of them is not what it should be."""
        try:
            return [convert(value[key]) for key, convert in spec]  # type: ignore[index]
        except (KeyError, TypeError, WrongError):
            pass
        if not isinstance(value, dict):
            self._wrong(path, f"is {shown(value)}, must be a mapping")
            return None
        for key, convert in spec:
            self._value(convert, value, key, path)
        return None

    def _value(
        self, convert: Callable[[object], _T], record: Mapping[str, Any], key: str, path: DocPath
    ) -> Any:  # noqa: ANN401 (None only beside a breach)
        if key not in record:
            whose = ".".join(step for step in path[2:] if isinstance(step, str))
            self._wrong(path, f"{whose} has no {key}".lstrip())
            return None
        try:
            return convert(record[key])
        except WrongError as error:
            self._wrong((*path, key), f"{key} {error}")
            return None

    def _wrong(self, path: DocPath, message: str) -> None:
        self.breaches.append(Breach("form", path, message))
