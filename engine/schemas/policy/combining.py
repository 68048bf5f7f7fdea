"""The files of a policy put together, and what only shows when they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from stowplan.model import (
    BUILT_IN_CLASSES,
    Basis,
    CheckRule,
    Fault,
    Finding,
    Place,
    Placement,
    Policy,
    PolicyFile,
    PriorityClass,
    Rule,
    Severity,
    Waiver,
    shown,
)
from stowplan.spelling import nearest
from stowplan.units import count_text

from .conditions import MOST_FAULTS


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """What one file states, before the files of a policy are put together.

    `ids` and `class_names` are of all its rules, those with faults too.
    """

    file: PolicyFile
    extends: tuple[tuple[str, Place], ...]
    rules: tuple[Rule, ...]
    classes: tuple[PriorityClass, ...]
    severities: Mapping[str, tuple[Severity | None, Place]]
    ids: tuple[tuple[str, Place], ...]
    class_names: tuple[tuple[str, Place], ...]
    waivers: tuple[Waiver, ...] = ()


def combine(
    parts: Sequence[PolicyPart], known_codes: Mapping[str, bool], today: date
) -> tuple[Policy, tuple[Fault, ...]]:
    """Put the files of a policy together, in load order, and find what they only show together.

    `known_codes` maps each check's code to whether its severity is firm; `today` is the day from
    which a rule's `max_days` count.
    """
    rules = tuple(rule for part in parts for rule in part.rules)
    classes = _ordered_classes(parts)
    waivers = tuple(waiver for part in parts for waiver in part.waivers)
    faults = [
        *_repeated_ids(parts, known_codes),
        *_unknown_classes(parts, [entry.name for entry in classes]),
        *_impossible_waivers(waivers, parts, known_codes, today),
        *_other_placements(parts),
        *_unknown_words(rules, [entry.name for entry in classes]),
    ]
    severities: dict[str, Severity | None] = {}
    for part in parts:
        for code, (severity, _) in part.severities.items():
            severities.setdefault(code, severity)
    files = tuple(part.file for part in parts)
    return Policy(files, rules, classes, severities, waivers), tuple(faults)


def _ordered_classes(parts: Sequence[PolicyPart]) -> tuple[PriorityClass, ...]:
    """By placement, then the built-in ones, then as written; the first declaration holds."""
    declared = {entry.name: entry for entry in BUILT_IN_CLASSES}
    for part in parts:
        for entry in part.classes:
            declared.setdefault(entry.name, entry)
    strength = {placement: rank for rank, placement in enumerate(Placement)}
    return tuple(sorted(declared.values(), key=lambda entry: strength[entry.placement]))


_LIKE_A_CODE = re.compile(r"[A-Z][0-9]{3}")


def _repeated_ids(parts: Sequence[PolicyPart], known_codes: Mapping[str, bool]) -> Iterable[Fault]:
    first: dict[str, Place] = {}
    for name, place in (pair for part in parts for pair in part.ids):
        if name in known_codes:
            text = f"the id {name} is the code of a check"
            yield _fault("Y603", place, text, "give each rule an id of its own")
        elif _LIKE_A_CODE.fullmatch(name):
            text = f"the id {name} looks like the code of a check"
            yield _fault("Y603", place, text, "use words, such as no-giant-tables")
        earlier = first.setdefault(name, place)
        if earlier is not place:
            text = f"the id {shown(name)} is taken by a rule of {earlier.source}"
            yield _fault("Y603", place, text, "give each rule an id of its own")


def _unknown_classes(parts: Sequence[PolicyPart], known: Sequence[str]) -> Iterable[Fault]:
    for name, place in (pair for part in parts for pair in part.class_names):
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"classes are {', '.join(known)}"
            yield _fault("Y604", place, f"unknown class {shown(name)}", hint)


def _other_placements(parts: Sequence[PolicyPart]) -> Iterable[Fault]:
    """A class that one file declares in one way and a second in another."""
    first: dict[str, tuple[PriorityClass, str]] = {}
    for part in parts:
        for entry in part.classes:
            earlier, source = first.setdefault(entry.name, (entry, part.file.path))
            if earlier.placement != entry.placement:
                place = Place(part.file.path, ("classes", entry.name))
                text = f"class {shown(entry.name)} is {earlier.placement} in {source}"
                yield _fault("Y601", place, text, "declare it once, or alike")


def _unknown_words(rules: Sequence[Rule], classes: Sequence[str]) -> Iterable[Fault]:
    """Conditions that hold a class or another closed word against one that there is not."""
    words = {**_WORDS, "class": classes}
    for rule in rules:
        if rule.where is None and not isinstance(rule, CheckRule):
            continue
        # Its words are there already: a condition was compiled against them.
        from stowplan.conditions.naming import named_in  # noqa: PLC0415

        wrong = (n for n in named_in(rule) if n.what in words and n.text not in words[n.what])
        for key, several in groupby(wrong, lambda named: named.key):
            found = list(several)
            more = f", and {count_text(len(found) - MOST_FAULTS, 'more fault')}"
            for number, named in enumerate(found[:MOST_FAULTS], start=1):
                last = number == MOST_FAULTS < len(found)
                near = nearest(named.text, words[named.what])
                known = f"there are {', '.join(words[named.what])}"
                yield Fault(
                    "Y604" if named.what == "class" else "Y605",
                    Finding(
                        (*rule.place.path, key),
                        f"{key}: {' or '.join(named.paths)} is never {shown(named.text)}"
                        f"{more if last else ''}",
                        hint=f"did you mean {near}?" if near else known,
                        source=rule.place.source,
                        offset=named.offset,
                    ),
                )


_WORDS: Mapping[str, Sequence[str]] = {
    "placement": [placement.value for placement in Placement],
    "basis": tuple(basis.value for basis in Basis),
    "feasibility": ("YES", "TIGHT", "NO"),
    "code": ("policy", "capacity", "dependency", "oversized", "excluded"),
}
"""What a word of conditions can be, where that is closed."""


def _impossible_waivers(
    waivers: Iterable[Waiver],
    parts: Sequence[PolicyPart],
    known_codes: Mapping[str, bool],
    today: date,
) -> Iterable[Fault]:
    """Waivers of what is not there, of what cannot be waived, and for longer than is allowed."""
    ids = {name for part in parts for name, _ in part.ids}
    checks = {r.id: r for part in parts for r in part.rules if isinstance(r, CheckRule)}
    for waiver in waivers:
        code, rule = waiver.code, checks.get(waiver.code)
        at = waiver.place._replace(path=(*waiver.place.path, "code"))
        if code not in known_codes and code not in ids:
            near = nearest(code, [*known_codes, *sorted(ids)])
            hint = f"did you mean {shown(near)}?" if near else "write a check's code or a rule's id"
            yield _fault("Y602", at, f"unknown code {shown(code)}", hint)
        elif known_codes.get(code) or (rule and not rule.waivable):
            yield _fault("Y601", at, f"{shown(code)} cannot be waived", "mend what it reports")
        elif rule and rule.max_days and (waiver.expires - today).days > rule.max_days:
            at = waiver.place._replace(path=(*waiver.place.path, "expires"))
            text = f"a waiver of {shown(code)} may last {count_text(rule.max_days, 'day')}"
            last = today + timedelta(days=rule.max_days)
            yield _fault("Y601", at, text, f"as of {today} the last day is {last}")


def _fault(code: str, place: Place, text: str, hint: str) -> Fault:
    return Fault(code, Finding(place.path, text, hint=hint, source=place.source))
