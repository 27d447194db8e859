"""The layout of a histogram of articles over time. A template draws it as SVG."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from api.web_pages.content.chart_axis import AXIS_HEIGHT, MONTH_ABBREVIATIONS, Tick, day_label

# The bars are days if there are at most this number of days, otherwise months, otherwise years.
MAX_BARS = 48
BAR_AREA_HEIGHT, MIN_BAR_HEIGHT, COUNT_HEIGHT = 110, 2, 18
# A chart with more bars has no space for the count above each bar.
MAX_COUNTED_BARS = 16
# The width of a bar as a share of its space, and its maximum in percent of the chart.
BAR_SHARE, MAX_BAR_WIDTH = 0.72, 6.0
# On a phone, the labels of more bars would overlap.
MAX_LABELLED_BARS = 4
UNITS = ("day", "month", "year")


class Bar(NamedTuple):
    """A bar of a histogram: the number of articles in a period, which is a day, month or year.

    `start` is the first day. `end` is the day after the last, or None if the last is 9999-12-31. `x` and
    `width` are percentages of the chart. `y` and `height` are pixels.
    """

    label: str
    articles: int
    start: date
    end: date | None
    x: float
    width: float
    y: float
    height: float


class Histogram(NamedTuple):
    """The layout of a histogram.

    Attributes:
        unit: The length of time of a bar: `day`, `month` or `year`.
        bars: The bars in order of time, including those without articles.
        ticks: The labels of the axis.
        highest: The largest number of articles in a bar.
        left_out: The number of articles before the first bar.
        undated: The number of articles without a date, or 0 if unknown.
        height: The height of the chart in pixels.
        has_counts: True if there is space for a number above each bar.
    """

    unit: str
    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    highest: int
    left_out: int
    undated: int
    height: int
    has_counts: bool


def histogram(
    facets: Mapping[str, Sequence[Mapping[str, Any]]], facet_limit: int, articles: int
) -> Histogram | None:
    """Return the layout of a histogram of dates, or None if no article has a date.

    The bars are days, months or years: the smallest unit with at most MAX_BARS bars.

    Args:
        facets: The facets `day`, `month` and `year` of `meta.facets`, in ascending order.
        facet_limit: The maximum number of values of a facet. If there are more, the earliest are missing.
        articles: The number of articles that were counted.
    """
    if not facets["year"]:
        return None
    is_complete = len(facets["year"]) < facet_limit
    undated = articles - sum(each["count"] for each in facets["year"]) if is_complete else 0
    unit = next((unit for unit in UNITS if _fits(unit, facets[unit], facet_limit)), UNITS[-1])
    counts = {_start_of(each["value"]): each["count"] for each in facets[unit]}
    return _layout(unit, _starts(unit, counts, MAX_BARS), counts, undated)


def _fits(unit: str, values: Sequence[Mapping[str, Any]], facet_limit: int) -> bool:
    """Return True if a histogram by `unit` has all articles and at most MAX_BARS bars.

    Args:
        unit: The unit of time of a bar: `day`, `month` or `year`.
        values: The values of the facet `unit`. If there are `facet_limit` values, more can be missing.
        facet_limit: The maximum number of values of a facet.
    """
    starts = [_start_of(each["value"]) for each in values]
    return len(starts) < facet_limit and len(_starts(unit, starts, MAX_BARS + 1)) <= MAX_BARS


def _start_of(value: str) -> date:
    """Return the first day of `value`, a year, month or day such as `2026`, `2026-04` or `2026-04-21`."""
    year, month, day = (*map(int, value.split("-")), 1, 1)[:3]
    return date(year, month, day)


def _starts(unit: str, dates: Collection[date], limit: int) -> list[date]:
    """Return the first day of each unit of time from the earliest to the latest of `dates`.

    `dates` are first days of units. If there are more than `limit` units, only the last `limit` units are in
    the result.
    """
    first, starts = min(dates), [max(dates)]
    while starts[-1] > first and len(starts) < limit:
        starts.append(_before(unit, starts[-1]))
    return starts[::-1]


def _before(unit: str, start: date) -> date:
    """Return the first day of the unit of time before the unit that begins on `start`.

    `unit` is `day`, `month` or `year`.
    """
    day_before = start - timedelta(days=1)
    if unit == "day":
        return day_before
    return day_before.replace(day=1) if unit == "month" else day_before.replace(month=1, day=1)


def _after(unit: str, start: date) -> date | None:
    """Return the first day of the next unit of time, or None if it is after the year 9999.

    Args:
        unit: `day`, `month` or `year`.
        start: The first day of the current unit.
    """
    longest = {"day": 1, "month": 31, "year": 366}[unit]
    if start > date.max - timedelta(days=longest):
        return None
    later = start + timedelta(days=longest)
    if unit == "day":
        return later
    return later.replace(day=1) if unit == "month" else later.replace(month=1, day=1)


def _layout(unit: str, starts: Sequence[date], counts: Mapping[date, int], undated: int) -> Histogram:
    """Return the layout of a histogram.

    Args:
        unit: The length of time of a bar: `day`, `month` or `year`.
        starts: The first day of each bar, in order.
        counts: The number of articles by the first day of a unit.
        undated: The number of articles without a date.
    """
    highest = max(counts[start] for start in starts if start in counts)
    step = 100 / len(starts)
    width = round(min(step * BAR_SHARE, MAX_BAR_WIDTH), 2)
    bars = []
    for position, start in enumerate(starts):
        count = counts.get(start, 0)
        height = max(MIN_BAR_HEIGHT, round(count / highest * BAR_AREA_HEIGHT, 1)) if count else 0
        x, y = round(step * (position + 0.5) - width / 2, 2), COUNT_HEIGHT + BAR_AREA_HEIGHT - height
        bars.append(Bar(_label(unit, start), count, start, _after(unit, start), x, width, y, height))
    left_out = sum(count for start, count in counts.items() if start < starts[0])
    height = COUNT_HEIGHT + BAR_AREA_HEIGHT + AXIS_HEIGHT
    return Histogram(
        unit,
        bars,
        _bar_ticks(bars),
        highest,
        left_out,
        undated,
        height,
        has_counts=len(bars) <= MAX_COUNTED_BARS,
    )


def _bar_ticks(bars: Sequence[Bar]) -> list[Tick]:
    """Return the labels under all bars or, if there are many, under the first, the middle and the last."""
    anchors = ["middle"] * len(bars)
    if len(bars) > MAX_LABELLED_BARS:
        bars, anchors = [bars[0], bars[len(bars) // 2], bars[-1]], ["start", "middle", "end"]
    offsets = {"start": 0.0, "middle": 0.5, "end": 1.0}
    return [
        Tick(bar.label, round(bar.x + bar.width * offsets[anchor], 2), anchor)
        for bar, anchor in zip(bars, anchors, strict=True)
    ]


def _label(unit: str, start: date) -> str:
    if unit == "year":
        return str(start.year)
    return f"{MONTH_ABBREVIATIONS[start.month - 1]} {start.year}" if unit == "month" else day_label(start)
