"""Tests of dividing a page into the editor's analysis, the signature, the body, and the end of the page."""

from dataclasses import replace

import pytest

from seeds.parsing.document import Byline
from seeds.parsing.page import parse
from tests.seeds.pages import (
    ANALYSIS,
    BODY,
    CAPTION,
    DESK,
    PARAGRAPH,
    SIGNATURE,
    SIGNATURE_BLOCK,
    SUMMARY,
    TAIL,
    TAKEAWAY_BLOCKS,
    TITLE,
    PageParts,
    page_bytes,
    parse_blocks,
    warnings_of,
)


@pytest.mark.parametrize("desk", ["Editor’s Desk", "Editor's\n\nDesk", "Editor's Desk\nThe Long View"])
def test_an_analysis_has_a_desk_a_heading_and_paragraphs(desk: str) -> None:
    heading = () if "View" in desk else ("The Long View",)
    document = parse_blocks(
        TITLE,
        SUMMARY,
        *TAKEAWAY_BLOCKS,
        desk,
        *heading,
        "It is slow.",
        "A Short Word",
        "It is late.",
        SIGNATURE_BLOCK,
        *BODY,
    )
    assert document.analysis is not None
    assert document.analysis.desk == " ".join(desk.split()[:2])
    assert document.analysis.heading == "The Long View"
    assert document.analysis.paragraphs == ("It is slow.", "A Short Word", "It is late.")
    assert document.warnings == ()


def test_the_lines_of_an_analysis_are_those_from_its_desk_to_its_last_paragraph() -> None:
    assert parse_blocks(
        TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, SIGNATURE_BLOCK, *BODY
    ).lines.analysis == (10, 15)


def test_the_heading_of_an_analysis_can_be_missing_or_a_question() -> None:
    bare = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "Editor's Desk", *ANALYSIS, SIGNATURE_BLOCK, *BODY)
    asking = parse_blocks(
        TITLE,
        SUMMARY,
        *TAKEAWAY_BLOCKS,
        "Editor's Desk",
        "Who Pays the Moon?",
        *ANALYSIS,
        SIGNATURE_BLOCK,
        *BODY,
    )
    broken = parse_blocks(
        TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "Editor's Desk", "The Long\nView", *ANALYSIS, SIGNATURE_BLOCK, *BODY
    )
    headings = [document.analysis.heading for document in (bare, asking, broken) if document.analysis]
    assert headings == [None, "Who Pays the Moon?", "The Long View"]
    assert bare.analysis is not None
    assert bare.analysis.paragraphs == ANALYSIS


def test_the_desk_of_an_analysis_can_be_missing() -> None:
    document = parse_blocks(
        TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "The Long View", *ANALYSIS, SIGNATURE_BLOCK, *BODY
    )
    assert document.analysis is not None
    assert (document.analysis.desk, document.analysis.heading) == (None, "The Long View")
    assert document.lines.analysis == (10, 12)
    assert document.body == BODY


def test_a_desk_without_an_analysis_gives_a_warning() -> None:
    document = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "Editor's Desk", SIGNATURE_BLOCK, *BODY)
    assert (document.analysis, document.lines.analysis, document.body) == (None, None, BODY)
    assert warnings_of(document) == [("analysis", 10, "no paragraphs below the heading")]


def test_blocks_between_takeaways_and_desk_go_to_the_front_of_the_body_with_a_warning() -> None:
    document = parse_blocks(
        TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "Advertisement for tar.", *DESK, *ANALYSIS, SIGNATURE_BLOCK, *BODY
    )
    assert document.body == ("Advertisement for tar.", *BODY)
    assert document.lines.body[0] == (10, 10)
    assert warnings_of(document) == [("body", 10, "1 block above the Editor's Desk read as body")]


def test_takeaways_below_the_desk_are_takeaways_with_a_warning() -> None:
    document = parse_blocks(
        TITLE, SUMMARY, *DESK, *ANALYSIS, SIGNATURE_BLOCK, BODY[0], *TAKEAWAY_BLOCKS, BODY[1]
    )
    assert [takeaway.text for takeaway in document.takeaways] == ["One.", "Two."]
    assert document.body == BODY
    assert warnings_of(document) == [("takeaways", 18, "the takeaways are below the Editor's Desk")]


def test_a_subheading_of_a_signed_body_can_have_the_words_of_a_heading() -> None:
    body = (BODY[0], "Editor's Desk", BODY[1], "Key Takeaways", BODY[0], "Related Articles", PARAGRAPH)
    listed = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "The Ledger", *body, *TAIL)
    unlisted = parse_blocks(TITLE, SUMMARY, SIGNATURE_BLOCK, *body, *TAIL)
    assert listed.body == unlisted.body == body
    assert listed.analysis is unlisted.analysis is None


@pytest.mark.parametrize(
    ("signature", "byline"),
    [
        ("The Ledger", Byline(None, None, "The Ledger")),
        ("Renn & Co. Ltd.\nThe Ledger", Byline("Renn & Co. Ltd.", None, "The Ledger")),
        ("Ines Calloway\nEditor\nThe Ledger", Byline("Ines Calloway", "Editor", "The Ledger")),
    ],
)
def test_a_signature_has_one_to_three_lines(signature: str, byline: Byline) -> None:
    assert parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, signature, *BODY).byline == byline
    assert parse_blocks(TITLE, SUMMARY, signature, *BODY).byline == byline
    document = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, signature, *BODY)
    assert (document.byline, document.body) == (byline, BODY)


def test_the_lines_of_a_signature_can_be_separated_by_blank_lines() -> None:
    document = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, *SIGNATURE, *BODY)
    assert document.byline == Byline(*SIGNATURE)
    assert (document.lines.byline, document.body) == ((17, 21), BODY)


def test_a_signature_of_several_lines_is_likelier_than_a_subheading() -> None:
    body = (BODY[0], "Gravel First", BODY[1], "Jo Renn\nThe Renn Group", BODY[0])
    document = parse_blocks(
        TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *DESK, ANALYSIS[0], "Tar Later", ANALYSIS[0], SIGNATURE_BLOCK, *body
    )
    assert document.lines.byline == (21, 23)
    assert document.body == tuple(" ".join(part.split("\n")) for part in body)


def test_a_wrapped_subheading_is_not_a_signature() -> None:
    wrapped = "The lift was built by men who\nwere told that nobody would\npay them for the moon at all."
    subheading = "What the Moon Is Worth to the\nPeople of Aldemar"
    document = parse_blocks(
        "The Lift", "It opens.", "Key Takeaways", "• 1One.", "The Ledger", wrapped, subheading, wrapped
    )
    assert document.byline == Byline(None, None, "The Ledger")
    assert document.analysis is None


def test_a_page_without_signature_has_its_body_under_the_takeaways() -> None:
    document = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *BODY)
    assert (document.byline, document.lines.byline, document.body) == (None, None, BODY)


def test_an_analysis_without_signature_is_one_paragraph() -> None:
    document = parse_blocks(TITLE, SUMMARY, *TAKEAWAY_BLOCKS, *DESK, *ANALYSIS, *BODY, *TAIL)
    assert document.analysis is not None
    assert (document.analysis.paragraphs, document.body, document.byline) == (ANALYSIS, BODY, None)


def test_a_page_whose_only_heading_is_the_tail_has_a_head_and_a_body() -> None:
    document = parse_blocks(TITLE, SUMMARY, CAPTION, *BODY, *TAIL)
    assert (document.summary, document.image_caption, document.body) == (SUMMARY, CAPTION, BODY)
    uncaptioned = parse_blocks(TITLE, SUMMARY, PARAGRAPH, *BODY, *TAIL)
    assert (uncaptioned.image_caption, uncaptioned.body) == (None, (PARAGRAPH, *BODY))
    bodied = parse_blocks(TITLE, PARAGRAPH, *TAIL)
    assert (bodied.summary, bodied.body) == (None, (PARAGRAPH,))


def test_a_subheading_is_a_paragraph_of_the_body() -> None:
    sample = PageParts(body=(BODY[0], "Gravel First", BODY[1]))
    assert parse(page_bytes(sample), "page.txt").body == sample.body


def test_buttons_between_the_headings_of_the_tail_belong_to_it() -> None:
    document = parse_blocks(
        TITLE, SUMMARY, *TAKEAWAY_BLOCKS, "The Ledger", *BODY, "Share Article", "Copy link", *TAIL[1:]
    )
    assert document.body == BODY
    assert [warning[0] for warning in warnings_of(document)] == ["related"]


def test_the_tail_can_be_missing() -> None:
    document = parse(page_bytes(replace(PageParts(), tail=False)), "page.txt")
    assert (document.body, document.related, document.warnings) == (BODY, (), ())
