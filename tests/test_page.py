"""`migration_plan.html` as a file: safe text, no request, the same bytes, a bounded size."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shlex
from pathlib import Path

import pytest
from command import stowplan
from pages import (
    HOSTILE,
    MANIFESTS,
    PAGE,
    ROOT,
    embedded,
    named,
    plan,
    plan_customer_data,
    plan_hostile,
)

from stowplan.reports.plan_csv import COLUMNS


@pytest.fixture(scope="module")
def customer_data(tmp_path_factory):
    """The scenario's artefacts."""
    return plan_customer_data(tmp_path_factory.mktemp("customer-data"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The artefacts of tables whose names are attacks."""
    return plan_hostile(tmp_path_factory.mktemp("hostile"))


def test_the_page_stands_beside_the_other_artefacts(customer_data):
    assert sorted(path.name for path in customer_data.iterdir()) == [
        "follow_up.manifest.json",
        "migration_plan.csv",
        "migration_plan.html",
        "migration_plan.json",
        "migration_plan.md",
    ]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("json", ["migration_plan.json"]),
        ("md,csv", ["migration_plan.csv", "migration_plan.md"]),
        ("html, follow-up", ["follow_up.manifest.json", "migration_plan.html"]),
    ],
)
def test_only_the_artefacts_that_are_asked_for_are_written(asked, written, tmp_path):
    outcome = plan(tmp_path / "p", named("t"), "--artefacts", asked)
    assert outcome.status == 0
    assert sorted(path.name for path in (tmp_path / "p" / "out").iterdir()) == written


def test_an_artefact_that_there_is_not_is_an_error_with_the_nearest_name(tmp_path):
    outcome = plan(tmp_path / "p", named("t"), "--artefacts", "md,htm")
    assert outcome.status == 2
    assert "no artefact is called 'htm': did you mean html?" in outcome.errors


def test_the_json_is_printed_also_where_it_is_not_written(tmp_path):
    outcome = plan(tmp_path / "p", named("t"), "--artefacts", "csv", "--format", "json")
    assert json.loads(outcome.output)["feasibility"] == "YES"
    assert [path.name for path in (tmp_path / "p" / "out").iterdir()] == ["migration_plan.csv"]


def test_the_same_input_gives_the_same_page(tmp_path):
    tables = named("t1", "t2", "log", "a")
    pages = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        plan(folder, tables, dependencies={"t2": ["t1"]})
        pages.append((folder / "out" / PAGE).read_bytes())
    assert pages[0] == pages[1]


def test_the_policy_of_the_page_lets_only_its_own_script_and_style_pass(customer_data):
    page = (customer_data / PAGE).read_text()
    stated = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    policy = html.unescape(stated)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind, tag in (("style", "style"), ("script", "script")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_the_page_asks_for_nothing_outside_of_itself(customer_data):
    page = (customer_data / PAGE).read_text()
    assert re.findall(r'\b(?:src|srcset|action)=["\']', page) == []
    assert all(link.startswith("#") for link in re.findall(r'\bhref="([^"]*)"', page))
    assert set(re.findall(r"https?://[^\s\"'`]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in page
    assert "fetch(" not in page


def test_no_name_becomes_markup(hostile):
    page = (hostile / PAGE).read_text()
    assert page.count("</script>") == 2
    assert page.count("</style>") == 1
    assert "<img" not in page
    assert "<!--" not in page
    assert "<b onclick" not in page
    assert "{{ 7 * 7 }}" in page  # a template of names is not filled in
    assert not {"\u2028", "\u2029", "\u202e"} & set(page)


def test_every_name_is_in_the_data_as_it_is_shown(hostile):
    names = {table["name"] for table in embedded((hostile / PAGE).read_text())["tables"]}
    assert {HOSTILE[0], HOSTILE[2], "\\u202egnp.exe", "\\u2028line\\u2029", "y\\n"} <= names


def test_of_very_many_tables_the_most_pressing_are_shown_and_it_says_so(tmp_path):
    tables = [{"name": f"t{n}", "rows": 10, "size_mb": 1} for n in range(5400)]
    tables += [{"name": f"log{n}", "rows": 10, "size_mb": 1} for n in range(700)]
    chain = {f"t{n}": [f"t{n - 1}"] for n in range(1, 30)}
    plan(tmp_path / "p", tables, dependencies=chain)
    page = (tmp_path / "p" / "out" / PAGE).read_text()
    found = embedded(page)
    names = {table["name"] for table in found["tables"]}
    assert len(found["tables"]) == 5000
    assert {f"t{n}" for n in range(30)} <= names
    assert sum(name.startswith("log") for name in names) == 700
    assert found["windows"][0]["tables"] == 5400
    assert "the 5000 most pressing" in page
    assert "leave out 1100" in page


def test_a_plan_of_no_size_at_all_has_a_page(tmp_path):
    outcome = plan(tmp_path / "p", [{"name": "t", "rows": 0, "size_mb": 0}])
    assert outcome.status in (0, 1)
    assert embedded((tmp_path / "p" / "out" / PAGE).read_text())["tables"][0]["name"] == "t"


def test_the_page_of_many_tables_is_small(tmp_path):
    if not MANIFESTS.is_dir():
        pytest.skip("../shared/manifests is absent")
    policy = ROOT / "policies/customer-data"
    stowplan("plan", MANIFESTS / "gitlab.json", "--policy", policy, "-o", tmp_path)
    assert (tmp_path / PAGE).stat().st_size < 2_000_000


def test_the_commands_of_its_documentation_run(tmp_path, monkeypatch):
    plan(tmp_path / "p", named("t"))
    monkeypatch.chdir(tmp_path / "p")
    Path("manifest.json").rename("manifest.yaml")
    Path("policies").mkdir()
    Path("policy.yaml").rename("policies/policy.yaml")
    text = (ROOT / "docs" / "page.md").read_text()
    commands = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1].splitlines()
    assert len(commands) == 2
    for command in commands:
        assert stowplan(*shlex.split(command)[1:]).status == 0


def test_its_documentation_names_every_column_of_the_csv():
    text = (ROOT / "docs" / "page.md").read_text()
    table = text.partition("## `migration_plan.csv`")[2].partition("## In the Markdown")[0]
    assert set(COLUMNS) <= set(re.findall(r"`(\w+)`", table))
