"""Dependencies: parents that are missing, tables that wait for each other, edges not needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from stowplan.graph import Cycle, explain_cycle, implied_edges
from stowplan.model import (
    MANIFEST_ORIGIN,
    DependencyRule,
    Direction,
    Finding,
    Manifest,
    Severity,
    shown,
)

from .check import Check, GraphCase, PolicyCase

_NAMED_AT_MOST = 12


def missing_parent(case: GraphCase) -> Iterator[Finding]:
    """A dependency on a table that the manifest neither lists nor calls present.

    **Why.** The child would land before its parent, or never be valid at all. The child and
    everything downstream of it is not planned (S501).

    **Mend.** List the parent; or, when it is at the destination already, name it under `present`;
    or let a policy's `not_after` say that the dependency need not hold.

    **Passes**

    ```yaml
    manifest:
      present: [customers]
      tables:
        - {name: orders, rows: 10, size_mb: 1, depends_on: [customers]}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: orders, rows: 10, size_mb: 1, depends_on: [customers]}
    ```
    """
    if not (case.graph.missing or case.graph.strays):
        return
    listed = {_folded(name): name for name in reversed(case.graph.names)}
    for child, parent, path in case.graph.missing:
        text = f"{shown(child)} depends on {shown(parent)}, which is neither listed nor present"
        hint = _near(parent, listed) or f"list {shown(parent)} or call it present"
        yield Finding(path, text, (child,), hint=hint, details={"parent": parent})
    for child, parent, path in case.graph.strays:
        text = f"{shown(child)} has the dependency {shown(parent)}, but is not listed itself"
        hint = _near(child, listed) or f"list {shown(child)} or call it present"
        yield Finding(path, text, (child,), hint=hint, details={"parent": parent})


def _near(name: str, listed: Mapping[str, str]) -> str | None:
    """A listed name that is the same but for case and separators; a typo's most common kind."""
    same = listed.get(_folded(name))
    return None if same is None else f"did you mean {shown(same)}?"


def _folded(name: str) -> str:
    return name.casefold().replace("-", "").replace("_", "").replace(" ", "").rpartition(".")[2]


def self_dependency(case: GraphCase) -> Iterator[Finding]:
    """A table that depends on itself.

    **Why.** A foreign key from a table to itself (an employee's manager) says nothing about the
    order of tables, so ordering ignores it. The rows inside the table still have an order: load
    with the constraint switched off, or build it after the load.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: employees, rows: 10, size_mb: 1}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: employees, rows: 10, size_mb: 1, depends_on: [employees]}
    ```
    """
    for name, path in case.graph.self_references:
        text = f"{shown(name)} depends on itself; ordering ignores that"
        yield Finding(path, text, (name,))


def cycle(case: GraphCase) -> Iterator[Finding]:
    """Tables that wait for each other.

    **Why.** No order puts every parent before its child, so none of these tables can be planned,
    nor what depends on them (S501). There is one violation for each group of tables that all reach
    each other (a strongly connected component): its tables, one shortest cycle with where each edge
    comes from, and the fewest edges found whose removal opens the group.

    **Mend.** Decide which constraint is built after both tables are loaded, and say so in a policy:
    the hint is that rule, ready to be pasted. Where a rule made an edge of the cycle, the rule may
    be what is wrong.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: staff, rows: 10, size_mb: 1, depends_on: [store]}
        - {name: store, rows: 10, size_mb: 1}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: staff, rows: 10, size_mb: 1, depends_on: [store]}
        - {name: store, rows: 10, size_mb: 1, depends_on: [staff]}
    ```
    """
    places = _edge_places(case.manifest) if case.graph.components else {}
    for component in case.graph.components:
        yield _cycle_finding(explain_cycle(case.graph, component), component, case, places)


def _cycle_finding(
    found: Cycle,
    component: tuple[int, ...],
    case: GraphCase,
    places: dict[tuple[str, str], tuple[str | int, ...]],
) -> Finding:
    names = case.graph.names
    ring = [names[i] for i in found.cycle]
    edges = [
        {"child": names[child], "parent": names[parent], "origin": origin}
        for child, parent, origin in found.edges
    ]
    opening = [(names[child], names[parent]) for child, parent in found.open]
    tables = tuple(names[i] for i in component)
    stated = (places.get((edge["child"], edge["parent"])) for edge in edges)
    path = next((place for place in stated if place is not None), ("tables",))
    details = {
        "cycle": ring,
        "edges": edges,
        "open": [list(pair) for pair in opening],
        "shortest": found.exact,
    }
    return Finding(path, _cycle_text(tables, edges), tables, _pasted(opening), details)


def _cycle_text(tables: tuple[str, ...], edges: list[dict[str, str]]) -> str:
    """The group and its ring, each step with its rule where a rule made it."""
    steps = [edges[0]["child"]] + [edge["parent"] for edge in edges]
    by = sorted({edge["origin"] for edge in edges} - {MANIFEST_ORIGIN})
    ring = " -> ".join(shown(step) for step in steps[: _NAMED_AT_MOST + 1])
    more = f" -> … ({len(edges)} steps)" if len(edges) > _NAMED_AT_MOST else ""
    rules = f" (edges made by rule {', '.join(by)})" if by else ""
    return f"{len(tables)} tables wait for each other: {ring}{more}{rules}"


def _pasted(opening: list[tuple[str, str]]) -> str:
    """The rules that open the group, one for each child, as lines to paste into a policy."""
    parents: dict[str, list[str]] = {}
    for child, parent in opening:
        parents.setdefault(child, []).append(parent)
    lines = [
        f"- {{id: {_scalar(f'open-{shown(child, 1000).strip()}')}, kind: dependency, "
        f"tables: [{_pattern(child)}], not_after: [{', '.join(map(_pattern, parents[child]))}]}}"
        for child in sorted(parents)
    ]
    return "\n".join(["# to open it, paste under a policy's rules:", *lines])


def _pattern(name: str) -> str:
    """A name as a pattern that means just this name, as YAML."""
    return _scalar("".join(f"\\{c}" if c in "*?\\" else c for c in name))


def _scalar(text: str) -> str:
    """A YAML scalar: plain where that is safe, else in double quotes with nothing invisible."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", text)
    words = ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
    if plain and text.lower() not in words:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def _edge_places(manifest: Manifest) -> dict[tuple[str, str], tuple[str | int, ...]]:
    return {(child, parent): path for child, parent, path in reversed(manifest.dependencies)}


def implied_dependency(case: GraphCase) -> Iterator[Finding]:
    """A dependency that other dependencies of the manifest imply.

    **Why.** It orders nothing that is not ordered already; it is worth knowing when a manifest is
    kept by hand. Foreign keys of a real schema often are like this: nothing is wrong then. The
    search is bounded, to stay near-linear; a finding says so when the bound was hit.

    **Mend.** Drop it from a manifest kept by hand, or set `severities: {D204: off}`.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 1, depends_on: [customers]}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 1, depends_on: [customers]}
        - {name: payments, rows: 10, size_mb: 1, depends_on: [orders, customers]}
    ```
    """
    implied, bounded = implied_edges(case.graph, case.manifest)
    for child, parent, path in implied:
        text = f"{shown(child)} depends on {shown(parent)}, which its other dependencies imply"
        yield Finding(path, text, tuple(sorted((child, parent))), details={"parent": parent})
    if bounded:
        text = "the search for implied dependencies stopped at its bound: there may be more"
        yield Finding(("tables",), text)


def vain_exemption(case: PolicyCase) -> Iterator[Finding]:
    """`not_after` names an edge that does not exist.

    **Why.** The rule was written for a dependency that has gone, or that is spelled differently:
    the cycle that it should open may still be there.

    **Mend.** Delete the pair from the rule, or correct its names.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: staff, rows: 10, size_mb: 1, depends_on: [store]}
        - {name: store, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: later, kind: dependency, tables: [staff], not_after: [store]}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: staff, rows: 10, size_mb: 1}
        - {name: store, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: later, kind: dependency, tables: [staff], not_after: [store]}
    ```
    """
    for rule in case.policy.rules:
        if isinstance(rule, DependencyRule) and rule.direction is Direction.NOT_AFTER:
            for child, parent in case.graph.vacuous_removals.get(rule.id, ()):
                if not _named(rule, child, parent):
                    continue
                text = f"{shown(child)} does not depend on {shown(parent)}"
                yield Finding(
                    (*rule.place.path, "not_after"),
                    text,
                    tuple(sorted((child, parent))),
                    hint="delete the pair or correct its names",
                    source=rule.place.source,
                    on_key=True,
                    rule=rule.id,
                )


def _named(rule: DependencyRule, child: str, parent: str) -> bool:
    """Whether the rule names both tables themselves: a glob means whatever is there."""
    children = {pattern.literal for pattern in rule.tables}
    return child in children and parent in {pattern.literal for pattern in rule.others}


CHECKS = (
    Check("D201", Severity.ERROR, GraphCase, missing_parent),
    Check("D202", Severity.INFO, GraphCase, self_dependency),
    Check("D203", Severity.ERROR, GraphCase, cycle),
    Check("D204", Severity.INFO, GraphCase, implied_dependency),
    Check("D205", Severity.WARNING, PolicyCase, vain_exemption),
)
