"""What can be wrong: the registry of checks, in the order in which they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import dependency, limits, manifest, policy, priority, resource, schedule, waivers
from .check import Check

CHECKS: tuple[Check[Any], ...] = (
    *manifest.CHECKS,
    *dependency.CHECKS,
    *priority.CHECKS,
    *limits.CHECKS,
    *resource.CHECKS,
    *schedule.CHECKS,
    *policy.CHECKS,
    *waivers.CHECKS,
)

BY_CODE: Mapping[str, Check[Any]] = {check.code: check for check in CHECKS}
