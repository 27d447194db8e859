"""The dates and times of RFC 3339 that parameters and sidecars accept."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.timestamps import FIRST_TIME, LAST_TIME, Timestamp, parse_timestamp

ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "time", "is_exact"),
    [
        ("2026-04-21", utc(2026, 4, 21), True),
        ("2026-04-21T09:30:00Z", utc(2026, 4, 21, 9, 30), True),
        ("2026-04-21 09:30:00z", utc(2026, 4, 21, 9, 30), True),
        ("2026-04-21t09:30:00+08:00", utc(2026, 4, 21, 1, 30), True),
        ("2026-04-21T09:30:00-00:00", utc(2026, 4, 21, 9, 30), True),
        ("2026-04-21T09:30:00.1234560000Z", utc(2026, 4, 21, 9, 30, 0, 123_456), True),
        ("2026-04-21T09:30:00.1234560001Z", utc(2026, 4, 21, 9, 30, 0, 123_456), False),
        # RFC 3339, 5.8, has these two examples of one leap second.
        ("1990-12-31T23:59:60Z", utc(1991, 1, 1), True),
        ("1990-12-31T15:59:60-08:00", utc(1991, 1, 1), True),
        ("0000-01-01T00:00:00Z", FIRST_TIME, False),
        ("0000-02-29", FIRST_TIME, False),
        ("0001-01-01T00:00:00+00:01", FIRST_TIME, False),
        ("9999-12-31T23:59:59-00:01", LAST_TIME, False),
        ("9999-12-31T23:59:60Z", LAST_TIME, False),
    ],
)
def test_a_date_or_time_of_rfc_3339_is_converted_to_utc(text: str, time: datetime, is_exact: bool) -> None:
    assert parse_timestamp(text) == Timestamp(time, is_exact)


@given(st.datetimes(timezones=ZONES, min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)))
def test_every_time_is_read_back(time: datetime) -> None:
    assert parse_timestamp(time.isoformat()) == Timestamp(time.astimezone(UTC), is_exact=True)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-29",
        "0000-02-30",
        "2026-13-01T12:00:00Z",
        "2026-04-21T24:00:00Z",
        "2026-04-21T12:60:00Z",
        "2026-04-21T12:00:61Z",
        "2026-04-21T12:00:60Z",
        "1990-12-31T23:59:60-08:00",
    ],
)
def test_a_date_or_time_that_does_not_exist_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_timestamp(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026", "2026-04", "20260421", " 2026-04-21", "12026-04-21", "２０２６-04-21"),
        *("2026-04-21Z", "2026-04-21T12:00Z", "2026-04-21T12:00:00", "2026-04-21T12:00:00.Z"),
        *("2026-04-21T12:00:00,5Z", "2026-04-21T12:00:00+24:00", "2026-04-21T12:00:00+0800"),
        "2026-04-21T12:00:00Z\n",
    ],
)
def test_other_forms_are_not_read(text: str) -> None:
    assert parse_timestamp(text) is None
