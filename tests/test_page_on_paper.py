"""What is printed of a page: all that matters, on a few sheets, and what is left out said."""

from __future__ import annotations

import base64
import re

import pytest
from browser import axe_source
from pages import enter, named, opening, plan, plan_customer_data, text, texts


@pytest.fixture(scope="module")
def customer_data(tmp_path_factory):
    """The scenario's artefacts."""
    return plan_customer_data(tmp_path_factory.mktemp("customer-data"))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A plan of 1 100 tables in a dozen phases, with more than a hundred warnings."""
    folder = tmp_path_factory.mktemp("many")
    names = [f"t{n}" for n in range(150)] + [f"a{n}" for n in range(950)]
    chain = {f"t{n}": [f"t{n - 1}"] for n in range(1, 12)}
    lifted = {f"t{n}": [f"a{n}"] for n in range(12, 150)}
    plan(folder, named(*names), dependencies=chain | lifted)
    return folder / "out"


def sheets(browser):
    """How many pages the printed page has."""
    printed = base64.b64decode(browser.print_page())
    assert printed.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def on_paper(browser):
    """Show the page as it is printed."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")


@pytest.fixture
def printed(browser):
    """Opens a folder's page as it is printed."""

    def show(folder, word=""):
        opening(browser, folder)
        enter(browser, "#by-name", word)
        on_paper(browser)
        return browser

    yield show
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert browser.get_log("browser") == []


def test_a_small_plan_takes_a_few_sheets(browser, customer_data):
    assert sheets(opening(browser, customer_data)) <= 5


def test_a_large_plan_takes_a_few_sheets(browser, many):
    assert sheets(opening(browser, many)) <= 20


def test_few_tables_are_printed_with_all_their_columns(printed, customer_data):
    browser = printed(customer_data)
    assert browser.find_element("id", "rows").is_displayed()
    assert texts(browser, "#paper-tables table") == []


def test_many_tables_are_printed_in_columns_and_it_says_how_many(printed, many):
    browser = printed(many)
    assert not browser.find_element("id", "rows").is_displayed()
    told = text(browser, "#paper-tables")
    assert "1\u202f000 tables; 100 more are not printed" in told
    assert len(browser.find_elements("css selector", "#paper-tables tbody tr")) == 1000


def test_what_is_filtered_is_printed_as_filtered(printed, many):
    told = text(printed(many, "t1"), "#paper-tables")
    assert "filtered: 61 of 1\u202f100" in told


def test_a_graph_too_wide_for_paper_is_left_out_and_it_says_so(printed, many):
    browser = printed(many)
    assert not browser.find_element("id", "graph-scroll").is_displayed()
    assert "too many phases for paper" in text(browser, "#graph")


def test_of_very_many_findings_the_first_are_printed_and_it_says_so(printed, many):
    told = text(printed(many), "#findings")
    assert "first 100 errors and warnings" in told
    assert told.count("P303") == 100


def test_what_is_only_for_the_screen_is_not_printed(printed, customer_data):
    browser = printed(customer_data)
    for selector in ("#theme", ".tools", ".buttons", "nav"):
        assert not browser.find_element("css selector", selector).is_displayed()


def test_after_printing_the_page_is_as_it_was(browser, many):
    opening(browser, many)
    enter(browser, "#find", "t3\n")
    before = texts(browser, "#graph-told, #matches")
    sheets(browser)
    assert texts(browser, "#graph-told, #matches") == before
    assert texts(browser, "#paper-tables table") == []


def test_axe_finds_nothing_serious_on_paper(printed, customer_data):
    source = axe_source()
    browser = printed(customer_data)
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": source})
    found = browser.execute_async_script(
        "axe.run(document, {resultTypes: ['violations']}).then((found) => arguments[0]("
        "found.violations.map(({id, impact, nodes}) => [impact, id, nodes[0].html])))"
    )
    assert [each for each in found if each[0] in ("serious", "critical")] == []
