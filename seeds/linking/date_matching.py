"""Compare a printed date with the time when an article was published.

A list of related articles prints a day under each title, such as `Apr 21, 2026`, or an age such as `3 weeks
ago`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from api.text_folding import fold_characters
from seeds.parsing.date_lines import find_date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEAR_FIRST = re.compile(r"\b([12]\d{3}) ?[-/.年] ?(\d{1,2}) ?[-/.月] ?(\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.]([12]\d{3})\b")
MONTH = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*", re.IGNORECASE)
DAY = re.compile(r"(?<![\d:])(\d{1,2})(?:st|nd|rd|th)?(?![\d:a-z])", re.IGNORECASE)
YEAR = re.compile(r"\b[12]\d{3}\b")
COUNT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
COUNT = rf"(\d{{1,3}}|an?|{'|'.join(COUNT_WORDS)})"
AGE = re.compile(rf"{COUNT} ?(mo|[a-z])[a-z]* ago|(\d{{1,3}}) ?(\D+)前", re.IGNORECASE)
AGE_UNITS = {
    **dict.fromkeys(("h", "小时"), timedelta(hours=1)),
    **dict.fromkeys(("d", "天"), timedelta(days=1)),
    **dict.fromkeys(("w", "周"), timedelta(weeks=1)),
    **dict.fromkeys(("mo", "月", "个月"), timedelta(days=30.44)),
    **dict.fromkeys(("y", "年"), timedelta(days=365.25)),
}
YESTERDAY = ("yesterday", "昨天")


def matches_printed_date(printed: str, published_at: datetime, page_published_at: datetime | None) -> bool:
    """Return True if the date line `printed` agrees with `published_at`.

    A day agrees if it is the day of `published_at` in UTC. An age agrees if it is the time from
    `published_at` to `page_published_at`, in complete units such as weeks. An ambiguous date never agrees.

    Args:
        printed: The date line, such as `Apr 21, 2026` or `3 weeks ago`.
        published_at: When the article was published.
        page_published_at: When the page with the date line was published. If None, no age agrees.
    """
    day = printed_day(printed)
    if day:
        return day == published_at.astimezone(UTC).date()
    age = printed_age(printed)
    if age is None or page_published_at is None:
        return False
    count, unit = age
    return count <= (page_published_at - published_at) / unit < count + 1


@lru_cache(maxsize=4_096)
def printed_day(printed: str) -> date | None:
    """Return the day in the date line `printed`, such as `Apr 21, 2026`.

    Return None if the year, month or day is unknown or ambiguous.
    """
    printed = find_date(fold_characters(printed))
    numbered = YEAR_FIRST.search(printed)
    if numbered:
        return _day(*(int(part) for part in numbered.groups()))
    numbered = YEAR_LAST.search(printed)
    if numbered:
        first, second, year = (int(part) for part in numbered.groups())
        readings = {_day(year, first, second), _day(year, second, first)} - {None}
        return readings.pop() if len(readings) == 1 else None
    month, day, year_found = MONTH.search(printed), DAY.search(printed), YEAR.search(printed)
    if not (month and day and year_found):
        return None
    return _day(int(year_found[0]), MONTHS.index(month[1].lower()) + 1, int(day[1]))


@lru_cache(maxsize=4_096)
def printed_age(printed: str) -> tuple[int, timedelta] | None:
    """Return the count and the unit of an age: `(3, timedelta(weeks=1))` for `3 weeks ago`.

    Return None if `printed` is not an age.
    """
    printed = find_date(fold_characters(printed))
    if printed.casefold() in YESTERDAY:
        return 1, AGE_UNITS["d"]
    age = AGE.fullmatch(printed)
    if age is None:
        return None
    count, unit = (age[1] or age[3]).lower(), (age[2] or age[4]).lower()
    if unit not in AGE_UNITS:
        return None
    if count.isdigit():
        return int(count), AGE_UNITS[unit]
    return COUNT_WORDS.index(count) if count in COUNT_WORDS else 1, AGE_UNITS[unit]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
