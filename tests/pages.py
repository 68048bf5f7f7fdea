"""Plans whose pages are looked at, and the few things that a browser is asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from command import stowplan

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
    "-2+3",
    "__proto__",
    "constructor",
    "\x1b[31m\u2066red",
    "n" * 300,
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


_TAG = HOSTILE[0]
_TURNED = "\u202egnp.exe\x07"

HOSTILE_POLICY = {
    "policy": "p",
    "description": _TAG,
    "classes": {_TAG: {"placement": "preferred"}, "__proto__": {"placement": "follow-up"}},
    "rules": [
        {"id": "own", "kind": "priority", "tables": ["=*"], "class": _TAG, "reason": _TURNED},
        {
            "id": "odd",
            "kind": "priority",
            "where": f'table.owner != "{_TAG}" && table.name.startsWith("_")',
            "class": "__proto__",
            "reason": _TAG,
        },
        *POLICY["rules"][:3],
        {"id": "night", "kind": "resource", "window": {"name": _TAG, "duration": "4h"}},
        {"id": "next", "kind": "resource", "window": {"name": "=later", "duration": "2h"}},
        *POLICY["rules"][5:],
        {
            "id": "mark",
            "kind": "checkpoint",
            "at": "1m",
            "decider": _TAG + _TURNED,
            "if_behind": [{"skip": {"class": _TAG}}, {"skip": {"tables": ["constructor"]}}],
        },
        {
            "id": "check",
            "kind": "check",
            "require": f'table.owner == "{_TAG}"',
            "message": "{table.name} {table.owner} " + _TAG + _TURNED,
            "reason": _TAG,
            "severity": "warning",
        },
    ],
    "waivers": [
        {
            "code": "check",
            "tables": ["log"],
            "reason": _TAG + _TURNED,
            "owner": _TURNED,
            "expires": "2999-12-31",
        }
    ],
}


def plan(folder, tables, *more, policy=POLICY, dependencies=None, ways=None):
    """Plan these tables in a folder; returns what the command did."""
    folder.mkdir(exist_ok=True)
    manifest = {"tables": tables, "dependencies": dependencies or {}, **(ways or {})}
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


def plan_customer_data(folder):
    """The scenario's artefacts; returns the folder."""
    fixture = ROOT / "fixtures/customer-data"
    stowplan("plan", fixture, "--policy", ROOT / "policies/customer-data", "-o", folder)
    return folder


def plan_hostile(folder):
    """The artefacts where every text is an attack, with a chain and a cycle."""
    chain = dict(zip(HOSTILE[1:], ([name] for name in HOSTILE[:-1]), strict=True))
    cycle = {"x</script>": ["y\n"], "y\n": ["x</script>"]}
    tables = named(*HOSTILE, "x</script>", "y\n", "log")
    ways = {"source": _TAG, "destination": _TURNED + _TAG}
    plan(folder, tables, policy=HOSTILE_POLICY, dependencies=chain | cycle, ways=ways)
    return folder / "out"


def opening(browser, folder):
    """Open a folder's page; what the console says is an error."""
    browser.get((folder / PAGE).resolve().as_uri())
    return browser


def text(browser, selector):
    """The text of the first element."""
    return browser.find_element("css selector", selector).text


def texts(browser, selector):
    """The texts of all elements; what is drawn anew while they are read is read again."""
    from selenium.common.exceptions import (  # noqa: PLC0415 (few tests have a browser)
        StaleElementReferenceException,
    )
    from selenium.webdriver.support.wait import WebDriverWait  # noqa: PLC0415

    wait = WebDriverWait(browser, 10, ignored_exceptions=[StaleElementReferenceException])
    return wait.until(
        lambda page: [[element.text for element in page.find_elements("css selector", selector)]]
    )[0]


def shown_names(browser):
    """The names of the rows that are shown, in their order."""
    return texts(browser, "#rows tbody .name")


def enter(browser, selector, value):
    """Type into a field that is emptied first."""
    field = browser.find_element("css selector", selector)
    field.clear()
    field.send_keys(value)
