"""A page from its template, the scripts it is made of, and its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from stowplan.reports.text import printable

from .embedding import script_json, source_hash

_STYLES = ("look", "parts", "print")


def rendered(
    template: str, scripts: Iterable[str], data: Mapping[str, Any], values: Mapping[str, Any]
) -> str:
    """The page; `values` are what its template names, `data` what its script reads."""
    script, style = _assets("js", scripts), _assets("css", _STYLES)
    page = _templates().get_template(template)
    return page.render(
        **values,
        style=style,
        script=script,
        style_hash=source_hash(style),
        script_hash=source_hash(script),
        data=script_json(data),
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("stowplan.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["printable"] = printable
    return environment


def _assets(kind: str, names: Iterable[str]) -> str:
    """The page's own script or style, from its parts."""
    folder = files("stowplan.reports.html") / "assets"
    parts = [(folder / f"{name}.{kind}").read_text("utf-8") for name in names]
    whole = "\n".join(parts)
    return f'(() => {{\n"use strict";\n{whole}}})();' if kind == "js" else whole
