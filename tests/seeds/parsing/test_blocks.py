"""Tests of splitting a page into blocks of lines: headings, white space, and files that are rejected."""

import pytest

from seeds.parsing.blocks import Heading, read_blocks
from tests.seeds.pages import (
    ANALYSIS,
    BODY,
    SUMMARY,
    TITLE,
    PageParts,
    join_blocks,
    page_bytes,
    parse_blocks,
    rejection_of,
    warnings_of,
)


def _headings(*parts: str) -> list[Heading | None]:
    return [block.heading for block in read_blocks(join_blocks(*parts)).blocks]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b" \t\r\n\xc2\xa0", b"\xef\xbb\xbf", b"\x07\n\x0b", "\u200b\n".encode()]
)
def test_a_page_without_visible_characters_is_rejected_as_empty(data: bytes) -> None:
    assert (rejection_of(data).message, rejection_of(data).place) == (
        "the file is empty; expected a title and a body",
        "line 1",
    )


def test_bytes_that_are_not_utf8_are_rejected_at_their_offset() -> None:
    rejection = rejection_of(b"\xef\xbb\xbfTitle \xe9t\xe9")
    assert rejection.message == "the file is not UTF-8 (byte 0xE9); expected UTF-8 text"
    assert rejection.place == "byte 9"


def test_a_nul_is_rejected_at_its_offset() -> None:
    assert rejection_of(b"Title\0").message == "the file is binary (it has a NUL byte); expected UTF-8 text"
    assert rejection_of(b"Title\0").place == "byte 5"
    assert rejection_of("Title".encode("utf-16")).place == "byte 3"


@pytest.mark.parametrize("start", ["<!DOCTYPE html>", "<html>", "</p>", "<?xml version='1.0'?>"])
def test_html_is_rejected_at_its_first_line(start: str) -> None:
    rejection = rejection_of(f"\n \n{start}\n\nText".encode())
    expected = "expected plain text, or the ending .html; see docs/format.md"
    assert rejection.message == f'the file is HTML ("{start}"); {expected}'
    assert rejection.place == "line 3"


@pytest.mark.parametrize(
    "start",
    [
        "# Aldemar Opens a Lift",
        "###### Lift",
        "---\ntitle: Lift",
        "**Aldemar Opens a Lift**",
        "Aldemar Opens a Lift\n====================",
        "![A lift](lift.jpg)",
        "[Aldemar Opens a Lift](https://example.org/lift)",
    ],
)
def test_markdown_is_rejected_at_its_first_line(start: str) -> None:
    rejection = rejection_of(f"\n{start}\n\nText".encode())
    assert rejection.message.startswith("the file is Markdown (")
    assert rejection.message.endswith("expected plain text, or the ending .md; see docs/format.md")
    assert rejection.place == "line 2"


@pytest.mark.parametrize("start", ['{"title": 1}', "{}", '{\n\n  "title"', '["a"]', "[ ]", "[\n{", "[[1]]"])
def test_json_is_rejected_at_its_first_line(start: str) -> None:
    rejection = rejection_of(f"\ufeff\n{start}".encode())
    assert rejection.message.startswith("the file is JSON (")
    assert rejection.place == "line 2"


@pytest.mark.parametrize(
    "title", ["<3 From Aldemar", "[Video] Aldemar Opens a Lift", "{Lift} Opens", "[“Wait”] He Said"]
)
def test_a_title_can_start_with_a_bracket(title: str) -> None:
    assert parse_blocks(title, "The Ledger", *BODY).title == title


def test_line_ends_and_a_byte_order_mark_do_not_matter() -> None:
    plain = page_bytes(PageParts()).decode()
    crlf = ("\ufeff" + plain.replace("\n", "\r\n")).encode()
    assert read_blocks(crlf) == read_blocks(plain.encode())


def test_lines_of_a_block_are_joined_and_their_white_space_collapsed() -> None:
    document = parse_blocks("  Aldemar \t Opens\n\u00a0a\u2003Tidal Lift ", "The Ledger", *BODY)
    assert document.title == "Aldemar Opens a Tidal Lift"
    assert document.lines.title == (1, 2)


def test_a_line_of_white_space_control_and_invisible_characters_is_blank() -> None:
    document = parse_blocks(TITLE + "\n \t \nThe Ledger\n\x07\x0c\n" + BODY[0] + "\n\u200b\n" + BODY[1])
    assert document.byline is not None
    assert document.lines.body == ((5, 5), (7, 7))


def test_control_characters_are_left_out_and_counted_by_section() -> None:
    document = parse_blocks(
        TITLE.replace("Lift", "L\x07i\x1cft"), "The Ledger", "One\x01 two.\nThree\x07.", "Four.\x81"
    )
    assert document.title == TITLE
    assert document.body == ("One two. Three.", "Four.")
    assert [each for each in warnings_of(document) if "control" in each[2]] == [
        ("title", 1, "2 control characters removed (first: U+0007)"),
        ("body", 5, "3 control characters removed (first: U+0001)"),
    ]


def test_white_space_controls_separate_words() -> None:
    document = parse_blocks(
        "Aldemar\x0bOpens\x0ca\x85Lift", "The Ledger", "One\rtwo.\nThree\r\r", "\x0cFour."
    )
    assert document.title == "Aldemar Opens a Lift"
    assert document.body == ("One two. Three", "Four.")
    assert [each for each in warnings_of(document) if "control" in each[2]] == [
        ("title", 1, "3 white-space control characters read as spaces (first: U+000B)"),
        ("body", 5, "2 white-space control characters read as spaces (first: U+000D)"),
    ]


def test_c1_controls_are_read_as_windows_1252() -> None:
    document = parse_blocks(TITLE, "The Ledger", "\x93Aldemar\x92s lift\x94 costs \x80 5.\x8d")
    assert document.body == ("“Aldemar’s lift” costs € 5.",)
    assert [each for each in warnings_of(document) if "control" in each[2]] == [
        ("body", 5, "4 C1 control characters read as Windows-1252 (first: U+0093)"),
        ("body", 5, "1 control character removed (first: U+008D)"),
    ]


def test_lines_can_end_with_carriage_returns_alone() -> None:
    plain = page_bytes(PageParts())
    assert read_blocks(plain.replace(b"\n", b"\r")).blocks == read_blocks(plain).blocks


def test_tabs_and_line_ends_are_not_control_characters() -> None:
    document = parse_blocks(TITLE + "\t", "The\tLedger\r", *BODY)
    assert [each for each in warnings_of(document) if "control" in each[2]] == []


def test_direction_changing_characters_are_kept_and_counted_by_section() -> None:
    document = parse_blocks(TITLE, "The \u200eLedger", "A \u202ebarge\u202c rises.")
    assert document.body == ("A \u202ebarge\u202c rises.",)
    assert [each for each in warnings_of(document) if "direction" in each[2]] == [
        ("byline", 3, "1 direction-changing character kept (first: U+200E)"),
        ("body", 5, "2 direction-changing characters kept (first: U+202E)"),
    ]


def test_control_characters_outside_all_fields_give_a_warning_for_the_page() -> None:
    document = parse_blocks(TITLE, SUMMARY, "Key\x07 Takeaways", "• 1One.", "The Ledger", *BODY)
    assert warnings_of(document) == [("page", 5, "1 control character removed (first: U+0007)")]


@pytest.mark.parametrize(
    "words", ["Key Takeaways", "KEY TAKEAWAYS", " key  takeaways ", "Key Takeaways:", "\u200eKey Takeaways"]
)
def test_a_heading_is_recognized_in_any_case(words: str) -> None:
    assert _headings(TITLE, words) == [None, Heading.TAKEAWAYS]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "📌 Key Takeaways",
            "## Key Takeaways",
            "**Key Takeaways**",
            "— Key Takeaways —",
            "Key\u00adTakeaways",
        ),
        *(
            "KEY TAKEAWAYS 🔑\ufe0f",
            "=== Key Takeaways ===",
            "• Key Takeaways",
            "_Key Takeaways_",
            "[Key Takeaways]",
        ),
    ],
)
def test_signs_beside_a_heading_do_not_matter(words: str) -> None:
    assert _headings(TITLE, words) == [None, Heading.TAKEAWAYS]


@pytest.mark.parametrize(
    "words",
    [
        *(
            "Editor's Desk",
            "Editor’s Desk",
            "EDITOR'S\nDESK",
            "Editor’s\n\nDesk",
            "Editor‘s Desk",
            "Editor`s\nDesk",
        ),
        *(
            "Editors Desk",
            "✍\ufe0f Editor´s Desk",
            "**Editor's**\n**Desk**",
            "Editors' Desk",
            "Editor ’ s Desk",
        ),
    ],
)
def test_the_desk_can_be_one_line_two_lines_or_two_blocks(words: str) -> None:
    assert _headings(TITLE, words, *ANALYSIS) == [None, Heading.DESK, None]


def test_a_heading_inside_a_block_is_text() -> None:
    assert (
        _headings(TITLE, "The list of\nKey Takeaways\nis long.", "Editor's Desk\nis long, and it says so.")
        == [None] * 3
    )


def test_takeaways_in_one_block_with_their_heading_are_split_off() -> None:
    assert _headings(TITLE, "Key Takeaways\n• 1One", "Key Takeaways\nof a day") == [
        None,
        Heading.TAKEAWAYS,
        None,
        None,
    ]


def test_an_analysis_heading_in_one_block_with_the_desk_is_split_off() -> None:
    assert _headings(TITLE, "Editor's\nDesk\nThe Long View") == [None, Heading.DESK, None]
    assert _headings(TITLE, "Editor's\n\nDesk\nThe Long View") == [None, Heading.DESK, None]


def test_the_headings_of_the_tail_and_a_title_can_be_in_one_block() -> None:
    assert _headings(TITLE, "Share Article\nRelated Articles\nRenn Buys a Barge") == [
        *(None, Heading.SHARE, Heading.RELATED, None),
    ]
    assert _headings(TITLE, "Related Articles\nRenn Buys a Barge") == [None, Heading.RELATED, None]
    assert _headings(TITLE, "Related Articles\nwere not to be had that year.") == [None, None]
