"""Tests of escapes for unprintable characters in messages."""

from seeds.escaping import printable, quoted, shortened


def test_control_characters_and_line_ends_are_shown_as_escapes() -> None:
    assert printable("a\x07b\nc\x85d\u2028e") == "a\\x07b\\x0ac\\x85d\\u2028e"


def test_characters_that_change_the_text_direction_are_shown_as_escapes() -> None:
    assert printable("\u061c\u200e\u202e\u2069") == "\\u061c\\u200e\\u202e\\u2069"


def test_a_lone_surrogate_is_shown_as_an_escape() -> None:
    assert printable("x\udc80") == "x\\udc80"


def test_letters_of_all_scripts_are_not_escaped() -> None:
    assert printable("Zürich 苏州 📰 “so”") == "Zürich 苏州 📰 “so”"


def test_a_long_text_is_shortened_in_a_quotation() -> None:
    assert quoted("x" * 41) == f'"{"x" * 39}…"'
    assert quoted("x" * 40) == f'"{"x" * 40}"'
    assert shortened("x" * 41) == "x" * 39 + "…"
    assert shortened("\0" * 40) == "\\x00" * 40
