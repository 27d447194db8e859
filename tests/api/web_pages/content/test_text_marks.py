"""Entities are marked in a text at the exact places of their mentions."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.web_pages.content.text_marks import ELLIPSIS, Mark, Segment, mark_text, marks_by_place

BANK = {"slug": "bank-of-china", "type": "organization"}
CHINA = {"slug": "china", "type": "place"}
MAYOR = {"slug": "mayor", "type": "person"}


def test_a_mention_is_cut_out_at_its_code_points() -> None:
    text = "🌊 Ildre rises"

    segments = mark_text(text, [Mark(2, 7, CHINA)], 100).segments

    assert segments == [Segment("🌊 ", None), Segment("Ildre", CHINA), Segment(" rises", None)]


def test_a_text_without_mentions_is_one_segment() -> None:
    assert mark_text("Nobody", [], 100).segments == [Segment("Nobody", None)]
    assert mark_text("", [], 100).segments == []


def test_mentions_that_touch_are_both_marked() -> None:
    segments = mark_text("ChinaMayor", [Mark(5, 10, MAYOR), Mark(0, 5, CHINA)], 100).segments

    assert segments == [Segment("China", CHINA), Segment("Mayor", MAYOR)]


def test_of_nested_mentions_the_outer_one_is_marked() -> None:
    text = "Bank of China"

    segments = mark_text(text, [Mark(8, 13, CHINA), Mark(0, 13, BANK)], 100).segments

    assert segments == [Segment(text, BANK)]


def test_of_overlapping_mentions_the_first_is_marked_and_of_equal_ones_the_more_salient() -> None:
    overlapping = mark_text("abcdef", [Mark(2, 6, CHINA), Mark(0, 4, BANK)], 100).segments
    equal = mark_text("abc", [Mark(0, 3, MAYOR), Mark(0, 3, CHINA)], 100).segments

    assert overlapping == [Segment("abcd", BANK), Segment("ef", None)]
    assert equal == [Segment("abc", MAYOR)]


def test_a_text_that_is_cut_ends_with_an_ellipsis_and_marks_no_half_of_a_mention() -> None:
    marked = mark_text("Ildre and China", [Mark(0, 5, MAYOR), Mark(10, 15, CHINA)], 12)

    assert marked.is_cut
    assert marked.segments == [Segment("Ildre", MAYOR), Segment(f" and Ch{ELLIPSIS}", None)]


def test_marks_are_grouped_by_the_text_in_which_they_are() -> None:
    mentions: list[list[list[Any]]] = [
        [["title", None, 0, 5, "China"], ["body", 2, 3, 8, "China"]],
        [["body", 2, 10, 15, "mayor"]],
    ]

    marks = marks_by_place([CHINA, MAYOR], mentions)

    assert marks == {
        ("title", None): [Mark(0, 5, CHINA)],
        ("body", 2): [Mark(3, 8, CHINA), Mark(10, 15, MAYOR)],
    }


_places = st.tuples(st.integers(-2, 30), st.integers(-2, 30)).map(lambda each: Mark(*each, CHINA))


@settings(max_examples=50)
@given(st.text(max_size=25), st.lists(_places, max_size=8), st.integers(0, 30))
def test_the_segments_of_any_marks_add_up_to_the_text(text: str, marks: list[Mark], max_length: int) -> None:
    marked = mark_text(text, marks, max_length)

    shown = "".join(segment.text for segment in marked.segments)
    assert shown == text[:max_length] + (ELLIPSIS if len(text) > max_length else "")
    assert all(segment.text for segment in marked.segments)
