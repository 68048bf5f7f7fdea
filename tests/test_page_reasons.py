"""The reasons of a table on its page: rules, conditions with their values, arithmetic."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from command import stowplan
from pages import PAGE, embedded, enter, opening, plan, shown_names, text

TABLES = [
    {"name": "orders", "rows": 2000, "size_mb": 120, "index_mb": 10, "depends_on": ["customers"]},
    {"name": "customers", "rows": 500, "size_mb": 10},
    {"name": "logs", "rows": 10, "size_mb": 90, "owner": "ops"},
]
POLICY = yaml.safe_load(
    """
policy: p
rules:
  - {id: "10", kind: priority, where: 'table.size_mb > 50.0 && has(table.owner)',
     class: DEFERRABLE, reason: Cold.}
  - {id: "2", kind: priority, tables: ["o*"], class: CRITICAL}
  - {id: rest, kind: priority, tables: "*", class: IMPORTANT}
  - {id: night, kind: resource, window: {duration: 1h}}
  - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
  - {id: ram, kind: resource, memory: {limit: 40MB}}
  - {id: wide, kind: resource, tables: [orders], throughput: {rate: 20MB/s, overhead: 5s}}
  - {id: all, kind: resource, tables: "*", throughput: {rate: 30MB/s, rows_per_second: 1000,
     per_chunk: 100ms, index_rate: 5MB/s, verify_rate: 100MB/s}}
  - {id: small, kind: check, where: 'table.class == "CRITICAL"',
     require: table.size_mb <= 100.0, severity: warning}
  - {id: early, kind: check, "on": step, require: step.finish_s < 60.0, severity: warning}
"""
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The plan of three tables under rules of every kind that decides on them."""
    folder = tmp_path_factory.mktemp("reasons")
    plan(folder, TABLES, policy=POLICY)
    return folder


@pytest.fixture
def opened(browser, folder):
    """The page, opened anew."""
    yield opening(browser, folder / "out")
    assert browser.get_log("browser") == []


def why(folder, table):
    """What `stowplan why` says."""
    policy = folder / "policy.yaml"
    outcome = stowplan("why", table, folder, "--policy", policy, "--format", "json")
    return json.loads(outcome.output)


def told(page, name):
    """The record of a table on a page."""
    return next(table for table in page["tables"] if table["name"] == name)


def in_words(trace):
    """A condition of `why` as the page has it."""
    parts = [
        [json.dumps(part["value"]), [_read(read) for read in part["reads"]]]
        for part in trace["parts"]
    ]
    return [json.dumps(trace["value"]), parts]


def _read(read):
    return "absent" if read["absent"] else json.dumps(read["value"])


@pytest.mark.parametrize("table", ["orders", "customers", "logs"])
def test_conditions_have_the_values_that_why_gives(table, folder):
    page = embedded((folder / "out" / PAGE).read_text())
    own = why(folder, table)
    traces = [row["where"] for row in own["class"]["rules"]]
    traces += [row[word] for row in own["checks"] for word in ("where", "require")]
    expected = [in_words(trace) for trace in traces if trace is not None]
    assert [rest for _, *rest in told(page, table)["tried"]] == expected


@pytest.mark.parametrize("table", ["orders", "customers", "logs"])
def test_figures_are_those_that_why_gives(table, folder):
    page = embedded((folder / "out" / PAGE).read_text())
    given = [each for each in why(folder, table)["cost"]["figures"] if each["rule"]]
    expected = {_plain(each["figure"]): [each["value"], each["rule"]] for each in given}
    assert page["figures"][told(page, table)["figures"]] == expected


def _plain(figure):
    """The page's word for a figure of `why`: without its unit."""
    return "rows" if figure == "rows_per_second" else re.sub("_(mb_s|mb|s)$", "", figure)


def test_equal_figures_stand_on_the_page_once(folder):
    page = embedded((folder / "out" / PAGE).read_text())
    assert len(page["figures"]) == 2


def test_of_very_many_conditions_the_page_has_the_first(tmp_path):
    long = "x" * 50
    tables = [{"name": f"t{n}", "rows": 1, "size_mb": 1, "owner": long} for n in range(4600)]
    where = f'table.owner == "{long}"'
    rules = [
        {"id": f"r{n}", "kind": "priority", "where": where, "class": "IMPORTANT"} for n in range(2)
    ]
    limits = [rule for rule in POLICY["rules"] if rule["id"] in ("night", "net")]
    plan(tmp_path / "p", tables, policy={"policy": "p", "rules": rules + limits})
    page = embedded((tmp_path / "p" / "out" / PAGE).read_text())
    shown = sum(len(table.get("tried", ())) for table in page["tables"])
    assert 0 < shown < 2 * 4600
    assert page["conditions_left_out"] == 2 * 4600 - shown


def test_the_sums_of_a_table_are_told_with_their_rules(opened):
    enter(opened, "#find", "orders\n")
    details = text(opened, "#details")
    for line in (
        "7 chunks of up to 333 rows: 100 MB, the default; memory allows",
        "40 MB / (1 stream \u00d7 2) = 20 MB",
        "5 s (wide) + 7 chunks \u00d7 0.1 s (all) = 5.7 s",
        "120 MB / (120 MB / 20 MB/s (wide) + 2\u202f000 rows / 1\u202f000 rows/s (all)) = 15 MB/s",
        "120 MB / 15 MB/s = 8 s",
        "indexes 10 MB / 5 MB/s (all) + verification 120 MB / 100 MB/s (all) = 3.2 s",
        "overhead 5.7 s + copying 8 s + afterwards 3.2 s = 16.9 s",
        "\u2212 0 s below = 59 min 42 s",
    ):
        assert line in details


def test_the_rules_are_told_in_load_order_with_what_kept_them_away(opened):
    enter(opened, "#find", "orders\n")
    details = text(opened, "#details")
    assert details.index("10 (priority)") < details.index("2 (priority)") < details.index("rest (")
    assert "10 (priority): class DEFERRABLE \u2013 does not select it" in details
    assert "table.size_mb > 50.0 → true (table.size_mb = 120.0)" in details
    assert "has(table.owner) → false (table.owner is absent)" in details
    assert "rest (priority): class IMPORTANT \u2013 after 2" in details


def test_the_checks_on_a_table_are_told(opened):
    enter(opened, "#find", "orders\n")
    details = text(opened, "#details")
    assert "small: is broken" in details
    assert "require table.size_mb <= 100.0 → false (table.size_mb = 120.0)" in details
    assert "early: holds" in details
    enter(opened, "#find", "customers\n")
    assert "small: not for this table" in text(opened, "#details")


def test_what_would_bring_a_deferred_table_into_the_window_is_told(opened):
    enter(opened, "#find", "logs\n")
    details = text(opened, "#details")
    assert "class IMPORTANT would bring it into the window" in details
    assert "would fit" in details


def test_a_rule_shows_the_tables_that_it_selects(opened):
    opened.find_element("css selector", '[data-rule="2"]').click()
    assert shown_names(opened) == ["orders"]
    assert opened.switch_to.active_element.get_attribute("id") == "by-rule"


def test_findings_are_filtered_by_severity_and_by_a_word(opened):
    assert text(opened, "#findings-told").startswith("2 of 2")
    enter(opened, "#by-text", "ORDERS: TABLE.SIZE_MB")
    assert text(opened, "#findings-told") == "1 of 2 findings"


def test_reasons_are_reached_and_left_with_the_keyboard_alone(opened):
    name = opened.find_elements("css selector", "#rows tbody .name")[0]
    name.send_keys("\ue007")
    assert opened.switch_to.active_element.text == name.text
    name.send_keys("\ue007")
    assert opened.switch_to.active_element.tag_name == "h2"
    opened.switch_to.active_element.send_keys("\ue00c")
    assert not opened.find_element("id", "details").is_displayed()
    assert opened.switch_to.active_element.text == name.text


def test_a_link_inside_the_reasons_keeps_the_focus_there(opened):
    enter(opened, "#find", "orders\n")
    opened.find_element("css selector", "#details ul .name").send_keys("\ue007")
    assert opened.switch_to.active_element.text.endswith("customers")
