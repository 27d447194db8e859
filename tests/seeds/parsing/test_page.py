"""The head of a page, and rejected pages."""

import pytest

from tests.seeds.pages import (
    ANALYSIS,
    BODY,
    CAPTION,
    DESK,
    LISTED,
    PARAGRAPH,
    SIGNED,
    SUMMARY,
    TAIL,
    TITLE,
    Sample,
    blocks,
    paper,
    read,
    refusal,
    warned,
)


def test_title_summary_and_caption_are_the_blocks_above_the_takeaways() -> None:
    document = read("Aldemar Opens\na Lift", SUMMARY, CAPTION, *LISTED, SIGNED, *BODY)
    assert (document.title, document.summary, document.image_caption) == (
        "Aldemar Opens a Lift",
        SUMMARY,
        CAPTION,
    )
    assert (document.lines.title, document.lines.summary, document.lines.image) == ((1, 2), (4, 4), (6, 6))
    assert document.warnings == ()


def test_one_block_under_the_title_is_the_summary() -> None:
    document = read(TITLE, CAPTION, *LISTED, SIGNED, *BODY)
    assert (document.summary, document.image_caption, document.lines.image) == (CAPTION, None, None)


def test_many_blocks_under_the_title_are_summary_and_a_caption_with_a_warning() -> None:
    document = read(TITLE, "One.", "Two.", CAPTION, *LISTED, SIGNED, *BODY)
    assert (document.summary, document.image_caption) == ("One. Two.", CAPTION)
    assert document.lines.summary == (3, 5)
    assert warned(document) == [("summary", 3, "3 blocks below the title; expected a summary and a caption")]


def test_a_page_without_summary_is_warned_of() -> None:
    document = read("Aldemar Opens\na Lift", *LISTED, SIGNED, *BODY)
    assert (document.summary, document.lines.summary) == (None, None)
    assert warned(document) == [("summary", 2, "no summary")]


def test_a_page_without_takeaways_is_warned_of_at_the_end_of_its_head() -> None:
    document = read(TITLE, SUMMARY, CAPTION, *DESK, *ANALYSIS, SIGNED, *BODY)
    assert (document.takeaways, document.lines.takeaways) == ((), None)
    assert (document.summary, document.image_caption) == (SUMMARY, CAPTION)
    assert warned(document) == [("takeaways", 5, "no takeaways")]


def test_a_long_title_above_a_summary_gives_a_warning() -> None:
    document = read(PARAGRAPH, PARAGRAPH, *LISTED, SIGNED, *BODY)
    assert (document.title, document.summary) == (PARAGRAPH, PARAGRAPH)
    assert warned(document) == [("title", 1, "the title reads as a paragraph")]


def test_headings_in_running_text_are_text() -> None:
    body = ("The Key Takeaways of the Editor's Desk\nRelated Articles\nshare it.", "Share Article", BODY[0])
    document = read(TITLE, SUMMARY, *LISTED, *DESK, *ANALYSIS, SIGNED, *body, *TAIL)
    assert document.body == (body[0].replace("\n", " "), "Share Article", BODY[0])
    assert document.warnings == ()


@pytest.mark.parametrize("start", [*LISTED[:1], "Editor's\nDesk", "Share Article", "related articles"])
def test_a_page_that_starts_at_a_heading_is_rejected_as_without_title(start: str) -> None:
    rejection = refusal(paper("\n" + start, *blocks(Sample())))
    assert (
        rejection.message == f'the page has no title; it starts with the heading "{" ".join(start.split())}"'
    )
    assert rejection.place == "line 2"


@pytest.mark.parametrize(
    "parts", [blocks(Sample())[1:], [PARAGRAPH, *BODY], [PARAGRAPH, *BODY, *TAIL], [PARAGRAPH]]
)
def test_a_page_that_starts_at_a_paragraph_is_rejected_as_without_title(parts: list[str]) -> None:
    rejection = refusal(paper(*parts))
    assert (
        rejection.message
        == 'the page has no title; it starts with the paragraph "The lift raises barges nine metres with…"'
    )
    assert rejection.place == "line 1"


@pytest.mark.parametrize("parts", [[], TAIL])
def test_a_title_alone_is_rejected(parts: list[str]) -> None:
    rejection = refusal(paper("Aldemar Opens\na Lift", *parts))
    assert (rejection.message, rejection.place) == (
        "the page has only a title; expected a body below it",
        "line 2",
    )


def test_a_first_block_too_long_for_any_title_is_rejected() -> None:
    rejection = refusal(paper("The lift " * 56, "The lift " * 60, *LISTED, *BODY))
    assert rejection.message == "the page has no title; its first block has more than 500 characters"
    assert rejection.place == "line 1"


def test_a_page_without_any_heading_or_signature_is_rejected() -> None:
    rejection = refusal(paper(TITLE, SUMMARY, *BODY))
    assert rejection.message == (
        "the page has no heading of the page format and no signature; expected one of them"
    )
    assert rejection.place == "line 1"


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ((SUMMARY, *LISTED), 8),
        ((SUMMARY, *LISTED, *TAIL), 10),
        ((SUMMARY, *LISTED, "The Ledger", *TAIL), 12),
        ((SUMMARY, *LISTED, *DESK, *ANALYSIS, SIGNED), 19),
        ((SUMMARY, *LISTED, *DESK, *ANALYSIS, SIGNED, *TAIL), 21),
        ((SUMMARY, *LISTED, *DESK, *ANALYSIS, *TAIL), 17),
        ((SUMMARY, *DESK, *TAIL), 10),
        ((SUMMARY, SIGNED), 7),
    ],
)
def test_a_page_without_body_is_rejected_where_the_body_should_be(parts: tuple[str, ...], line: int) -> None:
    rejection = refusal(paper(TITLE, *parts))
    assert (rejection.message, rejection.place) == (
        "the page has no body; expected paragraphs",
        f"line {line}",
    )


@pytest.mark.parametrize(
    ("parts", "line"),
    [(DESK[:1], 11), (DESK, 13), ((*DESK, *ANALYSIS), 15), ((*DESK, *ANALYSIS, BODY[0], "The tide is"), 19)],
)
def test_a_page_cut_off_inside_the_analysis_is_rejected_at_its_end(parts: tuple[str, ...], line: int) -> None:
    rejection = refusal(paper(TITLE, SUMMARY, *LISTED, *parts))
    assert (rejection.message, rejection.place) == (
        "the page is cut off in the analysis; expected a signature and a body",
        f"line {line}",
    )


def test_a_second_page_in_the_body_gives_a_warning() -> None:
    one = (TITLE, SUMMARY, *LISTED, "The Ledger", *BODY)
    messages = [message for _, _, message in warned(read(*one, *one))]
    assert messages == ["the body has a second list of takeaways"]


def test_a_headline_of_two_sentences_is_a_title_without_a_warning() -> None:
    title = "The Trucks Have No Drivers. The Port Does Not Mind."
    assert warned(read(title, SUMMARY, *LISTED, "The Ledger", *BODY)) == []
