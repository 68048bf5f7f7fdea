"""What a run leaves when it is over: its report, and what is still to be moved."""

from __future__ import annotations

from pathlib import Path

from stowplan.cli.artefacts import write_all
from stowplan.cli.manifests import read_manifest
from stowplan.cli.plan_inputs import PlanFile
from stowplan.execution.ledger import Ledger
from stowplan.reports.run.follow_up import run_follow_up
from stowplan.reports.run.report_json import report_json
from stowplan.reports.run.report_markdown import report_markdown
from stowplan.schemas.manifest import read_manifest as manifest_of

REPORT = "migration_report"
FOLLOW_UP = "follow_up.manifest.json"


def write_report(output: Path, ledger: Ledger, plan: PlanFile) -> list[Path]:
    """Write the report and the manifest of what is left. Raises UsageError."""
    from stowplan.reports.html.run_page import report_page  # noqa: PLC0415 (only at the end)

    texts = {
        f"{REPORT}.md": report_markdown(ledger),
        f"{REPORT}.json": report_json(ledger),
        f"{REPORT}.html": report_page(ledger),
    }
    manifest, _ = manifest_of(read_manifest(plan.manifest.as_posix()).data)
    if manifest is not None:
        texts[FOLLOW_UP] = run_follow_up(manifest, ledger)
    return write_all(output, texts)
