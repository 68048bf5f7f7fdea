"""Hypothesis draws the same examples in every run; HYPOTHESIS_PROFILE=wide looks further."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import stowplan

_slow = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=_slow)
settings.register_profile(
    "wide", deadline=None, max_examples=5000, suppress_health_check=_slow, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_sessionstart():
    """A strict editable install links files one by one: say so when it has fallen behind."""
    root = Path(__file__).resolve().parent.parent
    installed = Path(stowplan.__file__).parent
    if (root / "build").resolve() not in installed.resolve().parents:
        return
    folders = {root / "engine": installed, root / "rules": installed / "rules"}
    stale = [
        path
        for folder, copy in folders.items()
        for path in folder.rglob("*.py")
        if not (copy / path.relative_to(folder)).exists()
    ]
    if stale:
        pytest.exit(f"the install lacks {stale[0].name}: run `pip install -e .` again", 3)


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests of a module."""
    from browser import start  # noqa: PLC0415 (few tests need one)

    driver = start()
    yield driver
    driver.quit()
