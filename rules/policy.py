"""The policy itself: faults that stop the command, and rules that are sound but dead."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stowplan.model import (
    CheckpointRule,
    CheckRule,
    DependencyRule,
    Direction,
    Finding,
    Pattern,
    Policy,
    ResourceRule,
    Rule,
    Severity,
    Subject,
    Window,
    shown,
)
from stowplan.patterns import Names
from stowplan.spelling import nearest
from stowplan.units import duration_text

from .check import Check, PolicyUse, Reading


def misshapen_policy(reading: Reading) -> Iterator[Finding]:
    """A policy that is not a policy's shape.

    **Why.** Half a policy must not check anything: a policy with any fault stops the command with
    exit status 2, and all its faults are shown at once. This code is for wrong types, missing keys,
    bytes that are not UTF-8, duplicate keys, bad dates, and demands that contradict themselves.

    **Mend.** The message names the place and what is wanted there.

    **Passes**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
    ```

    **Fails**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers]}
    ```
    """
    return reading.of("Y601")


def unknown_policy_key(reading: Reading) -> Iterator[Finding]:
    """A key, kind or code that a policy does not have.

    **Why.** A misspelled key would be a rule that silently does less than it says.

    **Mend.** Use the nearest known one, which the hint names.

    **Passes**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
    ```

    **Fails**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: core, kind: prioritty, tables: [customers], class: CRITICAL}
    ```
    """
    return reading.of("Y602")


def rule_without_id(reading: Reading) -> Iterator[Finding]:
    """A rule without an id, or an id that stands twice.

    **Why.** Every decision in a plan names the rule that made it; two rules of one name cannot be
    told apart.

    **Mend.** Give every rule its own id, unique over all loaded policies.

    **Passes**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
    ```

    **Fails**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
        - {id: core, kind: priority, tables: [orders], class: CRITICAL}
    ```
    """
    return reading.of("Y603")


def unknown_class(reading: Reading) -> Iterator[Finding]:
    """A class that is neither built in nor declared.

    **Why.** A table in a class without a placement cannot be placed.

    **Mend.** Use one of CRITICAL, IMPORTANT, DEFERRABLE and EXCLUDED, or declare the class under
    `classes` with its placement.

    **Passes**

    ```yaml
    policy:
      policy: example
      classes:
        NICE: {placement: optional}
      rules:
        - {id: rest, kind: priority, tables: "*", class: NICE}
    ```

    **Fails**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITCAL}
    ```
    """
    return reading.of("Y604")


def bad_glob(reading: Reading) -> Iterator[Finding]:
    r"""A name or glob that cannot be read.

    **Why.** It would select nothing, or something else than was meant.

    **Mend.** Only `*` and `?` are wild; write `\*` for a star that is part of a name; a backslash
    cannot stand at the end; an empty pattern names no table.

    **Passes**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: logs, kind: priority, tables: ["audit_*"], class: DEFERRABLE}
    ```

    **Fails**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: logs, kind: priority, tables: ["audit\\"], class: DEFERRABLE}
    ```
    """
    return reading.of("Y605")


def bad_unit(reading: Reading) -> Iterator[Finding]:
    """A quantity that cannot be read.

    **Why.** `Mb` is not `MB`, and a bare number has no unit at all: nothing is guessed.

    **Mend.** Durations are written like 4h, 90m or PT4H, sizes like 2GB or 2GiB, rates like 50MB/s
    or 3GB/min, shares like 10%.

    **Passes**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: night, kind: resource, window: {duration: 4h, reserve: 10%}}
    ```

    **Fails**

    ```yaml
    policy:
      policy: example
      rules:
        - {id: night, kind: resource, window: {duration: 4 hourz}}
    ```
    """
    return reading.of("Y606")


def policy_not_found(reading: Reading) -> Iterator[Finding]:
    """A policy file or pack that is missing or cannot be read, or files that extend each other.

    **Why.** A rule that was not loaded cannot fail. A pack that is misspelled must not pass for an
    empty one, nor a policy that nobody reads (in a folder below that of the policies, or in a
    `.json` file there) for one that holds; nor a `stowplan.yml` for a `stowplan.yaml`.

    **Mend.** Correct the path; for a shipped pack write `stowplan:NAME`. Where files extend each
    other in a circle, take one `extends` away. Name or move what is not read.
    """
    return reading.of("Y611")


def unmatched_name(use: PolicyUse) -> Iterator[Finding]:
    """A name or glob that matches no table.

    **Why.** A renamed table drops out of its rules without a word otherwise. It is judged over all
    manifests of the run. So are the names that a condition writes out and holds against a table's
    name, or looks for among tables (`"orders" in table.parents`); what a manifest lists, calls
    present or names as a parent is known. Names of windows and rules (`step.window`, `edge.origin`)
    are held against the policy's own. `lint` also says so of a glob of `stowplan.yaml` that no file
    on disk matches.

    **Mend.** Correct the name (the hint has the nearest), or take it out.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: ["cust*"], class: CRITICAL}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers, custmers], class: CRITICAL}
    ```
    """
    names = Names(name for usage in use.usages for name in usage.names)
    missing = Names(name for usage in use.usages for name in usage.missing)
    packs = use.policy.packs
    for rule in use.policy.rules:
        for pattern, extra in () if rule.place.source in packs else _patterns(rule):
            if not (names.matching(pattern) or (extra and missing.matching(pattern))):
                yield _unmatched(f"rule {rule.id}", pattern, names, rule.id)
    for waiver in use.policy.waivers:
        for pattern in () if waiver.place.source in packs else waiver.tables:
            if not (names.matching(pattern) or missing.matching(pattern)):
                yield _unmatched(f"the waiver of {shown(waiver.code)}", pattern, names, None)
    yield from _unknown_names(use, names)


def _unknown_names(use: PolicyUse, names: Names) -> Iterator[Finding]:
    """Names in conditions that nothing has: of tables, windows and rules."""
    if not any(rule.where or isinstance(rule, CheckRule) for rule in use.policy.rules):
        return
    # Its words are there already: a condition was compiled against them.
    from stowplan.conditions.naming import unknown_names  # noqa: PLC0415

    def is_table(text: str) -> bool:
        return any(text in usage.names or text in usage.missing for usage in use.usages)

    for number, (rule, named, known) in enumerate(unknown_names(use.policy, is_table)):
        among = known or (names.sorted if named.what == "table" else ())
        near = nearest(named.text, among) if number < _MOST_GUESSES else None
        said = f"rule {rule.id}: {named.key}: {_NONE_SUCH[named.what].format(shown(named.text))}"
        yield Finding(
            (*rule.place.path, named.key),
            said,
            hint=_meant(named.text, near),
            source=rule.place.source,
            rule=rule.id,
            offset=named.offset,
        )


def _meant(text: str, near: str | None) -> str:
    if "*" in text or "?" in text:
        return 'nothing is wild in a string: write name.startsWith("…") or name.matches("…")'
    return f"did you mean {shown(near)}?" if near else "correct it or take it out"


_MOST_GUESSES = 20
"""Findings with the nearest name, which is slow to find among many."""
_NONE_SUCH = {
    "table": "the name {} matches no table",
    "window": "no window is called {}",
    "origin": "no dependency rule is called {}",
    "checkpoint": "no checkpoint rule is called {}",
}


def _unmatched(who: str, pattern: Pattern, names: Names, rule: str | None) -> Finding:
    literal = pattern.literal
    what = "glob" if literal is None else "name"
    near = nearest(literal, names.sorted) if literal is not None else None
    hint = f"did you mean {shown(near)}?" if near else "correct it or take it out"
    if _FOREIGN.search(pattern.text) and not _FOREIGN.search(near or ""):
        hint = "only * and ? are wild, and nothing negates: [ ], { }, %, ^, $ and ! are themselves"
    elif literal is not None and "," in literal:
        hint = f"write a list: [{shown(literal)}]"
    text = f"{who}: the {what} {shown(pattern.text)} matches no table"
    return Finding(pattern.place.path, text, hint=hint, source=pattern.place.source, rule=rule)


_FOREIGN = re.compile(r"^[!^]|\$$|%|\[.+\]|\{.+\}|\.[*+]|\|")
"""What other languages of patterns have: regular expressions, shells, SQL."""


def _patterns(rule: Rule) -> Iterator[tuple[Pattern, bool]]:
    """Every pattern of a rule, and whether it may also mean a parent that is missing."""
    lenient = isinstance(rule, DependencyRule) and rule.direction is Direction.NOT_AFTER
    yield from ((pattern, lenient) for pattern in rule.tables)
    if isinstance(rule, DependencyRule):
        yield from ((pattern, lenient) for pattern in rule.others)
    if isinstance(rule, CheckpointRule):
        yield from ((pattern, False) for pattern in rule.after)
        for action in rule.if_behind:
            yield from ((pattern, False) for pattern in action.tables)


def idle_rule(use: PolicyUse) -> Iterator[Finding]:
    """A rule that never has an effect.

    **Why.** It selects nothing, all that it selects went to earlier rules, or it is a checkpoint
    after the window's end: whoever reads the policy believes in a rule that does nothing. It is
    judged over all manifests of the run, and never for rules of packs (folders and shipped packs
    that came through `extends`).

    **Mend.** Delete it, or move it before the rule that takes its tables.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: late, kind: priority, tables: [customers], class: CRITICAL}
    ```
    """
    effective = frozenset(rule for usage in use.usages for rule in usage.effective)
    for rule in use.policy.rules:
        own = rule.place.source not in use.policy.packs
        if own and rule.id not in effective and use.usages:
            yield Finding(
                rule.place.path,
                f"rule {rule.id} never has an effect",
                hint=_why_idle(rule, use.policy),
                source=rule.place.source,
                rule=rule.id,
            )


def _why_idle(rule: Rule, policy: Policy) -> str:
    """What may have left a rule without an effect, by its kind, and what to do."""
    if isinstance(rule, CheckRule):
        single = rule.subject in (Subject.MANIFEST, Subject.PLAN)
        found = "its `where` does not hold" if single else f"it selects no {rule.subject}"
        return f"{found}: correct what it selects, or delete it"
    if isinstance(rule, DependencyRule):
        lifts = rule.direction is Direction.NOT_AFTER
        found = "there is no such dependency" if lifts else "it orders no two tables"
        return f"{found}: correct its names, or delete it"
    if isinstance(rule, CheckpointRule):
        return _why_no_look(rule, policy)
    return "it selects nothing, or earlier rules took all: delete it or move it up"


def _why_no_look(rule: CheckpointRule, policy: Policy) -> str:
    stated = (r for r in policy.rules if isinstance(r, ResourceRule) and not r.packed)
    windows = [r.resource for r in stated if isinstance(r.resource, Window)]
    window = max(windows, key=lambda known: known.duration_us, default=None)
    if rule.after or window is None:
        return "none of its tables is there: correct its names, or delete it"
    moment = duration_text(rule.moment_us(window.duration_us) or 0)
    end = f"window {shown(window.name)} ends after {duration_text(window.duration_us)}"
    return f"it is at {moment}, and {end}: set an earlier time"


CHECKS = (
    Check("Y601", Severity.ERROR, Reading, misshapen_policy, firm=True),
    Check("Y602", Severity.ERROR, Reading, unknown_policy_key, firm=True),
    Check("Y603", Severity.ERROR, Reading, rule_without_id, firm=True),
    Check("Y604", Severity.ERROR, Reading, unknown_class, firm=True),
    Check("Y605", Severity.ERROR, Reading, bad_glob, firm=True),
    Check("Y606", Severity.ERROR, Reading, bad_unit, firm=True),
    Check("Y607", Severity.WARNING, PolicyUse, unmatched_name),
    Check("Y608", Severity.WARNING, PolicyUse, idle_rule),
    Check("Y611", Severity.ERROR, Reading, policy_not_found, firm=True),
)
