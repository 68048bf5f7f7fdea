"""The JSON Schemas of a manifest, of `stowplan.yaml`, and of the tests of policies."""

from __future__ import annotations

from stowplan.schemas.configuration import CONFIGURATION
from stowplan.schemas.manifest import MANIFEST
from stowplan.schemas.policy_test import POLICY_TESTS

from .translation import JsonSchema, of_mapping, titled


def manifest_schema() -> JsonSchema:
    """A manifest; keys that start with `x-` may stand anywhere."""
    text = "What a data migration is to move. Keys that start with `x-` may stand anywhere."
    return titled("manifest", "Stowplan manifest", text, of_mapping(MANIFEST, extensions=True))


def configuration_schema() -> JsonSchema:
    """`stowplan.yaml`; an override that changes nothing is a fault."""
    stated = of_mapping(CONFIGURATION)
    stated["properties"]["overrides"]["items"]["minProperties"] = 2
    text = "What a project's manifests are, which policies they must keep, how strict a run is."
    return titled("config", "stowplan.yaml", text, stated)


def policy_test_schema() -> JsonSchema:
    """The tests of a policy: each has a manifest, and only one that plans has windows."""
    stated = of_mapping(POLICY_TESTS)
    tests = stated["properties"]["tests"]
    planned = {"properties": {"plan": {"const": True}}, "required": ["plan"]}
    tests["items"] |= {"if": {"required": ["windows"]}, "then": planned}
    own = {"properties": {"tests": {"items": {"required": ["manifest"]}}}}
    stated["anyOf"] = [{"required": ["manifest"]}, own]
    return titled("test", "Tests of Stowplan policies", "What policies are to find.", stated)
