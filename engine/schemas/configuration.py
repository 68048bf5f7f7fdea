"""`stowplan.yaml`: its shape, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from stowplan.model import DocPath, Fault, Finding, Severity, shown

from .shape import Check, Complaint, Kind, Schema, Shape

_ITEMS = {"type": "string"}
_DOCS_URL = r"https?://[!#-;=?-\[\]_a-z~]+(\{code\}[!#-;=?-\[\]_a-z~]*)+"


def _wrong_docs_url(text: str) -> Complaint | None:
    if re.fullmatch(_DOCS_URL, text):
        return None
    said = f"must be a web address with {{code}} in it, is {shown(text)}"
    return Complaint(Kind.OTHER, said, "write https://example.org/checks/{code}")


_SETTINGS: Schema = {
    "policies": {
        "type": "list",
        "schema": _ITEMS,
        "meta": {"description": "Policy files, folders or shipped packs, in load order."},
    },
    "fail_on": {
        "type": "string",
        "allowed": tuple(severity.value for severity in Severity),
        "meta": {"description": "The mildest severity that makes the exit status 1."},
    },
}

OVERRIDE: Schema = {
    "manifests": {
        "type": ["string", "list"],
        "required": True,
        "empty": False,
        "schema": _ITEMS,
        "meta": {"description": "Globs of the manifests that it is for, from this file's folder."},
    },
    **_SETTINGS,
}

CONFIGURATION: Schema = {
    "manifests": {
        "type": "list",
        "schema": _ITEMS,
        "meta": {
            "description": "Globs of the project's manifests, from this file's folder.",
            "json_schema": {"minItems": 1},
        },
    },
    **_SETTINGS,
    "overrides": {
        "type": "list",
        "schema": {"type": "dict", "schema": OVERRIDE},
        "meta": {"description": "Other values for some manifests; a later one wins, key by key."},
    },
    "baseline": {
        "type": "string",
        "empty": False,
        "meta": {"description": "The baseline of accepted findings, from this file's folder."},
    },
    "docs_url": {
        "type": "string",
        "check_with": Check(_wrong_docs_url),
        "meta": {
            "description": "Where checks are explained; {code} stands for a check's code.",
            "json_schema": {"pattern": f"^{_DOCS_URL}$"},
        },
    },
}

_SHAPE = Shape(CONFIGURATION)
_CODES = {Kind.UNKNOWN: "Y602"}
_DRIVE = re.compile(r"[A-Za-z]:")
_DOWNWARDS = "write it from the folder of stowplan.yaml, without `..`"


class Section(NamedTuple):
    """The file itself, or an override: what it states for which manifests; None is unsaid.

    `path` leads to it; the file itself is for all manifests and has no globs.
    """

    path: DocPath
    globs: tuple[str, ...]
    policies: tuple[str, ...] | None
    fail_on: Severity | None


class ConfigurationValues(NamedTuple):
    """What a configuration says, as written; the first section is the file itself."""

    manifests: tuple[str, ...]
    sections: tuple[Section, ...]
    docs_url: str | None = None
    baseline: str | None = None


def read_configuration(data: object) -> tuple[ConfigurationValues | None, tuple[Fault, ...]]:
    """The values, or all faults (Y601, Y602, Y605)."""
    shape = (fault.coded(_CODES.get(fault.kind, "Y601")) for fault in _SHAPE.faults(data))
    faults = (*shape, *_no_manifests(data), *_idle_overrides(data), *_faulty_globs(data))
    if faults or not isinstance(data, dict):
        return None, faults
    overrides = enumerate(data.get("overrides", ()))
    sections = (_section((), data), *(_section(("overrides", n), o) for n, o in overrides))
    manifests = tuple(data.get("manifests", ()))
    docs_url, baseline = data.get("docs_url"), data.get("baseline")
    return ConfigurationValues(manifests, sections, docs_url, baseline), ()


def _section(path: DocPath, data: dict[str, Any]) -> Section:
    policies, fail_on = data.get("policies"), data.get("fail_on")
    return Section(
        path,
        tuple(_listed(data["manifests"])) if path else (),
        None if policies is None else tuple(policies),
        None if fail_on is None else Severity(fail_on),
    )


def _listed(value: object) -> list[Any]:
    """A list as it is, text as a list of one, anything else as none: its type is a fault."""
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _overrides(data: object) -> Iterator[tuple[DocPath, dict[str, Any]]]:
    """The overrides of a document that may be faulty, as far as they are mappings."""
    held = data.get("overrides") if isinstance(data, dict) else None
    for index, override in enumerate(held if isinstance(held, list) else ()):
        if isinstance(override, dict):
            yield ("overrides", index), override


def _no_manifests(data: object) -> Iterator[Fault]:
    """An empty list would not mean none: without manifests all below the folder are meant."""
    if isinstance(data, dict) and data.get("manifests") == []:
        hint = "list the manifests, or leave the key out"
        yield Fault("Y601", Finding(("manifests",), "`manifests` lists none", hint=hint))


def _idle_overrides(data: object) -> Iterator[Fault]:
    for path, override in _overrides(data):
        if override.keys() == {"manifests"}:
            hint = f"give it {' or '.join(f'`{key}`' for key in _SETTINGS)}"
            yield Fault("Y601", Finding(path, "the override changes nothing", hint=hint))


# --- globs


def _faulty_globs(data: object) -> Iterator[Fault]:
    """What is wrong with globs; a configuration's own may lead upwards, an override's may not."""
    if isinstance(data, dict):
        yield from _faults_of(("manifests",), data.get("manifests"), downwards=False)
    for path, override in _overrides(data):
        yield from _faults_of((*path, "manifests"), override.get("manifests"), downwards=True)


def _faults_of(path: DocPath, globs: object, *, downwards: bool) -> Iterator[Fault]:
    for index, glob in enumerate(_listed(globs)):
        wrong = _wrong_with(glob, downwards=downwards) if isinstance(glob, str) else None
        if wrong is not None:
            place = (*path, index) if isinstance(globs, list) else path
            yield Fault("Y605", Finding(place, f'"{shown(glob)}" {wrong[0]}', hint=wrong[1]))


def _wrong_with(glob: str, *, downwards: bool) -> tuple[str, str] | None:
    """What is wrong with a glob, and how to mend it."""
    if glob.startswith(("/", "\\")) or _DRIVE.match(glob):
        return "is an absolute path", _DOWNWARDS
    parts = glob.split("/")
    if {*parts} <= {"", "."} or "\0" in glob:
        return "matches no file", "`**/*.yaml` matches every YAML file"
    if any("**" in part and part != "**" for part in parts):
        return (
            "has `**` beside other characters",
            "`**` stands alone between slashes: `db/**/*.yaml`",
        )
    return _wrong_in_override(glob, parts) if downwards else None


def _wrong_in_override(glob: str, parts: list[str]) -> tuple[str, str] | None:
    if ".." in parts:
        return "leads out of the folder of stowplan.yaml", _DOWNWARDS
    if "\\" in glob:
        return "has a backslash", "folders are separated by `/`"
    if parts[-1] in ("", "."):
        return "names a folder, not manifests", f"write `{shown(glob.rstrip('./'))}/**`"
    if any(_is_open(part) for part in parts):
        return "has a `[` that is never closed", "for the character itself write `[[]`"
    return None


def _is_open(part: str) -> bool:
    """Whether a bracket of a glob is not closed; `]` may be the first character of a class."""
    return "[" in re.sub(r"\[!?.[^\]]*\]", "", part)
