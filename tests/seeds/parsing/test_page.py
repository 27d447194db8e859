"""Tests of parsing the beginning of a page (title, summary, image caption), and of rejected pages."""

import pytest

from tests.seeds.pages import (
    ANALYSIS,
    BODY,
    CAPTION,
    DESK,
    PARAGRAPH,
    SIGNATURE_BLOCK,
    SUMMARY,
    TAIL,
    TAKEAWAY_BLOCKS,
    TITLE,
    PageParts,
    blocks,
    join_blocks,
    parse_blocks,
    rejection_of,
    warnings_of,
)


def test_title_summary_and_caption_are_the_blocks_above_the_takeaways() -> None:
    document = parse_blocks(
        "Aldemar Opens\na Lift", SUMMARY, CAPTION, *TAKEAWAY_BLOCKS, SIGNATURE_BLOCK, *BODY
    )
    assert (document.title, document.summary, document.image_caption) == (
        "Aldemar Opens a Lift",
        SUMMARY,
        CAPTION,
    )
    assert (document.lines.title, document.lines.summary, document.lines.image) == ((1, 2), (4, 4), (6, 6))
    assert document.warnings == ()


def test_one_block_under_the_title_is_the_summary() -> None:
    document = parse_blocks(TITLE, CAPTION, *TAKEAWAY_BLOCKS, SIGNATURE_BLOCK, *BODY)
    assert (document.summary, document.image_caption, document.lines.image) == (CAPTION, None, None)


def test_many_blocks_under_the_title_are_summary_and_a_caption_with_a_warning() -> None:
    document = parse_blocks(TITLE, "One.", "Two.", CAPTION, *TAKEAWAY_BLOCKS, SIGNATURE_BLOCK, *BODY)
    assert (document.summary, document.image_caption) == ("One. Two.", CAPTION)
    assert document.lines.summary == (3, 5)
    assert warnings_of(document) == [
        ("summary", 3, "3 blocks below the title; expected a summary and a caption")
    ]


def test_a_page_without_a_summary_gives_a_warning() -> None:
    document = parse_blocks("Aldemar Opens\na Lift", *TAKEAWAY_BLOCKS, SIGNATURE_BLOCK, *BODY)
    assert (document.summary, document.lines.summary) == (None, None)
    assert warnings_of(document) == [("summary", 2, "no summary")]


def test_a_page_without_takeaways_gives_a_warning_at_the_end_of_its_head() -> None:
    document = parse_blocks(TITLE, SUMMARY, CAPTION, *DESK, *ANALYSIS, SIGNATURE_BLOCK, *BODY)
    assert (document.takeaways, document.lines.takeaways) == ((), None)
    assert (document.summary, document.image_caption) == (SUMMARY, CAPTION)
    assert warnings_of(document) == [("takeaways", 5, "no takeaways")]


def test_a_long_title_above_a_summary_gives_a_warning() -> None:
    document = parse_blocks(PARAGRAPH, PARAGRAPH, *TAKEAWAY_BLOCKS, SIGNATURE_BLOCK, *BODY)
    assert (document.title, document.summary) == (PARAGRAPH, PARAGRAPH)
    assert warnings_of(document) == [("title", 1, "the title reads as a paragraph")]


def test_headings_in_running_text_are_text() -> None:
    body = ("The Key Takeaways of the Editor's Desk\nRelated Articles\nshare it.", "Share Article", BODY[0])
    document = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, SIGNATURE_BLOCK, *body, *TAIL)
    assert document.body == (body[0].replace("\n", " "), "Share Article", BODY[0])
    assert document.warnings == ()


@pytest.mark.parametrize(
    "start", [*TAKEAWAY_BLOCKS[:1], "Editor's\nDesk", "Share Article", "related articles"]
)
def test_a_page_that_starts_at_a_heading_is_rejected_as_without_title(start: str) -> None:
    rejection = rejection_of(join_blocks("\n" + start, *blocks(PageParts())))
    assert (
        rejection.message == f'the page has no title; it starts with the heading "{" ".join(start.split())}"'
    )
    assert rejection.place == "line 2"


@pytest.mark.parametrize(
    "parts", [blocks(PageParts())[1:], [PARAGRAPH, *BODY], [PARAGRAPH, *BODY, *TAIL], [PARAGRAPH]]
)
def test_a_page_that_starts_at_a_paragraph_is_rejected_as_without_title(parts: list[str]) -> None:
    rejection = rejection_of(join_blocks(*parts))
    assert (
        rejection.message
        == 'the page has no title; it starts with the paragraph "The lift raises barges nine metres with…"'
    )
    assert rejection.place == "line 1"


@pytest.mark.parametrize("parts", [[], TAIL])
def test_a_title_alone_is_rejected(parts: list[str]) -> None:
    rejection = rejection_of(join_blocks("Aldemar Opens\na Lift", *parts))
    assert (rejection.message, rejection.place) == (
        "the page has only a title; expected a body below it",
        "line 2",
    )


def test_a_page_whose_first_block_is_too_long_for_a_title_is_rejected() -> None:
    rejection = rejection_of(join_blocks("The lift " * 56, "The lift " * 60, *TAKEAWAY_BLOCKS, *BODY))
    assert rejection.message == "the page has no title; its first block has more than 500 characters"
    assert rejection.place == "line 1"


def test_a_page_without_any_heading_or_signature_is_rejected() -> None:
    rejection = rejection_of(join_blocks(TITLE, SUMMARY, *BODY))
    assert rejection.message == (
        "the page has no heading of the page format and no signature; expected one of them"
    )
    assert rejection.place == "line 1"


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ((SUMMARY, *TAKEAWAY_BLOCKS), 8),
        ((SUMMARY, *TAKEAWAY_BLOCKS, *TAIL), 10),
        ((SUMMARY, *TAKEAWAY_BLOCKS, "The Ledger", *TAIL), 12),
        ((SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, SIGNATURE_BLOCK), 19),
        ((SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, SIGNATURE_BLOCK, *TAIL), 21),
        ((SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, *TAIL), 17),
        ((SUMMARY, *DESK, *TAIL), 10),
        ((SUMMARY, SIGNATURE_BLOCK), 7),
    ],
)
def test_a_page_without_body_is_rejected_where_the_body_should_be(parts: tuple[str, ...], line: int) -> None:
    rejection = rejection_of(join_blocks(TITLE, *parts))
    assert (rejection.message, rejection.place) == (
        "the page has no body; expected paragraphs",
        f"line {line}",
    )


@pytest.mark.parametrize(
    ("parts", "line"),
    [(DESK[:1], 11), (DESK, 13), ((*DESK, *ANALYSIS), 15), ((*DESK, *ANALYSIS, BODY[0], "The tide is"), 19)],
)
def test_a_page_cut_off_inside_the_analysis_is_rejected_at_its_end(parts: tuple[str, ...], line: int) -> None:
    rejection = rejection_of(join_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *parts))
    assert (rejection.message, rejection.place) == (
        "the page is cut off in the analysis; expected a signature and a body",
        f"line {line}",
    )


def test_a_second_page_in_the_body_gives_a_warning() -> None:
    one = (TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "The Ledger", *BODY)
    messages = [message for _, _, message in warnings_of(parse_blocks(*one, *one))]
    assert messages == ["the body has a second list of takeaways"]


def test_a_headline_of_two_sentences_is_a_title_without_a_warning() -> None:
    title = "The Trucks Have No Drivers. The Port Does Not Mind."
    assert warnings_of(parse_blocks(title, SUMMARY, *TAKEAWAY_BLOCKS, "The Ledger", *BODY)) == []
