"""The scenario, at 50 MB a second and at 50 MB a minute: golden artefacts, and its own numbers.

After a change of the artefacts rewrite the golden ones, then read the difference:

    python tests/test_customer_data.py --accept
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import stowplan

ROOT = Path(__file__).parent.parent
MANIFEST = "fixtures/customer-data"
READINGS = {
    "customer-data": "policies/customer-data",
    "customer-data-per-minute": "fixtures/customer-data/per-minute",
}
"""For each golden folder below fixtures/expected the policy that it is planned by."""

ARTEFACTS = [
    "follow_up.manifest.json",
    "migration_plan.csv",
    "migration_plan.json",
    "migration_plan.md",
]
PAGE = "migration_plan.html"
"""No golden file: it holds the page's own script and style (tests/test_page.py)."""


def planned(reading: str, folder: Path, *arguments: str, manifest: str = MANIFEST) -> Path:
    """Plan a reading in a copy of the tree: paths in the artefacts are then as in the original."""
    for part in (MANIFEST, "policies/customer-data"):
        shutil.copytree(ROOT / part, folder / part, dirs_exist_ok=True)
    output = Path("fixtures/expected") / reading
    here = Path.cwd()
    os.chdir(folder)
    try:
        options = ["--policy", READINGS[reading], "-o", str(output), *arguments]
        outcome = stowplan("plan", manifest, *options)
    finally:
        os.chdir(here)
    assert outcome.status == 0
    return folder / output


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    """The folders of both readings' artefacts."""
    return {name: planned(name, tmp_path_factory.mktemp("tree")) for name in READINGS}


@pytest.fixture(scope="module")
def plans(artefacts):
    return {
        name: json.loads((folder / "migration_plan.json").read_text(encoding="utf-8"))
        for name, folder in artefacts.items()
    }


@pytest.fixture
def per_second(plans):
    return plans["customer-data"]


@pytest.fixture
def per_minute(plans):
    return plans["customer-data-per-minute"]


def deferred(plan):
    return {table["name"]: table for table in plan["deferred"]}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("name", ARTEFACTS)
def test_the_artefacts_are_the_golden_ones(reading, name, artefacts):
    golden = ROOT / "fixtures" / "expected" / reading / name
    text = (artefacts[reading] / name).read_bytes().decode()
    assert text == golden.read_bytes().decode()


@pytest.mark.parametrize("reading", READINGS)
def test_nothing_else_is_written(reading, artefacts):
    written = {path.name for path in artefacts[reading].iterdir()}
    assert written == {*ARTEFACTS, PAGE}
    golden = ROOT / "fixtures" / "expected" / reading
    assert sorted(path.name for path in golden.iterdir()) == ARTEFACTS


def test_at_50_mb_a_second_the_required_tables_take_88_7_seconds(per_second):
    summary, bounds = per_second["summary"], per_second["bounds"]
    assert per_second["feasibility"] == "YES"
    assert per_second["proven"] is True
    assert per_second["resources"]["bandwidth"] == {"target_mb_s": 50.0, "limit_mb_s": 100.0}
    assert summary["tables"] == 8
    assert summary["required_mb"] == 4435.0
    assert bounds["required"]["finish_s"] == bounds["required"]["lower_s"] == 88.7
    assert summary["planned_mb"] == 4500.0
    assert summary["makespan_s"] == summary["lower_bound_s"] == 90.0
    assert summary["gap"] == 0.0
    assert summary["window_s"] == 14400.0
    assert per_second["windows"][0]["usable_s"] == 12960.0


def test_the_break_even_rates_follow_from_the_usable_window(per_second):
    """4 435 MB and 13 000 MB over 12 960 s, in whole bytes a second, rounded up."""
    assert per_second["summary"]["break_even_mb_s"] == {"required": 0.342207, "all": 1.003087}
    assert -(-4_435_000_000 // 12_960) == 342_207
    assert -(-13_000_000_000 // 12_960) == 1_003_087


def test_at_50_mb_a_second_the_logs_are_deferred_by_policy_and_would_fit(per_second):
    logs, sessions = deferred(per_second)["audit_logs"], deferred(per_second)["user_sessions"]
    assert logs["code"] == sessions["code"] == "policy"
    assert (logs["needs_s"], logs["would_fit"], logs["short_s"]) == (160.0, True, 0.0)
    assert (sessions["needs_s"], sessions["would_fit"], sessions["short_s"]) == (10.0, True, 0.0)
    assert logs["because"][0] == {
        "rule": "logs-and-sessions",
        "text": "deferred by policy; needs 160 s, 1.1 % of the window; would fit",
    }
    assert logs["window"] == sessions["window"] == "follow-up"


def test_the_edge_that_only_the_policy_adds_is_in_the_plan(per_second):
    """Products depends on nothing in the manifest; the rule customers-first puts it second."""
    tables = {table["name"]: table for table in per_second["tables"]}
    assert tables["products"]["depends_on"] == ["customers"]
    assert tables["products"]["start_s"] == tables["customers"]["finish_s"] == 2.4
    assert per_second["critical_path"] == ["customers", "products", "orders", "transactions"]


def test_the_plan_moves_every_required_table_first(per_second):
    order = [table["name"] for table in per_second["tables"]]
    assert order == [
        "customers", "products", "orders", "transactions", "inventory", "preferences",
    ]  # fmt: skip
    assert {table["window"] for table in per_second["tables"]} == {"night"}


def test_at_50_mb_a_minute_the_logs_do_not_fit_and_the_plan_says_by_how_much(per_minute):
    """9 600 s after 5 400 s, in 12 960 s: 2 040 s too long, but for roundings up of a rate."""
    logs = deferred(per_minute)["audit_logs"]
    assert per_minute["resources"]["bandwidth"]["target_mb_s"] == 0.833333
    assert per_minute["summary"]["makespan_s"] == pytest.approx(5400, abs=0.01)
    assert logs["needs_s"] == pytest.approx(9600, abs=0.01)
    assert logs["would_fit"] is False
    assert logs["short_s"] == pytest.approx(2040, abs=0.02)
    assert logs["because"][0]["text"] == (
        "deferred by policy; needs 2 h 40 min, 66.7 % of the window; "
        "would not fit: 34 min too long"
    )  # fmt: skip


def test_at_50_mb_a_minute_the_transactions_take_the_samples_70_minutes(per_minute):
    tables = {table["name"]: table for table in per_minute["tables"]}
    spent = tables["transactions"]["finish_s"] - tables["transactions"]["start_s"]
    assert spent == pytest.approx(70 * 60, abs=0.01)


def test_at_50_mb_a_minute_the_sessions_would_fit(per_minute):
    sessions = deferred(per_minute)["user_sessions"]
    assert sessions["needs_s"] == pytest.approx(600, abs=0.01)
    assert (sessions["would_fit"], sessions["short_s"]) == (True, 0.0)


def test_the_required_rate_does_not_depend_on_the_planned_one(per_second, per_minute):
    rates = per_minute["summary"]["break_even_mb_s"]
    assert rates == per_second["summary"]["break_even_mb_s"]


@pytest.mark.parametrize("reading", READINGS)
def test_the_follow_up_manifest_is_sound_and_plans_with_the_follow_up_window(
    reading, artefacts, tmp_path
):
    shutil.copy(artefacts[reading] / "follow_up.manifest.json", tmp_path / "next.json")
    folder = planned(reading, tmp_path, "--window", "follow-up", manifest="next.json")
    plan = json.loads((folder / "migration_plan.json").read_text(encoding="utf-8"))
    assert plan["windows"][0]["name"] == "follow-up"
    assert [table["name"] for table in plan["tables"]] == ["audit_logs", "user_sessions"]
    assert {table["window"] for table in plan["tables"]} == {"follow-up"}
    assert (plan["deferred"], plan["unschedulable"], plan["violations"]) == ([], [], [])


def test_the_only_finding_on_the_scenario_is_an_edge_that_others_imply():
    outcome = stowplan(
        "lint", ROOT / MANIFEST / "manifest.json", "--policy", ROOT / "policies/customer-data"
    )
    assert outcome.status == 0
    (line,) = outcome.output.splitlines()
    assert line.endswith(
        "manifest.json:17:32: info[D204] transactions depends on customers, "
        "which its other dependencies imply"
    )


def test_what_a_plan_makes_is_not_linted_with_the_folder_that_it_is_in(artefacts, tmp_path):
    """A search passes over the plan and the follow-up manifest; by its name it is linted."""
    folder = tmp_path / "db"
    shutil.copytree(artefacts["customer-data"], folder / "plan")
    shutil.copy(ROOT / MANIFEST / "manifest.json", folder)
    outcome = stowplan("lint", folder)
    assert outcome.errors.startswith("1 manifest, 2 other files skipped: 0 errors")
    outcome = stowplan("lint", folder / "plan" / "follow_up.manifest.json")
    assert outcome.errors.startswith("1 manifest: 0 errors")


def rewrite() -> Iterator[Path]:
    """Make what is planned now the golden artefacts; yields the files that changed."""
    for reading in READINGS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = planned(reading, Path(temporary))
            for path in [folder / name for name in ARTEFACTS]:
                golden = ROOT / "fixtures" / "expected" / reading / path.name
                golden.parent.mkdir(parents=True, exist_ok=True)
                if not golden.exists() or golden.read_bytes() != path.read_bytes():
                    golden.write_bytes(path.read_bytes())
                    yield golden


if __name__ == "__main__":
    if sys.argv[1:] != ["--accept"]:
        sys.exit(f"usage: {sys.argv[0]} --accept")
    for changed in rewrite():
        sys.stdout.write(f"{changed.relative_to(ROOT)}\n")
