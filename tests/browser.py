"""Opens a page in a real browser without a window; skips aloud where there is none.

Needs Chromium or Chrome and its driver (Debian: `chromium` and `chromium-driver`), and Selenium.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

AXE = Path(__file__).parent.parent / ".venv/axe/node_modules/axe-core/axe.min.js"
"""axe-core, where `.ci/run` puts it: `npm install --prefix .venv/axe axe-core`."""

_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1440,900",
    "--lang=en",
    "--force-prefers-reduced-motion",  # else what is to be clicked still moves
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def start():
    """A browser; the test is skipped where none can be had."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="Selenium is not installed")
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no browser: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    for argument in _ARGUMENTS:
        options.add_argument(argument)
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    from selenium.common.exceptions import WebDriverException  # noqa: PLC0415 (skipped without)

    try:
        service = webdriver.ChromeService(executable_path=driver)
        return webdriver.Chrome(options=options, service=service)
    except WebDriverException as error:
        pytest.skip(f"the browser does not start: {error.msg}")


def axe_source():
    """The text of axe-core; the test is skipped where it is not installed."""
    if not AXE.is_file():
        pytest.skip(f"no axe-core at {AXE.parent.name}: npm install --prefix .venv/axe axe-core")
    return AXE.read_text("utf-8")
