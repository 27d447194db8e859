"""Tests of parsing the numbered list of takeaways (key points)."""

import pytest

from seeds.parsing.document import Document
from tests.seeds.pages import BODY, SUMMARY, TITLE, parse_blocks, warnings_of


def _listed(*blocks: str) -> Document:
    return parse_blocks(TITLE, SUMMARY, "Key Takeaways", *blocks, "The Ledger", *BODY)


def _takeaways(*blocks: str) -> list[str]:
    return [takeaway.text for takeaway in _listed(*blocks).takeaways]


@pytest.mark.parametrize("bullet", "•*-–—·‣▪◦●■▶➤✓")
def test_an_item_can_start_with_any_bullet(bullet: str) -> None:
    assert _takeaways(f"{bullet} 1One\n{bullet}2Two") == ["One", "Two"]


@pytest.mark.parametrize(
    "mark",
    [
        *(
            "⁃ ",
            "∙ ",
            "\uf0b7 ",
            "▸ ",
            "・ ",
            "◆ ",
            "➔ ",
            "⦁ ",
            "− ",
            "‑",
            "-> ",
            "=> ",
            ">> ",
            "+ ",
            "~ ",
            "§ ",
        ),
        *(
            "o ",
            "Ø ",
            "ü",
            "#",
            "(",
            "[",
            "** ",
            "👉🏽 ",
            "✔\ufe0f ",
            "👩\u200d💻",
            "🇬🇧 ",
            "» ",
            "©",
            "_ ",
            "/ ",
            "… ",
        ),
        *("•\u200b", "\u2063• ", "★ ", "❖"),
    ],
)
@pytest.mark.parametrize("after", ["", " ", ". "])
def test_lines_with_the_same_sign_and_the_numbers_in_sequence_are_the_list(mark: str, after: str) -> None:
    items = "\n".join(
        f"{mark}{number}{after}{text}" for number, text in ((1, "One"), (2, "Two"), (3, "5 men"))
    )
    assert _takeaways(items) == ["One", "Two", "5 men"]


@pytest.mark.parametrize(
    "item", ["{}{}", "{}. {}", "({}) {}", "[{}] {}", "{}\ufe0f\u20e3 {}", "{}: {}", "{} - {}"]
)
def test_numbered_lines_without_bullets_are_the_list_with_a_warning(item: str) -> None:
    lines = [item.format(number, text) for number, text in ((1, "One"), (2, "Two"), (3, "Three"))]
    document = _listed("\n".join(lines))
    assert [takeaway.text for takeaway in document.takeaways] == ["One", "Two", "Three"]
    assert ("takeaways", 7, "the items have no bullets") in warnings_of(document) or item.startswith(
        ("(", "[")
    )


def test_each_item_can_have_its_own_emoji() -> None:
    assert _takeaways("📌 1One\n🏗 2Two\n🚢 3Three") == ["One", "Two", "Three"]


def test_lines_without_numbers_need_a_bullet_to_be_the_list() -> None:
    document = _listed("+ One\n+ Two")
    assert document.takeaways == ()
    assert ("takeaways", 5, "no items below the heading") in warnings_of(document)


def test_items_have_their_lines_with_or_without_blank_lines_between_them() -> None:
    document = _listed("• 1One\n• 2Two\nand a half", "• 3Three")
    assert [takeaway.text for takeaway in document.takeaways] == ["One", "Two and a half", "Three"]
    assert document.lines.takeaways == ((7, 7), (8, 9), (11, 11))


def test_only_the_sequence_separates_a_number_from_the_text_after_it() -> None:
    masts = [f"• {number}x" for number in range(1, 13)]
    masts[1], masts[2], masts[8], masts[9] = "• 224-hour tides", "• 35G masts", "• 99 percent", "• 10Lost"
    masts[10] = "• 1111 locks"
    assert _takeaways("\n".join(masts)) == [
        *("x", "24-hour tides", "5G masts", "x", "x", "x", "x", "x", "9 percent", "Lost", "11 locks", "x"),
    ]


def test_a_space_dot_or_bracket_after_the_number_is_not_text() -> None:
    assert _takeaways("• 1 One\n• 2. Two\n• 3) Three") == ["One", "Two", "Three"]


def test_a_gap_in_the_numbers_gives_a_warning_and_positions_have_no_gap() -> None:
    document = _listed("• 1One\n• 2Two\n• 45G masts\n• 8Eight")
    assert [(each.position, each.text) for each in document.takeaways][2:] == [(3, "5G masts"), (4, "Eight")]
    assert warnings_of(document) == [
        ("takeaways", 9, "item 3 is missing: 4 follows 2"),
        ("takeaways", 10, "items 5 to 7 are missing: 8 follows 4"),
    ]


def test_a_list_that_does_not_start_at_1_gives_a_warning() -> None:
    assert warnings_of(_listed("• 2Two\n• 3Three")) == [("takeaways", 7, "item 1 is missing: 2 comes first")]


def test_a_large_gap_is_accepted_only_if_a_letter_follows_the_number() -> None:
    assert _takeaways("• 1One\n• 2Two\n• 14Fourteen") == ["One", "Two", "Fourteen"]
    assert _takeaways("• 1One\n• 2Two\n• 224-hour tides") == ["One", "Two", "24-hour tides"]
    assert _takeaways("• 1One\n• 2Two\n• 2026 begins") == ["One", "Two", "2026 begins"]


def test_a_repeated_number_is_removed_with_a_warning() -> None:
    document = _listed("• 1One\n• 2Two\n• 2Too\n• 35G masts")
    assert [each.text for each in document.takeaways] == ["One", "Two", "Too", "5G masts"]
    assert warnings_of(document) == [("takeaways", 9, "number 2 is repeated")]


def test_an_item_without_a_number_keeps_its_position_with_a_warning() -> None:
    document = _listed("• 1One\n• Two\n• 35G masts")
    assert [each.text for each in document.takeaways] == ["One", "Two", "5G masts"]
    assert warnings_of(document) == [
        ("takeaways", 8, 'an item without the next number was read as item 2: "Two"')
    ]


def test_an_item_out_of_order_keeps_its_number_in_the_text() -> None:
    document = _listed("• 1One\n• 2Two\n• 3Three\n• 1 percent")
    assert document.takeaways[3].text == "1 percent"
    assert warnings_of(document)[0][:2] == ("takeaways", 10)


def test_digits_in_a_list_without_numbers_belong_to_the_text() -> None:
    document = _listed("• One\n• 2026 begins\n• Three")
    assert [each.text for each in document.takeaways] == ["One", "2026 begins", "Three"]
    assert warnings_of(document) == [("takeaways", 7, "the items are not numbered")]


def test_an_item_without_text_is_left_out_with_a_warning() -> None:
    document = _listed("• 1One\n• 2\n• 3Three\n• —")
    assert [(each.position, each.text) for each in document.takeaways] == [(1, "One"), (2, "Three")]
    assert document.lines.takeaways == ((7, 7), (9, 9))
    assert warnings_of(document) == [
        ("takeaways", 8, 'an item without text was left out: "• 2"'),
        ("takeaways", 10, 'an item without text was left out: "• —"'),
    ]


def test_a_heading_without_items_gives_a_warning() -> None:
    assert warnings_of(_listed()) == [("takeaways", 5, "no items below the heading")]


def test_a_wrapped_line_that_starts_with_a_dash_is_not_an_item() -> None:
    assert _takeaways("• 1The lift\n– the first one –\n- so far - opens") == [
        "The lift – the first one – - so far - opens"
    ]


def test_a_block_without_bullet_ends_the_list() -> None:
    document = parse_blocks(TITLE, SUMMARY, "Key Takeaways", "• 1One", BODY[0], "• 2Two things that it says.")
    assert [each.text for each in document.takeaways] == ["One"]
    assert document.body == (BODY[0], "• 2Two things that it says.")


def test_a_very_long_number_is_read_without_an_error() -> None:
    assert _takeaways("• 1One\n• " + "9" * 5000)[1].startswith("99")


def test_digits_in_a_list_whose_first_item_has_no_number_belong_to_the_text() -> None:
    assert _takeaways("• Roads came first.\n• 30 percent followed.\n• 4 cranes stay.") == [
        "Roads came first.",
        "30 percent followed.",
        "4 cranes stay.",
    ]
