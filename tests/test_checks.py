"""Rules of kind check and conditions: what they see, what they say, when they are judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command import stowplan

MANIFEST = {
    "source": "old",
    "total_size_mb": 65,
    "present": ["regions"],
    "tables": [
        {
            "name": "customers",
            "rows": 100,
            "size_mb": 10,
            "owner": "sales",
            "labels": {"tier": "1"},
        },
        {"name": "orders", "rows": 1000, "size_mb": 50, "max_row_mb": 0.5, "primary_key": ["id"]},
        {"name": "audit", "rows": 0, "size_mb": 5, "priority": "DEFERRABLE"},
    ],
    "dependencies": {"orders": ["customers"]},
}
POLICY = """\
policy: checked
rules:
  - {id: core, kind: priority, tables: [customers, orders], class: CRITICAL}
  - {id: first, kind: dependency, tables: [audit], after: [orders]}
  - {id: night, kind: resource, window: {duration: 4h, reserve: 10%, rollback: 1h}}
  - {id: next, kind: resource, window: {name: later, duration: 1h}}
  - {id: network, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: slow, kind: resource, tables: [orders], throughput: {rate: 25MB/s}}
  - {id: noon, kind: checkpoint, at: 50%}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with the manifest."""
    monkeypatch.chdir(tmp_path)
    Path("m.json").write_text(json.dumps(MANIFEST))


def found(rule: str, command: str = "lint", policy: str = POLICY, code: str = "probe"):
    """The violations of a code under the policy and one rule more."""
    Path("p.yaml").write_text(policy + rule)
    more = ["-o", "out"] if command == "plan" else []
    outcome = stowplan(command, "m.json", "--policy", "p.yaml", "--format", "json", *more)
    assert outcome.status in (0, 1), outcome.output
    violations: list[dict[str, Any]] = json.loads(outcome.output)["violations"]
    return [violation for violation in violations if violation["code"] == code]


def check(require: str, **keys: str) -> str:
    """A check rule named probe."""
    stated = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    return f"  - id: probe\n    kind: check\n{stated}    require: >-\n      {require}\n"


def broken_by(require: str, command: str = "lint", **keys: str) -> list[list[str]]:
    """The tables of each finding."""
    return [violation["tables"] for violation in found(check(require, **keys), command)]


TABLES = [
    ('table.name != "orders"', ["orders"]),
    ("table.rows < 1000", ["orders"]),
    ("table.size_mb <= 10.0", ["orders"]),
    ("!has(table.max_row_mb)", ["orders"]),
    ("!has(table.index_mb)", []),
    ("!has(table.owner)", ["customers"]),
    ("!has(table.priority)", ["audit"]),
    ("!has(table.lob)", []),
    ("table.primary_key == []", ["orders"]),
    ('!("customers" in table.depends_on)', ["orders"]),
    ('!("tier" in table.labels)', ["customers"]),
    ('table.class != "DEFERRABLE"', ["audit"]),
    ('table.effective_class == "CRITICAL"', ["audit"]),
    ('table.placement == "required"', ["audit"]),
    ('!("orders" in table.parents)', ["audit"]),
    ('!("audit" in table.children)', ["orders"]),
    ("size(table.ancestors) < 2", ["audit"]),
    ("size(table.descendants) < 2", ["customers"]),
    ('!table.ancestors.exists(a, a == "customers")', ["audit", "orders"]),
    ("table.depth != 2", ["orders"]),
    ("table.in_cycle == false", []),
    ("manifest.rows == 1100 && manifest.size_mb == 65.0", []),
    ('manifest.source == "old" && manifest.total_size_mb == 65.0', []),
    ('manifest.present == ["regions"] && size(manifest.tables) == 3', []),
    ("manifest.tables.exists_one(t, t.name == table.name && t.rows == table.rows)", []),
]


@pytest.mark.parametrize(("require", "tables"), TABLES)
def test_a_check_on_tables_reads_the_manifest_the_classes_and_the_graph(require, tables):
    assert sorted(broken_by(require)) == [[name] for name in tables]
    assert sorted(broken_by(require, "plan")) == [[name] for name in tables]


def test_tables_and_where_narrow_a_check_down_together():
    assert broken_by("false", tables="[audit, orders]", where="table.rows > 0") == [["orders"]]


def test_a_finding_of_a_check_stands_at_the_table_under_the_rules_id():
    rule = check(
        "table.rows > 0",
        message='"{table.name} of {manifest.source} has {table.rows} rows, {{so}}"',
        reason="nothing is to be moved",
        severity="info",
    )
    [violation] = found(rule)
    assert violation["code"] == violation["rule"] == "probe"
    assert violation["severity"] == "info"
    assert violation["message"] == "audit of old has 0 rows, {so}"
    assert violation["hint"] == "nothing is to be moved"
    text = Path("m.json").read_text()
    assert text[violation["column"] - 1 :].startswith('{"name": "audit"')


def test_without_a_message_the_condition_is_shown():
    [violation] = found(check("table.rows > 0"))
    assert violation["message"] == "audit: table.rows > 0 does not hold: table.rows is 0"


@pytest.mark.parametrize(
    ("require", "pairs"),
    [
        ("edge.child.rows >= edge.parent.rows", [["audit", "orders"]]),
        ('edge.origin == "manifest"', [["audit", "orders"]]),
        ('edge.origin != "manifest"', [["customers", "orders"]]),
        ('!("customers" in edge.child.ancestors)', [["audit", "orders"], ["customers", "orders"]]),
    ],
)
def test_a_check_on_dependencies_sees_both_ends_and_the_origin(require, pairs):
    assert sorted(broken_by(require, on="dependency")) == pairs


def test_a_dependency_that_a_rule_made_is_found_at_the_rule():
    made, stated = sorted(
        found(check("false", on="dependency")), key=lambda v: v["path"] != "p.yaml"
    )
    assert (made["path"], made["line"]) == ("p.yaml", 4)
    assert stated["path"] == "m.json"


def test_a_check_on_dependencies_selects_children():
    assert broken_by("false", on="dependency", tables="[audit]") == [["audit", "orders"]]


def test_a_check_on_the_manifest_is_judged_once():
    [violation] = found(check("size(manifest.tables) > 3", on="manifest"))
    assert (violation["path"], violation["line"], violation["column"]) == ("m.json", 1, 1)
    assert violation["tables"] == []


PLANNED = [
    ("step", 'step.window == "night"', [["audit"]]),
    ("step", "step.finish_s - step.start_s < 2.0", [["orders"]]),
    ("step", "step.slack_s > 0.0 && step.phase >= 1 && step.chunk_mb > 0.0", []),
    ("step", 'step.basis == "declared"', [["audit"], ["customers"]]),
    ("step", "window.main", [["audit"]]),
    ("window", 'window.main || window.tables == ["audit"]', []),
    ("window", "window.duration_s > 3600.0 && window.rollback_s > 0.0", [[]]),
    ("window", "window.usable_s == 9720.0 && window.reserve == 0.1", [[]]),
    ("window", "window.size_mb == 60.0 && window.busy_s > 1.0", [[]]),
    ("plan", 'plan.feasibility == "YES" && plan.proven && plan.tables == 3', []),
    ("plan", "plan.required_mb == 60.0 && plan.planned_mb == 60.0", []),
    ("plan", "plan.makespan_s >= plan.lower_bound_s && plan.gap >= 0.0", []),
    ("plan", "plan.window_s == 14400.0 && plan.break_even_mb_s.required < 50.0", []),
    ("plan", 'plan.windows.map(w, w.name) == ["night", "later"]', []),
    ("plan", "plan.checkpoints.exists(c, c.at_s == 7200.0 && c.required_mb == 60.0)", []),
    ("plan", 'plan.deferred.all(d, d.name == "audit" && d.window == "later" && d.would_fit)', []),
    ("plan", "size(plan.unschedulable) == 0 && plan.p_required_fits == 1.0", []),
]


@pytest.mark.parametrize(("subject", "require", "tables"), PLANNED)
def test_what_is_known_after_planning_is_checked_by_plan_and_left_alone_by_lint(
    subject, require, tables
):
    assert sorted(broken_by(require, "plan", on=subject)) == tables
    assert broken_by("false", on=subject) == []


def test_a_windows_finding_stands_at_its_rule():
    main, later = found(check("false", on="window"), "plan")
    assert [(Path(v["path"]).name, v["line"]) for v in (main, later)] == [
        ("p.yaml", 5),
        ("p.yaml", 6),
    ]


def test_a_condition_that_fails_is_a_finding_with_the_failure():
    violations = found(check("table.size_mb / 0.0 > 1.0 && table.rows / table.rows == 1"))
    assert [violation["message"] for violation in violations] == [
        "audit: cannot be evaluated: division by zero"
    ]
    assert found(check('table.owner == "sales"'))[0]["message"] == (
        "orders: cannot be evaluated: no such field: table.owner"
    )


def test_a_where_that_fails_counts_as_selected():
    violations = found(check("true", where='table.owner != "x"'))
    assert [violation["tables"] for violation in violations] == [["orders"], ["audit"]]
    rule = '  - {id: probe, kind: priority, where: table.owner == "x", class: EXCLUDED}\n'
    violations = found("", policy=POLICY.replace("rules:\n", f"rules:\n{rule}"))
    assert [violation["tables"] for violation in violations] == [["orders"], ["audit"]]


def test_a_where_that_fails_counts_as_selected_also_where_the_failure_is_waived():
    rule = '  - {id: probe, kind: priority, where: table.owner == "x", class: EXCLUDED}\n'
    waiver = (
        "waivers:\n  - {code: probe, tables: [orders, audit], reason: r, owner: o, "
        "expires: 9999-12-31}\n"
    )
    seen = '  - {id: seen, kind: check, require: table.class != "EXCLUDED"}\n'
    violations = found(seen + waiver, policy=POLICY.replace("rules:\n", f"rules:\n{rule}"))
    assert all(violation["suppressed"] for violation in violations)
    assert [violation["tables"] for violation in violations] == [["orders"], ["audit"]]
    violations = found("", policy=POLICY.replace("rules:\n", f"rules:\n{rule}") + seen, code="seen")
    assert [violation["tables"] for violation in violations] == [["orders"], ["audit"]]


def chain(length: int) -> dict[str, object]:
    """A manifest of tables that each wait for the one before."""
    return {
        "tables": [
            {"name": f"t{n:04}", "rows": 1, "size_mb": 1, "depends_on": [f"t{n - 1:04}"] * (n > 0)}
            for n in range(length)
        ]
    }


@pytest.mark.parametrize(
    ("require", "broken"),
    [
        ('table.ancestors.exists(a, a.endsWith("3"))', 4),
        ('table.ancestors.all(a, a < "t2990")', 9),
        ('size(table.ancestors.filter(a, a.matches("[0-4]$"))) < 1495', 15),
        ('table.descendants.exists_one(d, d > "t2994")', 2999),
        ("table.ancestors.exists(a, a in manifest.present || a == 't0000')", 1),
        ("!table.ancestors.exists(a, a == table.name)", 0),
    ],
)  # fmt: skip
def test_a_condition_over_names_alone_is_asked_once_for_each_name(require, broken):
    """Over a chain of 3000 tables a walk for each would spend many times the rule's steps."""
    Path("m.json").write_text(json.dumps(chain(3000)))
    violations = found(check(require))
    assert all("given up" not in violation["message"] for violation in violations)
    assert len(violations) == broken
    every = 'manifest.tables.all(t, t.ancestors.all(a, a != "x" && a != "t2997"))'
    assert len(found(check(every, on="manifest"))) == 1


def test_lists_of_lists_are_compared_within_the_budget():
    Path("m.json").write_text(json.dumps(chain(2000)))
    names = "manifest.tables.map(t, t.depends_on)"
    assert found(check(f"{names} == {names}", on="manifest")) == []
    [violation] = found(check(f"{names} == {names}"))
    assert "was given up" in violation["message"]


def test_a_sum_past_64_bits_is_a_failure_where_it_is_read():
    rows = 2**63 - 1
    tables = [{"name": name, "rows": rows, "size_mb": 1} for name in ("customers", "orders")]
    Path("m.json").write_text(json.dumps({"tables": tables}))
    [violation] = found(check("manifest.rows > 5 && size(manifest.tables) == 2", on="manifest"))
    assert violation["message"] == (
        "cannot be evaluated: manifest.rows: integer overflow, the tables have 2^63 rows or more"
    )
    assert found(check("size(manifest.tables) == 2", on="manifest")) == []


def test_a_rule_over_its_budget_is_named_and_others_are_judged():
    bomb = check("manifest.tables.all(t, " * 4 + "true" + ")" * 4).replace("on:", "on:")
    many = {"tables": [{"name": f"t{n}", "rows": 1, "size_mb": 1} for n in range(200)]}
    Path("m.json").write_text(json.dumps(many))
    other = "  - {id: other, kind: check, on: manifest, require: 'false'}\n"
    [violation] = found(bomb + other)
    assert "was given up" in violation["message"]
    assert (violation["path"], violation["rule"]) == ("p.yaml", "probe")
    assert len(found(bomb + other, code="other")) == 1


GIVEN_UP = [
    ("manifest.tables.all(t, t.depth < 3000)", "with `on: manifest` it does so once"),
    ("!table.ancestors.exists(a, a > table.name)", "by their names alone costs little"),
]


@pytest.mark.parametrize(("require", "hint"), GIVEN_UP)
def test_a_rule_over_its_budget_learns_what_costs_it(require, hint):
    Path("m.json").write_text(json.dumps(chain(3000)))
    [violation] = found(check(require))
    assert "was given up" in violation["message"]
    assert hint in violation["hint"]


def test_patterns_over_long_texts_are_called_what_costs():
    letters = ["".join("ab"[n * n * k % 7 % 2] for n in range(40_000)) for k in range(1, 30)]
    tables = [
        {"name": x[:40] + str(n), "rows": 1, "size_mb": 1, "labels": {"a": x}}
        for n, x in enumerate(letters)
    ]
    Path("m.json").write_text(json.dumps({"tables": tables}))
    many = " || ".join(f'table.labels.a.matches("a.{{{n}}}c")' for n in range(60, 99))
    [violation] = found(check(f"!({many})"))
    assert violation["hint"].endswith("or patterns over long texts")


@pytest.mark.parametrize(
    "require",
    [
        'size(table.ancestors) == 0 || max(table.ancestors) < "u"',
        "size(table.ancestors + table.descendants) == 2999",
    ],
)
def test_lists_that_are_gone_through_without_a_question_cost_little(require):
    Path("m.json").write_text(json.dumps(chain(3000)))
    assert found(check(require)) == []


def test_a_message_shows_the_first_of_many_names():
    Path("m.json").write_text(json.dumps(chain(3000)))
    message = "'{table.name} after {table.ancestors}'"
    messages = [v["message"] for v in found(check("table.depth < 3000", message=message))]
    first = ", ".join(f"t{n:04}" for n in range(10))
    assert messages == [f"t2999 after {first} and 2989 more"]


def test_a_message_that_costs_too_much_hides_no_finding():
    Path("m.json").write_text(json.dumps(chain(3000)))
    costly = "'{size(manifest.tables.filter(t, manifest.tables.exists(u, u.depth > t.depth)))}'"
    messages = [v["message"] for v in found(check("table.depth < 1000", message=costly))]
    assert len(messages) == 2001
    told = "t0999: table.depth < 1000 does not hold; its message takes too many steps"
    assert messages[0] == told


def test_a_message_is_bounded_whatever_a_manifest_says():
    tables = [
        {"name": f"t{n}", "rows": 1, "size_mb": 1, "labels": {"a": "a" * 40_000}} for n in range(50)
    ]
    Path("m.json").write_text(json.dumps({"tables": tables}))
    message = """'{manifest.tables.map(t, t.labels["a"])}'"""
    messages = [v["message"] for v in found(check("false", message=message))]
    assert [len(message) for message in messages] == [2000] * 50


def test_an_empty_message_gives_way_to_the_condition():
    [violation] = found(check("table.rows != 100", message='\'{has(table.owner) ? "" : "x"}\''))
    assert violation["message"] == "customers: table.rows != 100 does not hold"


@pytest.mark.parametrize(
    ("rule", "tables"),
    [
        ("{id: placed, kind: priority, where: table.rows == 0, class: EXCLUDED}", ["audit"]),
        (
            '{id: placed, kind: priority, tables: "*o*", where: has(table.owner), class: EXCLUDED}',
            ["customers"],
        ),
        (
            "{id: placed, kind: priority, where: size(table.depends_on) > 0, class: EXCLUDED}",
            ["orders"],
        ),
    ],
)
def test_a_condition_decides_the_class(rule, tables):
    rest = "{id: rest, kind: priority, tables: '*', class: CRITICAL}"
    policy = f"policy: p\nrules:\n  - {rule}\n  - {rest}\n"
    seen = found(check('table.class != "EXCLUDED"'), policy=policy)
    assert [violation["tables"] for violation in seen] == [[name] for name in tables]


def test_a_condition_decides_order_and_throughput():
    order = (
        "  - {id: small-first, kind: dependency, where: table.size_mb < 6.0, before: customers}\n"
    )
    rule = check('!("audit" in table.parents)')
    policy = POLICY.replace(
        "  - {id: first, kind: dependency, tables: [audit], after: [orders]}\n", ""
    )
    assert [v["tables"] for v in found(order + rule, policy=policy)] == [["customers"]]
    slow = "  - {id: slower, kind: resource, where: table.rows == 100, throughput: {rate: 1MB/s}}\n"
    step = check("step.finish_s - step.start_s < 9.0", on="step")
    assert [v["tables"] for v in found(slow + step, "plan")] == [["customers"]]


def test_a_check_that_looks_at_nothing_is_dead():
    rule = check("table.rows > 0", where='table.name == "none"')
    [dead] = found(rule, code="Y608")
    assert "probe" in dead["message"]
    assert found(check("false", on="step", tables="[audit]"), code="Y608") == []


NO_EFFECT = [
    (
        "{id: probe, kind: check, tables: [audit], where: table.rows > 9, require: 'true'}",
        "it selects no table: correct what it selects, or delete it",
    ),
    (
        "{id: probe, kind: check, on: manifest, where: manifest.rows < 0, require: 'true'}",
        "its `where` does not hold: correct what it selects, or delete it",
    ),
    (
        "{id: probe, kind: check, on: dependency, where: edge.child.rows < 0, require: 'true'}",
        "it selects no dependency: correct what it selects, or delete it",
    ),
    (
        "{id: probe, kind: dependency, tables: [audit], not_after: [customers]}",
        "there is no such dependency: correct its names, or delete it",
    ),
    (
        "{id: probe, kind: dependency, tables: ['audi*'], after: ['audit*']}",
        "it orders no two tables: correct its names, or delete it",
    ),
    (
        "{id: probe, kind: priority, tables: [customers], class: IMPORTANT}",
        "it selects nothing, or earlier rules took all: delete it or move it up",
    ),
    (
        "{id: probe, kind: checkpoint, after: [nobody]}",
        "none of its tables is there: correct its names, or delete it",
    ),
    (
        "{id: probe, kind: checkpoint, at: 4h30m}",
        "it is at 4 h 30 min, and window night ends after 4 h: set an earlier time",
    ),
]


@pytest.mark.parametrize(("rule", "hint"), NO_EFFECT, ids=[hint[:30] for _, hint in NO_EFFECT])
@pytest.mark.parametrize("command", ["lint", "plan"])
def test_the_hint_of_a_dead_rule_is_for_its_kind(command, rule, hint):
    [dead] = found(f"  - {rule}\n", command, code="Y608")
    assert (dead["rule"], dead["hint"]) == ("probe", hint)


def test_a_checkpoint_after_the_window_is_shown_as_dead():
    Path("p.yaml").write_text(f"{POLICY}  - {{id: late, kind: checkpoint, at: 9h}}\n")
    shown = stowplan("policies", "m.json", "--policy", "p.yaml", "--format", "json")
    [rule] = [rule for rule in json.loads(shown.output)["rules"] if rule["id"] == "late"]
    assert (rule["state"], rule["why"]) == ("dead", "it is after the window's end")


@pytest.mark.parametrize(
    ("checkpoint", "messages"),
    [
        ("at: 3h", []),
        ("at: 0%", ["rule probe is at the start: nothing can be late yet"]),
        ("at: 0s", ["rule probe is at the start: nothing can be late yet"]),
        (
            "at: 76%",
            ["rule probe is at 3 h 2 min 24 s: going back must start by 3 h of window night"],
        ),
        ("at: 4h", ["rule probe is at 4 h: going back must start by 3 h of window night"]),
        ("at: 1h, if_behind: [{raise_bandwidth: 51MB/s}, {streams: 2}]", []),
        (
            "at: 1h, if_behind: [{raise_bandwidth: 10MB/s}]",
            ["rule probe: raise_bandwidth 10 MB/s, where the policy has 50 MB/s"],
        ),
        (
            "at: 1h, if_behind: [{raise_bandwidth: 60MB/s}, {raise_bandwidth: 55MB/s}]",
            ["rule probe: raise_bandwidth 55 MB/s, where an action before it has 60 MB/s"],
        ),
        (
            "at: 1h, if_behind: [{streams: 1}, {streams: 3}, {streams: 2}]",
            [
                "rule probe: streams 1, where the policy has 1",
                "rule probe: streams 2, where an action before it has 3",
            ],
        ),
        ("at: 1h, if_behind: [{skip: {tables: orders}}, {skip: {class: CRITICAL}}, stop]", []),
        ("at: 1h, if_behind: [{extend_window: 30m}, {extend_window: 10m}]", []),
        ("at: 1h, if_behind: [{chunk: 500MB}, {chunk: 10MB}]", []),
    ],
)
def test_a_checkpoint_that_comes_too_late_or_raises_nothing_is_a_warning(checkpoint, messages):
    policy = POLICY.replace("{limit: 50MB/s}", "{limit: 80MB/s, target: 50MB/s}")
    warned = found(
        f"  - {{id: probe, kind: checkpoint, {checkpoint}}}\n", policy=policy, code="R404"
    )
    assert [violation["message"] for violation in warned] == messages
    assert {violation["severity"] for violation in warned} <= {"warning"}


@pytest.mark.parametrize(
    ("actions", "messages"),
    [
        ("[{chunk: 12.5MB}, {chunk: 1MB}]", []),
        (
            "[{chunk: 1GB}]",
            ["rule probe: chunk 1 000 MB, where the memory has room for 12.5 MB"],
        ),
        (
            "[{streams: 8}, {streams: 2}]",
            ["rule probe: streams 2, where the policy has 4"],
        ),
    ],
)
def test_chunks_beyond_the_memory_bring_nothing_and_smaller_ones_spare_it(actions, messages):
    limits = (
        "  - {id: ram, kind: resource, memory: {limit: 100MB}}\n"
        "  - {id: four, kind: resource, streams: {limit: 4}}\n"
    )
    mark = f"  - {{id: probe, kind: checkpoint, at: 1h, if_behind: {actions}}}\n"
    warned = found(limits + mark, code="R404")
    assert [violation["message"] for violation in warned] == messages


@pytest.mark.parametrize(
    ("pattern", "foreign"),
    [
        ("^ord.*$", True),
        ("[co]rders", True),
        ("{orders,audit}_*", True),
        ("ord%", True),
        ("!orders", True),
        ("orders|audit", True),
        ("ordrs", False),
        ("x*", False),
        ("a$b", False),
    ],
)
def test_a_pattern_of_another_language_is_told_of(pattern, foreign):
    rule = f"  - {{id: probe, kind: priority, tables: ['*', '{pattern}'], class: IMPORTANT}}\n"
    [unmatched] = found(rule, code="Y607")
    assert unmatched["hint"].startswith("only * and ? are wild, and nothing negates") == foreign


@pytest.mark.parametrize(
    ("require", "hint"),
    [
        ('table.class != "CRITCAL"', "did you mean CRITICAL?"),
        ('table.placement in ["required", "prefered"]', "did you mean preferred?"),
        ('manifest.tables.all(t, t.effective_class != "IMPORTENT")', "did you mean IMPORTANT?"),
    ],
)
def test_a_condition_that_names_a_class_or_placement_that_is_none_is_a_fault(require, hint):
    Path("p.yaml").write_text(POLICY + check(require))
    outcome = stowplan("lint", "m.json", "--policy", "p.yaml")
    assert outcome.status == 2
    assert f"hint: {hint}" in outcome.output


def test_exists_with_a_name_is_answered_without_a_walk():
    chain = [
        {"name": f"t{n:04}", "rows": 1, "size_mb": 1, "depends_on": [f"t{n - 1:04}"] if n else []}
        for n in range(3000)
    ]
    Path("m.json").write_text(json.dumps({"tables": chain}))
    rule = check('!table.ancestors.exists(a, a == "t2998")')
    assert [violation["tables"] for violation in found(rule)] == [["t2999"]]


def test_no_plan_is_never_a_success():
    Path("p.yaml").write_text(
        "rules:\n  - {id: all, kind: priority, tables: '*', class: CRITICAL}\n"
        "severities: {R404: off}\n"
    )
    outcome = stowplan("plan", "m.json", "--policy", "p.yaml", "-o", "out")
    assert outcome.status == 1
    assert not Path("out").exists()
