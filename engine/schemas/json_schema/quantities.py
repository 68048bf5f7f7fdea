"""The patterns of quantities: `4h`, `2GB`, `50MB/s`, `10%`, as `stowplan.units` reads them.

They cannot say what is too large to count.
"""

from __future__ import annotations

from collections.abc import Mapping

from .translation import JsonSchema

_NUMBER = r"[0-9]{1,30}(\.[0-9]{1,30})?"
_SIZE = rf"{_NUMBER}\s*([kKMGTP]i?)?B"
_CLOCK = rf"({_NUMBER}\s*(us|µs|ms|s|min|m|h|d)\s*)+"
_ISO = rf"P(?=..)({_NUMBER}W)?({_NUMBER}D)?(T({_NUMBER}H)?({_NUMBER}M)?({_NUMBER}S)?)?"
_SHARE = r"(0*100(\.0{1,30})?|0*[0-9]{1,2}(\.[0-9]{1,30})?)\s*%"


def _quantity(pattern: str, *examples: str) -> JsonSchema:
    return {"type": "string", "pattern": rf"^\s*({pattern})\s*$", "examples": list(examples)}


QUANTITIES: Mapping[str, JsonSchema] = {
    "duration": _quantity(rf"{_CLOCK}|{_ISO}", "4h", "90m", "30s", "PT4H"),
    "size": _quantity(_SIZE, "2GB", "512MiB", "100MB"),
    "rate": _quantity(rf"{_SIZE}\s*/\s*(s|min|h)", "50MB/s", "3GB/min"),
    "share": _quantity(_SHARE, "10%", "12.5%"),
    "duration or share": _quantity(rf"{_CLOCK}|{_ISO}|{_SHARE}", "3h", "75%"),
}
"""For each kind of quantity the schema of its text."""
