"""Print a JSON Schema, for editors and for programs."""

from __future__ import annotations

import argparse
import json
import sys

from stowplan.rules import CHECKS
from stowplan.schemas.json_schema import NAMES, KnownCode, json_schema

from .outcome import FINE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("name", choices=NAMES, help="what the schema is of")


def run(options: argparse.Namespace) -> int:
    """Print one schema: JSON Schema 2020-12, the same bytes every time."""
    codes = {check.code: KnownCode(check.firm, check.title) for check in CHECKS}
    # Only ASCII: whatever the terminal's encoding, the file that it is sent to is sound JSON.
    json.dump(json_schema(options.name, codes), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return FINE
