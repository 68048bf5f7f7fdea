"""Priority: which class a table is in, and who disagrees."""

from __future__ import annotations

from collections.abc import Iterator

from stowplan.model import Finding, Manifest, Placement, Policy, PriorityRule, Severity, shown
from stowplan.spelling import nearest

from .check import Check, PolicyCase


def unclassified(case: PolicyCase) -> Iterator[Finding]:
    """A table that nothing classifies.

    **Why.** No rule selects it and it has no `priority` of its own, so nobody has decided whether
    the night may end without it. It is not planned (S501), unless a child takes it along.

    **Mend.** Add it to a priority rule, or give it a `priority`. A last rule with `tables: "*"`
    catches all that is left.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
    ```
    """
    known = tuple(entry.name for entry in case.policy.classes)
    for table, classed in zip(case.assessment.tables, case.assessment.classed, strict=True):
        if classed.class_name is not None:
            continue
        text = f"no rule classifies table {shown(table.name)}"
        hint = "add it to a priority rule, or give it a priority"
        path: tuple[str | int, ...] = ("tables", table.place, "name")
        if table.priority is not None:
            text += f", and its priority {shown(table.priority)} is no class"
            near = nearest(table.priority, known)
            hint = f"did you mean {near}?" if near else f"classes are {', '.join(known)}"
            path = ("tables", table.place, "priority")
        if classed.lifted_by is not None:
            text += f"; {shown(classed.lifted_by)} needs it and takes it along as"
            text += f" {classed.effective}"
        yield Finding(path, text, (table.name,), hint=hint)


def rules_disagree(case: PolicyCase) -> Iterator[Finding]:
    """Two rules that both name a table itself want different classes for it.

    **Why.** The first rule in load order wins. Where both name the table (no glob, no condition),
    the second was meant too, and one of them is wrong.

    **Mend.** Take the name out of one of them. A glob after a name is no disagreement: it means
    all the others.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: audit_logs, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [audit_logs], class: CRITICAL}
        - {id: rest, kind: priority, tables: ["*"], class: DEFERRABLE}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: audit_logs, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [audit_logs], class: CRITICAL}
        - {id: logs, kind: priority, tables: [audit_logs], class: DEFERRABLE}
    ```
    """
    listed = _places(case.manifest)
    for name, first, second, index in _contradictions(case.policy):
        if name in listed:
            text = (
                f"rule {second.id} wants {second.class_name} for table {shown(name)}, "
                f"but rule {first.id} came first with {first.class_name}"
            )
            yield Finding(
                second.tables[index].place.path,
                text,
                (name,),
                hint=f"take {shown(name)} out of one of the two rules",
                source=second.place.source,
                rule=second.id,
            )


def _contradictions(policy: Policy) -> Iterator[tuple[str, PriorityRule, PriorityRule, int]]:
    """Each name with the first rule that names it, a later one of another class, and where."""
    first: dict[str, PriorityRule] = {}
    for rule in policy.rules:
        if isinstance(rule, PriorityRule):
            for index, pattern in enumerate(() if rule.where else rule.tables):
                if pattern.literal is not None:
                    earlier = first.setdefault(pattern.literal, rule)
                    if earlier.class_name != rule.class_name:
                        yield pattern.literal, earlier, rule, index


def _places(manifest: Manifest) -> dict[str, int]:
    return {table.name: table.place for table in reversed(manifest.tables)}


def inversion(case: PolicyCase) -> Iterator[Finding]:
    """A required table depends on a weaker one, which is promoted.

    **Why.** The parent has to be moved first whatever its class says, so it takes time in the
    window that nobody gave it. Better to know before the night.

    **Mend.** Put the parent into a required class; or, if the dependency need not hold that night,
    say so with `not_after`.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 1, depends_on: [customers]}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers, orders], class: CRITICAL}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1}
        - {name: orders, rows: 10, size_mb: 1, depends_on: [customers]}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [orders], class: CRITICAL}
        - {id: rest, kind: priority, tables: [customers], class: DEFERRABLE}
    ```
    """
    placement = {entry.name: entry.placement for entry in case.policy.classes}
    for table, classed in zip(case.assessment.tables, case.assessment.classed, strict=True):
        if classed.lifted_by is None or classed.effective is None or classed.class_name is None:
            continue
        required = placement[classed.effective] is Placement.REQUIRED
        if required and placement[classed.class_name] is not Placement.REQUIRED:
            text = (
                f"{classed.class_name} table {shown(table.name)} is promoted to "
                f"{classed.effective}: {shown(classed.lifted_by)} depends on it"
            )
            yield Finding(
                ("tables", table.place, "name"),
                text,
                (table.name,),
                hint="put it into a required class, or open the dependency with not_after",
                details={"child": classed.lifted_by, "effective_class": classed.effective},
            )


def own_priority_differs(case: PolicyCase) -> Iterator[Finding]:
    """A manifest's own `priority` differs from the policy's.

    **Why.** The policy wins. But whoever wrote the manifest believes something else about this
    table.

    **Mend.** Change the manifest's `priority`, or the rule.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1, priority: CRITICAL}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1, priority: IMPORTANT}
    policy:
      policy: example
      rules:
        - {id: core, kind: priority, tables: [customers], class: CRITICAL}
    ```
    """
    for table, classed in zip(case.assessment.tables, case.assessment.classed, strict=True):
        decided = classed.rule is not None and table.priority is not None
        if decided and table.priority != classed.class_name:
            text = (
                f"table {shown(table.name)} calls itself {shown(table.priority)}, "
                f"rule {classed.rule} makes it {classed.class_name}"
            )
            yield Finding(
                ("tables", table.place, "priority"),
                text,
                (table.name,),
                hint="the policy wins: change one of the two",
                rule=classed.rule,
            )


CHECKS = (
    Check("P301", Severity.ERROR, PolicyCase, unclassified),
    Check("P302", Severity.WARNING, PolicyCase, rules_disagree),
    Check("P303", Severity.WARNING, PolicyCase, inversion),
    Check("P304", Severity.WARNING, PolicyCase, own_priority_differs),
)
