"""Parse the dates and times of RFC 3339, in query parameters and in the metadata of documents."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

DATE = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
ZONE = r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<zone_hours>[01]\d|2[0-3]):(?P<zone_minutes>[0-5]\d))"
DATE_OR_TIME = re.compile(rf"{DATE}(?:[Tt ]{TIME}{ZONE})?", re.ASCII)

FIRST_TIME = datetime.min.replace(tzinfo=UTC)
LAST_TIME = datetime.max.replace(tzinfo=UTC)
# The calendar repeats after 400 years, so the year 0, which `datetime` does not support, has the same days.
YEAR_LIKE_ZERO = 400
LEAP_SECOND = 60


class Timestamp(NamedTuple):
    """A parsed time.

    Attributes:
        time: The time in UTC, rounded down to microseconds. Years out of range become FIRST_TIME or
            LAST_TIME.
        is_exact: False if `time` was rounded or replaced.
    """

    # A leap second is the first second of the next day. A time before the year 1 is FIRST_TIME, and a time
    # after the year 9999 is LAST_TIME.

    time: datetime
    is_exact: bool


def parse_timestamp(text: str) -> Timestamp | None:
    """Return the time in `text`, which is a date-time of RFC 3339 or a date. A date means midnight UTC.

    Return None if `text` has neither form.

    Raises:
        ValueError: The date or time does not exist, as in `2026-02-30`.
    """
    match = DATE_OR_TIME.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict(default="0")
    year, second, fraction = int(part["year"]), int(part["second"]), part["fraction"]
    offset = timedelta(hours=int(part["zone_hours"]), minutes=int(part["zone_minutes"]))
    local = datetime(
        year or YEAR_LIKE_ZERO,
        int(part["month"]),
        int(part["day"]),
        int(part["hour"]),
        int(part["minute"]),
        LEAP_SECOND - 1 if second == LEAP_SECOND else second,
        int(fraction[:6].ljust(6, "0")),
        timezone(-offset if part["sign"] == "-" else offset),
    )
    if year == 0:
        return Timestamp(FIRST_TIME, is_exact=False)
    try:
        time = _after_leap_second(local) if second == LEAP_SECOND else local.astimezone(UTC)
    except OverflowError:
        return Timestamp(FIRST_TIME if year == 1 else LAST_TIME, is_exact=False)
    return Timestamp(time, is_exact=not fraction[6:].strip("0"))


def _after_leap_second(second_before: datetime) -> datetime:
    """Return the first second after a leap second, in UTC, given a time in the second before it.

    Raises:
        ValueError: If there is no leap second at this time. Only the last minute of a day in UTC has one.
    """
    time = second_before.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
    if (time.hour, time.minute) != (0, 0):
        raise ValueError("a leap second is the last second of a day in UTC")
    return time
