"""The policies of a command that names no manifest: those of the current folder."""

from __future__ import annotations

import os
from pathlib import Path

from .projects import CONSTRAINTS, Projects
from .settings import Setting


def current_policies(named: list[str], projects: Projects) -> Setting[tuple[str, ...]]:
    """What `--policy` names, else those of the current folder; overrides are for manifests only."""
    if named:
        return Setting(tuple(named), "--policy")
    configuration = projects.configuration(Path())
    for scope in configuration.scopes if configuration else ():
        if scope.policies and not scope.globs:
            return scope.policies
    if os.path.lexists("policies"):
        return Setting(("policies",), "policies/ in the current folder")
    if os.path.lexists(CONSTRAINTS):
        return Setting((CONSTRAINTS,), f"{CONSTRAINTS} in the current folder")
    return Setting((), "default")
