"""How JSON is laid out: small diffs, fast to write."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def document(record: Mapping[str, Any]) -> str:
    """JSON with a line for each entry of a list or mapping at the top."""
    return "{\n" + ",\n".join(_members(record)) + "\n}\n"


def _members(record: Mapping[str, Any]) -> Iterator[str]:
    for key, value in record.items():
        name = _compact(key)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            entries = ",\n".join(f"    {_compact(entry)}" for entry in value)
            yield f"  {name}: [\n{entries}\n  ]"
        elif isinstance(value, dict) and len(value) > 1:
            entries = ",\n".join(f"    {_compact(k)}: {_compact(v)}" for k, v in value.items())
            yield f"  {name}: {{\n{entries}\n  }}"
        else:
            yield f"  {name}: {_compact(value)}"


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


def _compact(value: object) -> str:
    return _encode(value)
