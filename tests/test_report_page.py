"""`migration_report.html` as a file: safe text, no request, the same bytes, a bounded size."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest
from command import stowplan
from pages import HOSTILE, MANIFESTS, ROOT, embedded, plan_hostile
from rehearsals import SECOND, begun, carried_out, scenario, slowed, small

from stowplan.execution.entries import Ended, Ending
from stowplan.execution.mover import Closed, Copied, Failed, Opened
from stowplan.movers.simulated import Disturbances
from stowplan.reports.html.run_bars import moved
from stowplan.reports.html.run_page import report_page
from stowplan.reports.html.run_tables import most_telling

PAGE = "migration_report.html"
REAL_POLICY = """\
policy: real
rules:
  - {id: first, kind: priority, tables: ["a*", "c*"], class: CRITICAL}
  - {id: rest, kind: priority, tables: "*", class: IMPORTANT}
  - {id: window, kind: resource, window: {duration: 40h, reserve: 10%}}
  - {id: line, kind: resource, bandwidth: {target: 50MB/s, limit: 100MB/s}}
  - {id: streams, kind: resource, streams: {limit: 4}}
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The scenario's programs."""
    folder = tmp_path_factory.mktemp("plans")
    return {name: scenario(name, folder / name) for name in ("per-second", "per-minute")}


def told(page):
    """The page's words, without its script, its style and its data."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_run_writes_its_page_beside_the_other_reports(tmp_path):
    fixture = ROOT / "fixtures/customer-data"
    policy = ROOT / "policies/customer-data"
    stowplan("plan", fixture, "--policy", policy, "-o", tmp_path)
    stowplan("run", tmp_path / "migration_plan.json")
    page = (tmp_path / PAGE).read_text()
    assert "Simulated." in page
    assert "How did it go? COMPLETE" in told(page)


def test_the_same_run_gives_the_same_bytes(programs):
    pages = {report_page(carried_out(begun(programs["per-minute"]), slowed(3))) for _ in range(2)}
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("reading", "factor", "sentences"),
    [
        (
            "per-second",
            1,
            ["How did it go? COMPLETE", "all 6 tables moved, 3 h 58 min 30 s to spare"],
        ),
        (
            "per-minute",
            3,
            [
                "How did it go? PARTIAL",
                "All required tables are moved; 1 other is not",
                "The window was over, which is a hard stop, after 4 h",
                "Raise the bandwidth to 1.25 MB/s",
                "Why: the first that suffices, in the policy's order",
            ],
        ),
        (
            "per-minute",
            4,
            [
                "How did it go? FAILED",
                "1 of 4 required tables is missing",
                "It was stopped at a checkpoint (NO-GO at three-hour-mark)",
                "of 4 options none suffices",
            ],
        ),
    ],
    ids=["complete", "partial", "no-go"],
)
def test_the_page_says_how_it_went(reading, factor, sentences, programs):
    page = told(report_page(carried_out(begun(programs[reading]), slowed(factor))))
    page = page.replace("&#39;", "'")
    assert [s for s in sentences if s.lower() not in page.lower()] == []


def test_every_table_has_a_planned_bar_and_what_began_an_actual_one(programs):
    page = report_page(carried_out(begun(programs["per-minute"]), slowed(4)))
    tables = {table["name"]: table for table in embedded(page)["tables"]}
    states = {name: table["state"] for name, table in tables.items()}
    assert states == {
        "customers": "moved",
        "products": "moved",
        "orders": "moved",
        "transactions": "incomplete",
        "inventory": "not begun",
        "preferences": "not begun",
        "audit_logs": "deferred",
        "user_sessions": "deferred",
    }
    assert tables["transactions"]["actual"]["finish"] == embedded(page)["windows"][0]["end"]
    assert tables["inventory"]["planned"] is not None
    assert tables["inventory"]["actual"] is None
    planned = tables["customers"]["took_planned"]
    assert tables["customers"]["took"] == pytest.approx(4 * planned, abs=1e-3)


def test_the_bandwidth_that_a_decision_raised_is_shown_from_then_on(programs):
    (window,) = embedded(report_page(carried_out(begun(programs["per-minute"]), slowed(3))))[
        "windows"
    ]
    assert window["targets"] == [[0.0, 0.833333], [10800.0, 1.25]]


def test_a_window_that_was_extended_keeps_the_end_that_was_planned(tmp_path):
    late = {"id": "mark", "kind": "checkpoint", "at": "5m", "decider": "lead"}
    rule = late | {"if_behind": [{"extend_window": "3h"}]}
    program = small(tmp_path, [{"name": "a", "rows": 1000, "size_mb": 9000}], rules=[rule])
    ledger = carried_out(begun(program), slowed(6))
    page = report_page(ledger)
    (window,) = embedded(page)["windows"]
    assert (window["planned_limit"], window["limit"]) == (3600.0, 4 * 3600.0)
    assert "extended from 1 h" in told(page)


def test_what_was_compared_and_what_differs_is_told(tmp_path):
    program = small(tmp_path, [{"name": "a", "rows": 10, "size_mb": 1}])
    ledger = begun(program)
    ledger.began = ledger.began._replace(mover="sqlite")
    ledger.add(Opened("a", SECOND, 0))
    ledger.add(Copied("a", 0, 10, 1000000, SECOND, 2 * SECOND, last=True))
    ledger.add(
        Closed("a", 3 * SECOND, 2 * SECOND, "checksum", 10, 9, "abc", ("key <7> is missing",))
    )
    ledger.add(Ended(3 * SECOND, Ending.DONE, ""))
    page = report_page(ledger)
    (table,) = embedded(page)["tables"]
    assert table["verified"] == "checksum"
    assert table["differences"] == ["key <7> is missing"]
    assert table["state"] == "failed"
    assert "Simulated." not in page
    assert "source and target differ: key &lt;7&gt; is missing" in page


def test_no_name_and_no_reason_becomes_markup(tmp_path):
    out = plan_hostile(tmp_path)
    stowplan("run", out / "migration_plan.json", "--slowdown", "3", "-o", tmp_path / "run")
    page = (tmp_path / "run" / PAGE).read_text()
    assert "<img" not in page
    assert "{{" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).replace(
        "{{ 7 * 7 }}", ""
    )
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", page)
    names = {table["name"] for table in embedded(page)["tables"]}
    assert {HOSTILE[0], "__proto__", "constructor"} <= names


def test_what_a_mover_says_of_a_failure_stays_text(tmp_path):
    program = small(tmp_path, [{"name": "a", "rows": 10, "size_mb": 1}])
    ledger = begun(program)
    ledger.add(Opened("a", 1, 0))
    ledger.add(Failed("a", 0, 2, 1, "table", "</script><img src=x>\x1b[31m\u202e"))
    ledger.add(Ended(3, Ending.DONE, "<b>&\n"))
    page = report_page(ledger)
    assert "<img" not in page
    assert "\x1b" not in page
    assert "&lt;/script&gt;&lt;img src=x&gt;\\x1b[31m\\u202e" in page


def test_a_run_that_has_not_ended_or_moved_nothing_has_a_page(tmp_path):
    program = small(tmp_path, [{"name": "a", "rows": 0, "size_mb": 0}])
    page = told(report_page(begun(program)))
    assert "IN PROGRESS" in page
    assert "it has not ended" in page.lower()


def test_a_run_of_hundreds_of_tables_stays_below_two_megabytes(tmp_path):
    manifest = MANIFESTS / "musicbrainz.json"
    if not manifest.is_file():
        pytest.skip(f"{manifest} is not there")
    (tmp_path / "policy.yaml").write_text(REAL_POLICY)
    out = tmp_path / "out"
    stowplan("plan", manifest, "--policy", tmp_path / "policy.yaml", "-o", out)
    stowplan("run", out / "migration_plan.json", "--slowdown", "3", "--noise", "0.2")
    page = (out / PAGE).read_text()
    assert len(embedded(page)["tables"]) == 516
    assert len(page.encode()) < 1_500_000


def test_of_too_many_tables_the_most_telling_are_shown(tmp_path):
    tables = [{"name": f"t{n:02}", "rows": 10, "size_mb": 1} for n in range(20)]
    classes = {table["name"]: "IMPORTANT" for table in tables[:10]}
    program = small(tmp_path, tables, classes=classes)
    disturbed = Disturbances(failing={("t03", 0): None}, slowdowns={"t15": Fraction(9)})
    ledger = carried_out(begun(program), disturbed)
    shown = most_telling(ledger, 5)
    names = [each.load.name for each in shown.tables]
    assert {"t03", "t15"} <= set(names)
    assert len(names) == 5
    assert shown.left_out == 15


@pytest.mark.parametrize(
    ("per_second", "steps"),
    [
        ({}, [(0, 0)]),
        ({0: 5, 1: 5, 2: 7}, [(0, 5), (2 * SECOND, 7), (3 * SECOND, 0)]),
        ({1: 4}, [(0, 0), (SECOND, 4), (2 * SECOND, 0)]),
        (dict.fromkeys(range(10), 6), [(0, 6), (10 * SECOND, 0)]),
        ({0: 6, 9: 6}, [(0, 2), (3 * SECOND, 0), (9 * SECOND, 6), (10 * SECOND, 0)]),
    ],
    ids=["nothing", "each second", "late", "even", "means"],
)
def test_the_bytes_of_each_second_become_a_line(per_second, steps):
    until = (max(per_second, default=-1) + 1) * SECOND
    assert moved(per_second, until, 4) == steps


def test_the_last_second_is_as_long_as_the_run():
    assert moved({0: 5, 1: 6}, 3 * SECOND // 2) == [(0, 5), (SECOND, 12), (3 * SECOND // 2, 0)]


def test_the_page_asks_for_nothing_from_elsewhere(programs):
    page = report_page(carried_out(begun(programs["per-second"])))
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["']?(?!#)[a-z/]""", page)
    assert json.dumps("http://www.w3.org/2000/svg") in page
