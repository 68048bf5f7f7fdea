"""A manifest under its policy as one side of a comparison, or a policy by itself."""

from __future__ import annotations

from typing import Any

from stowplan.model import Manifest, Plan, Policy, Violation
from stowplan.planning.groundwork import Groundwork
from stowplan.policy_view import Judged

from .plans import finding_figures, plan_figures, plan_tables
from .sides import Figure, Side, TableState, Unit
from .statements import Sources, rule_facts

NO_POLICY = "no policy: only the structural checks were compared"
NO_PLAN = "no plan can be made (no window or no bandwidth): classes and findings were compared"
NO_MANIFEST = "no manifest was named: what the rules select was not compared"
ABSENT = "the manifest is not there"


def manifest_side(
    label: str,
    manifest: Manifest | None,
    violations: tuple[Violation, ...],
    *,
    policy: tuple[Policy, Sources] | None,
    judged: Judged | None,
    plan: Plan | None,
) -> Side:
    """What is known of a manifest; `policy`, `judged` and `plan` are None as far as it came."""
    tables = {} if manifest is None else _tables(manifest)
    figures = _counted(manifest)
    if judged is not None:
        tables = _classed(tables, judged.ground)
    if plan is not None:
        tables = _completed(plan_tables(plan), tables)
        figures = tuple(plan_figures(plan))
    rules = () if policy is None else tuple(rule_facts(*policy, judged))
    return Side(
        label,
        tables,
        (*figures, *finding_figures(violations)),
        violations,
        rules,
        () if policy is None else policy[0].waivers,
        NO_POLICY if policy is None else NO_PLAN if plan is None else "",
    )


def policy_side(label: str, policy: Policy, sources: Sources) -> Side:
    """A policy without a manifest: only what it states."""
    rules = tuple(rule_facts(policy, sources, None))
    return Side(label, rules=rules, waivers=policy.waivers, note=NO_MANIFEST)


def absent_side(label: str) -> Side:
    """A manifest that one side lacks: none of its tables is there."""
    figures = (*_counted(None), *finding_figures(()))
    return Side(label, {}, figures, (), note=ABSENT)


def _tables(manifest: Manifest) -> dict[str, TableState]:
    """By name; of tables of one name the first counts, as in the graph."""
    stated: dict[str, list[str]] = {}
    for edge in manifest.dependencies:
        stated.setdefault(edge.child, []).append(edge.parent)
    return {
        table.name: TableState(
            table.name,
            rows=table.rows,
            size=table.size,
            depends_on=tuple(sorted(set(stated.get(table.name, ())))),
        )
        for table in reversed(manifest.tables)
    }


def _classed(tables: dict[str, TableState], ground: Groundwork) -> dict[str, TableState]:
    found = {}
    for number, (name, classed) in enumerate(
        zip(ground.graph.names, ground.classification.tables, strict=True)
    ):
        placement = ground.classification.placement(number)
        found[name] = tables[name]._replace(
            class_name=classed.class_name,
            effective_class=classed.effective,
            placement=None if placement is None else placement.value,
            phase=ground.graph.phases[number],
        )
    return found


def _completed(
    planned: dict[str, TableState], known: dict[str, TableState]
) -> dict[str, TableState]:
    """What a plan leaves open of a table that it does not plan, from the manifest and the rules."""
    return {name: _filled(state, known[name]) for name, state in planned.items()}


def _filled(state: TableState, known: TableState) -> TableState:
    # What the manifest says that a table waits for is not yet what a plan would say.
    pairs = zip(TableState._fields, state, known._replace(depends_on=None), strict=True)
    open_: dict[str, Any] = {key: other for key, value, other in pairs if value is None}
    return state._replace(**open_)


def _counted(manifest: Manifest | None) -> tuple[Figure, ...]:
    count = 0 if manifest is None else len(manifest.tables)
    return (Figure("tables", "tables", Unit.COUNT, count),)
