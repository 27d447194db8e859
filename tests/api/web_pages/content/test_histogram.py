"""Tests of histograms: bars for days, months or years show the counts that the API returns."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from api.web_pages.content.histogram import MAX_BARS, Histogram, histogram

LIMIT = 100


def _facets(days: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the facets of articles that were published on `days`, with at most LIMIT values each."""
    dates = list(days)
    facets = {}
    for name, length in (("day", 10), ("month", 7), ("year", 4)):
        counts = sorted(Counter(day[:length] for day in dates).items())[-LIMIT:]
        facets[name] = [{"value": value, "label": value, "count": count} for value, count in counts]
    return facets


def _of(*days: str) -> Histogram:
    chart = histogram(_facets(days), LIMIT, len(days))
    assert chart
    return chart


def test_a_span_of_weeks_has_a_bar_for_each_day() -> None:
    chart = _of("2026-10-05", "2026-10-05", "2026-10-08")

    assert chart.unit == "day"
    assert [(bar.label, bar.articles) for bar in chart.bars] == [
        ("5 Oct 2026", 2),
        ("6 Oct 2026", 0),
        ("7 Oct 2026", 0),
        ("8 Oct 2026", 1),
    ]
    assert chart.highest == 2
    assert (chart.bars[0].start, chart.bars[0].end) == (date(2026, 10, 5), date(2026, 10, 6))


def test_a_span_of_months_has_a_bar_for_each_month() -> None:
    chart = _of("2025-11-30", "2026-02-01", "2026-02-27")

    assert chart.unit == "month"
    assert [(bar.label, bar.articles) for bar in chart.bars] == [
        ("Nov 2025", 1),
        ("Dec 2025", 0),
        ("Jan 2026", 0),
        ("Feb 2026", 2),
    ]
    assert (chart.bars[1].start, chart.bars[1].end) == (date(2025, 12, 1), date(2026, 1, 1))


def test_a_span_of_many_years_has_a_bar_for_each_of_the_last_years() -> None:
    chart = _of("1912-04-15", "1999-12-31", "2026-01-01")

    assert chart.unit == "year"
    assert len(chart.bars) == MAX_BARS
    assert chart.left_out == 1
    assert (chart.bars[-1].start, chart.bars[-1].end) == (date(2026, 1, 1), date(2027, 1, 1))


def test_days_that_the_api_has_cut_are_not_taken_for_all_days() -> None:
    first = date(2026, 1, 1)
    days = [(first + timedelta(days=number)).isoformat() for number in range(LIMIT + 1)]

    chart = _of(*days)

    assert chart.unit == "month"
    assert sum(bar.articles for bar in chart.bars) == LIMIT + 1


def test_the_first_and_the_last_days_of_the_calendar_are_drawn() -> None:
    assert _of("0001-01-01").bars[0].start == date.min
    assert _of("9999-12-31").bars[0].end is None
    assert _of("9999-12-31", "9998-01-01").bars[-1].end is None
    assert _of("9999-12-31", "0001-01-01").left_out == 1


def test_articles_without_a_date_are_counted() -> None:
    chart = histogram(_facets(["2026-10-05"]), LIMIT, 4)

    assert chart
    assert chart.undated == 3
    assert histogram(_facets([]), LIMIT, 4) is None


def test_bars_stay_inside_the_chart() -> None:
    for days in (["2026-10-05"], ["2026-10-05", "2026-11-20"], ["1950-01-01", "2026-01-01"]):
        chart = _of(*days)
        assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in chart.bars)
        assert all(bar.y >= 0 and bar.y + bar.height <= chart.height for bar in chart.bars)
