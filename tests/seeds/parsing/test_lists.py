"""Takeaways with their numbers, related titles with their dates."""

import pytest

from seeds.parsing.document import Document
from tests.seeds.pages import ANALYSIS, BODY, DESK, LISTED, SIGNED, SUMMARY, TITLE, read, warned


def _listed(*blocks: str) -> Document:
    return read(TITLE, SUMMARY, "Key Takeaways", *blocks, "The Ledger", *BODY)


def _takeaways(*blocks: str) -> list[str]:
    return [takeaway.text for takeaway in _listed(*blocks).takeaways]


def _related(*blocks: str, tail: str = "Share Article\n\nRelated Articles") -> Document:
    return read(TITLE, SUMMARY, "Key Takeaways", "• 1One.", "The Ledger", *BODY, tail, *blocks)


def _titles(*blocks: str) -> list[tuple[str, str | None]]:
    return [(related.title, related.date) for related in _related(*blocks).related]


@pytest.mark.parametrize("bullet", "•*-–—·‣▪◦●■▶➤✓")
def test_an_item_may_start_with_any_bullet(bullet: str) -> None:
    assert _takeaways(f"{bullet} 1One\n{bullet}2Two") == ["One", "Two"]


def test_items_stand_on_their_lines_with_or_without_blank_lines_between_them() -> None:
    document = _listed("• 1One\n• 2Two\nand a half", "• 3Three")
    assert [takeaway.text for takeaway in document.takeaways] == ["One", "Two and a half", "Three"]
    assert document.lines.takeaways == ((7, 7), (8, 9), (11, 11))


def test_only_the_sequence_tells_a_number_from_its_text() -> None:
    masts = [f"• {number}x" for number in range(1, 13)]
    masts[1], masts[2], masts[8], masts[9] = "• 224-hour tides", "• 35G masts", "• 99 percent", "• 10Lost"
    masts[10] = "• 1111 locks"
    assert _takeaways("\n".join(masts)) == [
        *("x", "24-hour tides", "5G masts", "x", "x", "x", "x", "x", "9 percent", "Lost", "11 locks", "x"),
    ]


def test_space_or_a_dot_or_bracket_after_the_number_is_no_text() -> None:
    assert _takeaways("• 1 One\n• 2. Two\n• 3) Three") == ["One", "Two", "Three"]


def test_a_gap_in_the_numbers_is_warned_of_and_counts_no_position() -> None:
    document = _listed("• 1One\n• 2Two\n• 45G masts\n• 8Eight")
    assert [(each.position, each.text) for each in document.takeaways][2:] == [(3, "5G masts"), (4, "Eight")]
    assert warned(document) == [
        ("takeaways", 9, "item 3 is missing: 4 follows 2"),
        ("takeaways", 10, "items 5 to 7 are missing: 8 follows 4"),
    ]


def test_a_list_that_starts_late_is_warned_of() -> None:
    assert warned(_listed("• 2Two\n• 3Three")) == [("takeaways", 7, "item 1 is missing: 2 comes first")]


def test_a_far_jump_is_believed_only_where_a_letter_is_glued_to_it() -> None:
    assert _takeaways("• 1One\n• 2Two\n• 14Fourteen") == ["One", "Two", "Fourteen"]
    assert _takeaways("• 1One\n• 2Two\n• 224-hour tides") == ["One", "Two", "24-hour tides"]
    assert _takeaways("• 1One\n• 2Two\n• 2026 begins") == ["One", "Two", "2026 begins"]


def test_a_repeated_number_is_taken_off_and_warned_of() -> None:
    document = _listed("• 1One\n• 2Two\n• 2Too\n• 35G masts")
    assert [each.text for each in document.takeaways] == ["One", "Two", "Too", "5G masts"]
    assert warned(document) == [("takeaways", 9, "number 2 is repeated")]


def test_an_item_without_a_number_stands_in_its_place_and_is_warned_of() -> None:
    document = _listed("• 1One\n• Two\n• 35G masts")
    assert [each.text for each in document.takeaways] == ["One", "Two", "5G masts"]
    assert warned(document) == [("takeaways", 8, 'an item without a number in sequence stands as 2: "Two"')]


def test_an_item_out_of_order_keeps_its_whole_text() -> None:
    document = _listed("• 1One\n• 2Two\n• 3Three\n• 1 percent")
    assert document.takeaways[3].text == "1 percent"
    assert warned(document)[0][:2] == ("takeaways", 10)


def test_digits_in_a_list_without_numbers_belong_to_the_text() -> None:
    document = _listed("• One\n• 2026 begins\n• Three")
    assert [each.text for each in document.takeaways] == ["One", "2026 begins", "Three"]
    assert warned(document) == [("takeaways", 7, "the items have no numbers")]


def test_an_item_without_text_is_left_out_with_a_warning() -> None:
    document = _listed("• 1One\n• 2\n• 3Three\n• —")
    assert [(each.position, each.text) for each in document.takeaways] == [(1, "One"), (2, "Three")]
    assert document.lines.takeaways == ((7, 7), (9, 9))
    assert warned(document) == [
        ("takeaways", 8, 'an item without text: "• 2"'),
        ("takeaways", 10, 'an item without text: "• —"'),
    ]


def test_a_heading_without_items_is_warned_of() -> None:
    assert warned(_listed()) == [("takeaways", 5, "the heading has no items")]


def test_a_wrapped_line_that_starts_with_a_dash_is_no_item() -> None:
    assert _takeaways("• 1The lift\n– the first one –\n- so far - opens") == [
        "The lift – the first one – - so far - opens"
    ]


def test_a_block_without_bullet_ends_the_list() -> None:
    document = read(TITLE, SUMMARY, "Key Takeaways", "• 1One", BODY[0], "• 2Two things that it says.")
    assert [each.text for each in document.takeaways] == ["One"]
    assert document.body == (BODY[0], "• 2Two things that it says.")


def test_an_endless_number_is_read_without_an_error() -> None:
    assert _takeaways("• 1One\n• " + "9" * 5000)[1].startswith("99")


def test_a_title_has_the_date_line_below_it_verbatim() -> None:
    document = _related("Renn Buys a Barge\n3 weeks ago", "Gravel Sinks", "Apr 21, 2026", "Tide Late")
    assert [(each.title, each.date) for each in document.related] == [
        ("Renn Buys a Barge", "3 weeks ago"),
        ("Gravel Sinks", "Apr 21, 2026"),
        ("Tide Late", None),
    ]
    assert document.lines.related == ((19, 20), (22, 24), (26, 26))


def test_titles_on_lines_of_one_block_are_several() -> None:
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
    document = read(TITLE[:28], "The Ledger", wrapped, *tail)
    assert [each.title for each in document.related] == ["Renn Brothers Buy a Second Barge", "Gravel Sinks"]


def test_bullets_before_related_titles_are_left_out() -> None:
    assert _titles("• Renn Buys a Barge\n• eCanal Opens") == [
        ("Renn Buys a Barge", None),
        ("eCanal Opens", None),
    ]


def test_a_date_without_a_title_above_it_is_warned_of() -> None:
    document = _related("3 weeks ago", "Renn Buys a Barge\n2 days ago\nyesterday")
    assert [(each.title, each.date) for each in document.related] == [("Renn Buys a Barge", "2 days ago")]
    assert warned(document) == [
        ("related", 19, 'a date without a title above it: "3 weeks ago"'),
        ("related", 23, 'a date without a title above it: "yesterday"'),
    ]


@pytest.mark.parametrize(
    "line",
    ["Related Articles", "Share Article", "Key Takeaways", "Editor's\nDesk", "No related articles found"],
)
def test_a_date_below_a_heading_or_an_empty_list_does_not_belong_to_the_title_above(line: str) -> None:
    above = (TITLE, SUMMARY, *LISTED, *DESK, *ANALYSIS, SIGNED, *BODY, "Share Article", "Related Articles")
    document = read(*above, "Gravel Sinks", line, "3 weeks ago")
    assert [(each.title, each.date) for each in document.related] == [("Gravel Sinks", None)]
    last_line = document.lines.related[0][0] + len(line.splitlines()) + 3 if document.lines.related else 0
    assert warned(document) == [("related", last_line, 'a date without a title above it: "3 weeks ago"')]


def test_a_date_below_a_symbol_belongs_to_the_title_above() -> None:
    assert _titles("Gravel Sinks", "📅", "3 weeks ago") == [("Gravel Sinks", "3 weeks ago")]


def test_symbols_and_words_that_say_there_are_none_are_no_titles() -> None:
    assert _titles("📰\nNo related articles found", "***") == []
    assert _titles("📰\nRenn Buys a Barge") == [("Renn Buys a Barge", None)]


def test_running_text_under_the_related_titles_is_left_out_with_a_warning() -> None:
    document = _related("Renn Buys a Barge", "© 2026 The Ledger. All rights reserved.")
    assert [each.title for each in document.related] == ["Renn Buys a Barge"]
    message = 'text that is no title is left out: "© 2026 The Ledger. All rights reserved."'
    assert warned(document) == [("related", 21, message)]


def test_text_under_share_article_alone_is_left_out_with_one_warning() -> None:
    document = _related("Renn Buys a Barge", "Gravel Sinks", tail="Share Article")
    assert (document.related, document.lines.related) == ((), None)
    message = 'text under no Related Articles heading is left out: "Renn Buys a Barge"'
    assert warned(document) == [("related", 17, message)]


def test_share_article_alone_is_worth_no_warning() -> None:
    assert warned(_related(tail="Share Article")) == []
    assert warned(_related("📰\nNo related articles found", tail="Share Article")) == []


def test_lines_over_the_only_date_of_a_block_are_one_title() -> None:
    assert _titles("Tractors Leave\nThe Factory\nApr 21, 2026") == [
        ("Tractors Leave The Factory", "Apr 21, 2026")
    ]


def test_an_item_list_without_first_number_keeps_its_digits() -> None:
    assert _takeaways("• Roads came first.\n• 30 percent followed.\n• 4 cranes stay.") == [
        "Roads came first.",
        "30 percent followed.",
        "4 cranes stay.",
    ]
