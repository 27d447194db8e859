"""Tests of the rules that recognize paragraphs, headings, captions and signatures by their form."""

import pytest

from api.text_folding import fold_characters
from seeds.parsing.text_shapes import (
    count_sentences,
    is_full_line,
    reads_as_caption,
    reads_as_heading,
    reads_as_paragraph,
    reads_as_signature_line,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Aldemar Opens a Lift", 1),
        ("The lift opens. The tide turns.", 2),
        ("“The lift opens.” The tide turns!", 2),
        ("Dr. Renn of Renn Inc. met J. R. Calloway in the U.S. Senate on No. 5 St. Mark Street", 1),
        ("He said no. 5 barges left.", 2),
        ("Is it open? yes, he said.", 1),
        ("升降机开放了。潮水来了。", 2),
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(text: str, sentences: int) -> None:
    assert count_sentences(fold_characters(text)) == sentences


LONG = (
    "The tidal lift that Aldemar has been building for eleven years raised its first barge on Monday at six"
)


@pytest.mark.parametrize(
    "text", [f"{LONG}.", "The lift opens. The tide turns.", "x" * 301, f"{LONG}。", f"{LONG}! Why?"]
)
def test_long_or_several_sentences_are_a_paragraph(text: str) -> None:
    assert reads_as_paragraph(text)


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        f"{LONG} in the U.S.",
        "The Lift Opens.",
        "Will It Open? Will It Hold?",
        "Dr. Renn Sues Renn Inc.",
    ],
)
def test_a_title_can_be_long_or_end_in_a_full_stop(text: str) -> None:
    assert not reads_as_paragraph(text)


@pytest.mark.parametrize(
    "text", ["The Ledger", "Ines Calloway", "Renn & Co., Ltd.", "T. Renn Jr.", "7 News", "Le Monde (Aldemar)"]
)
def test_a_name_can_be_a_line_of_a_signature(text: str) -> None:
    assert reads_as_signature_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "The lift opens.",
        "Why?",
        "As follows:",
        "First,",
        "“It opens.”",
        "• One",
        "—",
        "x" * 61,
        "It opens. Renn Inc.",
    ],
)
def test_a_sentence_a_clause_or_an_item_is_not_a_signature_line(text: str) -> None:
    assert not reads_as_signature_line(text)


def test_a_heading_is_short_and_does_not_end_like_a_sentence() -> None:
    assert reads_as_heading("The Long View")
    assert not reads_as_heading("It opens.")
    assert not reads_as_heading("x" * 81)


def test_a_caption_is_one_short_sentence() -> None:
    assert reads_as_caption("A red barge waits.")
    assert not reads_as_caption("A red barge waits. It is late.")
    assert not reads_as_caption(f"{LONG} and went down again at noon.")


def test_a_line_is_full_if_the_next_word_does_not_fit() -> None:
    assert is_full_line("A red barge", "waits here", 16)
    assert not is_full_line("A red barge", "waits here", 17)
