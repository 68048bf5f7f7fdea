"""`migration_plan.html`: safe text, one file, the same bytes; and driven in a real browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from browser import axe_source, start
from command import stowplan

from stowplan.reports.plan_csv import COLUMNS

ROOT = Path(__file__).parent.parent
MANIFESTS = ROOT.parent / "shared" / "manifests"
PAGE = "migration_plan.html"

HOSTILE = (
    "</script><img src=x onerror=window.hacked=1>",
    "<!--<script>",
    "=cmd()|'/C calc'!A0",
    "a|b`c` *d* [e](https://example.org)",
    "{{ 7 * 7 }}{% raw %}",
    "\u2028line\u2029",
    "\u202egnp.exe",
    "'\"&amp;",
    "]]>--></style>",
)

POLICY = {
    "policy": "p",
    "rules": [
        {"id": "logs", "kind": "priority", "tables": ["log*"], "class": "DEFERRABLE"},
        {"id": "core", "kind": "priority", "tables": ["t*", "</*"], "class": "CRITICAL"},
        {
            "id": "rest",
            "kind": "priority",
            "tables": "*",
            "class": "IMPORTANT",
            "reason": "<b onclick=alert(1)>bold</b>",
        },
        {"id": "night", "kind": "resource", "window": {"duration": "4h", "reserve": "10%"}},
        {"id": "next", "kind": "resource", "window": {"name": "later", "duration": "2h"}},
        {"id": "net", "kind": "resource", "bandwidth": {"limit": "50MB/s"}},
        {"id": "two", "kind": "resource", "streams": {"limit": 2}},
    ],
}


def plan(folder, tables, *more, policy=POLICY, dependencies=None):
    """Plan these tables in a folder; returns what the command did."""
    folder.mkdir(exist_ok=True)
    manifest = {"tables": tables, "dependencies": dependencies or {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "policy.yaml").write_text(yaml.safe_dump(policy))
    policy_file = folder / "policy.yaml"
    return stowplan("plan", folder, "--policy", policy_file, "-o", folder / "out", *more)


def named(*names):
    """Tables of these names, each with an owner of its own name."""
    return [{"name": name, "rows": 1000, "size_mb": 100, "owner": name} for name in names]


def embedded(page):
    """The data of a page, as its script reads them."""
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1]
    )


@pytest.fixture(scope="module")
def customer_data(tmp_path_factory):
    """The scenario's artefacts."""
    folder = tmp_path_factory.mktemp("customer-data")
    fixture = ROOT / "fixtures/customer-data"
    stowplan("plan", fixture, "--policy", ROOT / "policies/customer-data", "-o", folder)
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The artefacts of tables whose names are attacks, in a chain and with a cycle."""
    folder = tmp_path_factory.mktemp("hostile")
    chain = dict(zip(HOSTILE[1:], ([name] for name in HOSTILE[:-1]), strict=True))
    cycle = {"x</script>": ["y\n"], "y\n": ["x</script>"]}
    plan(folder, named(*HOSTILE, "x</script>", "y\n"), dependencies=chain | cycle)
    return folder / "out"


# --- the file ----------------------------------------------------------------------------------


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


# --- in a browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests."""
    driver = start()
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, customer_data):
    """The scenario's page, opened anew."""
    return opening(browser, customer_data)


def opening(browser, folder):
    """Open a folder's page; what the console says is an error."""
    browser.get((folder / PAGE).resolve().as_uri())
    return browser


@pytest.fixture(autouse=True)
def quiet_console(request):
    """No page writes an error, or anything else, to the console."""
    yield
    if "browser" in request.fixturenames:
        assert request.getfixturevalue("browser").get_log("browser") == []


def text(browser, selector):
    """The text of the first element."""
    return browser.find_element("css selector", selector).text


def texts(browser, selector):
    """The texts of all elements."""
    return [element.text for element in browser.find_elements("css selector", selector)]


def shown_names(browser):
    """The names of the rows that are shown, in their order."""
    return texts(browser, "#rows tbody .name")


def enter(browser, selector, value):
    """Type into a field that is emptied first."""
    field = browser.find_element("css selector", selector)
    field.clear()
    field.send_keys(value)


def test_the_answer_stands_at_the_top_without_scrolling(opened):
    assert text(opened, "#summary-title") == "Does it hold? YES"
    assert text(opened, ".margin") == "3 h 34 min 31 s to spare"
    deferred = opened.find_element("css selector", '#summary [data-choose="audit_logs"]')
    assert deferred.rect["y"] + deferred.rect["height"] < 900
    assert "deferred by policy" in text(opened, "#summary .left li")


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
    assert copied[1].startswith("\"'=cmd()|'/C calc'!A0\",IMPORTANT,night,")
    assert len(copied) == 2


def test_a_table_that_is_chosen_says_why_it_is_where_it_is(opened):
    opened.find_element("css selector", '#summary [data-choose="audit_logs"]').click()
    told = text(opened, "#details")
    assert "DEFERRABLE (follow-up), deferred, follow-up" in told
    assert "class DEFERRABLE, by rule logs-and-sessions" in told
    assert "90 s planned + 2 min 40 s needed = 4 min 10 s, usable 3 h 36 min: would fit" in told
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


def test_the_page_prints(opened):
    printed = base64.b64decode(opened.print_page())
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000


def test_names_that_are_attacks_stay_text(browser, hostile):
    opening(browser, hostile)
    assert browser.execute_script("return [window.hacked, document.images.length]") == [None, 0]
    assert HOSTILE[0] in shown_names(browser)
    for element in browser.find_elements("css selector", "#rows tbody .name")[:3]:
        element.click()
    assert browser.execute_script("return [window.hacked, document.images.length]") == [None, 0]


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
