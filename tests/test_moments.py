"""Moments: what a policy may write, and what the clocks show so much later."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from stowplan.moments import MomentError, after, moment_text, parse_moment
from stowplan.reports.clock import Clock

READ = [
    ("2026-12-05T22:00+01:00", "2026-12-05T22:00:00+01:00"),
    ("2026-12-05T22:00Z", "2026-12-05T22:00:00+00:00"),
    ("2026-12-05T22:00:30-05:30", "2026-12-05T22:00:30-05:30"),
    ("2026-12-05T22:00 Europe/Berlin", "2026-12-05T22:00:00+01:00"),
    ("2026-07-05T22:00 Europe/Berlin", "2026-07-05T22:00:00+02:00"),
    ("2026-12-05T22:00 UTC", "2026-12-05T22:00:00+00:00"),
]
REFUSED = [
    ("2026-12-05", "is no date and time with a zone", "write 2026-12-05T22:00+01:00"),
    ("2026-12-05T22:00", "is no date and time with a zone", "write 2026-12-05T22:00+01:00"),
    ("2026-12-05 22:00+01:00", "is no date and time with a zone", "write 2026-12-05T22:00+01:00"),
    ("2026-W01-1T22:00Z", "is no date and time with a zone", "write 2026-12-05T22:00+01:00"),
    ("2026-02-30T22:00Z", "is no date and time", "there is no such day or time"),
    ("2026-02-28T25:00Z", "is no date and time", "there is no such day or time"),
    ("2026-12-05T22:00 Europe/Berlln", "is no known time zone", "did you mean Europe/Berlin?"),
    ("2026-12-05T22:00 Mars", "is no known time zone", "zones are named like Europe/Berlin"),
    (
        "2026-03-29T02:30 Europe/Berlin",
        "2026-03-29T02:30 comes not at all in Europe/Berlin",
        "write the offset from UTC: 2026-03-29T02:30+01:00 or +02:00",
    ),
    (
        "2026-10-25T02:30 Europe/Berlin",
        "2026-10-25T02:30 comes twice in Europe/Berlin",
        "write the offset from UTC: 2026-10-25T02:30+02:00 or +01:00",
    ),
]


@pytest.mark.parametrize(("text", "moment"), READ, ids=[text for text, _ in READ])
def test_a_moment_is_read_in_its_own_zone(text, moment):
    assert parse_moment(text).isoformat() == moment


@pytest.mark.parametrize(("text", "message", "hint"), REFUSED, ids=[text for text, *_ in REFUSED])
def test_what_is_no_single_moment_is_refused_with_its_mend(text, message, hint):
    with pytest.raises(MomentError, match=message) as refused:
        parse_moment(text)
    assert hint in refused.value.hint


@pytest.mark.parametrize("text", [text.replace("Z", "+00:00") for text, _ in READ])
def test_a_moment_is_written_as_it_was_read(text):
    assert moment_text(parse_moment(text)) == text


def test_hours_are_counted_over_the_change_of_the_clocks():
    evening = parse_moment("2026-10-24T23:00 Europe/Berlin")
    assert after(evening, 4 * 3600 * 10**6).isoformat() == "2026-10-25T02:00:00+01:00"
    evening = parse_moment("2026-03-28T23:00 Europe/Berlin")
    assert after(evening, 4 * 3600 * 10**6).isoformat() == "2026-03-29T04:00:00+02:00"


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2037, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]),
    st.integers(0, 10**12),
)
def test_so_much_later_is_so_much_later_in_utc(local, zone, microseconds):
    text = f"{local:%Y-%m-%dT%H:%M} {zone}"
    try:
        moment = parse_moment(text)
    except MomentError:  # the local time is left out, or comes twice
        reject()
    later = after(moment, microseconds).astimezone(UTC)
    assert later - moment.astimezone(UTC) == timedelta(microseconds=microseconds)


def test_past_the_calendar_there_is_no_moment():
    with pytest.raises(OverflowError):
        after(parse_moment("9999-12-31T23:00Z"), 2 * 3600 * 10**6)
    clock = Clock(parse_moment("9999-12-31T23:00Z"))
    assert clock.iso(10**6) == "9999-12-31T23:00:01+00:00"
    assert (clock.iso(7200 * 10**6), clock.time(7200 * 10**6)) == (None, "")
    assert clock.at(7200 * 10**6) == "2 h"
    assert clock.span(0, 7200 * 10**6) == "0 s to 2 h"


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (14_313_700_000, "3 h 58 min 33 s (23:58:33)"),
        (14_313_000_000, "3 h 58 min 33 s (23:58:33)"),
        (1_234_999, "1.234 s (20:00:01)"),
        (999_999, "0.999999 s (20:00:00)"),
        (0, "0 s (20:00:00)"),
    ],
)
def test_a_deadline_is_never_rounded_up(microseconds, text):
    assert Clock(parse_moment("2026-12-05T20:00Z")).by(microseconds) == text
