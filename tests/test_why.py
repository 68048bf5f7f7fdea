"""`stowplan why`: every rule that looked at a table, what each came to, and what follows."""

import json
import re
import shlex
from pathlib import Path

import pytest
from command import stowplan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "why.md").read_text(encoding="utf-8")

MANIFEST = """
present: [moved]
tables:
  - {name: customers, rows: 50000, size_mb: 120, priority: DEFERRABLE}
  - {name: orders, rows: 900000, size_mb: 6200, depends_on: [customers, moved], owner: sales}
  - {name: lines, rows: 2000000, size_mb: 3500, index_mb: 500, depends_on: [orders]}
  - {name: audit, rows: 40000000, size_mb: 800000, depends_on: [customers]}
  - {name: late, rows: 400, size_mb: 100, depends_on: [sessions]}
  - {name: sessions, rows: 400, size_mb: 800, depends_on: [customers]}
  - {name: scratch, rows: 400, size_mb: 8}
  - {name: staff, rows: 10, size_mb: 1, depends_on: [store]}
  - {name: store, rows: 10, size_mb: 1, depends_on: [staff]}
  - {name: a, rows: 10, size_mb: 1, depends_on: [b]}
  - {name: b, rows: 10, size_mb: 1, depends_on: [a]}
  - {name: below_a, rows: 10, size_mb: 1, depends_on: [a]}
  - {name: orphan, rows: 10, size_mb: 1, depends_on: [nowhere]}
"""

RULES = """
policy: night
rules:
  - {id: big, kind: priority, tables: ["l*", orders], class: CRITICAL,
     where: 'table.rows > 1000000 && table.size_mb < 9000.0'}
  - {id: sessions, kind: priority, tables: ["sess*", nothing], class: DEFERRABLE}
  - {id: scratch, kind: priority, tables: [scratch], class: EXCLUDED}
  - {id: sales, kind: priority, class: IMPORTANT,
     where: 'has(table.owner) && table.owner == "sales"'}
  - {id: all, kind: priority, tables: "*", class: IMPORTANT}
  - {id: first, kind: dependency, tables: [customers], before: [orders, store]}
  - {id: deferred-fk, kind: dependency, tables: [staff], not_after: [store]}
  - {id: night, kind: resource, window: {duration: 4h, reserve: 10%}}
  - {id: next, kind: resource, window: {name: follow-up, duration: 1h}}
  - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: ram, kind: resource, memory: {limit: 100MB}}
  - {id: slow, kind: resource, tables: ["*s"], throughput: {rate: 20MB/s, overhead: 5s}}
  - {id: fast, kind: resource, tables: "*", throughput: {rate: 40MB/s, index_rate: 10MB/s}}
  - {id: mark, kind: checkpoint, at: 1m}
  - {id: small, kind: check, tables: ["*s"], severity: warning,
     where: 'has(table.owner)', require: 'table.size_mb <= 5000.0 && table.rows > 1'}
  - {id: stated, kind: check, on: dependency, require: 'edge.origin == "manifest"', severity: info}
  - {id: early, kind: check, on: step, require: 'step.start_s < 10.0'}
waivers:
  - {code: early, tables: [orders], reason: moves later, owner: dba, expires: 2027-01-31}
"""


@pytest.fixture
def why(tmp_path, monkeypatch):
    """Explains a table of MANIFEST under RULES (or others), as JSON by default."""
    monkeypatch.chdir(tmp_path)

    def tell(table, *more, manifest=MANIFEST, rules=RULES, form="json"):
        path = Path("m.json" if manifest.startswith("{") else "m.yaml")
        path.write_text(manifest, encoding="utf-8")
        Path("p.yaml").write_text(rules, encoding="utf-8")
        options = ("--policy", "p.yaml", "--as-of", "2026-12-01", "--format", form)
        outcome = stowplan("why", table, path, *options, *more)
        assert (outcome.status, outcome.errors) == (0, ""), outcome
        return json.loads(outcome.output) if form == "json" else outcome.output

    return tell


def rule(rows, identity):
    return next(row for row in rows if row["rule"] == identity)


# --- the page ---------------------------------------------------------------------------------


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", blocks("console"), ids=lambda b: b.split("\n", 1)[0])
def test_the_page_shows_what_the_commands_print(block, tmp_path, monkeypatch):
    manifest, policy = blocks("yaml")
    (tmp_path / "policies").mkdir()
    (tmp_path / "manifest.yaml").write_text(manifest)
    (tmp_path / "policies" / "night.yaml").write_text(policy)
    monkeypatch.chdir(tmp_path)
    command, output = block.split("\n", 1)
    assert stowplan(*shlex.split(command)[2:]) == (0, output, "")


def test_the_page_names_every_key_of_the_json(why):
    found = why("orders")
    assert {key for key in found if f"`{key}`" not in PAGE and f"{key}`" not in PAGE} == set()


# --- class ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "outcomes"),
    [
        ("lines", {"big": "won", "sales": "condition not met", "all": "came later"}),
        ("orders", {"big": "condition not met", "sales": "won", "all": "came later"}),
        ("customers", {"big": "other tables", "sales": "condition not met", "all": "won"}),
    ],
    ids=["by glob and condition", "by condition", "by the last"],
)
def test_every_priority_rule_says_what_it_came_to(why, table, outcomes):
    rules = why(table)["class"]["rules"]
    assert len(rules) == 5
    assert {row["rule"]: row["outcome"] for row in rules} == outcomes | {
        "sessions": "other tables",
        "scratch": "other tables",
    }


def test_a_rule_that_came_later_names_the_winner(why):
    assert rule(why("lines")["class"]["rules"], "all")["after"] == "big"


def test_the_pattern_that_matches_is_named(why):
    rules = why("sessions")["class"]["rules"]
    assert rule(rules, "sessions")["matching"] == ["sess*"]
    assert rule(rules, "big")["matching"] == []
    assert rule(rules, "sales")["matching"] is None


def test_each_part_of_a_condition_has_its_value_and_what_it_reads(why):
    where = rule(why("orders")["class"]["rules"], "big")["where"]
    assert where["value"] is False
    assert [(part["text"], part["value"]) for part in where["parts"]] == [
        ("table.rows > 1000000", False),
        ("table.size_mb < 9000.0", True),
    ]
    reads = where["parts"][0]["reads"]
    assert reads == [{"field": "table.rows", "value": 900000, "absent": False, "entries": None}]


def test_a_field_that_is_absent_is_called_so(why):
    parts = rule(why("lines")["class"]["rules"], "sales")["where"]["parts"]
    assert [part["value"] for part in parts] == [False, None]
    assert parts[1]["failure"] == "no such field: table.owner"
    assert parts[0]["reads"][0]["absent"] is True


def test_a_condition_that_fails_counts_as_selected(why):
    rules = RULES.replace("has(table.owner) && table.owner ==", "table.owner ==")
    row = rule(why("customers", rules=rules)["class"]["rules"], "sales")
    assert (row["outcome"], row["failure"]) == ("won", "no such field: table.owner")


def test_a_promotion_is_told_down_to_the_table_that_started_it(why):
    found = why("customers")["class"]
    assert (found["class"], found["priority"]) == ("IMPORTANT", "DEFERRABLE")
    assert (found["effective_class"], found["placement"]) == ("CRITICAL", "required")
    assert found["promotion"] == [
        {"child": "orders", "parent": "customers", "origin": "manifest"},
        {"child": "lines", "parent": "orders", "origin": "manifest"},
    ]


# --- dependencies -----------------------------------------------------------------------------


def test_each_edge_says_who_made_it_and_where(why):
    found = why("orders")["dependencies"]
    edges = [(e["name"], e["origin"], e["state"], e["line"]) for e in found["parents"]]
    assert edges == [("customers", "manifest", "listed", 5), ("moved", "manifest", "present", 5)]
    assert [edge["name"] for edge in found["children"]] == ["lines"]


def test_a_rule_makes_and_restates_edges(why):
    row = rule(why("customers")["dependencies"]["rules"], "first")
    assert row["made"] == [{"child": "store", "parent": "customers"}]
    assert row["restated"] == [{"child": "orders", "parent": "customers"}]


@pytest.mark.parametrize("table", ["staff", "store"])
def test_a_removed_edge_is_told_on_both_sides(why, table):
    row = rule(why(table)["dependencies"]["rules"], "deferred-fk")
    assert row["removed"] == [{"child": "staff", "parent": "store", "origin": "manifest"}]


def test_a_removed_edge_to_a_missing_parent_is_told(why):
    more = "  - {id: cut, kind: dependency, tables: [orphan], not_after: [nowhere]}\nwaivers:"
    found = why("orphan", rules=RULES.replace("waivers:", more))
    removed = rule(found["dependencies"]["rules"], "cut")["removed"]
    assert removed == [{"child": "orphan", "parent": "nowhere", "origin": "manifest"}]
    assert found["outcome"] == "planned"


# --- cost -------------------------------------------------------------------------------------


def test_each_figure_has_the_rule_that_gave_it(why):
    figures = {f["figure"]: f for f in why("orders")["cost"]["figures"]}
    told = {key: (f["value"], f["state"], f["rule"]) for key, f in figures.items()}
    assert told == {
        "rate_mb_s": (20.0, "given", "slow"),
        "rows_per_second": (None, "assumed", None),
        "overhead_s": (5.0, "given", "slow"),
        "per_chunk_s": (None, "assumed", None),
        "index_rate_mb_s": (10.0, "given", "fast"),
        "verify_rate_mb_s": (None, "assumed", None),
        "verify": ("checksum", "default", None),
        "chunk_mb": (100.0, "default", None),
    }


def test_a_figure_that_came_too_late_names_the_earlier_rule(why):
    row = rule(why("orders")["cost"]["rules"], "fast")
    assert (row["gives"], row["taken"]) == (["index_rate"], [{"figure": "rate", "rule": "slow"}])


def test_a_chunk_that_memory_cuts_says_so(why):
    assert "chunks of 50 MB, all that memory allows" in why("orders", form="text")


# --- checks and findings ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "check", "outcome"),
    [
        ("orders", "small", "broken"),
        ("customers", "small", "condition not met"),
        ("customers", "early", "held"),
        ("lines", "early", "broken"),
    ],
)
def test_a_check_says_what_it_came_to(why, table, check, outcome):
    assert rule(why(table)["checks"], check)["outcome"] == outcome


def test_a_check_whose_patterns_do_not_match_is_left_out(why):
    assert [row["rule"] for row in why("audit")["checks"]] == ["stated"]


def test_a_broken_check_has_its_parts_and_its_message(why):
    row = rule(why("orders")["checks"], "small")
    assert [part["value"] for part in row["require"]["parts"]] == [False, True]
    assert row["message"].startswith("orders: ")


def test_a_waived_check_says_who_waived_it(why):
    found = why("orders")
    waived = rule(found["checks"], "early")["suppressed"]
    assert waived == {
        "by": "waiver",
        "reason": "moves later",
        "owner": "dba",
        "expires": "2027-01-31",
    }
    assert "broken, waived" in why("orders", form="text")
    assert {v["code"] for v in found["findings"]} == {"early", "small", "P303"}


def test_a_check_on_dependencies_is_told_for_each_of_the_tables_edges(why):
    rows = [row for row in why("customers")["checks"] if row["rule"] == "stated"]
    assert {tuple(row["tables"]): row["outcome"] for row in rows} == {
        ("audit", "customers"): "held",
        ("orders", "customers"): "held",
        ("sessions", "customers"): "held",
        ("store", "customers"): "broken",
    }


# --- the plan ---------------------------------------------------------------------------------


def test_a_planned_table_says_what_it_waited_for_and_its_slack(why):
    planned = why("orders")["planned"]
    assert planned["waits_for"] == [{"name": "customers", "finish_s": 11.0}]
    assert planned["slack"]["chain"] == ["lines"]
    assert planned["segments"][0] == [11.0, 16.0, 0.0]


@pytest.mark.parametrize(
    ("table", "code", "window"),
    [
        ("sessions", "policy", "follow-up"),
        ("late", "dependency", "follow-up"),
        ("audit", "oversized", None),
        ("scratch", "excluded", None),
    ],
)
def test_a_deferred_table_says_why_and_where_it_goes(why, table, code, window):
    found = why(table)
    planned = found["planned"]
    assert (found["outcome"], found["deferred"]["code"]) == ("deferred", code)
    assert (planned and planned["window"]) == window


def test_a_deferral_counts_its_deferred_parents(why):
    late, sessions = why("late")["deferred"], why("sessions")["deferred"]
    assert late["parents"] == ["sessions"]
    assert late["with_parents_s"] == late["needs_s"] + sessions["needs_s"]


@pytest.mark.parametrize(
    ("table", "kind", "way"),
    [
        ("a", "cycle", ["a"]),
        ("below_a", "cycle", ["below_a", "a"]),
        ("orphan", "missing", ["orphan"]),
    ],
)
def test_an_unschedulable_table_leads_to_its_cause(why, table, kind, way):
    found = why(table)
    assert (found["outcome"], found["planned"]) == ("unschedulable", None)
    assert (found["unschedulable"]["kind"], found["unschedulable"]["way"]) == (kind, way)


def test_a_table_in_a_cycle_shows_it(why):
    cycle = why("b")["dependencies"]["cycle"]
    assert cycle["tables"] == ["a", "b"]
    assert [edge["origin"] for edge in cycle["edges"]] == ["manifest", "manifest"]


def test_a_checkpoint_says_whether_the_table_is_done(why):
    done = {table: why(table)["checkpoints"][0]["done"] for table in ("customers", "orders")}
    assert done == {"customers": True, "orders": False}


def test_without_a_window_there_is_no_plan_and_step_checks_need_one(why):
    rules = re.sub(r".*window:.*\n", "", RULES)
    found = why("orders", rules=rules)
    assert found["outcome"] == "no plan"
    assert "R404" in found["no_plan"]
    assert rule(found["checks"], "early")["outcome"] == "needs a plan"


def test_the_window_that_is_named_is_the_main_one(why):
    found = why("sessions", "--window", "follow-up")
    assert (found["outcome"], found["planned"]["window"]) == ("planned", "follow-up")
    assert found["planned"]["main"] is True


@pytest.mark.parametrize("window", [(), ("--window", "follow-up")], ids=["main", "follow-up"])
def test_it_says_what_the_plan_says(why, window):
    """Class, times, slack, reasons and sums are those of `stowplan plan` for every table."""
    why("orders")
    options = ("--policy", "p.yaml", "--as-of", "2026-12-01", "--format", "json", *window)
    plan = json.loads(stowplan("plan", "m.yaml", *options, "-o", "out").output)
    placed = {t["name"]: t for t in (*plan["tables"], *plan["deferred"])}
    alone = {name: why(name, *window)["planned"] for name in placed}
    for name, table in placed.items():
        found = why(name, *window)
        assert found["class"]["class"] == table["class"]
        if "start_s" in table:
            own = found["planned"]
            for key in ("window", "start_s", "finish_s", "segments", "phase", "chunks"):
                assert own[key] == table[key], (name, key)
            slack = own["slack"]
            assert slack["slack_s"] == table["slack_s"]
            total = slack["usable_s"] - slack["finish_s"] - slack["below_s"]
            assert total == pytest.approx(slack["slack_s"])
            below = sum(alone[each]["alone_s"] for each in slack["chain"])
            assert below == pytest.approx(slack["below_s"])
        if "code" in table:
            own = found["deferred"]
            assert [own[k] for k in ("code", "needs_s", "short_s", "would_fit", "because")] == [
                table[k] for k in ("code", "needs_s", "short_s", "would_fit", "because")
            ]
            short = own["planned_s"] + own["with_parents_s"] - own["usable_s"]
            assert max(0, short) == pytest.approx(own["short_s"])
    for table in plan["unschedulable"]:
        found = why(table["name"], *window)
        assert table["cause"].endswith(found["unschedulable"]["cause"])


# --- names and errors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("order", "m.yaml"), "the manifest has no table 'order': did you mean orders?"),
        (("moved", "m.yaml"), "table 'moved' is at the destination already"),
        (("orders", "m.yaml", "--window", "nigth"), "no window is called 'nigth': did you mean"),
    ],
    ids=["unknown table", "present table", "unknown window"],
)
def test_what_is_unknown_is_told_with_the_nearest_name(why, words, message):
    why("orders")
    status, output, errors = stowplan("why", *words, "--policy", "p.yaml")
    assert (status, output) == (2, "")
    assert errors.startswith(f"stowplan: {message}")
    assert errors.count("\n") == 1


def test_without_a_policy_it_says_where_to_put_one(tmp_path):
    (tmp_path / "m.yaml").write_text(MANIFEST)
    status, output, errors = stowplan("why", "orders", tmp_path / "m.yaml")
    assert (status, output) == (2, "")
    assert "--policy" in errors


def test_a_faulty_manifest_or_policy_is_shown_as_by_lint(why, tmp_path):
    why("orders")
    (tmp_path / "bad.yaml").write_text("tables: 3\n")
    for words in (("bad.yaml", "--policy", "p.yaml"), ("m.yaml", "--policy", "bad.yaml")):
        status, output, _ = stowplan("why", "orders", *words)
        assert status == 2
        assert output.startswith("bad.yaml:1:")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda n: n[0] != "-"))
def test_no_name_breaks_a_line_or_the_terminal(why, name):
    manifest = json.dumps({"tables": [{"name": name, "rows": 1, "size_mb": 1}]})
    rules = f'{RULES}  - {{code: P301, tables: "*", reason: r, owner: o, expires: 2027-01-31}}\n'
    text = why(name, manifest=manifest, rules=rules, form="text")
    assert all(line.isprintable() for line in text.split("\n"))
    assert why(name, manifest=manifest, rules=rules)["table"] == name
