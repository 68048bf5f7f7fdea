"""What makes text safe inside a page: JSON in a script element, and hashes for its policy."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

_ESCAPED = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")
).encode


def script_json(data: Mapping[str, Any]) -> str:
    """JSON that no name can end the script element of, or open a comment in."""
    text = _encode(data)
    for character, escape in _ESCAPED.items():
        text = text.replace(character, escape)
    return text.encode("utf-8", "backslashreplace").decode()


def source_hash(text: str) -> str:
    """The hash by which a Content-Security-Policy lets one inline script or style pass."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
