"""Quantities are read exactly, in every spelling that is promised, and nothing is guessed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowplan.units import (
    LARGEST,
    UnitError,
    decimal_text,
    duration_text,
    is_share,
    megabytes,
    parse_duration,
    parse_rate,
    parse_share,
    parse_size,
    rate_text,
    seconds,
    share_text,
    size_text,
)

SECOND = 1_000_000
HOUR = 3600 * SECOND


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("4h", 4 * HOUR),
        ("4 h", 4 * HOUR),
        (" 4h ", 4 * HOUR),
        ("90m", 90 * 60 * SECOND),
        ("90min", 90 * 60 * SECOND),
        ("30s", 30 * SECOND),
        ("250ms", 250_000),
        ("7us", 7),
        ("7µs", 7),
        ("2d", 48 * HOUR),
        ("1.5h", 90 * 60 * SECOND),
        ("1h30m", 90 * 60 * SECOND),
        ("1h 30m 15s", (90 * 60 + 15) * SECOND),
        ("2 h 46 min 40 s", 10_000 * SECOND),
        ("PT4H", 4 * HOUR),
        ("PT1H30M", 90 * 60 * SECOND),
        ("PT0.5S", 500_000),
        ("P1DT12H", 36 * HOUR),
        ("P2W", 14 * 24 * HOUR),
        ("0h", 0),
        ("0.1h", 6 * 60 * SECOND),
    ],
)
def test_a_duration_is_read(text, microseconds):
    assert parse_duration(text) == microseconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1B", 1),
        ("2kB", 2000),
        ("2KB", 2000),
        ("2MB", 2_000_000),
        ("2GB", 2_000_000_000),
        ("2TB", 2 * 10**12),
        ("2PB", 2 * 10**15),
        ("2KiB", 2048),
        ("2kiB", 2048),
        ("2MiB", 2 * 2**20),
        ("2GiB", 2 * 2**30),
        ("2TiB", 2 * 2**40),
        ("2PiB", 2 * 2**50),
        ("500 MB", 500_000_000),
        ("0.1MB", 100_000),
        ("1.5GiB", 3 * 2**29),
        ("0GB", 0),
    ],
)
def test_a_size_is_read(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("50MB/s", 50_000_000),
        ("50 MB/s", 50_000_000),
        ("50MB / s", 50_000_000),
        ("60MB/min", 1_000_000),
        ("36GB/h", 10_000_000),
        ("1GiB/s", 2**30),
        ("0.5MB/s", 500_000),
        ("0B/s", 0),
    ],
)
def test_a_rate_is_read(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("10%", Fraction(1, 10)),
        ("10 %", Fraction(1, 10)),
        ("12.5%", Fraction(1, 8)),
        ("0%", Fraction(0)),
        ("100%", Fraction(1)),
        ("33.3%", Fraction(333, 1000)),
    ],
)
def test_a_share_is_read_exactly(text, share):
    assert parse_share(text) == share


def test_durations_round_up_and_limits_round_down():
    assert parse_duration("0.0000001s") == 1
    assert parse_duration("1.0000000001s") == 1_000_001
    assert parse_size("1.9B") == 1
    assert parse_size("0.9999999MB") == 999_999
    assert parse_rate("50MB/min") == 833_333
    assert parse_rate("1B/h") == 0


@given(st.integers(0, 10**8), st.integers(0, 10**9), st.sampled_from(["us", "ms", "s", "h", "d"]))
def test_a_duration_is_its_exact_value_rounded_up(whole, billionths, unit):
    factor = {"us": 1, "ms": 1000, "s": SECOND, "h": HOUR, "d": 24 * HOUR}[unit]
    exact = (whole + Fraction(billionths, 10**10)) * factor
    read = parse_duration(f"{whole}.{billionths:010}{unit}")
    assert exact <= read < exact + 1


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**9),
    st.sampled_from([("MB", 10**6), ("GiB", 2**30), ("kB", 1000), ("B", 1)]),
    st.sampled_from([("s", 1), ("min", 60), ("h", 3600)]),
)
def test_sizes_and_rates_are_their_exact_values_rounded_down(whole, billionths, unit, per):
    number = f"{whole}.{billionths:010}"
    exact = (whole + Fraction(billionths, 10**10)) * unit[1]
    assert parse_size(number + unit[0]) <= exact < parse_size(number + unit[0]) + 1
    rate = parse_rate(f"{number}{unit[0]}/{per[0]}")
    assert rate <= exact / per[1] < rate + 1


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (parse_size, f"{LARGEST}B", LARGEST),
        (parse_duration, f"{LARGEST}us", LARGEST),
        (parse_rate, f"{LARGEST}B/s", LARGEST),
    ],
)
def test_the_largest_quantity_is_still_counted_and_one_more_is_not(read, text, value):
    assert read(text) == value
    with pytest.raises(UnitError, match="is too large to count") as caught:
        read(text.replace(str(LARGEST), str(LARGEST + 1)))
    assert caught.value.hint == "write a quantity below 2^63"


DURATION = "write a number with a unit, such as 4h, 90m, 30s or PT4H"
SIZE = "write a number with a unit, such as 2GB, 512MiB or 100MB"
RATE = "write a size for each unit of time, such as 50MB/s or 3GB/min"
SHARE = "write a percentage from 0% to 100%, such as 10%"


@pytest.mark.parametrize(
    ("read", "value", "message", "hint"),
    [
        (parse_duration, 4, "a duration must be text with a unit, is 4", DURATION),
        (parse_duration, None, "a duration must be text with a unit, is null", DURATION),
        (parse_duration, True, "a duration must be text with a unit, is true", DURATION),
        (parse_duration, Decimal("0.5"), "a duration must be text with a unit, is 0.5", DURATION),
        (parse_duration, "4", '"4" is not a duration', DURATION),
        (parse_duration, "", '"" is not a duration', DURATION),
        (parse_duration, "h", '"h" is not a duration', DURATION),
        (parse_duration, "-4h", '"-4h" is not a duration', DURATION),
        (parse_duration, "4,5h", '"4,5h" is not a duration', DURATION),
        (parse_duration, "1h30", '"1h30" is not a duration', DURATION),
        (parse_duration, "22:00", '"22:00" is not a duration', DURATION),
        (parse_duration, "1e3s", '"1e3s" has the unknown unit "e"', DURATION),
        (parse_duration, "P1M", '"P1M" is not a duration', DURATION),
        (parse_duration, "PT", '"PT" is not a duration', DURATION),
        (parse_duration, "٣h", '"٣h" is not a duration', DURATION),
        (parse_duration, "4H", '"4H" has the unknown unit "H"', f"did you mean h? {DURATION}"),
        (
            parse_duration,
            "4 hours",
            '"4 hours" has the unknown unit "hours"',
            f"did you mean h? {DURATION}",
        ),
        (
            parse_duration,
            "90 minutes",
            '"90 minutes" has the unknown unit "minutes"',
            f"did you mean min? {DURATION}",
        ),
        (parse_duration, "4x", '"4x" has the unknown unit "x"', DURATION),
        (parse_duration, "9999999999h", '"9999999999h" is too large to count', None),
        (parse_size, 2, "a size must be text with a unit, is 2", SIZE),
        (parse_size, "2", '"2" has no unit', SIZE),
        (parse_size, "", '"" is not a size', SIZE),
        (parse_size, "GB", '"GB" is not a size', SIZE),
        (parse_size, "-2GB", '"-2GB" is not a size', SIZE),
        (parse_size, "2GB/s", '"2GB/s" is not a size', SIZE),
        (parse_size, "1 000MB", '"1 000MB" is not a size', SIZE),
        (parse_size, "1_000MB", '"1_000MB" is not a size', SIZE),
        (parse_size, "٣GB", '"٣GB" is not a size', SIZE),
        (parse_size, "2gb", '"2gb" has the unknown unit "gb"', f"did you mean GB? {SIZE}"),
        (parse_size, "2G", '"2G" has the unknown unit "G"', f"did you mean GB? {SIZE}"),
        (parse_size, "2%", '"2%" has the unknown unit "%"', SIZE),
        (parse_rate, 50, "a rate must be text like 50MB/s, is 50", RATE),
        (parse_rate, "50MB", "a rate must be text like 50MB/s, is 50MB", RATE),
        (parse_rate, "50/s", '"50/s" has no unit', RATE),
        (parse_rate, "/s", '"" is not a rate', RATE),
        (parse_rate, "50MB/", '"50MB/" has no unit', RATE),
        (parse_rate, "50MB/day", '"50MB/day" has the unknown unit "day"', RATE),
        (parse_rate, "50MB/S", '"50MB/S" has the unknown unit "S"', f"did you mean s? {RATE}"),
        (parse_share, 10, "a share must be text with a unit, is 10", SHARE),
        (parse_share, Decimal("0.1"), "a share must be text with a unit, is 0.1", SHARE),
        (parse_share, "10", '"10" is not a percentage', SHARE),
        (parse_share, "0.1", '"0.1" is not a percentage', SHARE),
        (parse_share, "101%", '"101%" is more than all there is', SHARE),
        (parse_share, "100.0000001%", '"100.0000001%" is more than all there is', SHARE),
        (parse_share, "-1%", '"-1%" is not a share', SHARE),
    ],
)
def test_what_is_no_quantity_says_so_and_how_to_write_one(read, value, message, hint):
    with pytest.raises(UnitError) as caught:
        read(value)
    assert str(caught.value) == message
    assert caught.value.hint == (hint or "write a quantity below 2^63")


def outcome(read, text):
    """What a reader makes of a text: the value, or the error."""
    try:
        return read(text), None
    except UnitError as error:
        return None, error


READERS = [parse_duration, parse_size, parse_rate, parse_share]


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(max_size=30) | st.text("0123456789.hmsGMkiB/%PT ", max_size=12))
def test_any_text_is_a_quantity_or_an_error_with_a_hint_on_one_line(read, text):
    value, error = outcome(read, text)
    if error is None:
        assert 0 <= value <= LARGEST
    else:
        assert str(error).isprintable()
        assert error.hint


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("text", ["9" * 100_000, "1h" * 50_000 + "!", "x" * 100_000])
def test_long_text_is_cut_in_the_message(read, text):
    with pytest.raises(UnitError) as caught:
        read(text)
    assert len(str(caught.value)) < 200


def test_only_a_percentage_is_a_share():
    assert is_share("10%")
    assert is_share("10% ")
    assert not is_share("3h")
    assert not is_share(10)


# --- back to numbers and text


@given(st.integers(0, 2**53))
def test_seconds_and_megabytes_lose_nothing(number):
    """Six decimals hold every microsecond and byte up to 2^53 (285 years, 9 PB)."""
    assert Decimal(str(seconds(number))) * 1_000_000 == number
    assert Decimal(str(megabytes(number))) * 1_000_000 == number


@given(st.integers(0, 10_000_000).map(lambda whole: whole * SECOND))
def test_a_duration_in_whole_seconds_can_be_read_back(microseconds):
    assert parse_duration(duration_text(microseconds)) == microseconds


@given(st.integers(0, 999_999_999))
def test_a_rate_can_be_read_back(rate):
    assert parse_rate(rate_text(rate)) == rate


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_decimal_text_is_the_nearest_with_so_many_places(value, places):
    text = decimal_text(value, places)
    shown = Fraction(text.replace(" ", ""))
    assert abs(shown - Fraction(value, 1_000_000)) <= Fraction(1, 2 * 10**places)
    assert "." not in text or not text.endswith("0")
    assert len(text.partition(".")[2]) <= places


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0, 6, "0"),
        (2_400_000, 6, "2.4"),
        (1, 6, "0.000001"),
        (1_234_567_000_000, 6, "1 234 567"),
        (1_234_567_890_123, 6, "1 234 567.890123"),
        (500, 3, "0.001"),
        (499, 3, "0"),
        (-2_400_000, 6, "-2.4"),
        (-1, 3, "0"),
        (1_500_000, 0, "2"),
    ],
)
def test_decimal_text(value, places, text):
    assert decimal_text(value, places) == text


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "0 s"),
        (1, "0.000001 s"),
        (500_000, "0.5 s"),
        (88_700_000, "88.7 s"),
        (1_234_567, "1.235 s"),
        (599_999_999, "600 s"),
        (600 * SECOND, "10 min"),
        (HOUR, "1 h"),
        (HOUR + 1, "1 h"),
        (10_000 * SECOND, "2 h 46 min 40 s"),
        (3_599_500_000, "1 h"),
        (100 * HOUR + SECOND, "100 h 1 s"),
        (-10_000 * SECOND, "-2 h 46 min 40 s"),
        (-500_000, "-0.5 s"),
    ],
)
def test_duration_text(microseconds, text):
    assert duration_text(microseconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 MB"),
        (1, "0.000001 MB"),
        (4_435_000_000, "4 435 MB"),
        (1_500_000, "1.5 MB"),
        (1_234_567, "1.235 MB"),
    ],
)
def test_size_text(size, text):
    assert size_text(size) == text


def test_rate_text_keeps_every_byte():
    assert rate_text(50_000_000) == "50 MB/s"
    assert rate_text(833_333) == "0.833333 MB/s"
    assert rate_text(1) == "0.000001 MB/s"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 100, "0.0 %"),
        (160, 14400, "1.1 %"),
        (1, 3, "33.3 %"),
        (2, 3, "66.7 %"),
        (1, 2000, "0.1 %"),
        (300, 100, "300.0 %"),
        (0, 0, "all"),
    ],
)
def test_share_text(part, whole, text):
    assert share_text(part, whole) == text
