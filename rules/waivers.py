"""Waivers that no longer hold, or never did."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from stowplan.model import Finding, Severity, Waiver, shown

from .check import Check, WaiverUse


def expired_waiver(use: WaiverUse) -> Iterator[Finding]:
    """A waiver that has expired, or is about to.

    **Why.** What it accepted is reported again: whoever accepted it for a while must decide anew.
    In its last 14 days a note says so in time. The day itself still counts, in UTC; `--as-of DATE`
    sets today.

    **Mend.** Mend what it waives, or agree on a new date with its owner.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: parents, rows: 10, size_mb: 1, priority: DEFERRABLE}
        - {name: customers, rows: 10, size_mb: 1, priority: CRITICAL, depends_on: [parents]}
    policy:
      policy: example
      waivers:
        - {code: P303, tables: [parents], reason: small, owner: dba-team, expires: 2027-01-31}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: parents, rows: 10, size_mb: 1, priority: DEFERRABLE}
        - {name: customers, rows: 10, size_mb: 1, priority: CRITICAL, depends_on: [parents]}
    policy:
      policy: example
      waivers:
        - {code: P303, tables: [parents], reason: small, owner: dba-team, expires: 2020-01-31}
    ```
    """
    for waiver in use.policy.waivers:
        left = (waiver.expires - use.today).days
        if left >= _LAST_DAYS:
            continue
        told = f"ends on {waiver.expires}" if left >= 0 else f"expired on {waiver.expires}"
        yield Finding(
            (*waiver.place.path, "expires"),
            f"the waiver of {_waived(waiver)} {told}",
            hint=f"mend what it waives, or agree on a new date with {shown(waiver.owner)}",
            source=waiver.place.source,
            severity=Severity.INFO if left >= 0 else None,
        )


def idle_waiver(use: WaiverUse) -> Iterator[Finding]:
    """A waiver that waives nothing.

    **Why.** What it accepted is gone, or it never matched: left there, it would hide the next
    finding of its kind. It is judged over all manifests of the run, never for waivers of packs, and
    only by `plan` for what only a plan can find.

    **Mend.** Delete it, or correct its code or its tables: it must name each table of a finding,
    and have no `tables` for a finding that speaks of none.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: parents, rows: 10, size_mb: 1, priority: DEFERRABLE}
        - {name: customers, rows: 10, size_mb: 1, priority: CRITICAL, depends_on: [parents]}
    policy:
      policy: example
      waivers:
        - {code: P303, tables: [parents], reason: small, owner: dba-team, expires: 2027-01-31}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: customers, rows: 10, size_mb: 1, priority: CRITICAL}
    policy:
      policy: example
      waivers:
        - {code: P303, tables: [parents], reason: small, owner: dba-team, expires: 2027-01-31}
    ```
    """
    checks = {rule.id for rule in use.policy.checks}
    # A rule of another kind is found under its id only where its `where` fails.
    unfinding = {rule.id for rule in use.policy.rules if rule.where is None} - checks
    for number, waiver in enumerate(use.policy.waivers):
        idle = number not in use.matched and number not in use.unjudged
        own = waiver.place.source not in use.policy.packs
        if idle and own and use.today <= waiver.expires:
            yield Finding(
                waiver.place.path,
                f"the waiver of {_waived(waiver)} waives nothing",
                hint=_why_idle(waiver, unfinding),
                source=waiver.place.source,
            )


def _why_idle(waiver: Waiver, unfinding: Collection[str]) -> str:
    if waiver.code in unfinding:
        said = f"rule {shown(waiver.code)} is no check and finds nothing by itself"
        return f"{said}: write the code that the finding shows"
    return "delete it, or correct its code or tables"


_LAST_DAYS = 14


def _waived(waiver: Waiver) -> str:
    tables = ", ".join(pattern.text for pattern in waiver.tables)
    return f"{shown(waiver.code)} for {shown(tables)}" if tables else shown(waiver.code)


CHECKS = (
    Check("Y609", Severity.WARNING, WaiverUse, expired_waiver),
    Check("Y610", Severity.WARNING, WaiverUse, idle_waiver),
)
