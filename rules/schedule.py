"""Time: do the required tables fit the window, what cannot be planned, is a plan outdated?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stowplan.model import (
    Assessment,
    Finding,
    PlannedWindow,
    Policy,
    ResourceRule,
    Severity,
    Witness,
    shown,
)
from stowplan.units import count_text, duration_text, rate_text, seconds, size_text

from .check import Check, PolicyCase, Reading

_NAMED_AT_MOST = 5


def required_do_not_fit(case: PolicyCase) -> Iterator[Finding]:
    """The required tables do not fit the main window, even without the reserve.

    **Why.** The night cannot keep its promise. `lint` says so when even the proven lower bound is
    past the window: then no plan fits. `plan` says so when it found no plan that fits.

    **Mend.** A longer window, a higher rate (the hint says which would do), or fewer required
    tables.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 10, size_mb: 100000}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 10, size_mb: 100000}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 30m}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```
    """
    main, assessment = case.assessment.main, case.assessment
    if main is None:
        return
    limit = main.window.limit_us
    finish = assessment.lower_us if case.plan is None else case.plan.required.finish_us
    if finish <= limit:
        return
    proven = assessment.lower_us > limit
    text = (
        f"the required tables need {'at least ' if case.plan is None else ''}"
        f"{duration_text(finish)}, window {shown(main.window.name)} has {duration_text(limit)}: "
        f"{duration_text(finish - limit)} too long "
        f"({'proven: ' + bound_text(assessment.witness) if proven else 'no shorter plan found'})"
    )
    yield _at_window(
        case.policy,
        main,
        text,
        _rate_hint(assessment, main) if proven else _SEARCHED,
        {
            "needs_s": seconds(finish),
            "has_s": seconds(limit),
            "over_s": seconds(finish - limit),
            "proven": proven,
            "fitting_rate_bytes_s": assessment.fitting_rate,
        },
    )


_SEARCHED = (
    "more bandwidth, a longer window or fewer required tables: "
    "`stowplan what-if` says how much of which does"
)


def _rate_hint(assessment: Assessment, main: PlannedWindow) -> str:
    rate = assessment.fitting_rate
    if rate is None:
        return "no bandwidth alone would do: a longer window, or fewer required tables"
    if rate <= main.capacity.rate:
        return "a longer window, fewer required tables, or more streams"
    return f"it would take at least {rate_text(rate)}, or a longer window"


def only_by_eating_the_reserve(case: PolicyCase) -> Iterator[Finding]:
    """The required tables fit only by eating the reserve.

    **Why.** The plan is TIGHT: it ends after the usable time and before the window's end, so the
    first delay breaks it.

    **Mend.** As for R401; or decide that a smaller reserve is enough.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 10, size_mb: 100000}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 1h, reserve: 10%}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```

    **Fails**

    ```yaml
    manifest:
      tables:
        - {name: events, rows: 10, size_mb: 100000}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 1h, reserve: 50%}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```
    """
    main = case.assessment.main
    if main is None:
        return
    usable, limit = main.window.usable_us, main.window.limit_us
    finish = case.assessment.lower_us if case.plan is None else case.plan.required.finish_us
    if usable < finish <= limit:
        text = (
            f"the required tables end {'no earlier than' if case.plan is None else 'at'} "
            f"{duration_text(finish)}, {duration_text(finish - usable)} into the reserve of window "
            f"{shown(main.window.name)} (usable: {duration_text(usable)})"
        )
        details = {"finish_s": seconds(finish), "usable_s": seconds(usable)}
        hint = "a longer window, a higher rate, or a smaller reserve"
        yield _at_window(case.policy, main, text, hint, details)


def _at_window(
    policy: Policy, main: PlannedWindow, text: str, hint: str, details: Mapping[str, object]
) -> Finding:
    """A finding at the rule that states the window."""
    rule = next(
        rule
        for rule in policy.rules
        if isinstance(rule, ResourceRule) and rule.resource is main.window
    )
    path = (*rule.place.path, "window")
    source = rule.place.source
    return Finding(path, text, hint=hint, details=details, source=source, rule=rule.id)


def bound_text(witness: Witness) -> str:
    """Why nothing can be faster, in words: `bandwidth-bound: 13 000 MB / 50 MB/s = 260 s`."""
    if witness.kind == "bandwidth":
        moved = -(-witness.size * 1_000_000 // witness.rate)
        total = duration_text(witness.head_us + moved + witness.tail_us)
        before = f"{duration_text(witness.head_us)} + " if witness.head_us else ""
        after = f" + {duration_text(witness.tail_us)}" if witness.tail_us else ""
        quotient = f"{size_text(witness.size)} / {rate_text(witness.rate)}"
        return f"bandwidth-bound: {before}{quotient}{after} = {total}"
    if witness.kind == "path":
        first = ", ".join(shown(name) for name in witness.path[:_NAMED_AT_MOST])
        if len(witness.path) == 1:
            return f"chain-bound: {first} by itself at its full rate"
        more = f" and {len(witness.path) - _NAMED_AT_MOST} more"
        rest = more if len(witness.path) > _NAMED_AT_MOST else ""
        return f"chain-bound: {first}{rest}, one after the other at full rate"
    if witness.kind == "streams":
        work = duration_text(witness.stream_us)
        return f"stream-bound: {work} of work over {count_text(witness.streams, 'stream')}"
    return "nothing to move"


def unschedulable(case: PolicyCase) -> Iterator[Finding]:
    """Tables that cannot be planned.

    **Why.** One violation for each cause: a cycle (D203), a parent that is missing (D201), rows
    larger than a stream's memory (R403), a table without a class (P301). It names the tables that
    the cause strikes and how many wait downstream of them. All other tables are planned.

    **Mend.** Mend the cause; the code in the message has its page.

    **Passes**

    ```yaml
    manifest:
      tables:
        - {name: orders, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```

    **Fails** with `plan`

    ```yaml
    command: plan
    manifest:
      tables:
        - {name: orders, rows: 10, size_mb: 1, depends_on: [customers]}
        - {name: payments, rows: 10, size_mb: 1, depends_on: [orders]}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```
    """
    if not case.planning:
        return
    for cause in case.assessment.causes:
        first = ", ".join(shown(name) for name in cause.roots[:_NAMED_AT_MOST])
        others = len(cause.roots) - _NAMED_AT_MOST
        more = f" and {others} more" if others > 0 else ""
        text = f"{first}{more} cannot be planned: {cause.text}"
        if cause.downstream:
            waiting = len(cause.downstream)
            text += f"; {waiting} table{'s wait' if waiting > 1 else ' waits'} downstream"
        yield Finding(
            cause.path,
            text,
            tuple(sorted((*cause.roots, *cause.downstream))),
            details={"cause": cause.kind, "roots": list(cause.roots)},
        )


def outdated_plan(reading: Reading) -> Iterator[Finding]:
    """A plan that no longer follows from its inputs, or breaks a promise.

    **Why.** The manifest or the policy has changed since the plan was made, or the plan was edited:
    the night would carry out what nobody has checked. `stowplan verify` holds every promise of the
    plan against its inputs, `stowplan plan --check` plans them again and compares the bytes.

    **Mend.** Make the plan again, look at what is different, and commit it.

    **Passes** with `plan --check`

    ```yaml
    command: plan --check
    manifest:
      tables:
        - {name: orders, rows: 10, size_mb: 1}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```

    **Fails** with `plan --check`

    ```yaml
    command: plan --check
    manifest:
      tables:
        - {name: orders, rows: 10, size_mb: 1}
    later:  # the manifest as it is when the plan is checked
      tables:
        - {name: orders, rows: 20, size_mb: 2}
    policy:
      policy: example
      rules:
        - {id: all, kind: priority, tables: "*", class: CRITICAL}
        - {id: night, kind: resource, window: {duration: 4h}}
        - {id: net, kind: resource, bandwidth: {limit: 50MB/s}}
    ```
    """
    return reading.of("S502")


CHECKS = (
    Check("R401", Severity.ERROR, PolicyCase, required_do_not_fit, firm=True),
    Check("R405", Severity.WARNING, PolicyCase, only_by_eating_the_reserve, planned=True),
    Check("S501", Severity.ERROR, PolicyCase, unschedulable, firm=True, planned=True),
    Check("S502", Severity.ERROR, Reading, outdated_plan, firm=True),
)
