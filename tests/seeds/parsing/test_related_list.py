"""Tests of parsing the list of related articles: titles and their dates."""

import pytest

from seeds.parsing.document import Document
from tests.seeds.pages import (
    ANALYSIS,
    BODY,
    DESK,
    SIGNATURE_BLOCK,
    SUMMARY,
    TAKEAWAY_BLOCKS,
    TITLE,
    parse_blocks,
    warnings_of,
)


def _related(*blocks: str, tail: str = "Share Article\n\nRelated Articles") -> Document:
    return parse_blocks(TITLE, SUMMARY, "Key Takeaways", "• 1One.", "The Ledger", *BODY, tail, *blocks)


def _titles(*blocks: str) -> list[tuple[str, str | None]]:
    return [(related.title, related.date) for related in _related(*blocks).related]


def test_the_date_of_a_title_is_the_unchanged_line_below_it() -> None:
    document = _related("Renn Buys a Barge\n3 weeks ago", "Gravel Sinks", "Apr 21, 2026", "Tide Late")
    assert [(each.title, each.date) for each in document.related] == [
        ("Renn Buys a Barge", "3 weeks ago"),
        ("Gravel Sinks", "Apr 21, 2026"),
        ("Tide Late", None),
    ]
    assert document.lines.related == ((19, 20), (22, 24), (26, 26))


def test_each_line_of_a_block_can_be_a_title() -> None:
    assert _titles("Renn Buys a Barge\nGravel Sinks\n2 days ago\nTide Late") == [
        *(("Renn Buys a Barge", None), ("Gravel Sinks", "2 days ago"), ("Tide Late", None)),
    ]


def test_a_line_that_starts_in_lower_case_continues_the_title_above() -> None:
    assert _titles("Renn Buys a Barge\nand a Tug", "eCanal Opens") == [
        *(("Renn Buys a Barge and a Tug", None), ("eCanal Opens", None)),
    ]


def test_a_title_wrapped_like_the_page_is_one_title() -> None:
    wrapped = "The lift rises twice a day,\nsays Tobias Renn of Aldemar,\nand it sinks at night."
    tail = ("Share Article", "Related Articles", "Renn Brothers Buy a Second\nBarge\nGravel Sinks")
    document = parse_blocks(TITLE[:28], "The Ledger", wrapped, *tail)
    assert [each.title for each in document.related] == ["Renn Brothers Buy a Second Barge", "Gravel Sinks"]


def test_bullets_before_related_titles_are_left_out() -> None:
    assert _titles("• Renn Buys a Barge\n• eCanal Opens") == [
        ("Renn Buys a Barge", None),
        ("eCanal Opens", None),
    ]


def test_a_date_without_a_title_above_it_gives_a_warning() -> None:
    document = _related("3 weeks ago", "Renn Buys a Barge\n2 days ago\nyesterday")
    assert [(each.title, each.date) for each in document.related] == [("Renn Buys a Barge", "2 days ago")]
    assert warnings_of(document) == [
        ("related", 19, 'a date without a title above it: "3 weeks ago"'),
        ("related", 23, 'a date without a title above it: "yesterday"'),
    ]


@pytest.mark.parametrize(
    "line",
    ["Related Articles", "Share Article", "Key Takeaways", "Editor's\nDesk", "No related articles found"],
)
def test_a_date_below_a_heading_or_an_empty_list_does_not_belong_to_the_title_above(line: str) -> None:
    above = (
        TITLE,
        SUMMARY,
        *TAKEAWAY_BLOCKS,
        *DESK,
        *ANALYSIS,
        SIGNATURE_BLOCK,
        *BODY,
        "Share Article",
        "Related Articles",
    )
    document = parse_blocks(*above, "Gravel Sinks", line, "3 weeks ago")
    assert [(each.title, each.date) for each in document.related] == [("Gravel Sinks", None)]
    last_line = document.lines.related[0][0] + len(line.splitlines()) + 3 if document.lines.related else 0
    assert warnings_of(document) == [("related", last_line, 'a date without a title above it: "3 weeks ago"')]


def test_a_date_below_a_symbol_belongs_to_the_title_above() -> None:
    assert _titles("Gravel Sinks", "📅", "3 weeks ago") == [("Gravel Sinks", "3 weeks ago")]


def test_symbols_and_lines_for_an_empty_list_are_not_titles() -> None:
    assert _titles("📰\nNo related articles found", "***") == []
    assert _titles("📰\nRenn Buys a Barge") == [("Renn Buys a Barge", None)]


def test_running_text_under_the_related_titles_is_left_out_with_a_warning() -> None:
    document = _related("Renn Buys a Barge", "© 2026 The Ledger. All rights reserved.")
    assert [each.title for each in document.related] == ["Renn Buys a Barge"]
    message = 'text that is not a title was left out: "© 2026 The Ledger. All rights reserved."'
    assert warnings_of(document) == [("related", 21, message)]


def test_a_reading_time_alone_is_left_out_with_a_warning() -> None:
    document = _related("Renn Buys a Barge\n5 min read\nApr 21, 2026")
    assert [(each.title, each.date) for each in document.related] == [("Renn Buys a Barge", "Apr 21, 2026")]
    assert warnings_of(document) == [("related", 20, 'a line that is not a title was left out: "5 min read"')]


def test_a_line_that_resembles_a_date_is_a_title_with_a_warning() -> None:
    document = _related("Renn Buys a Barge\n\nWorld | Apr 21, 2026")
    assert [each.title for each in document.related] == ["Renn Buys a Barge", "World | Apr 21, 2026"]
    message = 'a line with a date was read as a title: "World | Apr 21, 2026"'
    assert warnings_of(document) == [("related", 21, message)]


def test_text_under_share_article_without_a_list_is_left_out_with_one_warning() -> None:
    document = _related("Renn Buys a Barge", "Gravel Sinks", tail="Share Article")
    assert (document.related, document.lines.related) == ((), None)
    message = 'text without the heading Related Articles was left out: "Renn Buys a Barge"'
    assert warnings_of(document) == [("related", 17, message)]


def test_share_article_alone_gives_no_warning() -> None:
    assert warnings_of(_related(tail="Share Article")) == []
    assert warnings_of(_related("📰\nNo related articles found", tail="Share Article")) == []


def test_all_lines_above_the_only_date_of_a_block_are_one_title() -> None:
    assert _titles("Tractors Leave\nThe Factory\nApr 21, 2026") == [
        ("Tractors Leave The Factory", "Apr 21, 2026")
    ]
