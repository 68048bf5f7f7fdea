"""The risk of a plan in `migration_plan.json`: shares, finishes in seconds, what moves the end."""

from __future__ import annotations

from typing import Any

from stowplan.model import Quantiles, Risk, RiskDriver
from stowplan.units import seconds


def risk_record(risk: Risk | None) -> dict[str, Any] | None:
    """What the draws came to; None where nobody asked for any."""
    if risk is None:
        return None
    return {
        "draws": risk.draws,
        "seed": risk.seed,
        "limit_s": seconds(risk.limit_us),
        "p_required_fits": round(risk.p_required_fits, 6),
        "p_all_fits": round(risk.p_all_fits, 6),
        "finish": {"required": _quantiles(risk.required), "all": _quantiles(risk.everything)},
        "drivers": [_driver(driver) for driver in risk.drivers],
    }


def _quantiles(ends: Quantiles) -> dict[str, float]:
    return {
        "p50_s": seconds(ends.p50_us),
        "p80_s": seconds(ends.p80_us),
        "p90_s": seconds(ends.p90_us),
    }


def _driver(driver: RiskDriver) -> dict[str, Any]:
    return {
        "name": driver.name,
        "basis": driver.basis,
        "spread": round(float(driver.spread), 6),
        "late_required_s": seconds(driver.late_required_us),
        "late_all_s": seconds(driver.late_all_us),
    }
