"""Tests of the lines in a list of related articles that are not titles: dates, icons and so on."""

import pytest

from api.text_folding import fold_characters
from seeds.parsing.date_lines import find_date, is_date, is_detail, is_symbol, resembles_date, says_none_found

AGES = [
    "3 weeks ago",
    "an hour ago",
    "1 minute ago",
    "about 2 months ago",
    "3h ago",
    "yesterday",
    "Today",
    "just now",
]
DAYS = [
    "Apr 21, 2026",
    "April 21, 2026",
    "Sept. 3, 2026",
    "21 April 2026",
    "21st April 2026",
    "April 21",
    "21 Apr",
]
NUMBERS = [
    "2026-04-21",
    "2026/4/21",
    "4/21/2026",
    "21.04.2026",
    "2026年4月21日",
    "2026 年 4 月 21 日",
    "3天前",
    "昨天",
]
WEEKDAYS = ["Mon, 21 Apr 2026", "Tuesday, April 21, 2026", "Published: Apr 21, 2026", "April 2026"]
CLOCKS = ["2026-04-21 10:30", "2026-04-21T10:30:00Z", "2026-04-21T10:30:00.5+08:00", "yesterday at 10:30"]


@pytest.mark.parametrize(
    "line", [*AGES, *DAYS, *NUMBERS, *WEEKDAYS, *CLOCKS, "Apr 21, 2026 at 10:30 p.m. UTC"]
)
def test_a_date_or_an_age_is_a_date_line(line: str) -> None:
    assert is_date(line)


@pytest.mark.parametrize(
    "line", ["May Day", "Today in Aldemar", "3 Weeks That Ended the Canal", "2026", "21", "1-2-3"]
)
def test_a_line_with_more_or_less_than_a_date_is_not_a_date(line: str) -> None:
    assert not is_date(line)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("May 3, 2026 · 5 min read", "May 3, 2026"),
        ("📅 May 4, 2026", "May 4, 2026"),
        ("5 min read · May 3, 2026", "May 3, 2026"),
        ("🗓\ufe0f 3 weeks ago | 4-minute read", "3 weeks ago"),
        ("May 3, 2026 – 10:30 PM EST", "May 3, 2026"),
        ("May 3, 2026, 10 PM", "May 3, 2026"),
        ("Mon 4 May 2026 10.30 BST", "Mon 4 May 2026"),
        ("Last updated: May 3, 2026", "May 3, 2026"),
        ("Posted on 3 May 2026 at 10:30", "3 May 2026"),
        ("Sunday, May 3, 2026 • 12 comments", "Sunday, May 3, 2026"),
        ("[May 3, 2026]", "May 3, 2026"),
        ("May 3rd, 2026 — Reading time: 5 minutes", "May 3rd, 2026"),
        ("1h ago · 2 min", "1h ago"),
        ("2026年5月3日 阅读时间 5 分钟", "2026年5月3日"),
        ("\u200eMay\u00a04,\u00a02026\u200b", "May 4, 2026"),
        ("10:30 PM", "10:30 PM"),
    ],
)
def test_a_date_can_be_beside_a_clock_a_reading_time_or_a_sign(line: str, date: str) -> None:
    folded = fold_characters(line)
    assert is_date(folded)
    assert find_date(folded) == date


@pytest.mark.parametrize("line", ["5 min read", "12 comments", "⏱ 5 mins", "Reading time: 5 minutes"])
def test_a_reading_time_or_a_counter_alone_is_a_detail(line: str) -> None:
    assert is_detail(line)
    assert not is_date(line)


@pytest.mark.parametrize("line", ["24 Hours", "60 Minutes", "Five Minutes Read Aloud"])
def test_a_bare_duration_can_be_a_title(line: str) -> None:
    assert not is_detail(line)


@pytest.mark.parametrize("line", ["World | May 3, 2026", "By Ann Other · 3 May 2026", "May 3, 2026 Aldemar"])
def test_a_date_with_few_other_words_resembles_a_date_line(line: str) -> None:
    assert resembles_date(line)
    assert not is_date(line)


@pytest.mark.parametrize("line", ["May 3, 2026", "Council Votes on the Lift on May 3, 2026", "9" * 100])
def test_a_date_line_or_a_longer_text_does_not_resemble_a_date_line(line: str) -> None:
    assert not resembles_date(line)


def test_a_very_long_line_is_not_a_date() -> None:
    assert not is_date("9" * 100_000 + " weeks ago")


FOUND = [
    "No related articles found",
    "no related articles",
    "No related articles found.",
    "No articles found",
]
WERE = [
    "There are no related articles",
    "Sorry, no related articles were found!",
    "No similar stories available",
]


@pytest.mark.parametrize("line", [*FOUND, *WERE, "(none)", "None found"])
def test_a_line_can_state_that_there_are_no_articles(line: str) -> None:
    assert says_none_found(line)
    assert not is_symbol(line)


@pytest.mark.parametrize("line", ["📰", "—", "***"])
def test_a_line_without_letter_or_digit_is_a_symbol(line: str) -> None:
    assert is_symbol(line)
    assert not says_none_found(line)


@pytest.mark.parametrize(
    "line", ["No Related-Party Deals, Regulator Says", "No News Is Good News", "No Articles of War"]
)
def test_a_title_can_start_with_the_word_no(line: str) -> None:
    assert not is_symbol(line)
    assert not says_none_found(line)
