"""`migration_report.html` in a real browser: what a reader finds, chooses, copies and prints."""

from __future__ import annotations

import base64

import pytest
from browser import axe_source
from command import stowplan
from pages import ROOT, enter, plan_hostile, shown_names, text, texts

PAGE = "migration_report.html"
RUNS = {
    "slow": ("--slowdown", "3", "--noise", "0.2"),
    "no-go": ("--slowdown", "4"),
    "failing": ("--fail", "customers:1", "--memory-pressure", "customers"),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of the scenario's rehearsals on a slow line, and of hostile names."""
    folder = tmp_path_factory.mktemp("runs")
    fixture = ROOT / "fixtures/customer-data"
    stowplan("plan", fixture, "--policy", fixture / "per-minute", "-o", folder / "plan")
    for name, disturbed in RUNS.items():
        plan = folder / "plan" / "migration_plan.json"
        stowplan("run", plan, *disturbed, "-o", folder / name)
    (folder / "odd").mkdir()
    hostile = plan_hostile(folder / "odd")
    stowplan("run", hostile / "migration_plan.json", "--slowdown", "3", "-o", folder / "hostile")
    return {name: folder / name / PAGE for name in (*RUNS, "hostile")}


@pytest.fixture
def opened(browser, pages):
    """The page of the run that was too slow, opened anew."""
    return opening(browser, pages["slow"])


@pytest.fixture(autouse=True)
def quiet_console(request):
    """No page writes an error, or anything else, to the console."""
    yield
    if "browser" in request.fixturenames:
        assert request.getfixturevalue("browser").get_log("browser") == []


def opening(browser, page):
    """Open a page."""
    browser.get(page.resolve().as_uri())
    return browser


def drawn(browser, number, kind):
    """How many bars of a kind a table has on the timeline."""
    return len(browser.find_elements("css selector", f'.task.{kind}[data-table="{number}"]'))


def settled(browser):
    """Wait until what was asked to be drawn is drawn."""
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0], 50))")


def test_what_came_of_it_stands_at_the_top(opened):
    assert text(opened, "#summary-title") == "How did it go? FAILED"
    assert text(opened, ".margin") == "1 of 4 required tables is missing"
    assert text(opened, "#simulated").startswith("Simulated.")
    missing = opened.find_element("css selector", '#summary [data-choose="transactions"]')
    assert missing.rect["y"] + missing.rect["height"] < 900


def test_every_table_has_what_was_planned_above_what_came_of_it(opened):
    settled(opened)
    assert [drawn(opened, number, "planned") for number in range(6)] == [1] * 6
    assert [drawn(opened, number, "actual") for number in range(6)] == [1, 1, 1, 1, 0, 0]
    labels = texts(opened, "svg.body text.label")
    assert "C transactions · incomplete" in labels
    assert any(label.startswith("C orders · 39 min") and label.endswith("late") for label in labels)


def test_lanes_show_the_plan_over_the_run(opened):
    (mode,) = [
        b for b in opened.find_elements("css selector", ".buttons button") if "row" in b.text
    ]
    mode.click()
    settled(opened)
    assert mode.get_attribute("aria-pressed") == "false"
    lanes = texts(opened, "svg.body text.quiet")
    assert lanes == ["planned 1", "actual 1"]


def test_a_decision_is_a_mark_that_says_what_was_decided(opened):
    settled(opened)
    assert len(opened.find_elements("css selector", ".check.BEHIND.decided")) == 1
    (taken,) = texts(opened, ".options tr.taken th")
    assert taken == "Raise the bandwidth to 1.25 MB/s taken"
    assert texts(opened, ".weighed > h3") == ["3-Hour Checkpoint BEHIND"]


@pytest.mark.parametrize(
    ("field", "value", "names"),
    [
        ("#by-state", "deferred", ["audit_logs", "user_sessions"]),
        ("#by-variance", "later", ["customers", "products", "orders"]),
        ("#by-class", "IMPORTANT", ["inventory", "preferences"]),
        ("#by-verified", "simulated", ["customers", "products", "orders"]),
    ],
)
def test_the_tables_are_filtered(field, value, names, opened):
    from selenium.webdriver.support.ui import Select  # noqa: PLC0415 (skipped without)

    Select(opened.find_element("css selector", field)).select_by_value(value)
    assert shown_names(opened) == names


def test_the_tables_are_sorted_by_their_variance(opened):
    buttons = opened.find_elements("css selector", "#rows thead button")
    (variance,) = [b for b in buttons if b.text == "Variance"]
    variance.click()
    variance.click()
    assert shown_names(opened)[:3] == ["orders", "customers", "products"]


def test_a_table_that_is_chosen_says_how_it_went(opened):
    opened.find_element("css selector", '#summary [data-choose="transactions"]').click()
    told = text(opened, "#details")
    assert "incomplete CRITICAL, required, phase 4" in told
    assert "of 2 000 000 rows are there" in told
    opened.find_element("css selector", "#details .close").click()
    opened.find_element("css selector", "#rows .name").click()
    assert "times the plan's time" in text(opened, "#details")


def test_the_keyboard_leads_through_the_tables(opened):
    from selenium.webdriver.common.keys import Keys  # noqa: PLC0415 (skipped without)

    chart = opened.find_element("css selector", ".chart")
    chart.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert text(opened, "#said").startswith("products")
    chart.send_keys(Keys.ENTER)
    assert text(opened, "#details h2").endswith("products")
    chart.send_keys(Keys.ESCAPE)
    assert not opened.find_element("id", "details").is_displayed()


def test_what_is_shown_is_copied_as_csv(browser, pages):
    opening(browser, pages["hostile"])
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", grant)
    enter(browser, "#by-name", "cmd")
    browser.find_element("id", "copy").click()
    read = "navigator.clipboard.readText().then(arguments[0])"
    header, row = browser.execute_async_script(read).splitlines()
    assert header.startswith("name,state,class,required,phase,planned_start_s,")
    assert row.startswith("\"'=cmd()|'/C calc'!A0\",moved,")


def test_hostile_names_do_nothing(browser, pages):
    opening(browser, pages["hostile"])
    for name in browser.find_elements("css selector", "#rows tbody .name")[:20]:
        browser.execute_script("arguments[0].click()", name)
    assert browser.execute_script("return window.hacked") is None
    assert browser.find_elements("css selector", "img, b[onclick]") == []


def test_a_failure_is_told_with_its_reason(browser, pages):
    opening(browser, pages["failing"])
    assert "customers" in text(browser, "#failures tbody th")
    assert "as the rehearsal wants it" in text(browser, "#failures tbody")
    assert len(browser.find_elements("css selector", "svg .cut")) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["slow", "no-go", "failing", "hostile"])
def test_axe_finds_nothing(theme, name, browser, pages):
    opening(browser, pages[name])
    if theme == "dark":
        browser.find_element("id", "theme").click()
    browser.find_element("css selector", "#rows .name").click()
    settled(browser)
    browser.execute_script(axe_source())
    found = browser.execute_async_script("axe.run().then(arguments[0])")["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("name", ["slow", "hostile"])
def test_a_narrow_screen_does_not_scroll_sideways(name, browser, pages):
    metrics = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        opening(browser, pages[name])
        settled(browser)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_page_prints_and_is_as_before_afterwards(opened):
    settled(opened)
    before = opened.find_element("id", "figures").get_attribute("innerHTML").count("data-table")
    printed = opened.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
    settled(opened)
    after = opened.find_element("id", "figures").get_attribute("innerHTML").count("data-table")
    assert after == before
