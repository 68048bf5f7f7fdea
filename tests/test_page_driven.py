"""`migration_plan.html` in a real browser: what a reader finds, chooses, copies and hears."""

from __future__ import annotations

import pytest
from browser import axe_source
from pages import (
    HOSTILE,
    enter,
    named,
    opening,
    plan,
    plan_customer_data,
    plan_hostile,
    shown_names,
    text,
    texts,
)


@pytest.fixture
def opened(browser, customer_data):
    """The scenario's page, opened anew."""
    return opening(browser, customer_data)


@pytest.fixture(autouse=True)
def quiet_console(request):
    """No page writes an error, or anything else, to the console."""
    yield
    if "browser" in request.fixturenames:
        assert request.getfixturevalue("browser").get_log("browser") == []


@pytest.fixture(scope="module")
def customer_data(tmp_path_factory):
    """The scenario's artefacts."""
    return plan_customer_data(tmp_path_factory.mktemp("customer-data"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The artefacts of tables whose names are attacks."""
    return plan_hostile(tmp_path_factory.mktemp("hostile"))


def test_the_answer_stands_at_the_top_without_scrolling(opened):
    assert text(opened, "#summary-title") == "Does it hold? YES"
    assert text(opened, ".margin") == "3 h 34 min 31 s to spare"
    deferred = opened.find_element("css selector", '#summary [data-choose="audit_logs"]')
    assert deferred.rect["y"] + deferred.rect["height"] < 900
    told = text(opened, "#summary .left li")
    assert "deferred by policy" in told
    assert "(rule logs-and-sessions: Nobody misses them on the first morning.)" in told


def test_a_table_is_found_by_its_name(opened):
    enter(opened, "#by-name", "ORD")
    assert shown_names(opened) == ["orders"]
    assert text(opened, "#matches") == "1 of 8 tables"


@pytest.mark.parametrize(
    ("field", "value", "names"),
    [
        ("#by-class", "IMPORTANT", ["inventory", "preferences"]),
        ("#by-window", "deferred, follow-up", ["audit_logs", "user_sessions"]),
        ("#by-finding", "D204", ["customers", "transactions"]),
    ],
)
def test_the_tables_are_filtered(field, value, names, opened):
    from selenium.webdriver.support.ui import Select  # noqa: PLC0415 (skipped without)

    Select(opened.find_element("css selector", field)).select_by_value(value)
    assert shown_names(opened) == names


def test_where_no_table_matches_the_way_back_is_offered(opened):
    enter(opened, "#by-name", "nobody")
    assert texts(opened, "#rows tbody td") == ["No table matches. Show all tables"]
    opened.find_element("css selector", "#rows tbody button").click()
    assert len(shown_names(opened)) == 8
    assert opened.find_element("css selector", "#by-name").get_attribute("value") == ""


def test_the_tables_are_sorted_and_say_so(opened):
    (size,) = [
        b for b in opened.find_elements("css selector", "#rows thead button") if b.text == "MB"
    ]
    size.click()
    assert shown_names(opened)[:2] == ["products", "preferences"]
    size.click()
    assert shown_names(opened)[0] == "audit_logs"
    (sorted_by,) = opened.find_elements("css selector", '#rows th[aria-sort="descending"]')
    assert sorted_by.text == "MB"


def test_what_is_shown_is_copied_as_csv(browser, hostile):
    opening(browser, hostile)
    grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", grant)
    enter(browser, "#by-name", "cmd")
    browser.find_element("id", "copy").click()
    read = "navigator.clipboard.readText().then(arguments[0])"
    copied = browser.execute_async_script(read).splitlines()
    assert copied[0].startswith("name,class,where,phase,")
    safe = "\"'=cmd()|'/C calc'!A0\""
    assert copied[1].startswith(f"{safe},IMPORTANT,{HOSTILE[0]},3,")
    assert copied[1].endswith(f",{safe},check")
    assert len(copied) == 2


def test_a_table_that_is_chosen_says_why_it_is_where_it_is(opened):
    opened.find_element("css selector", '#summary [data-choose="audit_logs"]').click()
    told = text(opened, "#details")
    assert "DEFERRABLE (follow-up), deferred, follow-up" in told
    assert "class DEFERRABLE, by rule logs-and-sessions" in told
    assert "90 s planned + 160 s needed = 250 s, usable 3 h 36 min: would fit" in told
    assert "customers (customers-first)" in told


def test_the_chain_of_a_promotion_is_told(browser, tmp_path):
    plan(tmp_path / "p", named("a", "b", "t"), dependencies={"b": ["a"], "t": ["b"]})
    opening(browser, tmp_path / "p" / "out")
    browser.find_element("css selector", "#rows .name").click()
    told = text(browser, "#details")
    assert "class IMPORTANT, by rule rest" in told
    assert "b depends on a (manifest)" in told
    assert "t depends on b (manifest)" in told
    assert "so it is promoted to CRITICAL: t is CRITICAL itself" in told


def test_the_graph_lights_ancestors_and_descendants(opened):
    enter(opened, "#find", "orders\n")
    assert text(opened, "#graph-told") == "orders: 2 ancestors, 1 descendant"
    labels = {
        state: [
            element.get_attribute("aria-label").split(",")[0]
            for element in opened.find_elements("css selector", f".node.{state}")
        ]
        for state in ("up", "chosen", "down")
    }
    assert labels == {
        "up": ["C customers", "C products"],
        "chosen": ["C orders"],
        "down": ["C transactions"],
    }


def test_escape_chooses_nothing(opened):
    enter(opened, "#find", "orders\n")
    opened.find_element("tag name", "body").send_keys("\ue00c")
    assert not opened.find_element("id", "details").is_displayed()
    assert text(opened, "#graph-told") == "8 tables"


def test_the_graph_is_walked_with_the_keyboard(opened):
    first = opened.find_element("css selector", ".node")
    first.send_keys("\ue014")  # right
    focused = opened.switch_to.active_element
    assert focused.get_attribute("aria-label") == "C products, CRITICAL, phase 2"
    focused.send_keys("\ue007")
    assert "products" in text(opened, "#details h2")


def test_the_timeline_is_zoomed_and_read_with_the_keyboard(opened):
    chart = opened.find_element("css selector", ".chart")
    before = texts(opened, ".chart .axis text")
    chart.send_keys("+")
    opened.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert texts(opened, ".chart .axis text") != before
    chart.send_keys("\ue015\ue015")  # down, twice
    assert "products" in opened.find_element("id", "said").get_attribute("textContent")
    chart.send_keys("\ue007")
    assert "products" in text(opened, "#details h2")


def test_each_window_has_a_timeline_of_its_own(opened):
    assert texts(opened, ".window h3") == ["night", "follow-up"]
    bars = [
        len(chart.find_elements("css selector", ".task"))
        for chart in opened.find_elements("css selector", ".chart")
    ]
    assert bars == [6, 2]


def test_a_total_of_the_summary_shows_its_findings(browser, hostile):
    opening(browser, hostile)
    browser.find_element("css selector", '#summary [data-severity="error"]').click()
    assert text(browser, "#findings-told").startswith("2 of ")


def test_cycles_are_shown_with_the_edge_that_would_open_them(browser, hostile):
    opening(browser, hostile)
    told = text(browser, ".cycle")
    assert "A cycle: 2 tables wait for each other" in told
    assert "without this one it is open" in told
    assert len(browser.find_elements("css selector", ".cycle .open")) == 1


def test_groups_of_a_large_graph_are_opened_and_closed(browser, tmp_path):
    tables = named(*(f"t{n}" for n in range(80)), "log")
    plan(tmp_path / "p", tables, dependencies={f"t{n}": ["t0"] for n in range(1, 80)})
    opening(browser, tmp_path / "p" / "out")
    (group,) = browser.find_elements("css selector", ".node.group")
    assert group.get_attribute("aria-label").startswith("▸ CRITICAL · 79 tables of phase 2")
    group.send_keys("\ue007")
    assert len(browser.find_elements("css selector", ".node")) == 82
    browser.find_element("id", "collapse").click()
    assert len(browser.find_elements("css selector", ".node")) == 3


def test_dark_and_light_are_changed_by_a_button(opened):
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = opened.execute_script(ground)
    button = opened.find_element("id", "theme")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert opened.execute_script(ground) != light


def test_texts_that_are_attacks_stay_text(browser, hostile):
    opening(browser, hostile)
    assert HOSTILE[0] in shown_names(browser)
    for number in range(len(shown_names(browser))):  # an alert would fail the next command
        browser.execute_script(
            "document.querySelectorAll('#rows tbody .name')[arguments[0]].click()", number
        )
    made = "return [window.hacked, document.images.length, document.scripts.length]"
    assert browser.execute_script(made) == [None, 0, 2]


def test_no_text_turns_around_or_controls_what_is_read(browser, hostile):
    opening(browser, hostile)
    browser.find_element("css selector", "#rows tbody .name").click()
    found = browser.execute_script(
        r"""
        const bad = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
        const texts = [...document.querySelectorAll("*")].flatMap((element) => [
          ...[...element.attributes].map((attribute) => attribute.value),
          ...[...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
        ]);
        return texts.filter((text) => bad.test(text)).map((text) => text.slice(0, 80));
        """
    )
    assert found == []


def test_a_very_long_name_widens_nothing(browser, hostile):
    opening(browser, hostile)
    overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(overflow) == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("chosen", [False, True], ids=["as opened", "a table chosen"])
def test_axe_finds_nothing_serious(dark, chosen, browser, hostile, customer_data):
    source = axe_source()
    for folder in (customer_data, hostile):
        opening(browser, folder)
        if chosen:
            browser.find_element("css selector", "#rows .name").click()
        if dark:
            browser.find_element("id", "theme").click()
        browser.execute_cdp_cmd("Runtime.evaluate", {"expression": source})
        found = browser.execute_async_script(
            "axe.run(document, {resultTypes: ['violations']}).then((found) => arguments[0]("
            "found.violations.map(({id, impact, nodes}) => [impact, id, nodes[0].html])))"
        )
        assert [each for each in found if each[0] in ("serious", "critical")] == []
