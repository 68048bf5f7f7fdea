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


@pytest.mark.parametrize(
    ("night", "duration"),
    [
        ("9999-12-31T23:00Z", "4h"),
        ("9999-12-31T01:00+02:00", "4h"),
        ("0001-01-01T00:00+05:00", "4h"),
        ("2026-10-24T23:00 Europe/Berlin", "100000000h"),
    ],
)
def test_a_window_past_the_calendar_is_a_fault(night, duration, tmp_path, monkeypatch):
    """It is told where the policy is read, and nothing crashes."""
    monkeypatch.chdir(tmp_path)
    Path("manifest.json").write_text(json.dumps(MANIFEST))
    text = POLICY.format(night=night, later="2026-10-25T22:00Z").replace("4h", duration)
    Path("policy.yaml").write_text(text)
    for command in ("plan", "lint"):
        outcome = stowplan(command, "manifest.json", "--policy", "policy.yaml", "--format", "text")
        assert outcome.status == 2
        line = next(line for line in outcome.output.splitlines() if "Y601" in line)
        assert line.split(" ", 1)[1] == (
            "error[Y601] starts: calendars have the years 1 to 9999, and not all of this window is "
            "in them; hint: mend the year, or the duration"
        )


OVERSIZED = [
    pytest.param(
        "rate: 1MB/s",
        "a window with 2 h 46 min 40 s of usable time, or 2.777778 MB/s as its own rate instead of "
        "1 MB/s, or the table split into at least 3 parts",
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


NIGHT = """policy: p
rules:
  - {{id: all, kind: priority, tables: "*", class: IMPORTANT}}
  - {{id: night, kind: resource, window: {{duration: 1h}}}}
  - {{id: net, kind: resource, bandwidth: {{target: {target}, limit: {limit}}}}}
  - {{id: slow, kind: resource, tables: events, throughput: {{rate: {own}}}}}
"""
NEEDED = "100.027785 MB/s"
CURES = [
    pytest.param("400MB/s", f"{NEEDED} as its own rate instead of 40 MB/s", id="its own rate"),
    pytest.param(
        "50MB/s",
        f"{NEEDED} as its own rate instead of 40 MB/s, and as the bandwidth of window night "
        "instead of 50 MB/s",
        id="both",
    ),
]


def oversized_hint(target, limit, own):
    """The hint of the finding on a table of 360 100.026 MB in an hour; None where it fits."""
    table = {"name": "events", "rows": 1000, "size_mb": 360_100.026}
    Path("manifest.json").write_text(json.dumps({"tables": [table]}))
    Path("policy.yaml").write_text(NIGHT.format(target=target, limit=limit, own=own))
    outcome = stowplan("lint", "manifest.json", "--policy", "policy.yaml", "--format", "json")
    found = json.loads(outcome.output)["violations"]
    return next((v["hint"] for v in found if v["code"] == "R402"), None)


@pytest.mark.parametrize(("target", "cure"), CURES)
def test_the_rate_that_would_cure_a_table_does(target, cure, tmp_path, monkeypatch):
    """What the hint says must rise is raised, and the table fits."""
    monkeypatch.chdir(tmp_path)
    assert f", or {cure}, or the table split" in oversized_hint(target, "400MB/s", "40MB/s")
    least = NEEDED.replace(" ", "")
    target = least if "and as the bandwidth" in cure else target
    assert oversized_hint(target, "400MB/s", least) is None
    less = least.replace("785", "784")
    assert oversized_hint(target, "400MB/s", less) is not None


def test_a_bandwidth_alone_cures_a_table_that_only_it_limits(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = oversized_hint("50MB/s", "400MB/s", "400MB/s")
    assert f"{NEEDED} as the bandwidth of window night instead of 50 MB/s" in found


def test_a_rate_past_the_limit_is_no_cure(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert oversized_hint("50MB/s", "100MB/s", "40MB/s") == (
        "a window with 2 h 30 min 3 s of usable time, or the table split into at least 3 parts; "
        f"no rate would do: it takes {NEEDED}, the bandwidth's limit is 100 MB/s"
    )


def test_a_rate_by_rows_says_that_they_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = oversized_hint("400MB/s", "400MB/s", "101MB/s, rows_per_second: 10")
    assert f"{NEEDED} as its own rate, rows per second included, instead of 98.244462 MB/s" in found


def test_a_latest_moment_is_rounded_down_and_one_table_stays(tmp_path, monkeypatch):
    """14 313.7 s are 3 h 58 min 33.7 s; at 34 s it is too late."""
    monkeypatch.chdir(tmp_path)
    Path("manifest.json").write_text(json.dumps(MANIFEST))
    Path("policy.yaml").write_text(
        "policy: p\nrules:\n"
        "  - {id: core, kind: priority, tables: [orders], class: CRITICAL}\n"
        '  - {id: rest, kind: priority, tables: "*", class: IMPORTANT}\n'
        "  - {id: net, kind: resource, bandwidth: {limit: 1MB/s}}\n"
        "  - {id: night, kind: resource, "
        'window: {duration: 14313.7s, starts: "2026-12-05T20:00Z"}}\n'
        '  - {id: end, kind: checkpoint, after: orders, if_behind: [{skip: {tables: "*"}}, stop]}\n'
    )
    stowplan("plan", "manifest.json", "--policy", "policy.yaml")
    markdown = Path("OUTPUT/migration_plan.md").read_text()
    assert "at the latest 3 h 58 min 33 s (23:58:33)" in markdown
    assert "go back by 3 h 58 min 33 s (23:58:33) at the latest" in markdown
    assert "decided at 3 h 58 min 33 s at the latest" in markdown
    assert "; 1 required table stays: required ones are never skipped" in markdown
    assert "3 h 58 min 34 s" not in markdown.split("## Contingency Plans")[1]
