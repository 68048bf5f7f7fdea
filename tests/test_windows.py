"""Windows on the wall: when each is, over a change of the clocks too, and what fits none."""

import json
from pathlib import Path

import pytest
from command import stowplan

MANIFEST = {
    "tables": [
        {"name": "orders", "rows": 1000, "size_mb": 6000},
        {"name": "logs", "rows": 1000, "size_mb": 3000},
    ],
    "dependencies": {},
}
POLICY = """
policy: wall
rules:
  - {{id: core, kind: priority, tables: [orders], class: CRITICAL}}
  - {{id: rest, kind: priority, tables: "*", class: DEFERRABLE}}
  - {{id: net, kind: resource, bandwidth: {{limit: 1MB/s}}}}
  - {{id: night, kind: resource, window: {{duration: 4h, rollback: 30m, starts: "{night}"}}}}
  - {{id: next, kind: resource, window: {{duration: 2h, starts: "{later}"}}}}
"""


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """Plan the two tables in two windows: the outcome, the JSON and the Markdown."""
    monkeypatch.chdir(tmp_path)
    Path("manifest.json").write_text(json.dumps(MANIFEST))

    def plan(night, later):
        Path("policy.yaml").write_text(POLICY.format(night=night, later=later))
        outcome = stowplan("plan", "manifest.json", "--policy", "policy.yaml")
        plan = json.loads(Path("OUTPUT/migration_plan.json").read_text())
        return outcome, plan, Path("OUTPUT/migration_plan.md").read_text()

    return plan


AUTUMN = ("2026-10-24T23:00 Europe/Berlin", "2026-10-25T22:00+01:00")
SPRING = ("2026-03-28T23:00 Europe/Berlin", "2026-03-29T22:00 Europe/Berlin")


def test_a_night_on_which_the_clocks_go_back_has_its_four_hours(planned):
    outcome, plan, markdown = planned(*AUTUMN)
    assert outcome.status == 0
    assert (
        plan["windows"][0]
        | {
            "starts": "2026-10-24T23:00 Europe/Berlin",
            "starts_at": "2026-10-24T23:00:00+02:00",
            "usable_until": "2026-10-25T02:30:00+02:00",
            "back_by": "2026-10-25T02:30:00+02:00",
            "ends_at": "2026-10-25T02:00:00+01:00",
        }
        == plan["windows"][0]
    )
    assert "usable until 2026-10-25 02:30:00, going back until 2026-10-25 02:30:00" in markdown
    assert "23:00 Europe/Berlin to 2026-10-25 02:00:00 (+01:00)" in markdown
    assert "from 2026-10-24T23:00 Europe/Berlin, usable until 2026-10-25 02:30:00" in outcome.output


def test_a_night_on_which_the_clocks_go_forward_has_its_four_hours(planned):
    _, plan, _ = planned(*SPRING)
    assert plan["windows"][0]["ends_at"] == "2026-03-29T04:00:00+02:00"


def test_each_table_has_its_times_on_the_wall_of_its_own_window(planned):
    _, plan, markdown = planned(*AUTUMN)
    table, deferred = plan["tables"][0], plan["deferred"][0]
    assert (table["starts_at"], table["done_at"]) == (
        "2026-10-24T23:00:00+02:00",
        "2026-10-25T00:40:00+02:00",
    )
    assert (deferred["window"], deferred["starts_at"], deferred["done_at"]) == (
        "next",
        "2026-10-25T22:00:00+01:00",
        "2026-10-25T22:50:00+01:00",
    )
    assert "0 s to 1 h 40 min (23:00:00 to 2026-10-25 00:40:00)" in markdown
    assert "in window next, 0 s to 50 min (22:00:00 to 22:50:00)" in markdown


def test_without_a_start_no_time_on_the_wall_is_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("manifest.json").write_text(json.dumps(MANIFEST))
    text = POLICY.format(night="", later="").replace(', starts: ""', "")
    Path("policy.yaml").write_text(text)
    stowplan("plan", "manifest.json", "--policy", "policy.yaml")
    assert "_at" not in Path("OUTPUT/migration_plan.json").read_text().replace('"at_s"', "")


def test_a_window_that_starts_before_the_one_before_it_ends_is_an_error(planned):
    outcome, _, _ = planned(AUTUMN[0], "2026-10-25T01:30+01:00")
    line = next(line for line in outcome.output.splitlines() if "R404" in line)
    assert line == (
        "policy.yaml:8:63: error[R404] window next starts at 2026-10-25 01:30:00+01:00, before "
        "window night ends at 2026-10-25 02:00:00+01:00; hint: what is deferred moves after the "
        "window before it"
    )
    assert outcome.status == 1


OVERSIZED = [
    pytest.param(
        "rate: 1MB/s",
        "a window with 2 h 46 min 40 s of usable time, or 2.777778 MB/s instead of 1 MB/s for it, "
        "or the table split into at least 3 parts",
        id="its own rate",
    ),
    pytest.param(
        "overhead: 2h",
        "a window with 2 h 3 min 20 s of usable time, or the table split into at least 3 parts",
        id="its overhead alone is too long",
    ),
]


@pytest.mark.parametrize(("figure", "cure"), OVERSIZED)
def test_a_table_that_fits_no_window_says_what_would_cure_it(figure, cure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tables = [{"name": "events", "rows": 1000, "size_mb": 10000}]
    Path("manifest.json").write_text(json.dumps({"tables": tables}))
    Path("policy.yaml").write_text(
        "policy: p\nrules:\n"
        '  - {id: all, kind: priority, tables: "*", class: IMPORTANT}\n'
        "  - {id: night, kind: resource, window: {duration: 1h}}\n"
        "  - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}\n"
        f"  - {{id: slow, kind: resource, tables: events, throughput: {{{figure}}}}}\n"
    )
    outcome = stowplan("plan", "manifest.json", "--policy", "policy.yaml")
    assert f"hint: {cure}" in outcome.output
    plan = json.loads(Path("OUTPUT/migration_plan.json").read_text())
    assert plan["deferred"][0]["because"][1]["text"] == cure
