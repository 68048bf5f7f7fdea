"""`migration_plan.html` in a real browser: a table that waits, or changes its stream."""

from __future__ import annotations

import pytest
from pages import opening, plan, text, texts

POLICY = {
    "policy": "p",
    "rules": [
        {"id": "a", "kind": "priority", "tables": ["a*"], "class": "CRITICAL"},
        {"id": "b", "kind": "priority", "tables": ["b*"], "class": "IMPORTANT"},
        {"id": "night", "kind": "resource", "window": {"duration": "1h"}},
        {"id": "net", "kind": "resource", "bandwidth": {"limit": "50MB/s"}},
        {"id": "two", "kind": "resource", "streams": {"limit": 2}},
        {"id": "own", "kind": "resource", "tables": "*", "throughput": {"rate": "20MB/s"}},
    ],
}
SIZES = {"a0": 200, "b_long": 1500, "a2": 200, "a4": 400, "b_late": 100}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two streams: a2 and a4 take both at 10 s, and b_long goes on in a2's, where a0 was before."""
    folder = tmp_path_factory.mktemp("waiting")
    tables = [{"name": name, "rows": 1000, "size_mb": size} for name, size in SIZES.items()]
    plan(folder, tables, policy=POLICY, dependencies={"a2": ["a0"], "a4": ["a0"]})
    return folder / "out"


@pytest.fixture
def opened(browser, folder):
    """The page, opened anew."""
    return opening(browser, folder)


def test_a_table_that_changes_its_stream_has_its_name_on_both(opened):
    labels = texts(opened, "#figures .label")
    assert [label for label in labels if label.endswith("b_long")] == ["I b_long", "I b_long"]


def test_it_is_told_what_a_table_waits_for_when_its_parents_have_finished(opened):
    choose(opened, "b_late")
    assert "Could begin at 0 s, but each stream is held then" in text(opened, "#details")
    choose(opened, "a2")
    assert "Could begin" not in text(opened, "#details")


def choose(page, name):
    """Choose a table among the rows."""
    (found,) = [b for b in page.find_elements("css selector", "#rows .name") if b.text == name]
    found.click()
