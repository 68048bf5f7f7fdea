"""Linters that a user would otherwise take: how each is installed, and the same rule for each.

The rule: no table is larger than 5 000 MB. yamllint cannot say it, it only looks at the YAML;
cfn-lint knows nothing but CloudFormation, and has a template with a volume for each table.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

LIMIT_MB = 5000
POLICY = f"""\
policy: size
rules:
  - {{id: all, kind: priority, tables: "*", class: IMPORTANT}}
  - {{id: night, kind: resource, window: {{duration: 12h}}}}
  - {{id: network, kind: resource, bandwidth: {{limit: 200MB/s}}}}
  - {{id: size, kind: check, require: table.size_mb <= {LIMIT_MB}.0}}
"""
SCHEMA = {"properties": {"tables": {"items": {"properties": {"size_mb": {"maximum": LIMIT_MB}}}}}}
RULESET = f"""\
rules:
  size:
    given: $.tables[*].size_mb
    severity: error
    then: {{function: schema, functionOptions: {{schema: {{maximum: {LIMIT_MB}}}}}}}
"""
CUSTOM_RULES = f'AWS::EC2::Volume Size <= {LIMIT_MB} ERROR "too large"\n'
LOAD = "import sys, yaml; yaml.load(open(sys.argv[1], 'rb'), yaml.CSafeLoader)"


class Contender(NamedTuple):
    """A linter, or what Stowplan is held against.

    `program` is its path below the folder of tools, None for this Python; `{}` in an argument is
    the folder of the files. `statuses` are those by which it says that the rule is broken.
    """

    name: str
    arguments: tuple[str, ...]
    statuses: tuple[int, ...]
    program: str | None = None
    install: Callable[[Path], None] | None = None
    only_yaml: bool = False
    template: bool = False

    def command(self, tools: Path, folder: Path, ending: str) -> tuple[str, ...]:
        """The command that checks the manifest, or the template, of the folder."""
        program = str(tools.absolute() / self.program) if self.program else sys.executable
        arguments = (argument.replace("{}", str(folder)) for argument in self.arguments)
        file = f"{'template' if self.template else 'manifest'}.{ending}"
        return (program, *arguments, str(folder / file))


def _with_pip(package: str) -> Callable[[Path], None]:
    def install(tools: Path) -> None:
        folder = tools / package
        _carry_out(sys.executable, "-m", "venv", str(folder))
        _carry_out(str(folder / "bin" / "pip"), "install", "--quiet", package)

    return install


def _with_npm(package: str, name: str) -> Callable[[Path], None]:
    def install(tools: Path) -> None:
        # Scripts of packages are not run: one of them would report the installation.
        options = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(tools / name))
        _carry_out("npm", "install", *options, package)

    return install


def _carry_out(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


STOWPLAN = Contender(
    "stowplan",
    ("-m", "stowplan", "lint", "--format", "text", "--policy", "{}/policy.yaml"),
    statuses=(1,),
)
LOADER = Contender("PyYAML, C loader", ("-c", LOAD), statuses=(0,), only_yaml=True)
CHECK_JSONSCHEMA = Contender(
    "check-jsonschema",
    ("--schemafile", "{}/schema.json"),
    statuses=(1,),
    program="check-jsonschema/bin/check-jsonschema",
    install=_with_pip("check-jsonschema"),
)
YAMLLINT = Contender(
    "yamllint",
    ("-d", "relaxed"),
    statuses=(0, 1),
    program="yamllint/bin/yamllint",
    install=_with_pip("yamllint"),
)
SPECTRAL = Contender(
    "Spectral",
    ("lint", "--ruleset", "{}/ruleset.yaml"),
    statuses=(1,),
    program="spectral/node_modules/.bin/spectral",
    install=_with_npm("@stoplight/spectral-cli", "spectral"),
)
CFN_LINT = Contender(
    "cfn-lint",
    ("--custom-rules", "{}/custom-rules.txt"),
    statuses=(2, 6, 10, 14),
    program="cfn-lint/bin/cfn-lint",
    install=_with_pip("cfn-lint"),
    template=True,
)
CONTENDERS = (STOWPLAN, LOADER, CHECK_JSONSCHEMA, YAMLLINT, SPECTRAL, CFN_LINT)


def write_rules(folder: Path) -> None:
    """The rule in the words of every linter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(POLICY, "utf-8")
    (folder / "schema.json").write_text(json.dumps(SCHEMA), "utf-8")
    (folder / "ruleset.yaml").write_text(RULESET, "utf-8")
    (folder / "custom-rules.txt").write_text(CUSTOM_RULES, "utf-8")
