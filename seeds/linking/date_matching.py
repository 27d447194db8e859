"""Compare a printed date with the time when an article was published.

A list of related articles prints a day under each title, such as `Apr 21, 2026`, or an age such as `3 weeks
ago`.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from api.text_folding import fold_characters
from seeds.parsing.date_lines import AGE, MONTH, YEAR, find_date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEAR_FIRST = re.compile(rf"\b({YEAR}) ?[-/.年] ?(\d{{1,2}}) ?[-/.月] ?(\d{{1,2}})(?!\d)")
YEAR_LAST = re.compile(rf"\b(\d{{1,2}})[-/.](\d{{1,2}})[-/.]({YEAR})\b")
NAMED_MONTH = re.compile(rf"\b{MONTH}", re.IGNORECASE)
DAY = re.compile(r"(?<![\d:])(\d{1,2})(?:st|nd|rd|th)?(?![\d:a-z])", re.IGNORECASE)
WHOLE_YEAR = re.compile(rf"\b{YEAR}\b")
WHOLE_AGE = re.compile(AGE)
COUNT_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# Other words for a count, such as `several`, are uncertain.
COUNTS = {word: count for count, word in enumerate(COUNT_WORDS, 1)} | {"a": 1, "an": 1, "a couple of": 2}
# The first character of a unit identifies it, except for months.
UNITS = {
    **dict.fromkeys(("s", "秒"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "分"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "小"), timedelta(hours=1)),
    **dict.fromkeys(("d", "天"), timedelta(days=1)),
    **dict.fromkeys(("w", "周"), timedelta(weeks=1)),
    **dict.fromkeys(("mo", "月", "个"), timedelta(days=30.44)),
    **dict.fromkeys(("y", "年"), timedelta(days=365.25)),
}
# Other words, such as `over`, mean an age in complete units, like a count alone.
ROUNDINGS = {"about": -0.5, "almost": -1, "nearly": -1, "less than": -1}
DAYS_BEFORE = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1}


def matches_printed_date(printed: str, published_at: datetime, page_published_at: datetime | None) -> bool:
    """Return True if the date line `printed` agrees with `published_at`.

    A day agrees if it is the day of `published_at` in UTC. `Yesterday` is the day before the day of the page
    in UTC. An age agrees if it is the time from `published_at` to `page_published_at`, in complete units such
    as weeks. An ambiguous date never agrees.

    Args:
        printed: The date line, such as `Apr 21, 2026` or `3 weeks ago`.
        published_at: When the article was published.
        page_published_at: When the page with the date line was published. If None, neither `Yesterday` nor
            an age agrees.
    """
    published_day = published_at.astimezone(UTC).date()
    day = printed_day(printed)
    if day:
        return day == published_day
    if page_published_at is None:
        return False
    days = days_before(printed)
    if days is not None:
        return (page_published_at.astimezone(UTC).date() - published_day).days == days
    age = printed_age(printed)
    if age is None:
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
    month, day, year_found = NAMED_MONTH.search(printed), DAY.search(printed), WHOLE_YEAR.search(printed)
    if not (month and day and year_found):
        return None
    return _day(int(year_found[0]), MONTHS.index(month[0][:3].lower()) + 1, int(day[1]))


def days_before(printed: str) -> int | None:
    """Return how many days before the page's day `printed` is: 1 for `Yesterday`. Return None for others."""
    return DAYS_BEFORE.get(find_date(fold_characters(printed)).lower())


@lru_cache(maxsize=4_096)
def printed_age(printed: str) -> tuple[float, timedelta] | None:
    """Return the lowest count and the unit of an age: `(3, timedelta(weeks=1))` for `3 weeks ago`.

    The age is less than the next count. `about 3 weeks ago` is an age from 2.5 to 3.5 weeks. Return None if
    `printed` is not an age, or an uncertain one, such as `several weeks ago`.
    """
    age = WHOLE_AGE.fullmatch(find_date(fold_characters(printed).lower()))
    words = age and (age["count"] or age["chinese_count"])
    if not age or not words:
        return None
    unit = age["unit"] or age["chinese_unit"]
    count = int(words) if words.strip().isdigit() else COUNTS.get(words.strip())
    if count is None:
        return None
    rounding = ROUNDINGS.get((age["rounding"] or "").strip(), 0)
    return count + rounding, UNITS["mo" if unit.startswith("mo") else unit[0]]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
