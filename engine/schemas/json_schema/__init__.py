"""JSON Schemas for editors and programs, made from the schemas that the validators use.

What JSON Schema cannot say stays with `stowplan lint`: repeated keys, references between rules and
files, conditions and globs, what is too large to count, and days that no calendar has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .documents import configuration_schema, manifest_schema, policy_test_schema
from .plan import plan_schema
from .policy import KnownCode, policy_schema
from .report import report_schema
from .translation import JsonSchema

__all__ = ["NAMES", "JsonSchema", "KnownCode", "json_schema"]

_FIXED: Mapping[str, Callable[[], JsonSchema]] = {
    "manifest": manifest_schema,
    "config": configuration_schema,
    "test": policy_test_schema,
    "plan": plan_schema,
    "report": report_schema,
}
NAMES = ("manifest", "policy", "config", "test", "plan", "report")
"""What there is a schema of."""


def json_schema(name: str, codes: Mapping[str, KnownCode]) -> JsonSchema:
    """One of `NAMES` as JSON Schema 2020-12; `codes` are the checks that a policy may name."""
    return policy_schema(codes) if name == "policy" else _FIXED[name]()
